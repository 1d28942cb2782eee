"""Teams, what they make, and where it spreads."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.scenes import AdoptionScene, PhaseScene, SolutionScene, TeamScene

T, S, A = TeamScene, SolutionScene, AdoptionScene

TEAMS: Table = {
    "team.formed": Telltale(T, [
        Telling([T.members], _("Vous faites partie de l'équipe « {team} »"),
                _("Elle se forme autour de « {irritant} ». Prochaine étape : son mandat, que vous lirez et "
                  "signerez.")),
        Telling([T.coach], _("Vous accompagnez l'équipe « {team} »"),
                _("Elle se forme autour de « {irritant} ». Prochaine étape : préparer son mandat avec elle.")),
        Telling([T.client], _("Une équipe se forme autour d'un problème de votre direction"),
                _("L'équipe « {team} » travaillera sur « {irritant} », avec votre direction pour cliente. Son mandat "
                  "vous sera soumis à signature.")),
    ]),
    "team.member_joined": Telltale(T, [
        Telling([T.somebody], _("Vous faites partie de l'équipe « {team} »"),
                _("Elle se forme autour de « {irritant} ». Prochaine étape : son mandat, que vous lirez et "
                  "signerez.")),
        Telling([T.coach], _("{person} rejoint l'équipe « {team} »"), _("L'équipe travaille sur « {irritant} »."),
                names=T.somebody),
    ]),
    "team.member_left": Telltale(T, [
        Telling([T.somebody], _("Vous ne faites plus partie de l'équipe « {team} »"),
                _("Votre coach ou le laboratoire peut vous en dire plus.")),
        Telling([T.coach], _("{person} quitte l'équipe « {team} »"), _("L'équipe travaille sur « {irritant} »."),
                names=T.somebody),
    ]),
    "team.phase_entered": Telltale(PhaseScene, [
        Telling([PhaseScene.around], _("L'équipe « {team} » change de phase"),
                _("Phase présente : {phase}. Elle travaille sur « {irritant} ».")),
    ]),
    "team.concluded": Telltale(T, [
        Telling([T.members, T.coach, T.client, T.sponsor, T.lab], _("L'équipe « {team} » a terminé"),
                _("Elle travaillait sur « {irritant} ». Son issue : {phase}. Ce qu'elle a appris se lit sur sa "
                  "page.")),
    ]),
    "solution.published": Telltale(S, [
        Telling([S.members, S.coach], _("Votre solution est publiée"),
                _("« {solution} » est désormais connue de toute la collectivité, et peut être adoptée.")),
        Telling([S.heads], _("Une solution peut servir à votre direction"),
                _("L'équipe « {team} » a publié « {solution} ». Si le même problème existe chez vous, dites votre "
                  "intérêt : rien ne vous est imposé.")),
    ]),
    "solution.retired": Telltale(S, [
        Telling([S.adopters], _("Une solution que vous avez adoptée est retirée"),
                _("« {solution} » n'est plus proposée à l'adoption. Chez vous, rien ne s'arrête. La raison : "
                  "{reason}")),
        Telling([S.members, S.coach], _("Votre solution est retirée"),
                _("« {solution} » n'est plus proposée à l'adoption. Ses essaimages continuent. La raison : "
                  "{reason}")),
    ]),
    "adoption.declared": Telltale(A, [
        Telling([A.adopter], _("Votre direction s'intéresse à une solution"),
                _("« {solution} », de l'équipe « {team} », est notée comme intéressant {directorate}. À vous de dire "
                  "si elle s'adapte chez vous, ou de la laisser.")),
        Telling([A.members, A.coach], _("Votre solution intéresse une autre direction"),
                _("{directorate} s'intéresse à « {solution} ».")),
    ]),
    "adoption.started": Telltale(A, [
        Telling([A.members, A.coach], _("Votre solution s'adapte ailleurs"),
                _("{directorate} adapte « {solution} ».")),
    ]),
    "adoption.used": Telltale(A, [
        Telling([A.members, A.coach, A.lab], _("Votre solution est en usage ailleurs"),
                _("{directorate} se sert de « {solution} ».")),
    ]),
    "adoption.dropped": Telltale(A, [
        Telling([A.members, A.coach], _("Une direction ne poursuit pas l'adoption de votre solution"),
                _("{directorate} laisse « {solution} ». Sa raison, qui peut servir à d'autres : {reason}")),
    ]),
}  # fmt: skip
