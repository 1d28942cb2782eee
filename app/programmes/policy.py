"""Who may do what with a programme and its charters: the lab writes, everybody reads."""

from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import _

EVERYBODY = (C.AGENT, C.LAB, C.HR, C.ELECTED, C.ADMINISTRATOR)
FOR_AGENTS = _("Le programme s'adresse aux agents de la collectivité.")
LAB_ONLY = _("Ce geste revient au laboratoire.")

PROGRAMME = Policy(
    "programme",
    actions=[
        Action("read", _("lire les programmes"), EVERYBODY, FOR_AGENTS, scope="programme:read"),
        Action("write", _("ouvrir ou corriger un programme"), (C.LAB,), LAB_ONLY, scope="programme:write"),
    ],
)

CHARTER = Policy(
    "charter",
    actions=[
        Action("read", _("lire les cadres"), EVERYBODY, FOR_AGENTS, scope="programme:read"),
        Action("write", _("rédiger ou corriger un cadre"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("adopt", _("déclarer un cadre adopté"), (C.LAB,), LAB_ONLY, scope="programme:write"),
    ],
)

POLICIES = (PROGRAMME, CHARTER)
