"""Who stands for whom in the demonstration: a delegation of signature, and an interim of these weeks."""

from datetime import date, timedelta

from sqlmodel import Session

from app.demo.cast import HR, Cast
from app.demo.story import Story
from app.people import delegation_service
from app.people.delegation_models import DelegationField, HolderFunction
from app.people.delegation_schemas import DelegationForm, InterimForm
from app.people.models import Position


def tell(story: Story) -> None:
    """HR records an arrêté of the elected member, and who replaces the head of human resources this month."""
    given_on, named_on = story.weeks_ago(30, 1), story.weeks_ago(1, 1)
    story.tell(given_on, "10:00", lambda session: _delegate(session, story, given_on))
    story.tell(named_on, "10:00", lambda session: _replace(session, story, named_on))


def replace_absent_heads(session: Session, cast: Cast, day: date, last_day: date) -> None:
    """Where a directorate's head is on detachment or on leave, somebody of the directorate holds the interim."""
    for code, node in cast.directorates.items():
        head = cast.agents.get(node.head_id) if node.head_id else None
        if head is None or head.position is Position.ACTIVE:
            continue
        holder = cast.able(code, day)[0]
        form = InterimForm(
            absent_id=head.id,
            holder_id=holder.id,
            act_reference=f"décision {day.year}-{len(cast.stand_ins) + 1:02}",
            starts_on=day,
            ends_on=last_day,
        )
        delegation_service.name_interim(session, cast.actor(cast.hr), form)
        cast.stand_ins[head.id] = holder.id


def _delegate(session: Session, story: Story, day: date) -> None:
    form = DelegationForm(
        giver_id=story.cast.elected.id,
        holder_id=story.cast.deputies[0].id,
        holder_function=HolderFunction.DEPUTY_GENERAL_DIRECTOR,
        act_reference=f"arrêté {day.year}-114",
        field=DelegationField.MANDATES,
        field_text="Les mandats d'équipe et leurs avenants.",
        published_on=day,
        notified_on=day,
        transmitted_on=day,
        starts_on=day,
        term_ends_on=day + timedelta(weeks=150),
    )
    delegation_service.give(session, story.cast.actor(story.cast.hr), form)


def _replace(session: Session, story: Story, day: date) -> None:
    code, _service = HR
    form = InterimForm(
        absent_id=story.cast.head(code).id,
        holder_id=story.cast.deputies[-1].id,
        act_reference=f"décision {day.year}-27",
        starts_on=day,
        ends_on=day + timedelta(weeks=4),
    )
    delegation_service.name_interim(session, story.cast.actor(story.cast.hr), form)
