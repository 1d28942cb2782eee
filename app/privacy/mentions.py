"""Where other people's texts name somebody: a comment that greets them, a note that quotes their address.

Their name, address, telephone and matricule are taken out of every text of the authority, but for signed acts and the
journal, which holds none. What names somebody otherwise (a nickname, a function) no machine finds: a reader does.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Table, Text, delete, func, or_, select, update
from sqlmodel import AutoString, Session

from app.access.personal import Fate, declared
from app.kit.columns import metadata
from app.kit.search import stems

ERASED: Final = "[effacé]"

ACTS: Final = frozenset({"events", "mandate_documents", "mandate_clauses", "erasures", "journal_checkpoints"})
"""Tables whose rows are proof, beside those that rooms declare as kept."""

SEARCHED: Final = {
    "irritants": ("title", "description", "impact"),
    "solutions": ("title", "problem", "description", "how_to_adopt", "to_adapt", "cost", "result"),
}
"""Texts that a column `search` is made of."""

_SHORTEST_MATRICULE: Final = 5
_TITLES: Final = r"(?:m\.|mr|mme|mlle|monsieur|madame|mademoiselle)"


def words_of(agent: Any) -> list[str]:
    """What names an agent in a text, longest first. A matricule of four digits would be any number."""
    words = {
        f"{agent.given_name} {agent.family_name}",
        f"{agent.family_name} {agent.given_name}",
        *filter(None, (agent.email, agent.phone)),
    }
    if len(agent.hr_id) >= _SHORTEST_MATRICULE:
        words.add(agent.hr_id)
    return sorted(words, key=len, reverse=True)


def take_out(session: Session, agent: Any) -> dict[str, int]:
    """Take an agent's name out of every text; how many rows of each table held it."""
    words = words_of(agent)
    # A family name by itself may be any word: it is one after a title.
    spelt = [*map(re.escape, words), rf"{_TITLES}\s+{re.escape(agent.family_name)}"]
    pattern = re.compile("|".join(rf"(?<!\w){word}(?!\w)" for word in spelt), re.IGNORECASE)
    found = {}
    for table, columns in _texts():
        count = _rewrite(session, table, columns, agent.authority_id, [*words, agent.family_name], pattern)
        if count:
            found[table.name] = count
    if kept := _forget_answers(session, agent.authority_id, words):
        found["idempotency_keys"] = kept
    return found


def _texts() -> Iterator[tuple[Table, list[Any]]]:
    proof = ACTS | {one.table.name for one in declared() if one.fate is Fate.KEPT}
    for table in metadata.sorted_tables:
        if "authority_id" not in table.c or "id" not in table.c or table.name in proof | {"agents"}:
            continue
        columns = [
            column
            for column in table.columns
            if isinstance(column.type, (AutoString, Text))
            and not column.name.endswith(("_hash", "_salt"))
            and column.name not in {"search", "key"}
        ]
        if columns:
            yield table, columns


def _rewrite(
    session: Session, table: Table, columns: list[Any], authority_id: Any, words: list[str], pattern: Any
) -> int:
    holds = or_(*(func.lower(column).like(_like(word)) for column in columns for word in words))
    rows = session.execute(
        select(table.c.id, *columns).where(table.c.authority_id == authority_id, holds)
    ).all()
    count = 0
    for row in rows:
        old = {column.name: getattr(row, column.name) for column in columns}
        new = {name: pattern.sub(ERASED, text)[: _room(table.c[name])] for name, text in old.items() if text}
        values: dict[str, Any] = {name: text for name, text in new.items() if text != old[name]}
        if not values:
            continue
        if table.name in SEARCHED:
            values["search"] = stems(*(new.get(name, "") for name in SEARCHED[table.name]))
        if "version" in table.c:
            values["version"] = table.c.version + 1
        if "updated_at" in table.c:
            values["updated_at"] = table.c.updated_at
        session.execute(update(table).where(table.c.id == row.id).values(values))
        count += 1
    return count


def _room(column: Any) -> int | None:
    length: int | None = getattr(column.type, "length", None)
    return length


def _like(word: str) -> str:
    """A pattern that no text with the word escapes: SQLite folds the case of ASCII alone."""
    return f"%{''.join(letter if letter.isascii() and letter.isalnum() else '_' for letter in word.lower())}%"


def _forget_answers(session: Session, authority_id: Any, words: list[str]) -> int:
    """Answers kept for retries go where they name the person: a retry then does its work again, or is refused."""
    table = metadata.tables["idempotency_keys"]
    rows = session.execute(select(table.c.id, table.c.body).where(table.c.authority_id == authority_id))
    told = [word.lower() for word in words]
    naming = [
        row.id
        for row in rows
        if any(word in bytes(row.body).decode("utf-8", "replace").lower() for word in told)
    ]
    for row_id in naming:
        session.execute(delete(table).where(table.c.id == row_id))
    return len(naming)
