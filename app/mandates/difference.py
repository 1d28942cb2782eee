"""What changed from one version of a mandate to another: clause by clause, word by word.

Pure: two documents as `wording.read` makes them (or the clauses alone) give what was added, removed, moved and changed.
A run of words says what became of it in itself (`Run.change`), so that a page or a PDF shows it by `<ins>` and `<del>`,
or `in_words`, and never by colour alone.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from app.kit.columns import Labelled
from app.kit.i18n import _


class Change(Labelled):
    SAME = "same", _("inchangé")
    ADDED = "added", _("ajouté")
    REMOVED = "removed", _("retiré")
    CHANGED = "changed", _("modifié")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words that were kept, added or removed, spaces included."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class ClauseDifference:
    """One clause. `position` is where it stands in the version it is in, from 1; None where it is not.

    `moved`: it stands elsewhere among the clauses that both versions have. The runs of `title`, `text` and `plain`
    joined without the removed ones give the later version, without the added ones the former. `facts` are the other
    properties that changed (`kind`, `mandatory`, a deadline), with both values.
    """

    key: str
    change: Change
    moved: bool
    position_before: int | None
    position_after: int | None
    title: tuple[Run, ...]
    text: tuple[Run, ...]
    plain: tuple[Run, ...]
    facts: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one document to another. `facts` are what is no text: dates, people, parameters, half-days."""

    title: tuple[Run, ...]
    preamble: tuple[Run, ...]
    clauses: tuple[ClauseDifference, ...]
    facts: Mapping[str, tuple[Any, Any]]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all changed."""
        changed = any(run.change is not Change.SAME for run in (*self.title, *self.preamble))
        return not changed and not self.facts and not any(differs(clause) for clause in self.clauses)


FACTS: Final = ("starts_on", "ends_on", "team", "client_directorate", "sponsor", "charter_id")
_CLAUSE_FACTS: Final = ("kind", "mandatory", "deadline")
_WORD = re.compile(r"\n\s*|[^\S\n]+|\w+[’']|\w+(?:-\w+)*|[^\w\s]")
_COMPARISONS: Final = 1_000_000
"""Up to so many equal pairs of words, every word counts; beyond, difflib passes over the most frequent ones."""
_ISLAND: Final = 3
"""A word no longer than this between two changes reads better as part of them."""


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """The difference between two documents: `title`, `preamble`, `clauses`, and the facts that both hold."""
    return Difference(
        title=words(before.get("title", ""), after.get("title", "")),
        preamble=words(before.get("preamble", ""), after.get("preamble", "")),
        clauses=tuple(of_clauses(before["clauses"], after["clauses"])),
        facts=dict(_facts(before, after)),
    )


def of_clauses(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[ClauseDifference]:
    """Each clause of the later version in its order, then a removed one after the clause that it used to follow.

    A clause has a `key`, unique in its version, a `title`, a `text` and a `plain`.
    """
    olds = {clause["key"]: (place, clause) for place, clause in enumerate(before, start=1)}
    news = {clause["key"]: (place, clause) for place, clause in enumerate(after, start=1)}
    moved = _moved([key for key in olds if key in news], {key: place for key, (place, _c) in news.items()})
    for key in _merged(list(olds), list(news)):
        old_place, old = olds.get(key, (None, _NOTHING))
        new_place, new = news.get(key, (None, _NOTHING))
        runs = [words(old[field], new[field]) for field in ("title", "text", "plain")]
        facts = (
            {name: pair for name in _CLAUSE_FACTS if (pair := (old.get(name), new.get(name)))[0] != pair[1]}
            if old_place and new_place
            else {}
        )
        changed = bool(facts) or any(run.change is not Change.SAME for field in runs for run in field)
        yield ClauseDifference(
            key=key,
            change=Change.ADDED
            if old_place is None
            else Change.REMOVED
            if new_place is None
            else Change.CHANGED
            if changed
            else Change.SAME,
            moved=key in moved,
            position_before=old_place,
            position_after=new_place,
            title=runs[0],
            text=runs[1],
            plain=runs[2],
            facts=facts,
        )


def differs(clause: ClauseDifference) -> bool:
    """Whether there is something to show of a clause."""
    return clause.moved or clause.change is not Change.SAME


def words(before: str, after: str) -> tuple[Run, ...]:
    """The runs of words of two texts, lines that both have left whole."""
    if before == after:
        return (Run(Change.SAME, after),) if after else ()
    olds, news = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Run] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        old, new = "".join(olds[i1:i2]), "".join(news[j1:j2])
        found += [Run(Change.SAME, new)] if tag == "equal" else _words(old, new)
    return _joined(found)


def in_words(runs: Iterable[Run]) -> str:
    """The runs in one plain text: `[retiré : six mois] [ajouté : huit mois]`."""
    said = []
    for run in runs:
        inner = run.text.strip()
        if run.change is Change.SAME or not inner:
            said.append(run.text)
            continue
        lead, tail = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
        said.append(f"{lead}[{run.change.label}\N{NO-BREAK SPACE}: {inner}]{tail}")
    return re.sub(r"\](?=\[)", "] ", "".join(said))


_NOTHING: Final = {"title": "", "text": "", "plain": ""}


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name in FACTS:
        old, new = before.get(name), after.get(name)
        if name in before and name in after and str(_id(old)) != str(_id(new)):
            yield name, (old, new)
    olds, news = before.get("parameters", {}), after.get("parameters", {})
    for name in olds:
        if name in news and olds[name] != news[name]:
            yield name, (olds[name], news[name])
    if "half_days" in before and "half_days" in after:
        old_days, new_days = (
            sorted((str(d["agent_id"]), str(d["weekday"]), str(d["half"]), d["relief"]) for d in each)
            for each in (before["half_days"], after["half_days"])
        )
        if old_days != new_days:
            yield "half_days", (before["half_days"], after["half_days"])


def _id(value: Any) -> Any:
    """Somebody renamed is still the same."""
    return value["id"] if isinstance(value, Mapping) else value


def _merged(olds: Sequence[str], news: Sequence[str]) -> Iterator[str]:
    """The keys of the later version, each followed by those removed after it."""
    kept = set(news)
    following: dict[str | None, list[str]] = {}
    last: str | None = None
    for key in olds:
        if key in kept:
            last = key
        else:
            following.setdefault(last, []).append(key)
    yield from following.get(None, ())
    for key in news:
        yield key
        yield from following.get(key, ())


def _moved(common: Sequence[str], places: Mapping[str, int]) -> set[str]:
    """The fewest of these keys that explain the new order: all but a longest increasing run of places."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, key in enumerate(common):
        at = bisect_left(tails, places[key])
        tails[at:] = [places[key], *tails[at + 1 :]]
        ends[at:] = [index, *ends[at + 1 :]]
        before.append(ends[at - 1] if at else None)
    stayed: set[str] = set()
    step = ends[-1] if ends else None
    while step is not None:
        stayed.add(common[step])
        step = before[step]
    return set(common) - stayed


def _words(before: str, after: str) -> Iterator[Run]:
    olds, news = _WORD.findall(before), _WORD.findall(after)
    seen, again = Counter(olds), Counter(news)
    heavy = sum(count * again[word] for word, count in seen.items()) > _COMPARISONS
    codes = SequenceMatcher(None, olds, news, autojunk=heavy).get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(codes):
        old, new = "".join(olds[i1:i2]), "".join(news[j1:j2])
        island = tag == "equal" and 0 < number < len(codes) - 1 and len(new.strip()) <= _ISLAND
        if tag == "equal" and not (island and "\n" not in new):
            yield Run(Change.SAME, new)
            continue
        if old:
            yield Run(Change.REMOVED, old)
        if new:
            yield Run(Change.ADDED, new)


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Between two kept runs, one removed and one added at most, in that order."""
    found: list[Run] = []
    for same, group in groupby(runs, key=lambda run: run.change is Change.SAME):
        together = list(group)
        texts = (
            (change, "".join(run.text for run in together if run.change is change))
            for change in ((Change.SAME,) if same else (Change.REMOVED, Change.ADDED))
        )
        found.extend(Run(change, text) for change, text in texts if text)
    return tuple(found)
