"""The clauses of a draft, checked against those that they come from.

What a clause is held to (`Held`): the kind of the clause that has its key; whether it may be left out; and, where it
protects, its words. A mandatory clause is only ever strengthened: its title, its text and its plain version begin word
for word as one of its `bases`, what is added comes after in paragraphs of its own, and its deadline is the same or
sooner. That an addition takes nothing back is the word of the mandate itself (its clause on what a signature means).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import Session, col

from app.kit.i18n import _
from app.kit.problems import FieldError
from app.mandates import wording
from app.mandates.lifecycle import ClauseKind
from app.mandates.model_mandate import PLACEHOLDERS, unknown_placeholders
from app.mandates.models import Mandate, MandateClause
from app.mandates.problems import InvalidMandate

Clause = Mapping[str, Any]
"""`key`, `kind`, `mandatory`, `title`, `text`, `plain` and `deadline` (`days`, `owner`, `what`, or None)."""

ALTERED: Final = _(
    "« {title} » protège tout le monde : gardez ses mots tels quels. Pour la renforcer, ajoutez un paragraphe après."
)
STRANGE: Final = _("Rien ne remplit {strange}. Mots possibles entre accolades : {known}.")
KNOWN: Final = list(PLACEHOLDERS)
POSTPONED: Final = _("L'échéance de « {title} » ne se retire pas et ne recule pas : elle peut être avancée.")


@dataclass(frozen=True, slots=True)
class Held:
    """What a clause is held to. Without `bases` its words are free."""

    kind: ClauseKind
    mandatory: bool
    title: str
    bases: Sequence[Clause] = ()
    deadline: Mapping[str, Any] | None = None


def held_by_model(clauses: Iterable[Clause]) -> dict[str, Held]:
    """What the clauses of a mandate are held to by those of the model that it cites."""
    return {
        clause["key"]: Held(
            clause["kind"],
            clause["mandatory"],
            clause["title"],
            [clause] if clause["mandatory"] else [],
            clause["deadline"],
        )
        for clause in clauses
    }


def held_by_itself(clauses: Iterable[Clause]) -> dict[str, Held]:
    """What those of a mandate that cites no version are held to: to stay, where they are mandatory."""
    return {
        clause["key"]: Held(clause["kind"], clause["mandatory"], clause["title"], (), clause["deadline"])
        for clause in clauses
    }


def checked(
    written: Iterable[Clause], held: Mapping[str, Held], *, may_oblige: bool = False
) -> list[dict[str, Any]]:
    """The clauses with what they are held to. `may_oblige`: a clause says itself whether it is mandatory.

    A deadline left out is that of the clause it comes from; null is none. Raises `InvalidMandate`, naming each clause
    that is wrong or missing.
    """
    errors: list[FieldError] = []
    found: dict[str, dict[str, Any]] = {}
    for position, clause in enumerate(written):
        if clause["key"] in found:
            sentence = _("Cette clé désigne déjà une autre clause.")
            errors.append(FieldError(f"clauses.{position}.key", sentence))
        to = held.get(clause["key"])
        made = {
            **clause,
            "kind": to.kind if to else clause.get("kind", ClauseKind.OTHER),
            "mandatory": (to is not None and to.mandatory) or (may_oblige and clause.get("mandatory", False)),
            "deadline": clause.get("deadline", to.deadline if to else None),
        }
        wrong = list(_placeholder_errors(position, clause))
        if not wrong and to and to.bases:
            wrong = _strengthen(position, made, to)
        errors += wrong
        found[clause["key"]] = made
    missing = [to.title for key, to in held.items() if to.mandatory and key not in found]
    if missing:
        sentence = _("Ces clauses protègent tout le monde et restent dans chaque mandat : {missing}.")
        errors.append(FieldError("clauses", sentence.format(missing=missing)))
    if errors:
        raise InvalidMandate(errors=errors)
    return list(found.values())


def columns(clause: Clause) -> dict[str, Any]:
    """The clause as its table holds it."""
    deadline = clause["deadline"] or {}
    kept = {name: clause[name] for name in ("key", "kind", "mandatory", "title", "text", "plain")}
    return kept | {f"deadline_{name}": deadline.get(name) for name in ("days", "owner", "what")}


def write(session: Session, mandate: Mandate, clauses: Iterable[Clause]) -> None:
    """Replace the clauses of a draft."""
    session.execute(delete(MandateClause).where(col(MandateClause.mandate_id) == mandate.id))
    session.add_all(
        MandateClause(
            authority_id=mandate.authority_id, mandate_id=mandate.id, position=position, **columns(clause)
        )
        for position, clause in enumerate(clauses, start=1)
    )
    session.flush()


def held_of(session: Session, mandate: Mandate) -> dict[str, Held]:
    """What the clauses of this mandate are held to."""
    if mandate.model_id is None:
        return held_by_itself(wording.clauses(session, mandate.id))
    return held_by_model(wording.model_clauses(session, mandate.model_id))


def strengthened(base: str, text: str) -> str | None:
    """`text`, where it is `base` word for word and maybe more in paragraphs after; None where it is not.

    Spaces and line breaks count for nothing inside the base, which is given back exactly.
    """
    rest = text
    for word in base.split():
        rest = rest.lstrip()
        if not rest.startswith(word):
            return None
        rest = rest[len(word) :]
        if rest and not rest[0].isspace():
            return None
    added = rest.strip()
    if not added:
        return base
    return f"{base}\n\n{added}" if "\n" in rest[: len(rest) - len(rest.lstrip())] else None


def _strengthen(position: int, clause: dict[str, Any], to: Held) -> list[FieldError]:
    """Bring the clause to the words of its base. What is wrong with it, by field."""
    reads: dict[str, Callable[[str, str], str | None]] = {
        "title": lambda base, text: base if base.split() == text.split() else None,
        "text": strengthened,
        "plain": strengthened,
    }
    readings = [
        {name: read(str(base[name]), str(clause[name])) for name, read in reads.items()} for base in to.bases
    ]
    best = max(readings, key=lambda reading: sum(text is not None for text in reading.values()))
    errors = [
        FieldError(f"clauses.{position}.{name}", ALTERED.format(title=to.title))
        for name, text in best.items()
        if text is None
    ]
    clause.update({name: text for name, text in best.items() if text is not None})
    mine, theirs = clause["deadline"], to.deadline
    if theirs and not (
        mine
        and mine["days"] <= theirs["days"]
        and (mine["owner"], mine["what"]) == (theirs["owner"], theirs["what"])
    ):
        errors.append(FieldError(f"clauses.{position}.deadline", POSTPONED.format(title=to.title)))
    return errors


def _placeholder_errors(position: int, clause: Clause) -> Iterable[FieldError]:
    for field in ("text", "plain"):
        if strange := unknown_placeholders(clause[field]):
            braces = [f"{{{name}}}" for name in strange]
            yield FieldError(f"clauses.{position}.{field}", STRANGE.format(strange=braces, known=KNOWN))
