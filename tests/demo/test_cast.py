"""Who plays in the demonstration: whatever the day, people who may do what the story has them do."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from app.demo.cast import ELECTED
from app.demo.corpus_reader import load
from app.demo.filling import begin
from app.demo.story import Story
from app.kit.database import Database

EXPORT = Path(__file__).resolve().parent.parent.parent / "examples" / "hr-export.csv"


@pytest.fixture(
    params=[datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2028, 2, 29, 22, tzinfo=UTC)], ids=str
)
def story(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Story:
    """Nothing told yet, on one day or another."""
    file = tmp_path / "people.db"
    shutil.copy(sqlite_template, file)
    with Database(f"sqlite:///{file}") as database:
        return begin(database, EXPORT.read_bytes(), request.param, ZoneInfo("Europe/Paris"))


def test_an_elected_member_is_nobody_s_colleague(story: Story) -> None:
    everybody = [agent for code in story.cast.directorates for agent in story.cast.able(code, story.today)]
    assert len(everybody) > 2000
    assert ELECTED not in {agent.hr_id for agent in everybody}


def test_each_team_finds_volunteers_whom_a_manager_in_post_can_free(story: Story) -> None:
    chosen = [
        story.cast.volunteer(
            member.directorate, story.today, Random(team.key), service=member.service, post=member.post
        )
        for team in load().teams
        for member in team.members
    ]
    assert len({agent.id for agent in chosen}) == len(chosen)
    for agent in chosen:
        assert agent.manager_id is not None
        assert story.cast.agents[agent.manager_id].left_on is None


def test_those_who_lead_stay_to_the_end(story: Story) -> None:
    for team in load().teams:
        for person in (story.cast.head(team.client), story.cast.sponsor(team, 0)):
            assert person.left_on is None, person.hr_id
