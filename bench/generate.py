"""Fill a migrated PostgreSQL database with a programme of the size of a region, by COPY.

People, irritants, votes and comments are spread over all authorities; the mandates and half-days are all of the first,
so that one HR officer has them all to read. Row `n` of a table belongs to authority `n % authorities` and has the id
`row_id(kind, n)`, which SQL and a load generator can work out from `n`. The same seed makes the same rows.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

import app.main  # noqa: F401 its rooms declare the tables
from app.irritants.lifecycle import IrritantState
from app.kit import search
from app.kit.columns import metadata
from app.people.models import sort_name

SEED = 20261124
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
EPOCH_MS = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000)
WORDS = (  # noqa: SIM905 a page of quotes otherwise
    "portail dépôt camion formulaire congés planning école cantine chaudière clé badge logiciel imprimante réunion "
    "marché facture bordereau signature délai courrier téléphone standard guichet usager dossier archive salle "
    "chauffage fenêtre tondeuse balayeuse piscine vestiaire gymnase crèche couches repas allergie bus tournée "
    "ordures benne plan voirie trottoir éclairage candélabre arrosage serre compost formation habilitation sécurité "
    "gants chaussures parking vélo remboursement déplacement mission paie prime bulletin attestation mutuelle"
).split()
SYLLABLES = "bra chon du fer gli mou nar pel quin ros sau tri val zel cor bis".split()  # noqa: SIM905
S = IrritantState
STATES = (
    S.QUALIFIED,
    S.QUALIFIED,
    S.QUALIFIED,
    S.SELECTED,
    S.IN_PROGRESS,
    S.SUBMITTED,
    S.RESOLVED,
    S.DECLINED,
)
OPEN_STATES = 5
"""The first of them are open."""

FIRST_MONDAY = date(2025, 6, 2)
WEEKS = 78
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
TEAM_SIZE = 3


class Kind(IntEnum):
    """Tells apart the ids of different tables."""

    AUTHORITY = 1
    DIRECTORATE = 2
    AGENT = 3
    IRRITANT = 4
    VOTE = 5
    COMMENT = 6
    PROGRAMME = 7
    CHARTER = 8
    TEAM = 9
    MEMBER = 10
    PHASE = 11
    MANDATE = 12
    SLOT = 13
    HALF_DAY = 14
    TOKEN = 15
    GRANT = 16


@dataclass(frozen=True)
class Scale:
    authorities: int = 20
    agents: int = 200_000
    directorates: int = 400
    irritants: int = 100_000
    votes: int = 1_000_000
    comments: int = 50_000
    mandates: int = 3_000
    half_days: int = 120_000
    tokens: int = 50


FULL = Scale()
SMALL = Scale(
    authorities=2,
    agents=4_000,
    directorates=40,
    irritants=10_000,
    votes=50_000,
    comments=2_500,
    mandates=150,
    half_days=6_000,
)


def row_id(kind: Kind, n: int) -> UUID:
    """The id of row `n`: a UUIDv7 made `n` milliseconds after the first."""
    return UUID(f"{EPOCH_MS + n:012x}{_tail(kind)}")


def row_id_sql(kind: Kind, n: str) -> str:
    """`row_id` as an SQL expression of the integer expression `n`."""
    return f"(lpad(to_hex({EPOCH_MS} + ({n})::bigint), 12, '0') || '{_tail(kind)}')::uuid"


def _tail(kind: Kind) -> str:
    return f"7{kind:03x}8{0:015x}"


def is_generated(row: UUID) -> bool:
    """Was it made by `row_id`?"""
    return row.int & 0xFFFFFFFFFFFF == 0


def token(n: int) -> str:
    """The bearer token of the first authority's `n`th agent. Agent 0 is of the lab, agent 1 of HR."""
    return f"essaim_bench_{n}"


def word(n: int) -> str:
    """`gliferval`: the `n`th of four thousand words that no dictionary has."""
    first, rest = divmod(n * 1031 % len(SYLLABLES) ** 3, len(SYLLABLES) ** 2)
    return SYLLABLES[first] + SYLLABLES[rest // len(SYLLABLES)] + SYLLABLES[rest % len(SYLLABLES)]


RARE = tuple(word(n) for n in range(500))
"""Each irritant holds one of them: what people look for."""
COMMON = (*WORDS, *(word(n) for n in range(500, 1500)))
"""One irritant in fifteen holds each of them."""


def open_irritant(i: int, scale: Scale) -> int:
    """The number of the first authority's `i`th open irritant."""
    return scale.authorities * (len(STATES) * (i // OPEN_STATES) + i % OPEN_STATES)


def open_irritant_sql(i: str, scale: Scale) -> str:
    """`open_irritant` as an expression of SQL and of pgbench."""
    return f"{scale.authorities} * ({len(STATES)} * ({i} / {OPEN_STATES}) + {i} % {OPEN_STATES})"


def open_irritants(scale: Scale) -> int:
    """How many open irritants the first authority has."""
    return scale.irritants // scale.authorities // len(STATES) * OPEN_STATES


def generate(url: str, scale: Scale) -> None:
    """Fill the database at `url`, a `postgresql://` URL."""
    with psycopg.connect(url) as connection:
        write = _Writer(connection)
        # The tables point at each other, and rows are known to be right: keys are checked by the tests, not here.
        connection.execute("SET session_replication_role = replica")
        rng = random.Random(SEED)
        _people(write, rng, scale)
        _irritants(write, rng, scale)
        _mandates(write, rng, scale)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


class _Writer:
    """COPY rows into a table. Columns that the first row leaves out take the model's default."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def __call__(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        iterator = iter(rows)
        first = next(iterator)
        defaults = _defaults(metadata.tables[table], without=first)
        names = [*first, *defaults]
        constants = list(defaults.values())
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write_row([*first.values(), *constants])
            for row in iterator:
                copy.write_row([*row.values(), *constants])


def _defaults(table: Table, without: dict[str, Any]) -> dict[str, Any]:
    return {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in without and isinstance(column.default, ScalarElementColumnDefault)
    }


def _people(write: _Writer, rng: random.Random, scale: Scale) -> None:
    write(
        "authorities",
        (
            {
                "id": row_id(Kind.AUTHORITY, n),
                "slug": f"town-{n}",
                "name": f"Ville {n}",
                "local_customs": "[]",
                "custom_days": "{}",
                "created_at": NOW,
                "updated_at": NOW,
            }
            for n in range(scale.authorities)
        ),
    )
    write(
        "journal_chains",
        ({"authority_id": row_id(Kind.AUTHORITY, n)} for n in range(scale.authorities)),
    )
    write(
        "directorates",
        (
            {**_edited(Kind.DIRECTORATE, n, scale), "code": f"D{n}", "name": f"Direction {n}"}
            for n in range(scale.directorates)
        ),
    )
    write("agents", (_agent(n, rng, scale) for n in range(scale.agents)))
    write(
        "access_tokens",
        (
            {
                "id": row_id(Kind.TOKEN, n),
                "authority_id": row_id(Kind.AUTHORITY, 0),
                "agent_id": row_id(Kind.AGENT, n * scale.authorities),
                "token_hash": hashlib.sha256(token(n).encode()).hexdigest(),
                "created_at": NOW,
                "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
            }
            for n in range(scale.tokens)
        ),
    )
    write(
        "capacity_grants",
        (
            {
                "id": row_id(Kind.GRANT, n),
                "authority_id": row_id(Kind.AUTHORITY, 0),
                "agent_id": row_id(Kind.AGENT, n * scale.authorities),
                "capacity": capacity,
                "granted_at": NOW,
            }
            for n, capacity in enumerate(("lab", "hr"))
        ),
    )


def _agent(n: int, rng: random.Random, scale: Scale) -> dict[str, Any]:
    family_name, given_name = f"NOM{n}", "Prénom"
    return {
        **_edited(Kind.AGENT, n, scale),
        "hr_id": f"{n:08}",
        "family_name": family_name,
        "given_name": given_name,
        "sort_name": sort_name(family_name, given_name),
        "directorate_id": _of_authority(Kind.DIRECTORATE, n, scale.directorates, rng, scale),
        "category": "C",
        "off_halves": "[]",
        "position": "active",
    }


def _irritants(write: _Writer, rng: random.Random, scale: Scale) -> None:
    votes, comments = [0] * scale.irritants, [0] * scale.irritants
    write("irritants", (_irritant(n, rng, scale) for n in range(scale.irritants)))
    write("irritant_votes", _votes(rng, scale, votes))
    write("irritant_comments", _comments(rng, scale, comments))
    write(
        "irritant_tallies",
        (
            {
                "irritant_id": row_id(Kind.IRRITANT, n),
                "authority_id": row_id(Kind.AUTHORITY, n % scale.authorities),
                "votes": votes[n],
                "comments": comments[n],
            }
            for n in range(scale.irritants)
        ),
    )


def _irritant(n: int, rng: random.Random, scale: Scale) -> dict[str, Any]:
    title = f"{_sentence(rng, 7)} {rng.choice(RARE)}"
    description = ". ".join(_sentence(rng, 12) for _ in range(4))
    impact = _sentence(rng, 14)
    return {
        **_edited(Kind.IRRITANT, n, scale, NOW - timedelta(minutes=scale.irritants - n)),
        "directorate_id": _of_authority(Kind.DIRECTORATE, n, scale.directorates, rng, scale),
        "reporter_id": _of_authority(Kind.AGENT, n, scale.agents, rng, scale),
        "title": title,
        "description": description,
        "impact": impact,
        "state": STATES[n // scale.authorities % len(STATES)],
        "search": search.stems(title, description, impact),
    }


def _sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(COMMON, k=words)).capitalize()


def _votes(rng: random.Random, scale: Scale, tally: list[int]) -> Iterator[dict[str, Any]]:
    """Most irritants have a few votes, some have many."""
    wanted = [int(rng.expovariate(scale.irritants / scale.votes)) for _ in range(scale.irritants)]
    for _ in range(scale.votes - sum(wanted)):
        wanted[rng.randrange(scale.irritants)] += 1
    n = 0
    voters = range(scale.agents // scale.authorities)
    for irritant, number in enumerate(wanted):
        for voter in rng.sample(voters, min(number, len(voters))):
            tally[irritant] += 1
            yield {
                "id": row_id(Kind.VOTE, n),
                "authority_id": row_id(Kind.AUTHORITY, irritant % scale.authorities),
                "irritant_id": row_id(Kind.IRRITANT, irritant),
                "agent_id": row_id(Kind.AGENT, irritant % scale.authorities + voter * scale.authorities),
                "created_at": NOW,
            }
            n += 1


def _comments(rng: random.Random, scale: Scale, tally: list[int]) -> Iterator[dict[str, Any]]:
    for n in range(scale.comments):
        irritant = rng.randrange(scale.irritants)
        tally[irritant] += 1
        yield {
            "id": row_id(Kind.COMMENT, n),
            "authority_id": row_id(Kind.AUTHORITY, irritant % scale.authorities),
            "irritant_id": row_id(Kind.IRRITANT, irritant),
            "author_id": _of_authority(Kind.AGENT, irritant, scale.agents, rng, scale),
            "body": _sentence(rng, 15),
            "created_at": NOW,
        }


def _mandates(write: _Writer, rng: random.Random, scale: Scale) -> None:
    """Teams of three under mandates of a few months, begun over eighteen months, all of the first authority."""
    write(
        "programmes",
        [
            {
                **_first(Kind.PROGRAMME, 0),
                "name": "Édition 2026",
                "starts_on": FIRST_MONDAY,
            }
        ],
    )
    write(
        "charters",
        [
            {
                **_first(Kind.CHARTER, 0),
                "programme_id": row_id(Kind.PROGRAMME, 0),
                "number": 1,
                "title": "Cadre",
                "text": _sentence(rng, 40),
                "adopted_on": FIRST_MONDAY,
            }
        ],
    )
    half_days_each = scale.half_days // scale.mandates
    weeks_each = -(-half_days_each // TEAM_SIZE)
    starts = [
        FIRST_MONDAY + timedelta(weeks=rng.randrange(WEEKS - weeks_each)) for _ in range(scale.mandates)
    ]
    teams: Sequence[int] = range(scale.mandates)
    write("teams", (_team(n, rng, scale) for n in teams))
    write(
        "team_members",
        (
            {
                "id": row_id(Kind.MEMBER, n * TEAM_SIZE + place),
                "authority_id": row_id(Kind.AUTHORITY, 0),
                "team_id": row_id(Kind.TEAM, n),
                "agent_id": _member(n, place, scale),
                "joined_on": starts[n],
            }
            for n in teams
            for place in range(TEAM_SIZE)
        ),
    )
    write(
        "team_phases",
        (
            {
                "id": row_id(Kind.PHASE, n),
                "authority_id": row_id(Kind.AUTHORITY, 0),
                "team_id": row_id(Kind.TEAM, n),
                "phase": "investigation",
                "started_on": starts[n],
            }
            for n in teams
        ),
    )
    write("mandates", (_mandate(n, starts[n], starts[n] + timedelta(weeks=weeks_each), rng) for n in teams))
    write(
        "mandate_slots",
        (
            {
                "id": row_id(Kind.SLOT, n * TEAM_SIZE + place),
                "authority_id": row_id(Kind.AUTHORITY, 0),
                "mandate_id": row_id(Kind.MANDATE, n),
                "agent_id": _member(n, place, scale),
                "weekday": WEEKDAYS[_weekday(n, place)],
                "half": _half(n),
                "relief": _sentence(rng, 10),
            }
            for n in teams
            for place in range(TEAM_SIZE)
        ),
    )
    write(
        "half_days",
        (
            _half_day(n * half_days_each + turn, n, turn, starts[n], rng, scale)
            for n in teams
            for turn in range(half_days_each)
        ),
    )


def _team(n: int, rng: random.Random, scale: Scale) -> dict[str, Any]:
    return {
        **_first(Kind.TEAM, n),
        "name": f"Équipe {n}",
        "irritant_id": row_id(Kind.IRRITANT, n * scale.authorities),
        "client_directorate_id": _of_authority(Kind.DIRECTORATE, 0, scale.directorates, rng, scale),
        "coach_id": row_id(Kind.AGENT, 0),
        "state": "mandated",
    }


def _mandate(n: int, starts_on: date, ends_on: date, rng: random.Random) -> dict[str, Any]:
    return {
        **_first(Kind.MANDATE, n),
        "team_id": row_id(Kind.TEAM, n),
        "charter_id": row_id(Kind.CHARTER, 0),
        "sponsor_id": row_id(Kind.AGENT, 0),
        "client_directorate_id": row_id(Kind.DIRECTORATE, 0),
        "state": "active" if ends_on >= NOW.date() else "completed",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "cadence_weeks": 6,
        "half_days_per_week": 1,
        "make_good_days": 15,
        "move_window_days": 14,
        "grace_days": 10,
        "purpose": _sentence(rng, 12),
        "problem": _sentence(rng, 20),
        "expected_result": _sentence(rng, 15),
        "how_known": _sentence(rng, 10),
        "means": _sentence(rng, 10),
        "submission": 1,
        "document_hash": hashlib.sha256(str(n).encode()).hexdigest(),
        "submitted_at": NOW,
        "activated_at": NOW,
    }


def _half_day(
    n: int, mandate: int, turn: int, first: date, rng: random.Random, scale: Scale
) -> dict[str, Any]:
    week, place = divmod(turn, TEAM_SIZE)
    day = first + timedelta(weeks=week, days=_weekday(mandate, place))
    states = ("taken",) * 16 + ("encroached", "waived", "excused", "excused")
    state = rng.choice(states) if day < NOW.date() else "planned"
    encroached = state == "encroached"
    return {
        **_first(Kind.HALF_DAY, n),
        "mandate_id": row_id(Kind.MANDATE, mandate),
        "team_id": row_id(Kind.TEAM, mandate),
        "agent_id": _member(mandate, place, scale),
        "day": day,
        "half": _half(mandate),
        "state": state,
        "excuse": "absence" if state == "excused" else None,
        "note": _sentence(rng, 8) if state == "taken" else None,
        "asked_by": "Chef de service" if encroached else None,
        "reason": _sentence(rng, 8) if encroached else None,
        "make_good_due": day + timedelta(days=15) if encroached else None,
    }


def _member(team: int, place: int, scale: Scale) -> UUID:
    return row_id(Kind.AGENT, (team * TEAM_SIZE + place) * scale.authorities)


def _weekday(team: int, place: int) -> int:
    return (team + place) % len(WEEKDAYS)


def _half(team: int) -> str:
    return ("morning", "afternoon")[team % 2]


def _of_authority(kind: Kind, n: int, rows: int, rng: random.Random, scale: Scale) -> UUID:
    """The id of one of a table's `rows` that belong to the authority of row `n`."""
    return row_id(kind, n % scale.authorities + rng.randrange(rows // scale.authorities) * scale.authorities)


def _edited(kind: Kind, n: int, scale: Scale, at: datetime = NOW) -> dict[str, Any]:
    return {
        "id": row_id(kind, n),
        "authority_id": row_id(Kind.AUTHORITY, n % scale.authorities),
        "created_at": at,
        "updated_at": at,
    }


def _first(kind: Kind, n: int) -> dict[str, Any]:
    """What every row of the first authority begins with."""
    return {
        "id": row_id(kind, n),
        "authority_id": row_id(Kind.AUTHORITY, 0),
        "created_at": NOW,
        "updated_at": NOW,
    }
