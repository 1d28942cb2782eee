"""Mandates: whose signature is awaited, and what binds from when to when."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.mandate_scenes import AgreementScene, DeadlineScene, MandateScene, RefusalScene

A, D, M, R = AgreementScene, DeadlineScene, MandateScene, RefusalScene

_SIGN = _("Un mandat attend votre signature")
_SIGN_BODY = _(
    "Le mandat de l'équipe « {team} » vous est soumis : lisez-le, puis signez-le, ou refusez-le avec votre raison. Un "
    "refus ne ferme rien : le mandat revient à l'équipe. Il va du {first_day} au {last_day}."
)
_EVERYBODY = [M.parties, M.members, M.coach, M.lab]

MANDATES: Table = {
    "mandate.submitted": Telltale(M, [
        Telling([M.first_to_sign], _SIGN, _SIGN_BODY, author_too=True),
    ]),
    "mandate.signed": Telltale(M, [
        Telling([M.next_to_sign], _SIGN, _SIGN_BODY, author_too=True),
    ]),
    "mandate.signature_reminded": Telltale(M, [
        Telling([M.reminded], _("Le mandat de l'équipe « {team} » attend toujours votre signature"),
                _("Lisez-le, puis signez-le, ou refusez-le avec votre raison : les autres parties attendent votre "
                  "réponse. Si quelque chose vous arrête, dites-le au coach de l'équipe.")),
    ]),
    "mandate.lapsed": Telltale(M, [
        Telling([M.members, M.coach, M.lab], _("Le mandat de l'équipe « {team} » n'a pas été signé à temps"),
                _("Toutes les signatures n'étaient pas là dans le délai : le texte revient en rédaction. Voyez avec "
                  "les parties ce qui les arrête, puis soumettez-le à nouveau.")),
        Telling([M.parties], _("Le mandat de l'équipe « {team} » revient en rédaction"),
                _("Toutes les signatures n'étaient pas là dans le délai. Il vous sera soumis à nouveau ; si vous "
                  "l'aviez signé, cette signature est sans effet.")),
    ]),
    "mandate.ending": Telltale(M, [
        Telling([M.members, M.coach, M.sponsor, M.client, M.lab],
                _("Le mandat de l'équipe « {team} » prend fin le {day}"),
                _("Continuer demande un acte signé des mêmes parties, à préparer dès maintenant. Sans lui, les "
                  "demi-journées protégées s'arrêtent ce jour-là : le silence ne vaut pas renouvellement.")),
    ]),
    "mandate.deadline_due": Telltale(D, [
        Telling([D.owners], _("Une échéance du mandat de l'équipe « {team} » est là"),
                _("Clause « {clause} », au plus tard le {day} : {what}. Si quelque chose l'empêche, dites-le au coach "
                  "sans attendre le prochain point de suivi.")),
    ]),
    "mandate.refused": Telltale(R, [
        Telling([R.members, R.coach, R.lab], _("Le mandat de l'équipe « {team} » est refusé, et voici pourquoi"),
                _("Une partie ({capacity}) ne le signe pas en l'état. Sa raison : {reason} Un refus ne ferme rien : "
                  "reprenez le texte avec elle, puis soumettez-le à nouveau.")),
        Telling([R.parties], _("Le mandat de l'équipe « {team} » revient en rédaction"),
                _("Une partie ne le signe pas en l'état. Il vous sera soumis à nouveau ; si vous l'aviez signé, cette "
                  "signature est sans effet.")),
    ]),
    "mandate.withdrawn": Telltale(M, [
        Telling([M.parties, M.members, M.coach], _("Le mandat de l'équipe « {team} » revient en rédaction"),
                _("Son texte est repris. Il vous sera soumis à nouveau ; si vous l'aviez signé, cette signature est "
                  "sans effet.")),
    ]),
    "mandate.activated": Telltale(M, [
        Telling(_EVERYBODY, _("Le mandat de l'équipe « {team} » est signé de tous"),
                _("Il engage chacun jusqu'au {last_day}. Les demi-journées protégées et les points de suivi sont "
                  "inscrits ; chacun retrouve les siens sur sa page."), author_too=True),
    ]),
    "mandate.suspended": Telltale(M, [
        Telling(_EVERYBODY, _("Le mandat de l'équipe « {team} » est suspendu"),
                _("À partir du {day}, aucune demi-journée n'est due, jusqu'à la reprise. La raison : {reason}")),
    ]),
    "mandate.resumed": Telltale(M, [
        Telling(_EVERYBODY, _("Le mandat de l'équipe « {team} » reprend"),
                _("À partir du {day}, les demi-journées protégées sont de nouveau dues.")),
    ]),
    "mandate.terminated": Telltale(M, [
        Telling(_EVERYBODY, _("Le mandat de l'équipe « {team} » est interrompu"),
                _("Son dernier jour est le {day}. Ce qui a été repris reste dû. La raison : {reason}")),
    ]),
    "agreement.requested": Telltale(A, [
        Telling([A.who_answers], _("L'équipe « {team} » demande votre accord"),
                _("Son mandat réserve cette matière aux élus ou à la hiérarchie : {matter} Donnez votre accord, ou "
                  "refusez-le avec votre raison. L'équipe attend votre réponse pour aller plus loin.")),
    ]),
    "agreement.given": Telltale(A, [
        Telling([A.asker, A.members, A.coach, A.lab], _("Le sponsor de l'équipe « {team} » donne son accord"),
                _("Sur cette matière réservée : {matter} {reason}")),
    ]),
    "agreement.refused": Telltale(A, [
        Telling([A.asker, A.members, A.coach, A.lab],
                _("Le sponsor de l'équipe « {team} » ne donne pas son accord, et voici pourquoi"),
                _("Sur cette matière réservée : {matter} Sa raison : {reason} L'équipe continue pour le reste.")),
    ]),
    "mandate.completed": Telltale(M, [
        Telling(_EVERYBODY, _("Le mandat de l'équipe « {team} » est terminé"),
                _("Son dernier jour est le {day}. Merci à toutes celles et ceux qui l'ont tenu.")),
    ]),
    "mandate.expired": Telltale(M, [
        Telling(_EVERYBODY, _("Le mandat de l'équipe « {team} » est arrivé à échéance"),
                _("Son dernier jour était le {day}. Pour continuer, un nouveau mandat se prépare et se signe.")),
    ]),
}  # fmt: skip
