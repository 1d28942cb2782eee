"""The journal as proof: is it whole, and what a third party needs to see for themselves."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.journal import chain
from app.journal.chain import Broken, Link
from app.journal.checkpoints import Checkpoint, all_of
from app.journal.digest import export_message
from app.journal.keys import Keyring
from app.kit import clock
from app.kit.bounds import within
from app.kit.database import Database
from app.kit.encoding import to_json

FORMAT = "essaim-journal-1"
_PERSONAL = ("address", "address_salt")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many sealed events hold, what is broken after them (None: whole), how many checkpoints agree with them."""

    events: int
    fault: str | None
    checkpoints: int = 0


def verify(
    database: Database,
    authority_id: UUID,
    keys: Keyring | None = None,
    witnesses: Iterable[Checkpoint] = (),
) -> Verdict:
    """Walk an authority's chain, and hold it against its checkpoints and against `witnesses`, those kept elsewhere.

    Signatures are checked where `keys` are given. Events sealed meanwhile are left to the next look.
    """
    at, agreed, agreed_at = Link(), 0, 0
    try:
        with within(authority_id), database.read() as connection:
            # The checkpoints first: none of them can be of an event that the head, read after, does not know.
            marks = _by_position([*all_of(connection, authority_id), *witnesses])
            head = chain.head_of(connection, authority_id)
            for link in chain.walk(connection, authority_id, Link(), head):
                for mark in marks.pop(link.position, ()):
                    if fault := _fault(mark, authority_id, link, keys):
                        raise Broken(agreed_at, fault)
                    agreed, agreed_at = agreed + 1, link.position
                at = link
        if head.sealed != head.position:
            raise Broken(
                head.position, f"{head.sealed} events have a position, the head says {head.position}"
            )
        if marks:
            raise Broken(
                head.position, f"a checkpoint speaks of {max(marks)} events, the chain has {head.position}"
            )
    except Broken as broken:
        return Verdict(min(at.position, broken.position), str(broken), agreed)
    return Verdict(at.position, None, agreed)


def _by_position(marks: Iterable[Checkpoint]) -> dict[int, list[Checkpoint]]:
    places: dict[int, list[Checkpoint]] = {}
    for mark in marks:
        places.setdefault(mark.position, []).append(mark)
    return places


def _fault(mark: Checkpoint, authority_id: UUID, link: Link, keys: Keyring | None) -> str | None:
    which = f"the checkpoint at position {mark.position}"
    if mark.authority_id != authority_id:
        return f"{which} is another authority's"
    if keys and not keys.holds(mark.key_id, mark.message, mark.signature):
        return f"{which} does not bear our signature"
    if mark.hash != link.hash:
        return f"{which}, made {mark.made_at:%Y-%m-%d %H:%M}, is of other events: some were written anew"
    return None


def unsealed(database: Database, authority_id: UUID) -> int:
    """How many of an authority's committed events have no position yet."""
    statement = (
        select(func.count())
        .select_from(chain.events)
        .where(chain.events.c.authority_id == authority_id, chain.events.c.position.is_(None))
    )
    with within(authority_id), database.read() as connection:
        return int(connection.execute(statement).scalar_one())


def export(
    database: Database, authority_id: UUID, name: str, keys: Keyring, *, addresses: bool = False
) -> Iterator[bytes]:
    """An authority's journal as JSON lines: a signed header, the sealed events in order, the checkpoints.

    The addresses that people called from are left out unless asked for; what the chain holds of them stays. Raises
    `Broken` where the head is missing: nothing is said then of what the chain holds.
    """
    with within(authority_id), database.read() as connection:
        head = chain.head_of(connection, authority_id)
        marks = all_of(connection, authority_id, up_to=head.position)
    now = clock.now()
    message = export_message(
        authority_id, (head.position, head.hash), len(marks), now, keys.trusted, keys.key_id
    )
    yield _line(
        kind="header",
        format=FORMAT,
        authority_id=authority_id,
        authority=name,
        exported_at=now,
        events=head.position,
        hash=head.hash,
        checkpoints=len(marks),
        key_id=keys.key_id,
        keys=keys.public(),
        signature=keys.sign(message),
    )
    statement = chain.sealed_events(authority_id, 0, head.position)
    with ExitStack() as held:
        # Whoever reads these lines between two of them stays in bounds of their own.
        with within(authority_id):
            rows = held.enter_context(database.stream(statement, {}, batch=chain.BATCH))
        for row in rows:
            facts = row._asdict()
            if not addresses:
                for personal in _PERSONAL:
                    del facts[personal]
            yield _line(kind="event", **facts)
    for mark in marks:
        yield _line(kind="checkpoint", **asdict(mark))


def _line(**facts: object) -> bytes:
    return to_json(facts) + b"\n"
