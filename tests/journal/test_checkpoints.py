"""Checkpoints: what a chain stood at, signed, so that a chain written anew with new hashes does not pass."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from structlog.testing import CapturingLogger

from app.access.actor import Actor
from app.journal import checkpoints, keys, proof, service
from app.journal.chain import Broken
from app.journal.chain import chains as CHAINS  # noqa: N812 a table
from app.journal.chain import events as EVENTS  # noqa: N812 a table
from app.journal.checkpoints import checkpoints as CHECKPOINTS  # noqa: N812 a table
from app.journal.checkpoints import make, make_due
from app.journal.digest import digest
from app.journal.keys import Keyring
from app.journal.models import GENESIS
from app.journal.worker import Worker
from app.kit import clock
from app.kit.database import Database
from tests.journal.stones import at_once, lay, tamper

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return keys.create(tmp_path / "journal.pem")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """What the journal writes to the log, however other tests have set that up."""
    logger = CapturingLogger()
    monkeypatch.setattr(checkpoints, "log", logger)
    return logger


def alarms(logged: CapturingLogger) -> int:
    return sum(call.method_name == "error" and call.args == ("journal broken",) for call in logged.calls)


def grow(database: Database, actor: Actor, count: int) -> None:
    lay(database, actor, count)
    service.seal(database)


def write_anew(connection: Connection, actor: Actor) -> None:
    """The second event says another thing, and every hash after it is right again."""
    theirs = EVENTS.c.authority_id == actor.authority_id
    connection.execute(update(EVENTS).where(theirs, EVENTS.c.position == 2).values(payload='{"course":99}'))
    previous = GENESIS
    for row in connection.execute(select(EVENTS).where(theirs).order_by(EVENTS.c.position)).all():
        made = digest(previous, row.position, row._mapping)
        connection.execute(
            update(EVENTS).where(EVENTS.c.id == row.id).values(previous_hash=previous, hash=made)
        )
        previous = made
    connection.execute(
        update(CHAINS).where(CHAINS.c.authority_id == actor.authority_id).values(hash=previous)
    )


def test_none_of_an_empty_chain(database: Database, actor: Actor, keyring: Keyring) -> None:
    lay(database, actor)
    assert make(database, keyring, actor.authority_id) is None, "what is not sealed is not signed"
    assert make_due(database, keyring) == 0


def test_says_where_the_chain_stands(database: Database, actor: Actor, keyring: Keyring) -> None:
    grow(database, actor, 3)
    made = make(database, keyring, actor.authority_id)
    assert made is not None
    with database.read() as connection:
        assert checkpoints.all_of(connection, actor.authority_id) == [made]
        last = connection.execute(select(EVENTS.c.hash).where(EVENTS.c.position == 3)).scalar_one()
    assert (made.position, made.hash, made.key_id) == (3, last, keyring.key_id)
    assert keyring.holds(made.key_id, made.message, made.signature)
    assert make(database, keyring, actor.authority_id) is None, "nothing happened since"
    assert proof.verify(database, actor.authority_id, keyring) == proof.Verdict(3, None, 1)


def test_once_an_hour_where_the_chain_moved(
    database: Database, actor: Actor, neighbour: Actor, keyring: Keyring
) -> None:
    start = clock.now()
    with clock.at(start):
        grow(database, actor, 1)
        assert make_due(database, keyring) == 1
        grow(database, actor, 1)
        grow(database, neighbour, 1)
        assert make_due(database, keyring) == 1, "the neighbour's first; ours is too young"
    with clock.at(start + AN_HOUR):
        assert make_due(database, keyring) == 1, "ours moved, the neighbour's did not"
        assert make_due(database, keyring) == 0


def test_the_worker_signs(database: Database, actor: Actor, keyring: Keyring) -> None:
    lay(database, actor)
    Worker(database).drain()
    assert proof.verify(database, actor.authority_id).checkpoints == 0
    lay(database, actor)
    Worker(database, keys=keyring).drain()
    assert proof.verify(database, actor.authority_id, keyring) == proof.Verdict(2, None, 1)


def test_two_workers_sign_once(database: Database, actor: Actor, keyring: Keyring) -> None:
    grow(database, actor, 2)
    at_once(*[lambda: make_due(database, keyring)] * 4)
    with database.read() as connection:
        assert len(checkpoints.all_of(connection, actor.authority_id)) == 1


class TestWrittenAnew:
    """Somebody who owns the database changes an event and recomputes every hash."""

    def test_a_checkpoint_tells(self, database: Database, actor: Actor, keyring: Keyring) -> None:
        for _ in range(3):
            grow(database, actor, 2)
            make(database, keyring, actor.authority_id)
        tamper(database, lambda connection: write_anew(connection, actor))
        verdict = proof.verify(database, actor.authority_id, keyring)
        assert (verdict.events, verdict.checkpoints) == (0, 0)
        assert verdict.fault is not None
        assert verdict.fault.startswith("the checkpoint at position 2, made ")

    def test_what_was_signed_before_still_holds(
        self, database: Database, actor: Actor, keyring: Keyring
    ) -> None:
        grow(database, actor, 1)
        make(database, keyring, actor.authority_id)
        grow(database, actor, 3)
        make(database, keyring, actor.authority_id)
        tamper(database, lambda connection: write_anew(connection, actor))
        verdict = proof.verify(database, actor.authority_id, keyring)
        assert (verdict.events, verdict.checkpoints) == (1, 1)

    def test_no_checkpoint_is_made_over_it(
        self,
        database: Database,
        actor: Actor,
        neighbour: Actor,
        keyring: Keyring,
        logged: CapturingLogger,
    ) -> None:
        start = clock.now()
        with clock.at(start):
            grow(database, actor, 3)
            make_due(database, keyring)
        tamper(database, lambda connection: write_anew(connection, actor))
        grow(database, actor, 1)
        grow(database, neighbour, 1)
        with pytest.raises(Broken, match="position 4 was changed"):
            make(database, keyring, actor.authority_id)
        with clock.at(start + AN_HOUR):
            assert make_due(database, keyring) == 1, "one authority's trouble is not its neighbour's"
        assert alarms(logged) == 1

    def test_with_the_checkpoints_gone_a_witness_tells(
        self, database: Database, actor: Actor, keyring: Keyring
    ) -> None:
        grow(database, actor, 3)
        witness = make(database, keyring, actor.authority_id)
        assert witness is not None

        def everything(connection: Connection) -> None:
            connection.execute(delete(CHECKPOINTS))
            write_anew(connection, actor)

        tamper(database, everything)
        assert proof.verify(database, actor.authority_id, keyring).fault is None, "no word is left against it"
        assert proof.verify(database, actor.authority_id, keyring, [witness]).fault

    def test_a_forged_checkpoint_does_not_help(
        self, database: Database, actor: Actor, keyring: Keyring, tmp_path: Path
    ) -> None:
        grow(database, actor, 3)
        make(database, keyring, actor.authority_id)
        forger = keys.create(tmp_path / "forger.pem")

        def forge(connection: Connection) -> None:
            connection.execute(delete(CHECKPOINTS))
            write_anew(connection, actor)

        tamper(database, forge)
        assert make(database, forger, actor.authority_id)
        assert proof.verify(database, actor.authority_id, forger).fault is None
        verdict = proof.verify(database, actor.authority_id, keyring)
        assert verdict.fault == "the checkpoint at position 3 does not bear our signature"
        grow(database, actor, 1)
        with pytest.raises(Broken, match="not signed by us"):
            make(database, keyring, actor.authority_id)


def test_a_chain_cut_short(
    database: Database, actor: Actor, keyring: Keyring, logged: CapturingLogger
) -> None:
    """The last events and the head go back to where they were: only the checkpoint remembers."""
    grow(database, actor, 5)
    make(database, keyring, actor.authority_id)

    def cut(connection: Connection) -> None:
        connection.execute(delete(EVENTS).where(EVENTS.c.position > 3))
        third = connection.execute(select(EVENTS.c.hash).where(EVENTS.c.position == 3)).scalar_one()
        connection.execute(update(CHAINS).values(position=3, hash=third))

    tamper(database, cut)
    verdict = proof.verify(database, actor.authority_id, keyring)
    assert verdict == proof.Verdict(3, "a checkpoint speaks of 5 events, the chain has 3", 0)
    with pytest.raises(Broken, match="the chain has 3"):
        make(database, keyring, actor.authority_id)
    with clock.at(clock.now() + AN_HOUR):
        assert make_due(database, keyring) == 0
    assert alarms(logged) == 1, "the worker says so, hour after hour"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("position", 2),
        ("hash", "1" * 64),
        ("made_at", clock.now()),
        ("key_id", "0" * 32),
        ("signature", "ab" * 64),
    ],
)
def test_a_changed_checkpoint(
    database: Database, actor: Actor, keyring: Keyring, column: str, value: object
) -> None:
    grow(database, actor, 3)
    make(database, keyring, actor.authority_id)
    tamper(database, lambda connection: connection.execute(update(CHECKPOINTS).values({column: value})))
    assert proof.verify(database, actor.authority_id, keyring).fault


def test_a_neighbours_checkpoint_vouches_for_nothing(
    database: Database, actor: Actor, neighbour: Actor, keyring: Keyring
) -> None:
    grow(database, neighbour, 1)
    theirs = make(database, keyring, neighbour.authority_id)
    assert theirs is not None
    grow(database, actor, 1)
    assert proof.verify(database, actor.authority_id, keyring, [theirs]).fault

    def give(connection: Connection) -> None:
        row = connection.execute(select(CHECKPOINTS)).one()._asdict()
        connection.execute(delete(CHECKPOINTS))
        connection.execute(insert(CHECKPOINTS).values({**row, "authority_id": actor.authority_id}))

    tamper(database, give)
    assert proof.verify(database, actor.authority_id, keyring).fault


def test_a_renewed_key_signs_anew_and_the_former_is_trusted(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    file = tmp_path / "journal.pem"
    first = keys.create(file)
    grow(database, actor, 2)
    make(database, first, actor.authority_id)
    second = keys.renew(file)
    assert make(database, second, actor.authority_id), "the new key vouches for what the former did"
    third = keys.renew(file)
    loaded = keys.load(file)
    assert list(loaded.trusted) == [third.key_id, second.key_id, first.key_id]
    assert proof.verify(database, actor.authority_id, loaded) == proof.Verdict(2, None, 2)
    assert proof.verify(database, actor.authority_id, first).fault, "the first never knew the second"


class TestKeys:
    def test_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "below" / "journal.pem"
        keys.create(file)
        assert file.stat().st_mode & 0o777 == 0o600
        keys.renew(file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in file.parent.iterdir()] == ["journal.pem"]

    def test_never_written_over(self, tmp_path: Path) -> None:
        made = keys.create(tmp_path / "journal.pem")
        with pytest.raises(FileExistsError):
            keys.create(tmp_path / "journal.pem")
        assert keys.load(tmp_path / "journal.pem").key_id == made.key_id

    @pytest.mark.parametrize("content", [b"", b"no key\n", b"-----BEGIN PRIVATE KEY-----\n"])
    def test_something_else(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "journal.pem").write_bytes(content)
        with pytest.raises(ValueError, match=r"."):
            keys.load(tmp_path / "journal.pem")

    def test_a_signature_is_of_one_message_by_one_key(self, tmp_path: Path) -> None:
        ours, other = keys.create(tmp_path / "a.pem"), keys.create(tmp_path / "b.pem")
        signature = ours.sign(b"message")
        assert ours.holds(ours.key_id, b"message", signature)
        assert not ours.holds(ours.key_id, b"messagE", signature)
        assert not ours.holds(ours.key_id, b"message", other.sign(b"message"))
        assert not ours.holds(other.key_id, b"message", other.sign(b"message"))
        assert not ours.holds(ours.key_id, b"message", "not hexadecimal")


def test_a_word_is_over_every_part_of_it(database: Database, actor: Actor, keyring: Keyring) -> None:
    grow(database, actor, 1)
    made = make(database, keyring, actor.authority_id)
    assert made is not None
    for changed in (
        replace(made, position=2),
        replace(made, hash="1" * 64),
        replace(made, made_at=made.made_at + timedelta(microseconds=1)),
    ):
        assert not keyring.holds(changed.key_id, changed.message, changed.signature)
