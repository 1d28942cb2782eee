"""The life of a team: its state, and, beside it, the phase of its work."""

from app.kit.columns import Labelled
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move


class TeamState(Labelled):
    FORMING = "forming", _("en formation")
    MANDATED = "mandated", _("sous mandat")
    CONCLUDED = "concluded", _("terminée")


class Phase(Labelled):
    """The phases of beta.gouv.fr. The last three are ends; stopping is an honourable one."""

    INVESTIGATION = "investigation", _("investigation")
    CONSTRUCTION = "construction", _("construction")
    ACCELERATION = "acceleration", _("accélération")
    CONSOLIDATION = "consolidation", _("consolidation")
    TRANSFERRED = "transferred", _("transmise à une direction")
    OPERATED = "operated", _("en service")
    STOPPED = "stopped", _("arrêtée, avec ce qu'elle a appris")


class Visibility(Labelled):
    """Who may read a log entry."""

    TEAM = "team", _("l'équipe, son coach, son sponsor et le laboratoire")
    PROGRAMME = "programme", _("celles et ceux qui prennent part au programme")
    AUTHORITY = "authority", _("tous les agents")


S = TeamState
P = Phase
LAB = _("laboratoire, coach")

WORKING = (P.INVESTIGATION, P.CONSTRUCTION, P.ACCELERATION, P.CONSOLIDATION)
ENDS = (P.TRANSFERRED, P.OPERATED, P.STOPPED)
"""Phases that conclude a team."""

TEAMS = Lifecycle(
    "team",
    S.FORMING,
    title=_("Équipe"),
    moves=[
        Move("mandate", (S.FORMING,), S.MANDATED, _("mandat actif"), _("Placer sous mandat")),
        Move("conclude", (S.FORMING, S.MANDATED), S.CONCLUDED, LAB, _("Terminer")),
    ],
)

# Verbs are the phases they enter, so that what a refusal calls possible can be sent as it is.
PHASES = Lifecycle(
    "phase",
    P.INVESTIGATION,
    title=_("Phase d'une équipe"),
    column="phase",
    moves=[
        Move("construction", (P.INVESTIGATION,), P.CONSTRUCTION, LAB, _("Passer en construction")),
        Move("acceleration", (P.CONSTRUCTION,), P.ACCELERATION, LAB, _("Passer en accélération")),
        Move("consolidation", (P.ACCELERATION,), P.CONSOLIDATION, LAB, _("Passer en consolidation")),
        Move("transferred", WORKING[1:], P.TRANSFERRED, LAB, _("Transmettre à une direction")),
        Move("operated", WORKING[1:], P.OPERATED, LAB, _("Mettre en service")),
        Move("stopped", WORKING, P.STOPPED, LAB, _("Arrêter, et dire ce qui a été appris")),
    ],
)
