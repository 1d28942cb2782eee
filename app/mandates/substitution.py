"""Who may sign a mandate in a party's name, by an interim or a delegation of signature.

An interim signs where the absent person would as a manager or as the head of the client directorate, and never to free
their own half-days. A delegate of the executive signs for a sponsor who is the giver, and for the client directorate of
any mandate in the field of the act. The clauses are bound by `:viewer_id` and `:today`.
"""

from collections import defaultdict
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Uuid, and_, bindparam, exists, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.capacity import Capacity
from app.kit.i18n import Text, _
from app.kit.sql import one_of
from app.mandates.lifecycle import IN_FORCE, MandateState, PartyCapacity, PartyState
from app.mandates.models import Mandate, MandateParty, MandateSignature
from app.people.delegation_models import Interim, PowerKind, SigningDelegation
from app.people.delegations import (
    DELEGATION_RUNS,
    HOLDER,
    INTERIM_RUNS,
    PRINCIPAL,
    VIEWER,
    HeldPower,
    covers,
    delegation_columns,
    interim_columns,
)

CAPACITIES: Final = {
    PartyCapacity.RELEASING_MANAGER: Capacity.MANAGER,
    PartyCapacity.CLIENT_DIRECTORATE: Capacity.HEAD,
    PartyCapacity.SPONSOR: Capacity.SPONSOR,
}
"""In what capacity a substitute acts, for the journal."""

_member: Any = aliased(MandateParty)
_signed: Any = aliased(MandateParty)
_mandate_id: Any = bindparam("id", type_=Uuid())


def of_submission(party: Any) -> ColumnElement[bool]:
    """The party is one of the present submission's."""
    return and_(party.mandate_id == col(Mandate.id), party.submission == col(Mandate.submission))


def counts(party: Any) -> ColumnElement[bool]:
    """The party is one of the present submission's, has signed one that an amendment came after, or is asked to sign
    an amendment: of a submission that came to nothing, none is left in those states."""
    return and_(
        party.mandate_id == col(Mandate.id),
        or_(
            party.submission == col(Mandate.submission),
            one_of(party.state, (PartyState.SIGNED, PartyState.PENDING)),
        ),
    )


def awaited(party: Any) -> ColumnElement[bool]:
    """The party has yet to sign the submission that is open, if one is: of the mandate, or of an amendment to it."""
    return and_(party.mandate_id == col(Mandate.id), party.state == PartyState.PENDING)


_frees_themself = (
    exists(1)
    .where(
        counts(_member),
        _member.agent_id == col(Interim.holder_id),
        _member.capacity == PartyCapacity.AGENT,
    )
    .correlate(Mandate, Interim)
)
_interim_fits = and_(
    col(Interim.absent_id) == col(MandateParty.agent_id),
    or_(
        col(MandateParty.capacity) == PartyCapacity.CLIENT_DIRECTORATE,
        and_(col(MandateParty.capacity) == PartyCapacity.RELEASING_MANAGER, ~_frees_themself),
    ),
)
_delegation_fits = and_(
    col(SigningDelegation.authority_id) == col(MandateParty.authority_id),
    col(SigningDelegation.holder_id) != col(MandateParty.agent_id),
    or_(
        col(MandateParty.capacity) == PartyCapacity.CLIENT_DIRECTORATE,
        and_(
            col(MandateParty.capacity) == PartyCapacity.SPONSOR,
            col(SigningDelegation.giver_id) == col(MandateParty.agent_id),
        ),
    ),
    covers(col(Mandate.client_directorate_id)),
)

MAY_SIGN_FOR: ColumnElement[bool] = or_(
    exists(1)
    .where(_interim_fits, INTERIM_RUNS, col(Interim.holder_id) == VIEWER)
    .correlate(Mandate, MandateParty),
    exists(1)
    .where(_delegation_fits, DELEGATION_RUNS, col(SigningDelegation.holder_id) == VIEWER)
    .correlate(Mandate, MandateParty),
)
"""The viewer may sign today in the name of this party of this mandate."""

STANDS_IN: ColumnElement[bool] = or_(
    and_(
        one_of(col(Mandate.state), (MandateState.IN_SIGNATURE, MandateState.DRAFT)),
        exists(1)
        .where(
            of_submission(MandateParty),
            one_of(col(MandateParty.state), (PartyState.PENDING, PartyState.REFUSED)),
            MAY_SIGN_FOR,
        )
        .correlate(Mandate),
    ),
    exists(1).where(awaited(MandateParty), MAY_SIGN_FOR).correlate(Mandate),
    exists(1)
    .where(
        counts(_signed),
        col(MandateSignature.party_id) == _signed.id,
        col(MandateSignature.agent_id) == VIEWER,
    )
    .correlate(Mandate),
)
"""The viewer has something of this mandate to sign in somebody's name, has signed the present text, or may have refused
it: whoever says no reads what is written next."""

_of_interims = (
    select(
        col(MandateParty.id).label("party_id"), col(Mandate.submitted_at).label("since"), *interim_columns()
    )
    .select_from(MandateParty)
    .join(Mandate, awaited(MandateParty))
    .join(Interim, _interim_fits)
    .join(HOLDER, HOLDER.id == col(Interim.holder_id))
    .join(PRINCIPAL, PRINCIPAL.id == col(Interim.absent_id))
    .where(col(Mandate.id) == _mandate_id)
)
_of_delegations = (
    select(
        col(MandateParty.id).label("party_id"),
        col(Mandate.submitted_at).label("since"),
        *delegation_columns(),
    )
    .select_from(MandateParty)
    .join(Mandate, awaited(MandateParty))
    .join(SigningDelegation, _delegation_fits)
    .join(HOLDER, HOLDER.id == col(SigningDelegation.holder_id))
    .join(PRINCIPAL, PRINCIPAL.id == col(SigningDelegation.giver_id))
    .where(col(Mandate.id) == _mandate_id)
)
_running = union_all(_of_interims.where(INTERIM_RUNS), _of_delegations.where(DELEGATION_RUNS))
_of_viewer = union_all(
    _of_interims.where(col(Interim.holder_id) == VIEWER),
    _of_delegations.where(col(SigningDelegation.holder_id) == VIEWER),
)


def substitutes(
    connection: Connection | Session, mandate_id: UUID, today: date
) -> dict[UUID, list[HeldPower]]:
    """The powers by which somebody may sign today for each party that has yet to, the longest first."""
    found: dict[UUID, list[HeldPower]] = defaultdict(list)
    for row in connection.execute(_running, {"id": mandate_id, "today": today}).mappings():
        found[row["party_id"]].append(HeldPower.of(row))
    for powers in found.values():
        powers.sort(key=lambda power: (-power.last_day.toordinal(), power.id))
    return found


def hold(session: Session, powers: list[HeldPower]) -> None:
    """Nobody withdraws these powers before this transaction ends."""
    for kind, model in ((PowerKind.INTERIM, Interim), (PowerKind.DELEGATION, SigningDelegation)):
        ids = {power.id for power in powers if power.kind is kind}
        if ids:
            session.execute(
                select(col(model.id)).where(col(model.id).in_(ids)).with_for_update(read=True)
            ).all()


def lapsed(session: Session, actor: Actor, mandate: Mandate, for_id: UUID | None = None) -> Text | None:
    """What became of a power that let `actor` sign this very text, maybe for this very person; None where none did."""
    if actor.agent_id is None or mandate.state not in {MandateState.IN_SIGNATURE, *IN_FORCE}:
        return None
    today = actor.today()
    rows = session.execute(_of_viewer, {"id": mandate.id, "viewer_id": actor.agent_id}).mappings().all()
    powers = {
        power.id: power
        for row in rows
        if (power := HeldPower.of(row)).starts_on <= today
        and power.last_day >= _day_before(row["since"], actor)
        and for_id in {None, power.for_id}
    }
    standing = substitutes(session, mandate.id, today)
    running = {power.id for held in standing.values() for power in held}
    over = [power for power in powers.values() if power.id not in running]
    return _ending(max(over, key=lambda power: (power.last_day, power.id)), today) if over else None


def _day_before(instant: Any, actor: Actor) -> date:
    """The eve of the day of an instant where the authority is: a power withdrawn that day ends on its eve."""
    day: date = instant.astimezone(ZoneInfo(actor.time_zone)).date()
    return date.fromordinal(day.toordinal() - 1)


def _ending(power: HeldPower, today: date) -> Text:
    if power.kind is PowerKind.INTERIM:
        if power.last_day < today:
            return _("Votre intérim a pris fin le {day}. Un nouvel acte peut le prolonger.").format(
                day=power.last_day
            )
        return _("Votre intérim a pris fin avec la fonction de la personne remplacée, ou avec la vôtre.")
    if power.last_day < today:
        return _(
            "Votre délégation a pris fin le {day}. La personne qui l'avait donnée peut la renouveler."
        ).format(day=power.last_day)
    return _("Votre délégation a pris fin avec la fonction au titre de laquelle vous l'aviez reçue.")
