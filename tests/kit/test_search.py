"""French full text, the same on both databases."""

import random
import string
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Index, Text, insert, select, text

from app.kit import search
from app.kit.database import Database
from app.kit.ids import new_id
from tests.kit.small import scratch_table
from tests.support.database import owning


def found(database: Database, rows: list[str], wanted: str | None) -> list[str]:
    """Those of `rows` that the database finds."""
    stems: Column[Any] = Column("search", Text)
    with scratch_table(database, Column("body", Text), stems) as table, database.writer.begin() as connection:
        for row in rows:
            connection.execute(insert(table).values(id=new_id(), body=row, search=search.stems(row)))
        statement = select(table.c.body).order_by(table.c.id)
        if wanted is None:
            return list(connection.execute(statement).scalars())
        return list(
            connection.execute(statement.where(search.matching(table.c.search, "q")), {"q": wanted}).scalars()
        )


class TestStems:
    @pytest.mark.parametrize(
        ("written", "asked"),
        [
            ("Les congés se posent", "conge"),
            ("l'œuvre", "oeuvre"),
            ("Élève", "eleves"),
            ("NOUVELLES DEMANDES", "nouvelle demande"),
            ("badge n°12B", "12b"),
            ("aujourd’hui", "aujourd'hui"),
            ("ﬁche", "fiche"),
        ],
    )
    def test_forms_of_one_word_agree(self, written: str, asked: str) -> None:
        assert set(search.stems(asked).split()) <= set(search.stems(written).split())

    def test_small_words_count_for_nothing(self) -> None:
        assert search.stems("le de la les d'un, et à ?") == ""
        assert search.query("le de la") is None
        assert search.query("") is None
        assert search.query("!? «»") is None

    def test_each_once(self) -> None:
        assert search.stems("portail", "Portails, portail") == "portail"

    def test_what_is_too_long_for_a_word_is_cut(self) -> None:
        assert len(search.stems("x" * 5000)) <= search.MAX_WORD

    def test_threads(self) -> None:
        """A stemmer keeps state: each thread has its own."""
        expected = search.stems("Les congés se posent sur trois formulaires")
        wrong: list[str] = []

        def stem() -> None:
            stems = (search.stems("Les congés se posent sur trois formulaires") for _ in range(300))
            wrong.extend(found for found in stems if found != expected)

        threads = [threading.Thread(target=stem) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


class TestMatches:
    ROWS = ("Le portail du dépôt", "Les portails et les grilles", "La grille de congés", "")

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("portail", [0, 1]),
            ("PORTAILS", [0, 1]),
            ("grilles portail", [1]),
            ("depot", [0]),
            ("conge", [2]),
            ("port", []),
            ("portail' | 'x", []),
            ("a:* & !b", []),
        ],
    )
    def test_every_word_must_be_there(self, database: Database, asked: str, expected: list[int]) -> None:
        assert found(database, list(self.ROWS), search.query(asked)) == [self.ROWS[n] for n in expected]

    def test_a_word_of_any_length(self, database: Database) -> None:
        """An index entry of PostgreSQL has a bound, which five thousand letters in a row pass."""
        letters = "".join(random.Random(1).choices(string.ascii_lowercase, k=5000))
        stems: Column[Any] = Column("search", Text)
        with scratch_table(database, stems) as table, owning(database) as connection:
            if not database.is_sqlite:
                lexemes = text("array_to_tsvector(string_to_array(search, ' '))")
                Index("ix_scratch_search", lexemes, postgresql_using="gin", _table=table).create(connection)
            row = {"id": new_id(), "search": search.stems(letters + " portail")}
            connection.execute(insert(table).values(row))
            clause = search.matching(table.c.search, "q")
            for asked in ("portail", letters[:200]):
                assert connection.execute(select(table.c.id).where(clause), {"q": search.query(asked)}).all()

    @settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(row=st.text(max_size=60), asked=st.text(min_size=1, max_size=30))
    def test_any_text_against_any_question(self, database: Database, row: str, asked: str) -> None:
        wanted = search.query(asked)
        expected = wanted is None or set(search.stems(asked).split()) <= set(search.stems(row).split())
        with database.read() as connection:
            clause = search.matches(text(":row"), text(":wanted"))
            if wanted is None:
                return
            held = connection.execute(
                select(clause), {"row": search.stems(row), "wanted": wanted}
            ).scalar_one()
        assert bool(held) is expected
