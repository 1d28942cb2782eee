"""The life of a follow-up, and of what is promised there."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class FollowUpState(Labelled):
    PLANNED = "planned", _("prévu")
    SCHEDULED = "scheduled", _("fixé")
    HELD = "held", _("tenu")
    MISSED = "missed", _("manqué")
    CANCELLED = "cancelled", _("sans objet")


class Cancellation(Labelled):
    """Why a follow-up has no object any more."""

    SUSPENSION = "suspension", _("mandat suspendu")
    MANDATE_ENDED = "mandate_ended", _("mandat terminé")


class Side(Labelled):
    """The two sides that meet."""

    TEAM = "team", _("équipe")
    CLIENT_DIRECTORATE = "client_directorate", _("direction cliente")


class CommitmentState(Labelled):
    OPEN = "open", _("ouvert")
    KEPT = "kept", _("engagement tenu")
    BROKEN = "broken", _("engagement non tenu")
    DROPPED = "dropped", _("abandonné d'un commun accord")


S = FollowUpState
C = CommitmentState
COACH = _("coach, laboratoire")
BOTH_SIDES = _("équipe, direction cliente, coach, laboratoire")

FOLLOW_UPS = Lifecycle(
    "follow_up",
    S.PLANNED,
    title=_("Point de suivi"),
    moves=[
        Move("schedule", (S.PLANNED, S.SCHEDULED), S.SCHEDULED, COACH, _("Fixer le rendez-vous")),
        Move("hold", (S.SCHEDULED,), S.HELD, COACH, _("Écrire le relevé du point tenu")),
        Move("miss", (S.PLANNED, S.SCHEDULED), S.MISSED, _("coach, laboratoire, échéance"), _("Dire manqué")),
        Move(
            "cancel",
            (S.PLANNED, S.SCHEDULED),
            S.CANCELLED,
            _("suspension ou fin du mandat"),
            _("Rendre sans objet"),
        ),
        Move("restore", (S.CANCELLED,), S.PLANNED, _("reprise du mandat"), _("Prévoir à nouveau")),
    ],
)
"""As the plan of the house has it, and `cancelled`: a follow-up of a suspended or ended mandate was not missed."""

COMMITMENTS = Lifecycle(
    "commitment",
    C.OPEN,
    title=_("Engagement"),
    moves=[
        Move("keep", (C.OPEN,), C.KEPT, BOTH_SIDES, _("Dire tenu")),
        Move("break", (C.OPEN,), C.BROKEN, BOTH_SIDES, _("Dire non tenu")),
        Move("drop", (C.OPEN,), C.DROPPED, _("équipe et direction cliente, ensemble"), _("Abandonner")),
    ],
)

TO_COME = (S.PLANNED, S.SCHEDULED)
"""States of a follow-up that has not been settled."""
