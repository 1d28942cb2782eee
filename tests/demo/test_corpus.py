"""The demonstration corpus holds together: every key it names exists, every place is in the HR extract."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from app.demo.corpus_reader import (
    Corpus,
    Irritant,
    Mandate,
    Phase,
    Team,
    load,
    placeholders,
)

HR_EXPORT = Path(__file__).parents[2] / "examples" / "hr-export.csv"
CORPUS_FILES = sorted((Path(__file__).parents[2] / "app" / "demo" / "corpus").glob("*.toml"))
CALLED = {"selected", "in_progress", "resolved", "reopened"}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="module")
def services() -> dict[str, set[str]]:
    """The services of each directorate of the HR extract, by code."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    with HR_EXPORT.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            found[row["Code direction"]].add(row["Service"])
    return {code: names - {""} for code, names in found.items()}


def team_ids(team: Team) -> str:
    return team.key


def test_there_is_enough_of_everything(corpus: Corpus) -> None:
    assert len(corpus.irritants) >= 150
    assert len(corpus.comments) >= 120
    assert len(corpus.calls) >= 2
    assert len(corpus.teams) == 14
    assert len(corpus.motivations) >= 60
    assert len(corpus.encroachments) >= 60
    assert len(corpus.solutions) >= 8
    assert len(corpus.declines) >= 10


def test_the_seventeen_directorates_all_speak(corpus: Corpus, services: dict[str, set[str]]) -> None:
    said = defaultdict(set)
    for irritant in corpus.irritants:
        said[irritant.directorate].add(irritant.service)
    assert dict(said) == services


def test_every_place_is_in_the_hr_extract(corpus: Corpus, services: dict[str, set[str]]) -> None:
    codes = set(services)
    members = [member for team in corpus.teams for member in team.members]
    assert {(m.directorate, m.service) for m in members} <= {
        (code, name) for code, names in services.items() for name in names
    }
    assert {comment.directorate for comment in corpus.comments} <= codes
    assert {motivation.directorate for motivation in corpus.motivations} <= codes
    assert {encroachment.directorate for encroachment in corpus.encroachments} == codes
    assert {team.client for team in corpus.teams} | {team.sponsor for team in corpus.teams} <= codes
    for solution in corpus.solutions:
        assert {solution.directorate, *(a.directorate for a in solution.adoptions)} <= codes


def test_keys_titles_and_texts_are_unique(corpus: Corpus) -> None:
    for values in (
        [i.key for i in corpus.irritants],
        [i.title.casefold() for i in corpus.irritants],
        [i.description for i in corpus.irritants],
        [i.impact for i in corpus.irritants],
        [c.text for c in corpus.comments],
        [c.key for c in corpus.calls],
        [m.text for m in corpus.motivations],
        [t.key for t in corpus.teams],
        [t.name for t in corpus.teams],
        [entry.text for t in corpus.teams for entry in t.log],
        [member.relief for t in corpus.teams for member in t.members],
        [e.reason for e in corpus.encroachments],
        [s.key for s in corpus.solutions],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_no_two_irritants_tell_the_same_story(corpus: Corpus) -> None:
    def words(irritant: Irritant) -> frozenset[str]:
        return frozenset(re.findall(r"\w{5,}", f"{irritant.title} {irritant.description}".casefold()))

    bags = [(irritant.key, words(irritant)) for irritant in corpus.irritants]
    close = [
        (key, other)
        for rank, (key, bag) in enumerate(bags)
        for other, other_bag in bags[rank + 1 :]
        if len(bag & other_bag) / len(bag | other_bag) > 0.25
    ]
    assert close == []


def test_irritants_read_well(corpus: Corpus) -> None:
    for irritant in corpus.irritants:
        assert len(irritant.title) <= 110, irritant.key
        assert len(irritant.description) >= 80, irritant.key
        sentences = re.split(r"(?<=[.?!»])\s+(?=[«A-ZÀ-Ý0-9])", irritant.description)
        assert 2 <= len(sentences) <= 6, irritant.key
        assert irritant.impact.endswith("."), irritant.key
        assert 1 <= irritant.weight <= 100, irritant.key
        assert irritant.theme in corpus.themes, irritant.key
    assert {irritant.theme for irritant in corpus.irritants} == set(corpus.themes)


def test_irritants_end_where_they_say(corpus: Corpus) -> None:
    keys = {irritant.key: irritant for irritant in corpus.irritants}
    for irritant in corpus.irritants:
        assert (irritant.merged_into is not None) == (irritant.state == "merged"), irritant.key
        if irritant.merged_into:
            assert keys[irritant.merged_into].state not in {"merged", "declined"}, irritant.key
        if irritant.state in {"declined", "resolved", "reopened"}:
            assert irritant.answer, irritant.key
        if "late" in irritant.flags:
            assert irritant.state == "submitted", irritant.key
    assert {irritant.state for irritant in corpus.irritants} == CALLED | {
        "submitted",
        "qualified",
        "merged",
        "declined",
    }


def test_whoever_answers_an_irritant_speaks_of_one_that_exists(corpus: Corpus) -> None:
    keys = {irritant.key for irritant in corpus.irritants}
    assert {comment.irritant for comment in corpus.comments} <= keys
    assert {m.irritant for m in corpus.motivations if m.irritant} <= keys
    assert {solution.irritant for solution in corpus.solutions} <= keys
    assert all(c.directorate == "DGS" for c in corpus.comments if c.kind == "lab_answer")


def test_calls_gather_irritants_once(corpus: Corpus) -> None:
    called = [key for call in corpus.calls for key in call.irritants]
    assert len(called) == len(set(called))
    states = {irritant.key: irritant.state for irritant in corpus.irritants}
    given_back = {team.irritant for team in corpus.teams if team.phase == "stopped"}
    for call in corpus.calls:
        assert call.opens_weeks_ago > call.closes_weeks_ago
        assert (call.concluded_weeks_ago is None) == (call.state == "open")
        for key in call.irritants:
            expected = {"qualified"} if key in given_back else CALLED
            assert states[key] in expected, key
    assert {key for key, state in states.items() if state == "selected"} <= set(called)


def test_every_open_call_and_every_team_has_volunteers(corpus: Corpus) -> None:
    told = Counter(m.irritant for m in corpus.motivations)
    assert all(told[team.irritant] >= 2 for team in corpus.teams)
    assert any(told[key] for call in corpus.calls if call.state == "open" for key in call.irritants)
    generic = [m for m in corpus.motivations if m.irritant is None]
    assert corpus.motivations_for("drh-premier-jour")[-len(generic) :] == tuple(generic)


def test_mandates_and_phases_cover_every_state(corpus: Corpus) -> None:
    assert {team.mandate for team in corpus.teams} == set(msgspec_literals(Mandate))
    assert {team.phase for team in corpus.teams} == set(msgspec_literals(Phase))
    assert {team.state for team in corpus.teams} == {"forming", "mandated", "concluded"}


@pytest.mark.parametrize("team", load().teams, ids=team_ids)
class TestTeam:
    def test_stands_between_a_call_and_a_client(self, corpus: Corpus, team: Team) -> None:
        call = next(call for call in corpus.calls if call.key == team.call)
        irritant = next(irritant for irritant in corpus.irritants if irritant.key == team.irritant)
        assert team.irritant in call.irritants
        assert call.concluded_weeks_ago is not None
        assert call.concluded_weeks_ago > team.began_weeks_ago
        assert irritant.directorate == team.client
        assert team.sponsor != team.client
        assert irritant.state == {
            "completed": "resolved",
            "active": "in_progress",
            "suspended": "in_progress",
            "terminated": "qualified",
            "expired": "qualified",
        }.get(team.mandate, "selected")

    def test_gathers_three_directorates_within_the_charter(self, corpus: Corpus, team: Team) -> None:
        parameters = corpus.charter.parameters
        assert len({member.directorate for member in team.members}) >= 3
        assert parameters.team_size_min <= len(team.members) <= parameters.team_size_max

    def test_lives_its_phases_in_order(self, team: Team) -> None:
        assert team.phases[0].phase == "investigation"
        assert team.phases[0].week == 1
        order = msgspec_literals(Phase)
        for before, after in pairwise(team.phases):
            assert before.week < after.week <= team.last_week
            assert order.index(before.phase) < order.index(after.phase)
        assert bool(team.lessons) == (team.phase == "stopped")
        assert (team.phase in {"transferred", "operated"}) == (team.mandate == "completed")

    def test_keeps_a_log_within_its_weeks(self, team: Team) -> None:
        assert 6 <= len(team.log) <= 12
        weeks = [entry.week for entry in team.log]
        assert weeks == sorted(weeks)
        assert weeks[0] >= 1
        assert weeks[-1] <= (team.suspended_week or team.last_week)
        assert all(1 <= entry.member <= len(team.members) for entry in team.log)

    def test_meets_its_client_on_the_rhythm(self, corpus: Corpus, team: Team) -> None:
        cadence = corpus.charter.parameters.cadence_weeks
        lived = 0 if team.state == "forming" else (team.suspended_week or team.last_week)
        assert [f.week for f in team.follow_ups] == list(range(cadence, lived + 1, cadence))
        for rank, follow_up in enumerate(team.follow_ups, start=1):
            held = follow_up.state == "held"
            assert bool(follow_up.team_report and follow_up.client_report and follow_up.decisions) == held
            assert (follow_up.missed_because is None) == held
            assert {c.side for c in follow_up.commitments} == ({"team", "client"} if held else set())
            if rank < len(team.follow_ups) - 1:
                assert all(c.outcome != "open" for c in follow_up.commitments)

    def test_says_why_its_mandate_is_where_it_is(self, corpus: Corpus, team: Team) -> None:
        told = team.mandate in {"refused", "suspended", "terminated", "expired"}
        assert (team.mandate_reason is not None) == told
        assert (team.blocking_member is not None) == (team.mandate in {"refused", "in_signature"})
        assert (team.suspended_week is not None) == (team.mandate == "suspended")
        assert (team.ended_week is not None) == (team.state == "concluded")
        full = 26 * team.terms
        assert corpus.charter.parameters.mandate_months == 6
        if team.mandate in {"completed", "expired"}:
            assert team.ended_week == full
        else:
            assert team.last_week < full

    def test_knows_its_days(self, team: Team) -> None:
        wednesday = date(2026, 11, 25)
        assert team.monday(team.began_weeks_ago + 1, wednesday) == date(2026, 11, 23)
        slot = team.slot(1, wednesday)
        assert slot.strftime("%A").casefold() == team.weekday
        assert (wednesday - slot).days // 7 in {team.began_weeks_ago - 1, team.began_weeks_ago}


def test_solutions_come_after_their_team_and_before_their_adoptions(corpus: Corpus) -> None:
    teams = {team.key: team for team in corpus.teams}
    for solution in corpus.solutions:
        if solution.team:
            team = teams[solution.team]
            assert solution.irritant == team.irritant
            assert solution.weeks_ago < team.began_weeks_ago
        for adoption in solution.adoptions:
            assert adoption.weeks_ago < solution.weeks_ago
            assert adoption.directorate != solution.directorate
            assert (adoption.reason is not None) == (adoption.state == "dropped")
    states = {adoption.state for solution in corpus.solutions for adoption in solution.adoptions}
    assert states == {"interested", "adapting", "in_use", "dropped"}
    assert {solution.state for solution in corpus.solutions} == {"draft", "published", "retired"}


def test_the_charter_writes_each_number_once(corpus: Corpus) -> None:
    charter = corpus.charter
    assert [article.number for article in charter.articles] == list(range(1, len(charter.articles) + 1))
    cited = frozenset().union(*(placeholders(article.text) for article in charter.articles))
    assert cited == set(charter.parameters.__struct_fields__)
    assert not any("{" in article.text for article in charter.filled())


@pytest.mark.parametrize("path", CORPUS_FILES, ids=lambda path: path.stem)
def test_the_french_is_typeset(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        assert "'" not in line, (path.name, number)
        if not line.startswith("#"):
            assert not re.search(r" [;:!?»€%]|« ", line), (path.name, number)
        assert "!" not in line, (path.name, number)


def test_an_unknown_word_is_refused() -> None:
    irritant = msgspec.to_builtins(load().irritants[0])
    with pytest.raises(msgspec.ValidationError, match="state"):
        msgspec.convert(irritant | {"state": "lost"}, type=Irritant)
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert(irritant | {"mood": "good"}, type=Irritant)


def msgspec_literals(words: object) -> tuple[str, ...]:
    """The words of a `Literal`, in order."""
    values: tuple[str, ...] = getattr(words, "__args__", ())
    return values
