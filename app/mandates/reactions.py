"""What a mandate does, in the same transaction, when its team changes or ends, and where the model mandate begins."""

from datetime import date

from sqlmodel import Session

from app.access.actor import Actor
from app.mandates import service
from app.people.events import AuthorityCreated
from app.teams.events import TeamConcluded, TeamEdited, TeamMemberJoined, TeamMemberLeft


def end_with_team(session: Session, event: TeamConcluded, actor: Actor) -> None:
    """A concluded team needs no mandate."""
    service.end_with_team(session, actor, event.subject_id, event.on_day)


def follow_members(session: Session, event: TeamMemberJoined | TeamMemberLeft, actor: Actor) -> None:
    """A text that awaits signatures names the members: it is written again when they change."""
    service.withdraw_for_team(session, actor, event.subject_id)


def follow_client(session: Session, event: TeamEdited, actor: Actor) -> None:
    """A text that awaits signatures names the client directorate: it is written again for another.

    A mandate is found by the name of its team.
    """
    if "name" in event.fields:
        service.find_by_name(session, actor, event.subject_id)
    if "client_directorate_id" in event.fields:
        service.withdraw_for_team(session, actor, event.subject_id)


def begin_model(session: Session, _event: AuthorityCreated, actor: Actor) -> None:
    """A new authority has a model mandate from its first day."""
    service.library.begin(session, actor)


def begin_model_where_there_is_none(session: Session, actor: Actor, _today: date) -> int:
    """For authorities older than the versions of the model; how many were begun."""
    return service.library.begin(session, actor)
