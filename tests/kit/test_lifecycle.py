"""Life cycles: the table itself, and moves that race."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, event, select
from sqlmodel import Session

from app.irritants.lifecycle import LIFECYCLE as IRRITANTS
from app.irritants.lifecycle import IrritantState
from app.irritants.models import Irritant
from app.kit.columns import Labelled
from app.kit.database import Database
from app.kit.i18n import _
from app.kit.lifecycle import Lifecycle, Move, change
from app.kit.problems import MoveRefused, NotFound, PreconditionFailed
from app.people.models import Directorate
from app.people.service import create_authority

ANYBODY = _("chacun")


class Door(Labelled):
    OPEN = "open", _("ouverte")
    SHUT = "shut", _("fermée")
    WALLED = "walled", _("murée")


CLOSE = Move("close", (Door.OPEN,), Door.SHUT, ANYBODY, _("Fermer"))
OPEN = Move("open", (Door.SHUT,), Door.OPEN, ANYBODY, _("Ouvrir"))
WALL = Move("wall", (Door.OPEN, Door.SHUT), Door.WALLED, ANYBODY, _("Murer"))
DOORS = Lifecycle("door", Door.OPEN, [CLOSE, OPEN, WALL], title=_("Porte"))


class TestTable:
    def test_what_is_possible(self) -> None:
        assert DOORS.possible(Door.OPEN) == ("close", "wall")
        assert DOORS.possible(Door.SHUT) == ("open", "wall")
        assert DOORS.possible(Door.WALLED) == ()

    def test_a_verb_stands_once(self) -> None:
        with pytest.raises(ValueError, match="door: a verb stands twice"):
            Lifecycle("door", Door.OPEN, [CLOSE, CLOSE], title=_("Porte"))

    @pytest.mark.parametrize("state", Door)
    @pytest.mark.parametrize("move", DOORS.moves, ids=lambda move: move.verb)
    def test_check(self, state: Door, move: Move[Door]) -> None:
        if state in move.sources:
            DOORS.check(state, move.verb)
            return
        with pytest.raises(MoveRefused) as refused:
            DOORS.check(state, move.verb)
        assert refused.value.extensions == {
            "state": state.value,
            "possible_moves": list(DOORS.possible(state)),
        }

    def test_a_refusal_says_what_is_possible(self) -> None:
        assert str(DOORS.refusal(Door.SHUT, "close").detail) == (
            "« Fermer » n'est pas possible dans l'état « fermée ». Gestes possibles : Ouvrir, Murer."
        )
        assert str(DOORS.refusal(Door.WALLED, "open").detail) == (
            "« Ouvrir » n'est plus possible : l'état « murée » est définitif."
        )


@pytest.fixture
def irritant(database: Database) -> Irritant:
    """An irritant just reported, as read by whoever will change it."""
    with database.transaction() as session:
        authority = create_authority(session, slug="valmoret", name="Ville de Valmoret")
        directorate = Directorate(authority_id=authority.id, code="DEP", name="Espaces publics")
        session.add(directorate)
        session.flush()
        row = Irritant(
            authority_id=authority.id, directorate_id=directorate.id, title="Portail", description="Bloqué"
        )
        session.add(row)
    return row


def stored(database: Database, row: Irritant) -> Irritant:
    with database.session() as session:
        return session.get_one(Irritant, row.id)


@contextmanager
def writing(database: Database, row: Irritant) -> Iterator[tuple[Session, Irritant]]:
    """A transaction that has read `row`."""
    with database.transaction() as session:
        yield session, session.get_one(Irritant, row.id)


class TestApply:
    def test_moves_and_sets(self, database: Database, irritant: Irritant) -> None:
        with writing(database, irritant) as (session, row):
            IRRITANTS.apply(session, row, "decline", reason="Déjà commandé.")
            assert (row.state, row.reason, row.version) == (IrritantState.DECLINED, "Déjà commandé.", 2)
        after = stored(database, irritant)
        assert (after.state, after.reason, after.version) == (IrritantState.DECLINED, "Déjà commandé.", 2)
        assert after.updated_at > after.created_at

    def test_writes_once(self, database: Database, irritant: Irritant) -> None:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("UPDATE"):
                seen.append(statement)

        event.listen(database.writer, "before_cursor_execute", note)
        with writing(database, irritant) as (session, row):
            IRRITANTS.apply(session, row, "qualify")
        assert len(seen) == 1

    def test_goes_by_what_the_database_says(self, database: Database, irritant: Irritant) -> None:
        """Not by the row in memory, which may be old."""
        with writing(database, irritant) as (session, row):
            row_elsewhere = Irritant.model_validate(row.model_dump())
            IRRITANTS.apply(session, row, "qualify")
            with pytest.raises(MoveRefused) as refused:
                IRRITANTS.apply(session, row_elsewhere, "qualify")
        assert refused.value.extensions["state"] == "qualified"

    def test_a_row_that_is_gone(self, database: Database, irritant: Irritant) -> None:
        with writing(database, irritant) as (session, row):
            session.execute(delete(Irritant).execution_options(synchronize_session=False))
            with pytest.raises(NotFound):
                IRRITANTS.apply(session, row, "qualify")
            session.expunge(row)

    def test_one_of_many_wins(self, database: Database, irritant: Irritant) -> None:
        outcomes: list[str] = []
        barrier = threading.Barrier(6)

        def move(verb: str) -> None:
            barrier.wait()
            try:
                with writing(database, irritant) as (session, row):
                    IRRITANTS.apply(session, row, verb)
                outcomes.append(verb)
            except MoveRefused:
                outcomes.append("refused")

        threads = [threading.Thread(target=move, args=(verb,)) for verb in ["qualify", "decline"] * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = [outcome for outcome in outcomes if outcome != "refused"]
        # To decline what was just qualified is allowed; the other way round is not, and nothing happens twice.
        assert done in (["qualify"], ["decline"], ["qualify", "decline"])
        assert stored(database, irritant).version == 1 + len(done)


class TestChange:
    def test_sets(self, database: Database, irritant: Irritant) -> None:
        with writing(database, irritant) as (session, row):
            change(session, row, title="Portail nord", impact="Vingt minutes")
            assert (row.title, row.version) == ("Portail nord", 2)
        after = stored(database, irritant)
        assert (after.title, after.impact, after.version) == ("Portail nord", "Vingt minutes", 2)

    def test_stale(self, database: Database, irritant: Irritant) -> None:
        with writing(database, irritant) as (session, row):
            change(session, row, title="Portail nord")
        with database.transaction() as session, pytest.raises(PreconditionFailed):
            change(session, irritant, title="Portail sud")
        assert stored(database, irritant).title == "Portail nord"

    def test_no_edit_is_lost(self, database: Database, irritant: Irritant) -> None:
        """Everybody adds a word to what they read; whoever read an old text is told so, and tries again."""

        def add(word: str) -> None:
            while True:
                try:
                    with writing(database, irritant) as (session, row):
                        change(session, row, title=f"{row.title} {word}")
                    return
                except PreconditionFailed:
                    continue

        threads = [threading.Thread(target=add, args=(str(n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.read() as connection:
            title, version = connection.execute(select(Irritant.title, Irritant.version)).one()  # type: ignore[call-overload]
        assert sorted(title.split()[1:]) == [str(n) for n in range(8)]
        assert version == 9
