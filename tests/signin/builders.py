"""People who sit at a browser, already signed in."""

from app.kit.digests import digest
from app.signin.models import Method
from app.signin.sessions import open_session
from tests.support.visitor import Visitor
from tests.support.world import Person, World

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


def signed_in(
    world: World, person: Person, *, method: Method = Method.LINK, user_agent: str = FIREFOX
) -> Visitor:
    """`person` at a browser of their own."""
    with world.database.transaction() as session:
        secret = open_session(
            session, person.agent, method=method, address="192.0.2.17", user_agent=user_agent
        )
    visitor = Visitor(world.app)
    visitor.http.cookies.set("essaim", secret, domain="testserver.local", path="/")
    return visitor


def cookie(visitor: Visitor) -> str | None:
    return visitor.http.cookies.get("essaim")


def token_hash(visitor: Visitor) -> str:
    return digest(cookie(visitor) or "")
