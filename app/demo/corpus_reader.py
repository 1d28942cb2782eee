"""The French corpus of the demonstration authority, typed: `load()` reads `app/demo/corpus/*.toml` once.

Everything is frozen, and an unknown field or an unknown word is an error at reading. Weeks are counted back from
the day of the demonstration (`*_weeks_ago`) or forward from a team's first week (`week`, from 1).
"""

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")

Half = Literal["morning", "afternoon"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")

IrritantState = Literal[
    "submitted", "qualified", "selected", "in_progress", "resolved", "reopened", "merged", "declined"
]
Frequency = Literal["daily", "weekly", "monthly", "seldom"]
Flag = Literal["protected", "from_the_field", "cross_directorate", "safety", "quick_win", "late"]
CommentKind = Literal["same_problem", "detail", "doubt", "idea", "thanks", "service_answer", "lab_answer"]
CallState = Literal["open", "concluded"]
TeamState = Literal["forming", "mandated", "concluded"]
Phase = Literal[
    "investigation",
    "construction",
    "acceleration",
    "consolidation",
    "transferred",
    "operated",
    "stopped",
]
Mandate = Literal[
    "draft",
    "in_signature",
    "refused",  # in signature, then back to draft with the reason of one releasing manager
    "active",
    "suspended",
    "completed",
    "terminated",
    "expired",
]
Visibility = Literal["team", "programme", "authority"]
Side = Literal["team", "client"]
SolutionState = Literal["draft", "published", "retired"]
AdoptionState = Literal["interested", "adapting", "in_use", "dropped"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a corpus file."""


class Irritant(Row, frozen=True):
    key: str
    directorate: str
    service: str
    theme: str
    title: str
    description: str
    impact: str
    frequency: Frequency
    state: IrritantState
    weight: int
    flags: tuple[Flag, ...] = ()
    answer: str | None = None
    merged_into: str | None = None


class Comment(Row, frozen=True):
    irritant: str
    directorate: str
    kind: CommentKind
    text: str


class Call(Row, frozen=True):
    key: str
    title: str
    text: str
    opens_weeks_ago: int
    closes_weeks_ago: int
    state: CallState
    irritants: tuple[str, ...]
    concluded_weeks_ago: int | None = None


class Motivation(Row, frozen=True):
    directorate: str
    text: str
    irritant: str | None = None


class Member(Row, frozen=True):
    directorate: str
    service: str
    post: str
    relief: str


class PhaseEntry(Row, frozen=True):
    phase: Phase
    week: int
    learned: str


class LogEntry(Row, frozen=True):
    week: int
    member: int
    visibility: Visibility
    text: str


class Obstacle(Row, frozen=True):
    owner: Literal["team", "client", "sponsor"]
    text: str


class Decision(Row, frozen=True):
    power: Literal["both", "client", "sponsor"]
    text: str


class Commitment(Row, frozen=True):
    side: Side
    who: str
    text: str
    due_weeks: int
    outcome: Literal["open", "kept", "broken", "dropped"]


class FollowUp(Row, frozen=True):
    """`held` has both reports; `missed` says why instead."""

    week: int
    state: Literal["held", "missed"]
    team_report: str = ""
    client_report: str = ""
    obstacles: tuple[Obstacle, ...] = ()
    decisions: tuple[Decision, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    missed_because: str | None = None


class Team(Row, frozen=True):
    key: str
    name: str
    irritant: str
    call: str
    client: str
    sponsor: str
    weekday: Weekday
    half: Half
    began_weeks_ago: int
    terms: int
    mandate: Mandate
    purpose: str
    problem: str
    expected_result: str
    how_known: str
    means: tuple[str, ...]
    members: tuple[Member, ...]
    phases: tuple[PhaseEntry, ...]
    log: tuple[LogEntry, ...]
    follow_ups: tuple[FollowUp, ...] = ()
    lessons: tuple[str, ...] = ()
    ended_week: int | None = None
    suspended_week: int | None = None
    blocking_member: int | None = None
    mandate_reason: str | None = None

    @property
    def state(self) -> TeamState:
        match self.mandate:
            case "draft" | "in_signature" | "refused":
                return "forming"
            case "active" | "suspended":
                return "mandated"
            case "completed" | "terminated" | "expired":
                return "concluded"

    @property
    def phase(self) -> Phase:
        return self.phases[-1].phase

    @property
    def last_week(self) -> int:
        """The last week that has been lived, at the day of the demonstration."""
        return self.began_weeks_ago if self.ended_week is None else self.ended_week

    def monday(self, week: int, today: date) -> date:
        """The Monday of a week of this team, for a demonstration that runs on `today`."""
        this_monday = today - timedelta(days=today.weekday())
        return this_monday + timedelta(weeks=week - 1 - self.began_weeks_ago)

    def slot(self, week: int, today: date) -> date:
        """The day of the team's protected half-day in a week of its own."""
        return self.monday(week, today) + timedelta(days=WEEKDAYS.index(self.weekday))


class Encroachment(Row, frozen=True):
    """`function` asked for it. Without `make_good`, it is still owed."""

    directorate: str
    asked_by: Literal["manager", "directorate", "urgency"]
    function: str
    reason: str
    make_good: str | None = None


class Adoption(Row, frozen=True):
    directorate: str
    state: AdoptionState
    weeks_ago: int
    note: str
    reason: str | None = None


class Solution(Row, frozen=True):
    """`weeks_ago` is its publication, or its first draft."""

    key: str
    title: str
    irritant: str
    directorate: str
    state: SolutionState
    weeks_ago: int
    problem: str
    what: str
    how: str
    adapt: str
    cost: str
    result: str
    team: str | None = None
    adoptions: tuple[Adoption, ...] = ()


class Parameters(Row, frozen=True):
    """What the charter sets for a whole edition."""

    cadence_weeks: int
    half_days_per_week: int
    make_good_days: int
    move_window_days: int
    mandate_months: int
    late_answer_days: int
    grace_days: int
    answer_days: int
    unlogged_reminder_days: int
    signature_days: int
    renewal_notice_weeks: int
    renewal_reminder_weeks: int
    team_size_min: int
    team_size_max: int
    small_group_floor: int
    budget_euros: int


class Article(Row, frozen=True):
    number: int
    title: str
    text: str


class Charter(Row, frozen=True):
    title: str
    version: int
    subtitle: str
    seminar: str
    preamble: str
    parameters: Parameters
    articles: tuple[Article, ...]

    def filled(self) -> tuple[Article, ...]:
        """The articles, each parameter written in."""
        values = {name: str(value) for name, value in msgspec.structs.asdict(self.parameters).items()}
        return tuple(
            Article(number=article.number, title=article.title, text=article.text.format(**values))
            for article in self.articles
        )


class _Irritants(Row, frozen=True):
    themes: dict[str, str]
    irritants: tuple[Irritant, ...]


class _Comments(Row, frozen=True):
    comments: tuple[Comment, ...]


class _Calls(Row, frozen=True):
    calls: tuple[Call, ...]


class _Motivations(Row, frozen=True):
    motivations: tuple[Motivation, ...]
    declines: tuple[str, ...]


class _Teams(Row, frozen=True):
    teams: tuple[Team, ...]


class _Encroachments(Row, frozen=True):
    encroachments: tuple[Encroachment, ...]


class _Solutions(Row, frozen=True):
    solutions: tuple[Solution, ...]


class Corpus(Row, frozen=True):
    themes: dict[str, str]
    irritants: tuple[Irritant, ...]
    comments: tuple[Comment, ...]
    calls: tuple[Call, ...]
    motivations: tuple[Motivation, ...]
    declines: tuple[str, ...]
    teams: tuple[Team, ...]
    encroachments: tuple[Encroachment, ...]
    solutions: tuple[Solution, ...]
    charter: Charter

    def comments_on(self, irritant: str) -> tuple[Comment, ...]:
        return tuple(comment for comment in self.comments if comment.irritant == irritant)

    def motivations_for(self, irritant: str) -> tuple[Motivation, ...]:
        """Those written for it, then those that suit any call."""
        return tuple(m for m in self.motivations if m.irritant == irritant) + tuple(
            m for m in self.motivations if m.irritant is None
        )

    def encroachments_in(self, directorate: str) -> tuple[Encroachment, ...]:
        return tuple(e for e in self.encroachments if e.directorate == directorate)


def placeholders(text: str) -> frozenset[str]:
    """The names a text leaves in braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@cache
def load() -> Corpus:
    """The whole corpus, read and checked once."""
    irritants = _read("irritants", _Irritants)
    motivations = _read("motivations", _Motivations)
    return Corpus(
        themes=irritants.themes,
        irritants=irritants.irritants,
        comments=_read("comments", _Comments).comments,
        calls=_read("calls", _Calls).calls,
        motivations=motivations.motivations,
        declines=motivations.declines,
        teams=_read("teams", _Teams).teams,
        encroachments=_read("encroachments", _Encroachments).encroachments,
        solutions=_read("solutions", _Solutions).solutions,
        charter=_read("charter", Charter),
    )


def _read(name: str, shape: type[T]) -> T:
    content = files("app.demo.corpus").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(content), type=shape)
