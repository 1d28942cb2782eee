"""Who signs a submission of a mandate, who may today in their name, and who did."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.mandates.lifecycle import PartyState
from app.mandates.models import MandateParty, MandateSignatory, MandateSignature
from app.mandates.substitution import substitutes
from app.people.delegations import TODAY
from app.people.models import Agent

_mandate_id: Any = bindparam("id", type_=Uuid())
_submission: Any = bindparam("submission", type_=Integer())
_signer = aliased(Agent)
_PARTY = ("id", "agent_id", "name", "capacity", "rank", "state", "reason", "signed_at")
_SIGNED_BY = ("on_behalf_of_id", "act_id", "act_reference", "act_starts_on", "act_last_day")
_NO_ACT = dict.fromkeys(("for_id", "for_name", "act_id", "act_reference", "last_day"))
_parties = (
    select(
        col(MandateParty.id),
        col(MandateParty.submission),
        col(MandateParty.agent_id),
        (col(Agent.given_name) + " " + col(Agent.family_name)).label("name"),
        col(MandateParty.capacity),
        col(MandateParty.rank),
        col(MandateParty.state),
        col(MandateParty.reason),
        col(MandateSignature.signed_at),
        or_(col(Agent.left_on).is_(None), col(Agent.left_on) >= TODAY).label("in_post"),
        func.coalesce(
            col(MandateSignatory.name), col(_signer.given_name) + " " + col(_signer.family_name)
        ).label("signer_name"),
        col(MandateSignature.agent_id).label("signer_id"),
        col(MandateSignature.on_behalf_of_id),
        func.coalesce(col(MandateSignature.delegation_id), col(MandateSignature.interim_id)).label("act_id"),
        col(MandateSignature.act_reference),
        col(MandateSignature.act_starts_on),
        col(MandateSignature.act_last_day),
    )
    .join(Agent, col(Agent.id) == col(MandateParty.agent_id))
    .outerjoin(MandateSignature, col(MandateSignature.party_id) == col(MandateParty.id))
    .outerjoin(_signer, col(_signer.id) == col(MandateSignature.agent_id))
    .outerjoin(MandateSignatory, col(MandateSignatory.signature_id) == col(MandateSignature.id))
    .where(
        col(MandateParty.mandate_id) == _mandate_id,
        or_(
            col(MandateParty.submission) == _submission,
            and_(col(MandateParty.submission) < _submission, col(MandateParty.state) == PartyState.SIGNED),
        ),
    )
    .order_by(col(MandateParty.rank), col(MandateParty.submission), col(MandateParty.id))
)
"""Those of a submission, then those who signed one that it amends: of an agent in a capacity, the last counts."""


def parties_of(
    connection: Connection | Session,
    actor: Actor,
    mandate_id: UUID,
    submission: int,
    *,
    awaited: bool,
    and_before: bool = False,
) -> list[dict[str, Any]]:
    """The parties of a submission, with who may sign for each today, where signatures are `awaited`, and who did.

    `and_before`: with them, by rank, those who signed a submission that it amends.
    """
    parameters = {"id": mandate_id, "submission": submission, "today": actor.today()}
    standing = substitutes(connection, mandate_id, actor.today()) if awaited else {}
    found = []
    for row in connection.execute(_parties, parameters).mappings():
        if row["submission"] != submission and not and_before:
            continue
        party = {name: row[name] for name in _PARTY}
        may_sign = []
        if awaited and party["state"] is PartyState.PENDING:
            own = {"kind": "own", "agent_id": party["agent_id"], "name": party["name"], **_NO_ACT}
            may_sign = [own] if row["in_post"] else []
            may_sign += [
                {
                    "kind": power.kind.value,
                    "agent_id": power.holder_id,
                    "name": power.holder_name,
                    "for_id": power.for_id,
                    "for_name": power.for_name,
                    "act_id": power.id,
                    "act_reference": power.act_reference,
                    "last_day": power.last_day,
                }
                for power in standing.get(party["id"], [])
            ]
        signed_by = {"agent_id": row["signer_id"], "name": row["signer_name"]} | {
            name: row[name] for name in _SIGNED_BY
        }
        found.append({**party, "may_sign": may_sign, "signed_by": signed_by if row["signed_at"] else None})
    return found


def in_force(parties: list[dict[str, Any]], reads: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parties that a text names: of one that amends another, each by their last signature."""
    if "amends" not in reads:
        return parties
    named = {(str(party["id"]), party["capacity"]) for party in reads["parties"]}
    last = {(str(party["agent_id"]), str(party["capacity"])): party for party in parties}
    return [party for key, party in last.items() if key in named]
