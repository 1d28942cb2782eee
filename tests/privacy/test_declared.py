"""Everything that leads to a person is declared by the room that holds it."""

import re

from app.access.personal import Fate, declared, periods
from app.kit.columns import metadata
from app.main import compose
from app.privacy.wording import COLUMNS, MACHINE

compose()

TELLING = re.compile(
    r"^(hr_id|matricule|civility|.*name|email|mail|phone|.*recipient|address|user_agent|id_token|subject|caller|asked_by)$"
)
"""Columns whose names say that they may tell who somebody is."""

NOBODYS = {
    ("api_clients", "name"): "a machine's",
    ("authorities", "name"): "the authority's",
    ("directorates", "name"): "a directorate's",
    ("identity_providers", "name"): "a service's",
    ("identity_providers", "secret_name"): "a setting's",
    ("mails", "subject"): "a sentence of ours; its row goes with the person's",
    ("programmes", "name"): "a programme's",
    ("teams", "name"): "a team's, from which a person's would be taken out",
    ("access_tokens", "name"): "a token's, whose row goes with the person's",
}


def leading() -> set[tuple[str, str]]:
    """The columns that lead to a person: by a foreign key, or by what they say."""
    return {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "agents.id" for key in column.foreign_keys)
        or TELLING.match(column.name)
    } - NOBODYS.keys()


def covered() -> set[tuple[str, str]]:
    return {column for data in declared() for column in data.covers()}


def test_every_column_that_leads_to_a_person_is_declared() -> None:
    assert sorted(leading() - covered()) == [], "declare them in the room's personal.py"


def test_what_is_declared_is_there() -> None:
    everything = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    assert sorted(covered() - everything) == []
    assert sorted(NOBODYS.keys() - everything) == []


def test_a_forgotten_column_would_be_found() -> None:
    assert ("irritant_comments", "author_id") in leading()
    assert ("agents", "email") in leading()
    assert ("web_sessions", "address") in leading()


def test_what_stays_says_on_what_ground() -> None:
    for data in declared():
        if data.fate in {Fate.KEPT, Fate.UNNAMED}:
            assert data.why, data.kind


def test_blanks_fit_their_columns() -> None:
    for data in declared():
        for name, value in data.blank.items():
            assert value is not None or data.table.c[name].nullable, (data.kind, name)


def test_no_secret_is_copied() -> None:
    for data in declared():
        for column in data.columns():
            assert not re.search(r"hash|salt|secret|id_token|ciphertext|wrapped", column.name), data.kind


def test_every_copied_column_has_a_word_for_its_person() -> None:
    for data in declared():
        for column in data.columns() if data.copied else ():
            kind = type(getattr(column, "type", None)).__name__
            assert kind == "Uuid" or column.name in COLUMNS.keys() | MACHINE, (data.kind, column.name)


def test_periods_are_within_their_bounds() -> None:
    assert len({period.kind for period in periods()}) == len(periods())
    for period in periods():
        assert (period.due is None) == (period.purge is None)
        assert period.months is None or period.least <= period.months <= period.most
        assert not period.is_settable or period.months
