"""The life of a protected half-day: what is owed is taken, given back, or said to be lost."""

from app.kit.calendar import Half
from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class HalfDayState(Labelled):
    PLANNED = "planned", _("prévue")
    TAKEN = "taken", _("prise")
    ENCROACHED = "encroached", _("reprise par le service")
    MADE_GOOD = "made_good", _("rendue un autre jour")
    WAIVED = "waived", _("laissée")
    MOVED = "moved", _("déplacée")
    EXCUSED = "excused", _("non due")


class Excuse(Labelled):
    """Why a half-day is not owed. The kind of an absence stays with the absence."""

    PUBLIC_HOLIDAY = "public_holiday", _("jour férié ou chômé")
    NOT_WORKED = "not_worked", _("temps non travaillé")
    ABSENCE = "absence", _("absence")
    SUSPENSION = "suspension", _("mandat suspendu")
    MANDATE_ENDED = "mandate_ended", _("mandat terminé")
    AMENDED = "amended", _("créneau changé par un avenant")
    LEFT = "left", _("départ de l'équipe ou de la collectivité")
    OCCUPIED = "occupied", _("moment déjà protégé par un autre mandat")
    DECLARED = "declared", _("excusée par les ressources humaines ou le laboratoire")


S = HalfDayState
AGENT = _("agent·e, laboratoire")
HR = _("ressources humaines, laboratoire")

LIFECYCLE = Lifecycle(
    "half_day",
    S.PLANNED,
    title=_("Demi-journée protégée"),
    moves=[
        Move("take", (S.PLANNED,), S.TAKEN, _("agent·e, à partir du jour même"), _("Noter ma demi-journée")),
        Move("encroach", (S.PLANNED,), S.ENCROACHED, AGENT, _("Noter un empiètement")),
        Move("make-good", (S.ENCROACHED,), S.MADE_GOOD, AGENT, _("Choisir la demi-journée rendue")),
        Move(
            "reopen",
            (S.MADE_GOOD,),
            S.ENCROACHED,
            _("la demi-journée rendue n'est plus due"),
            _("Devoir à nouveau"),
        ),
        Move("waive", (S.PLANNED, S.ENCROACHED), S.WAIVED, AGENT, _("Laisser cette demi-journée")),
        Move("move", (S.PLANNED,), S.MOVED, AGENT, _("Déplacer ma demi-journée")),
        Move(
            "excuse",
            (S.PLANNED,),
            S.EXCUSED,
            _("absence, départ, suspension ou fin du mandat ; ressources humaines, laboratoire"),
            _("Excuser"),
        ),
        Move(
            "restore",
            (S.EXCUSED,),
            S.PLANNED,
            _("absence retirée, reprise du mandat ; ressources humaines, laboratoire"),
            _("Rétablir"),
        ),
    ],
)

GONE = (S.MOVED, S.EXCUSED, S.WAIVED)
"""States that leave the agent's half-day free for another."""

HALVES = {Half.MORNING: _("matin"), Half.AFTERNOON: _("après-midi")}
"""The halves of a day, in the reader's language."""
