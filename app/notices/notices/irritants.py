"""Irritants: their reporters are told at each step, and nothing of who else cared."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.scenes import IrritantScene as Seen

IRRITANTS: Table = {
    "irritant.reported": Telltale(Seen, [
        Telling([Seen.lab, Seen.trusted_if_protected], _("Un irritant vient d'être signalé"),
                _("« {irritant} » attend d'être lu : qualifiez-le, réunissez-le à un autre, ou écartez-le en disant "
                  "pourquoi.")),
    ]),
    "irritant.qualified": Telltale(Seen, [
        Telling([Seen.reporter], _("Votre irritant est qualifié"),
                _("« {irritant} » est désormais connu de tous les agents, qui peuvent le soutenir. Votre nom n'y "
                  "figure pas. Vous n'avez rien à faire.")),
    ]),
    "irritant.selected": Telltale(Seen, [
        Telling([Seen.reporter], _("Votre irritant est retenu"),
                _("Une équipe de volontaires va pouvoir se former autour de « {irritant} ». Vous pouvez en être, "
                  "comme tout agent.")),
    ]),
    "irritant.started": Telltale(Seen, [
        Telling([Seen.reporter], _("Une équipe travaille sur votre irritant"),
                _("Son mandat est signé : « {irritant} » est pris en charge.")),
    ]),
    "irritant.released": Telltale(Seen, [
        Telling([Seen.reporter], _("Votre irritant est de nouveau ouvert"),
                _("L'appel ou l'équipe qui portait « {irritant} » a pris fin sans le résoudre. Il reste connu de "
                  "tous et peut être retenu à nouveau.")),
    ]),
    "irritant.resolved": Telltale(Seen, [
        Telling([Seen.reporter], _("Votre irritant est résolu"),
                _("« {irritant} » est déclaré résolu. Si ce n'est pas le cas là où vous travaillez, rouvrez-le.")),
    ]),
    "irritant.reopened": Telltale(Seen, [
        Telling([Seen.lab], _("Un irritant est rouvert"),
                _("« {irritant} » n'est pas résolu pour tout le monde. Qualifiez-le à nouveau, ou dites pourquoi "
                  "il s'arrête là.")),
        Telling([Seen.reporter], _("Votre irritant est rouvert"),
                _("Le laboratoire a rouvert « {irritant} » : le problème est revenu.")),
    ]),
    "irritant.merged": Telltale(Seen, [
        Telling([Seen.reporter], _("Votre irritant est réuni à un autre"),
                _("« {irritant} » rejoint « {into} », qui gagne ses soutiens. La suite se lit là.")),
    ]),
    "irritant.declined": Telltale(Seen, [
        Telling([Seen.reporter], _("Votre irritant est écarté, et voici pourquoi"),
                _("« {irritant} » n'ira pas plus loin dans le programme. La raison du laboratoire : {reason}")),
    ]),
    "irritant.message_received": Telltale(Seen, [
        Telling([Seen.lab, Seen.trusted], _("Une réponse d'un·e auteur·e protégé·e"),
                _("La personne qui a signalé « {irritant} » sous protection vous a écrit. Répondez-lui dans le "
                  "dialogue : elle vous lit sans se faire connaître.")),
    ]),
    "irritant.identity_opened": Telltale(Seen, [
        Telling([Seen.trusted], _("Une identité protégée a été ouverte"),
                _("Une personne de confiance a ouvert l'identité de qui a signalé « {irritant} ». Sa raison se lit "
                  "avec l'ouverture ; l'auteur·e la lit aussi.")),
    ]),
    "irritant.commented": Telltale(Seen, [
        Telling([Seen.reporter], _("On a ajouté un mot à votre irritant"),
                _("Quelqu'un a commenté « {irritant} ».")),
    ]),
}  # fmt: skip
