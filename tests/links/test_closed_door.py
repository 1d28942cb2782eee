"""No link for whoever the door is closed to: the page says nothing of it, the mail says why."""

from app.access.capacity import Capacity
from app.openid.models import IdentityProvider
from app.openid.profiles import Profile
from app.people.models import CapacityGrant
from tests.links.conftest import Door


def ask_levels(door: Door) -> None:
    """A provider of the town's is asked for a level."""
    with door.world.database.transaction() as session:
        session.add(
            IdentityProvider(
                authority_id=door.world.authority.id,
                name="ProConnect",
                profile=Profile.PROCONNECT,
                issuer="https://provider.test",
                client_id="essaim",
                acr_values=["eidas2"],
            )
        )


def test_the_mail_says_why_and_opens_nothing(door: Door) -> None:
    ask_levels(door)
    visitor = door.ask("lab@valmoret.test")
    door.work()
    [message] = door.office.messages
    assert message["To"] == "lab@valmoret.test"
    assert message["Subject"] == "Entrez avec votre compte professionnel – Ville de Valmoret"
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert "jeton=" not in body.get_content()
        assert "http://testserver/connexion" in body.get_content()
    assert not visitor.is_inside()
    lab = door.world.lab
    assert door.world.event_types(lab.id) == ["sign_in_link.refused"]


def test_the_page_answers_as_about_nobody(door: Door) -> None:
    ask_levels(door)
    said = []
    for email in ("lab@valmoret.test", "nobody@valmoret.test", "bruno@valmoret.test"):
        visitor = door.visitor()
        visitor.get("/connexion/lien")
        answer = visitor.submit("/connexion/lien", email=email)
        said.append((answer.status_code, answer.headers["location"], answer.text))
    assert len(set(said)) == 1


def test_others_get_their_link(door: Door) -> None:
    ask_levels(door)
    bruno = door.ask("bruno@valmoret.test")
    door.work()
    bruno.get(door.link())
    bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2])
    assert bruno.is_inside()


def test_a_link_sent_before_is_dead(door: Door) -> None:
    ask_levels(door)
    bruno = door.ask("bruno@valmoret.test")
    door.work()
    bruno.get(door.link())
    with door.world.database.transaction() as session:
        session.add(
            CapacityGrant(
                authority_id=door.world.authority.id,
                agent_id=door.world.bruno.agent.id,
                capacity=Capacity.HR,
            )
        )
    answer = bruno.submit("/connexion/lien/ouvrir", jeton=door.link().partition("jeton=")[2], expect=409)
    assert "déjà servi" in answer.text
    assert not bruno.is_inside()
