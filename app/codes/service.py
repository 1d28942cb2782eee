"""Print codes, let their holders in, give them the next one, annul them.

A code serves once. Whoever has just entered with one may ask for the next, to be noted on the slip: what was left lying
about, or read over a shoulder, is worth nothing once its holder has come. `docs/links-and-codes.md` says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, bindparam, select, update
from sqlmodel import Session, col

from app.access.actor import Actor
from app.access.fresh import require_fresh
from app.codes import events, queries
from app.codes.arithmetic import HMAC, all_kept, bare_hr_id, fingerprint, holder, new_code, opens
from app.codes.models import Origin, SignInCode
from app.codes.policy import POLICY
from app.codes.problems import (
    CodeDoorShut,
    CodeOver,
    CodesUnavailable,
    CodeWrong,
    ForWhom,
    NobodyToPrintFor,
    NoCodeForThem,
    TooManySlips,
)
from app.codes.schemas import MAX_SLIPS, SheetRequest
from app.codes.sheet import Slip, sheet
from app.journal.service import record
from app.kit import clock
from app.kit.columns import table_of
from app.kit.database import Database, get, insert
from app.kit.limits import Limit, take
from app.kit.problems import NotFound
from app.kit.sql import among
from app.openid.admission import Entry, is_shut, lets_in
from app.people.models import Agent, Authority
from app.people.problems import UnknownAgent
from app.people.service import directorate_of
from app.settings import Settings
from app.signin.events import Ended
from app.signin.sessions import end_all

# One's own mistakes; a yard behind one address; and everybody together at one matricule. The last gives back one try
# every ten seconds: it takes many addresses to spend, and a few seconds' pause to pass.
BY_PERSON = Limit("code by matricule and address", 10, 900)
BY_ADDRESS = Limit("code by address", 200, 900)
BY_HR_ID = Limit("code by matricule", 60, 600)

_codes = table_of(SignInCode)
_now: Any = bindparam("now", type_=_codes.c.used_at.type)
_UNUSED = (_codes.c.used_at.is_(None), _codes.c.revoked_at.is_(None))
_USE = (
    update(_codes)
    .where(
        _codes.c.id == bindparam("of"),
        *_UNUSED,
        _codes.c.expires_at > _now,
        _codes.c.agent_id.in_(select(col(Agent.id)).where(queries.IN_POST, queries.WITHOUT_GRANT)),
    )
    .values(used_at=_now)
    .returning(_codes.c.id, _codes.c.agent_id)
)
_END = (
    update(_codes)
    .where(among(_codes.c.agent_id, "agent_ids"), *_UNUSED)
    .values(revoked_at=_now)
    .returning(_codes.c.id, _codes.c.agent_id)
)


def key_of(settings: Settings) -> bytes:
    """The key under which codes are kept. Raises `CodesUnavailable` where the operator gave none."""
    key = settings.code_key_bytes
    if key is None:
        raise CodesUnavailable
    return key


@dataclass(frozen=True, slots=True)
class Made:
    """A code that is nobody's yet, and what will be kept of it."""

    code: str
    code_hash: str


def prepare(database: Database, actor: Actor, form: SheetRequest, settings: Settings) -> list[Made]:
    """As many codes as `form` may ask for. It takes seconds for many: never inside a transaction.

    Raises `CodesUnavailable`, `Forbidden`.
    """
    POLICY.require(None, actor, "issue")
    key, wanted = key_of(settings), len(set(form.agent_ids))
    if form.directorate_id is not None and not wanted:
        with database.read() as connection:
            wanted = queries.how_many_in(connection, actor, form.directorate_id, MAX_SLIPS + 1)
    return _make(key, wanted if wanted <= MAX_SLIPS else 0)


def _make(key: bytes, how_many: int) -> list[Made]:
    codes = [new_code() for _code in range(how_many)]
    return [Made(code, kept) for code, kept in zip(codes, all_kept(key, codes), strict=True)]


def print_sheet(
    session: Session, actor: Actor, form: SheetRequest, settings: Settings, prepared: Sequence[Made] = ()
) -> bytes:
    """The sheet of new codes for those whom `form` names: a PDF. Codes they held before end.

    `prepared` are codes to use first.

    Raises `ForWhom`, `UnknownAgent`, `UnknownDirectorate`, `NoCodeForThem`, `NobodyToPrintFor`, `TooManySlips` (422
    naming the field), `CodesUnavailable` or `CodeDoorShut` (409).
    """
    POLICY.require(session, actor, "issue")
    key = key_of(settings)
    if is_shut(session, actor.authority_id, Entry.CODE):
        raise CodeDoorShut
    holders = _holders(session, actor, form)
    authority = session.get_one(Authority, actor.authority_id)
    last_day = actor.today() + timedelta(days=settings.code_days)
    # To the end of the day that is printed, where the authority is.
    expires_at = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(authority.time_zone))
    made = [*prepared[: len(holders)], *_make(key, max(0, len(holders) - len(prepared)))]
    agents = [agent for agent, _service in holders]
    _issue(session, actor, agents, made, Origin.PRINTED, key, expires_at)
    # A new slip is asked for when the former is lost: whoever came in with that one goes out.
    end_all(session, actor, [agent.id for agent in agents], Ended.CODE_REPLACED)
    slips = [
        Slip(agent.name, agent.hr_id, service, one.code)
        for (agent, service), one in zip(holders, made, strict=True)
    ]
    return sheet(
        slips,
        authority=authority.name,
        public_url=settings.public_url,
        telephone=form.telephone,
        expires_on=last_day,
    )


def _holders(session: Session, actor: Actor, form: SheetRequest) -> list[tuple[Agent, str | None]]:
    if bool(form.agent_ids) == (form.directorate_id is not None):
        raise ForWhom.on("agent_ids", ForWhom.title)
    if form.directorate_id is not None:
        directorate_of(session, actor, form.directorate_id)
        found = queries.holders_in(session, actor, form.directorate_id, MAX_SLIPS + 1)
        if not found:
            raise NobodyToPrintFor.on("directorate_id", NobodyToPrintFor.title)
        if len(found) > MAX_SLIPS:
            raise TooManySlips.on("directorate_id", TooManySlips.title.format(most=MAX_SLIPS))
        return found
    wanted = list(dict.fromkeys(form.agent_ids))
    known = session.execute(
        select(col(Agent.id), col(Agent.hr_id)).where(
            among(col(Agent.id), "ids"), col(Agent.authority_id) == actor.authority_id
        ),
        {"ids": wanted},
    ).all()
    if len(known) < len(wanted):
        raise UnknownAgent.on("agent_ids", UnknownAgent.title)
    found = queries.holders_among(session, actor, wanted)
    if len(found) < len(wanted):
        held = {agent.id for agent, _service in found}
        others = sorted(row.hr_id for row in known if row.id not in held)
        raise NoCodeForThem.on("agent_ids", NoCodeForThem.title.format(hr_ids=others))
    return found


def _issue(
    session: Session,
    actor: Actor,
    agents: Sequence[Agent],
    made: Sequence[Made],
    origin: Origin,
    key: bytes,
    expires_at: datetime,
) -> None:
    ids = [agent.id for agent in agents]
    # Two who issue for the same agent wait for each other here, and the second ends what the first gave.
    lock = select(col(Agent.id)).where(among(col(Agent.id), "ids")).order_by(col(Agent.id))
    session.execute(lock.with_for_update(key_share=True), {"ids": ids})
    ended = session.execute(_END, {"agent_ids": ids, "now": clock.now()})
    for row in ended.all():
        replaced = events.SignInCodeRevoked(subject_id=row.id, agent_id=row.agent_id, replaced=True)
        record(session, replaced, by=actor)
    for agent, one in zip(agents, made, strict=True):
        held = insert(
            session,
            SignInCode(
                authority_id=agent.authority_id,
                agent_id=agent.id,
                holder_hash=holder(key, agent.hr_id),
                code_hash=one.code_hash,
                origin=origin,
                issued_by_id=actor.agent_id,
                expires_at=expires_at,
            ),
        )
        issued = events.SignInCodeIssued(
            subject_id=held.id, agent_id=agent.id, origin=origin, expires_at=expires_at.astimezone(UTC)
        )
        record(session, issued, by=actor)


def knock(database: Database, network: str, hr_id: str) -> None:
    """Count a try from a `network` (`kit.limits.network`). Raises `TooManyRequests`. Never inside a transaction."""
    take(database, BY_ADDRESS, network)
    take(database, BY_PERSON, network, bare_hr_id(hr_id))
    take(database, BY_HR_ID, bare_hr_id(hr_id))


def recognise(database: Database, hr_id: str, code: str, key: bytes) -> UUID:
    """Which code this is, not yet spent. Raises `CodeWrong`. It takes a moment: never inside a transaction.

    One query answers, and as much is worked out whether there is such a matricule or not; more only where several
    authorities have given a code to the same one.
    """
    with database.read() as connection:
        found = queries.candidates(connection, holder(key, hr_id), fingerprint(key, hr_id, code))
    former = [row["id"] for row in found if row["algorithm"] == HMAC]
    hashes = {row["id"]: row["code_hash"] for row in found if row["algorithm"] != HMAC}
    opened = [code_id for code_id, kept in hashes.items() if opens(key, code, kept)]
    if not hashes:
        opens(key, code, None)
    for code_id in (*opened, *former):
        return cast(UUID, code_id)
    raise CodeWrong


def use(session: Session, code_id: UUID) -> Agent:
    """Spend the code that was recognised: whom it lets in.

    Raises `CodeWrong` for what opens no more: one used, annulled or expired meanwhile, an agent who has left or was
    granted a capacity since, a door that the authority has shut.
    """
    now = clock.now()
    row = session.execute(
        _USE, {"of": code_id, "now": now, "today": now.astimezone(UTC).date()}
    ).one_or_none()
    if row is None:
        raise CodeWrong
    agent = session.get_one(Agent, row.agent_id)
    if not lets_in(session, agent, Entry.CODE):
        raise CodeWrong
    by = Actor(agent.authority_id, agent.name, frozenset(), agent_id=agent.id)
    record(session, events.SignInCodeUsed(subject_id=row.id, agent_id=agent.id), by=by)
    return agent


def give_next(session: Session, actor: Actor, settings: Settings) -> tuple[str, datetime]:
    """The code with which the caller comes back, to be shown once, and until when it opens. The one before it ends.

    Raises `FreshAuthenticationNeeded` a quarter of an hour after they came in: a session left open on a shared
    computer gives nobody a way back. `NotFound` for those who do not enter with codes.
    """
    if actor.agent_id is None or not queries.may_hold(session, actor):
        raise NotFound
    require_fresh(actor)
    agent = session.get_one(Agent, actor.agent_id)
    expires_at = clock.now() + timedelta(days=settings.code_days)
    key = key_of(settings)
    [made] = _make(key, 1)
    _issue(session, actor, [agent], [made], Origin.NOTED, key, expires_at)
    return made.code, expires_at


def revoke(session: Session, actor: Actor, code_id: UUID) -> None:
    """Annul a code. Raises `CodeOver` for one that was used or annulled, `NotFound`."""
    POLICY.require(session, actor, "revoke")
    code = get(session, SignInCode, code_id, actor.authority_id)
    ended = session.execute(
        update(_codes).where(_codes.c.id == code.id, *_UNUSED).values(revoked_at=clock.now())
    )
    if not cast(CursorResult[Any], ended).rowcount:
        raise CodeOver
    event = events.SignInCodeRevoked(subject_id=code.id, agent_id=code.agent_id, replaced=False)
    record(session, event, by=actor)
    end_all(session, actor, [code.agent_id], Ended.CODE_REVOKED)
