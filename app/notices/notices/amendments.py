"""Amendments: whose signature is awaited, and from when the new terms bind; and who is asked to succeed a party."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.amendment_scenes import AmendmentRefusalScene, AmendmentScene, ResigningScene

A, R, T = AmendmentScene, AmendmentRefusalScene, ResigningScene

_SIGN = _("Un avenant attend votre signature")
_SIGN_BODY = _(
    "L'avenant au mandat de l'équipe « {team} » vous concerne. Sa raison : {purpose} Lisez ce qui change, puis signez, "
    "ou refusez en disant pourquoi. Jusqu'à la dernière signature, le mandat reste comme il est."
)
_BACK = _("L'avenant au mandat de l'équipe « {team} » revient en rédaction")

AMENDMENTS: Table = {
    "amendment.submitted": Telltale(A, [
        Telling([A.first_to_sign], _SIGN, _SIGN_BODY, author_too=True),
    ]),
    "amendment.signed": Telltale(A, [
        Telling([A.next_to_sign], _SIGN, _SIGN_BODY, author_too=True),
    ]),
    "amendment.refused": Telltale(R, [
        Telling([R.coach, R.lab], _("L'avenant au mandat de l'équipe « {team} » est refusé, et voici pourquoi"),
                _("Une partie ({capacity}) ne le signe pas en l'état. Sa raison : {reason} Le mandat reste comme il "
                  "est. Reprenez l'avenant avec elle, ou laissez-le.")),
        Telling([R.concerned, R.members], _BACK,
                _("Une partie ne le signe pas en l'état. Le mandat reste comme il est. Si vous aviez signé cet "
                  "avenant, cette signature est sans effet.")),
    ]),
    "amendment.withdrawn": Telltale(A, [
        Telling([A.concerned, A.members, A.coach], _BACK,
                _("Son texte est repris. Le mandat reste comme il est. Si vous aviez signé cet avenant, cette "
                  "signature est sans effet.")),
    ]),
    "amendment.in_force": Telltale(A, [
        Telling([A.everybody], _("Le mandat de l'équipe « {team} » change par un avenant signé"),
                _("À partir du {day}, ses nouveaux termes engagent chacun, jusqu'au {last_day}. Les demi-journées et "
                  "les points de suivi les suivent ; chacun retrouve les siens sur sa page."), author_too=True),
    ]),
    "mandate_task.raised": Telltale(T, [
        Telling([T.successor], _("Le mandat de l'équipe « {team} » vous attend"),
                _("Vous exercez une fonction ({capacity}) au titre de laquelle une autre personne avait signé ce "
                  "mandat. Lisez-le : le laboratoire vous demandera de le signer à votre tour. Il reste en vigueur "
                  "d'ici là.")),
        Telling([T.lab, T.coach], _("Une signature est à reprendre dans le mandat de l'équipe « {team} »"),
                _("En qualité de : {capacity}. La raison : {cause}. Un avenant est préparé : soumettez-le à "
                  "signature. Le mandat reste en vigueur d'ici là.")),
    ]),
}  # fmt: skip
