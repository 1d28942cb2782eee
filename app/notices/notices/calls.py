"""Calls, applications, charters: managers are informed, not asked."""

from app.kit.i18n import _
from app.notices.notices.telling import Table, Telling, Telltale
from app.notices.queries.scenes import ApplicationScene as Seen
from app.notices.queries.scenes import CharterScene

CALLS: Table = {
    "charter.adopted": Telltale(CharterScene, [
        Telling([CharterScene.heads, CharterScene.lab], _("Le cadre du programme est adopté"),
                _("« {charter} » fixe les règles de « {programme} » à partir du {day}. Les mandats à venir s'y "
                  "réfèrent ; ceux qui sont signés ne changent pas.")),
    ]),
    "application.submitted": Telltale(Seen, [
        Telling([Seen.manager], _("{person} se porte volontaire"),
                _("{person} a déposé une candidature à l'appel « {call} », autour de « {irritant} ». Vous en êtes "
                  "informé·e : aucune réponse ne vous est demandée, et une candidature ne se refuse pas. Si elle "
                  "aboutit, les demi-journées à libérer vous seront soumises, dans un mandat que vous signerez."),
                names=Seen.applicant),
        Telling([Seen.lab], _("Une candidature est déposée"),
                _("{person} se porte volontaire pour « {irritant} », dans l'appel « {call} ». Acceptez-la, ou "
                  "déclinez-la en disant pourquoi."),
                names=Seen.applicant),
    ]),
    "application.accepted": Telltale(Seen, [
        Telling([Seen.applicant], _("Votre candidature est acceptée"),
                _("Vous ferez partie des volontaires autour de « {irritant} ». L'équipe se compose ; vos "
                  "demi-journées seront protégées par un mandat, que vous lirez avant de le signer.")),
        Telling([Seen.manager], _("Une candidature est acceptée : {person}"),
                _("{person} travaillera sur « {irritant} ». Rien ne change avant le mandat : les demi-journées à "
                  "libérer vous y seront soumises."),
                names=Seen.applicant),
    ]),
    "application.declined": Telltale(Seen, [
        Telling([Seen.applicant], _("Votre candidature n'est pas retenue, et voici pourquoi"),
                _("Pour « {irritant} », dans l'appel « {call} » : {reason}")),
        Telling([Seen.manager], _("Une candidature n'est pas retenue : {person}"),
                _("Pour « {irritant} », dans l'appel « {call} ». Vous n'avez rien à faire."),
                names=Seen.applicant),
    ]),
    "application.withdrawn": Telltale(Seen, [
        Telling([Seen.manager, Seen.lab], _("{person} retire sa candidature"),
                _("Pour « {irritant} », dans l'appel « {call} ». Vous n'avez rien à faire."),
                names=Seen.applicant),
    ]),
}  # fmt: skip
