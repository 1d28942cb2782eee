"""Refusals of this room."""

from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid


class UnknownTeam(Invalid):
    slug = "unknown-team"
    title = _("Cette équipe n'existe pas dans votre collectivité.")


class UnknownIrritant(Invalid):
    slug = "unknown-irritant"
    title = _("Cet irritant n'existe pas dans votre collectivité.")


class CallNotRunning(Conflict):
    slug = "call-not-running"
    title = _("Une équipe se compose pendant l'appel : une fois ouvert, avant qu'il soit terminé.")


class IrritantHeldByCall(Conflict):
    slug = "irritant-held-by-call"
    title = _(
        "Cet irritant est retenu par un appel : indiquez cet appel, et composez l'équipe de ses candidats."
    )


class IrritantTaken(Conflict):
    slug = "irritant-taken"
    title = _("Une équipe travaille déjà sur cet irritant : attendez sa fin, ou rejoignez-la.")


class NotVolunteers(Invalid):
    slug = "not-volunteers"
    title = _("Une équipe née d'un appel se compose de candidatures acceptées.")


class NotInActivity(Invalid):
    slug = "not-in-activity"
    title = _("Les membres d'une équipe sont en activité.")


class AlreadyMember(Conflict):
    slug = "already-member"
    title = _("Cette personne fait déjà partie de l'équipe.")


class TeamSettled(Conflict):
    slug = "team-settled"
    title = _(
        "La composition d'une équipe se fixe avant son mandat. Un avenant au mandat peut la changer ensuite."
    )


class TeamConcluded(Conflict):
    slug = "team-concluded"
    title = _("Cette équipe est terminée : elle ne change plus.")


class LastMember(Conflict):
    slug = "last-member"
    title = _("Une équipe garde au moins un membre. Si plus personne n'en est, terminez-la.")


class BoundByTeam(Conflict):
    slug = "bound-by-team"
    title = _(
        "Votre équipe n'est plus en formation : c'est le mandat qui règle les départs. Parlez-en à votre coach."
    )


class LearnedMissing(Invalid):
    slug = "learned-missing"
    title = _("Dites en quelques mots ce que l'équipe a appris : c'est ce qui fait d'un arrêt un résultat.")


class DayOutOfPhase(Invalid):
    slug = "day-out-of-phase"
    title = _("Ce jour ne convient pas à un changement de phase.")
