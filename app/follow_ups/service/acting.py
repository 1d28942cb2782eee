"""Who acts for a client directorate: its head, or whoever replaces them, citing the act."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.mandates.models import Mandate
from app.people.delegations import citing
from app.people.models import Directorate

_above = aliased(Directorate)


def for_client(session: Session, actor: Actor, mandate_id: UUID) -> Actor:
    """`actor` as they act for the client directorate of this mandate, or for the directorate above it.

    What they record then cites their interim, unless they head one of the two themselves.
    """
    heads = session.execute(
        select(col(Directorate.head_id), col(_above.head_id))
        .select_from(Mandate)
        .join(Directorate, col(Directorate.id) == col(Mandate.client_directorate_id))
        .outerjoin(_above, col(_above.id) == col(Directorate.parent_id))
        .where(col(Mandate.id) == mandate_id)
    ).one()
    if actor.agent_id in heads:
        return actor
    cited = (citing(session, actor, head_id, Capacity.HEAD) for head_id in heads)
    return next((acting for acting in cited if acting.delegation_id), actor)
