"""Half-days and follow-ups: what was taken back, what is owed, what was said and promised."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.mandate_scenes import (
    AppointmentScene,
    CommitmentScene,
    FollowUpScene,
    HalfDayScene,
)

H, F, C = HalfDayScene, FollowUpScene, CommitmentScene

TIME: Table = {
    "half_day.encroached": Telltale(H, [
        Telling([H.agent], _("Une demi-journée protégée vous est due"),
                _("Celle du {day} ({half}) a été reprise par le service. Elle est à vous rendre au plus tard le "
                  "{due} : choisissez quand.")),
        Telling([H.coach, H.lab], _("Une demi-journée protégée a été reprise"),
                _("Elle revenait à {person}, le {day} ({half}), dans l'équipe « {team} ». Elle est à rendre au plus "
                  "tard le {due}."),
                names=H.agent),
    ]),
    "half_day.made_good": Telltale(H, [
        Telling([H.agent], _("Une demi-journée vous est rendue"),
                _("Celle du {day} ({half}), reprise par le service, vous est rendue le {by_day} ({by_half}).")),
    ]),
    "half_day.reopened": Telltale(H, [
        Telling([H.agent], _("Une demi-journée protégée vous est de nouveau due"),
                _("Celle qui devait vous rendre le {day} ({half}) ne tient plus. Choisissez-en une autre, au plus "
                  "tard le {due}.")),
        Telling([H.coach], _("Une demi-journée protégée est de nouveau due"),
                _("Due à {person} pour le {day} ({half}), elle reste à rendre, au plus tard le {due}."),
                names=H.agent),
    ]),
    "follow_up.scheduled": Telltale(AppointmentScene, [
        Telling([F.around], _("Le point de suivi n° {number} de l'équipe « {team} » est fixé"),
                _("Il se tient le {day} à {time}, avec {directorate}. Chaque côté prépare son compte rendu sans "
                  "lire celui de l'autre.")),
    ]),
    "follow_up.held": Telltale(F, [
        Telling([F.around, F.lab], _("Le point de suivi n° {number} de l'équipe « {team} » s'est tenu"),
                _("Le {day}, avec {directorate}. Les deux comptes rendus, les décisions et les engagements se "
                  "lisent sur sa page.")),
    ]),
    "follow_up.missed": Telltale(F, [
        Telling([F.around, F.lab], _("Le point de suivi n° {number} de l'équipe « {team} » a été manqué"),
                _("Il était prévu le {planned_on}, avec {directorate}. Le suivant est inscrit à la date prévue, sans "
                  "décalage : fixez-le dès maintenant.")),
    ]),
    "commitment.made": Telltale(C, [
        Telling([C.owner], _("Un engagement vous est confié, pour le {due}"),
                _("Au nom de votre côté ({side}), avec l'équipe « {team} » : {commitment}")),
    ]),
    "commitment.broken": Telltale(C, [
        Telling([C.around, C.coach, C.lab], _("Un engagement n'a pas été tenu"),
                _("Équipe « {team} », engagement de son côté ({side}) pour le {due} : {commitment} Ce qui l'explique : "
                  "{reason}")),
    ]),
    "commitment.drop_agreed": Telltale(C, [
        Telling([C.who_must_agree], _("On vous propose d'abandonner un engagement"),
                _("Équipe « {team} », pour le {due} : {commitment} Il reste ouvert tant que votre côté n'est pas "
                  "d'accord.")),
    ]),
    "commitment.dropped": Telltale(C, [
        Telling([C.owner, C.coach], _("Un engagement est abandonné d'un commun accord"),
                _("Équipe « {team} », pour le {due} : {commitment}")),
    ]),
}  # fmt: skip
