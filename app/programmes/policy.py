"""Who may do what with a programme and its charters: the lab writes, everybody reads."""

from app.access.abilities import Abilities, Step
from app.access.actor import Actor
from app.access.capacity import Capacity as C
from app.access.policy import Action, Policy
from app.kit.i18n import Text, _
from app.programmes.models import Charter
from app.programmes.problems import CharterAdopted

EVERYBODY = (C.AGENT, C.LAB, C.HR, C.ELECTED, C.ADMINISTRATOR)
FOR_AGENTS = _("Le programme s'adresse aux agents de la collectivité.")
LAB_ONLY = _("Ce geste revient au laboratoire.")

PROGRAMME = Policy(
    "programme",
    title=_("Programme"),
    actions=[
        Action("read", _("lire les programmes"), EVERYBODY, FOR_AGENTS, scope="programme:read"),
        Action("write", _("ouvrir ou corriger un programme"), (C.LAB,), LAB_ONLY, scope="programme:write"),
    ],
)

CHARTER = Policy(
    "charter",
    title=_("Cadre, règles du jeu"),
    actions=[
        Action("read", _("lire les cadres"), EVERYBODY, FOR_AGENTS, scope="programme:read"),
        Action("write", _("rédiger ou corriger un cadre"), (C.LAB,), LAB_ONLY, scope="programme:write"),
        Action("adopt", _("déclarer un cadre adopté"), (C.LAB,), LAB_ONLY, scope="programme:write"),
    ],
)

POLICIES = (PROGRAMME, CHARTER)


def _adopted(charter: Charter, _actor: Actor) -> Text | None:
    return None if charter.adopted_on is None else CharterAdopted.title


PROGRAMME_ABILITIES = Abilities(PROGRAMME, "write")
CHARTER_ABILITIES = Abilities(CHARTER, Step("write", _adopted), Step("adopt", _adopted))
