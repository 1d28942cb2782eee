"""Fill a migrated PostgreSQL database with many authorities' worth of rows, by COPY.

The default scale is 200,000 agents, 400 directorates, 100,000 irritants, 1,000,000 votes, 50,000 comments, 3,000
mandates and 120,000 half-days, in 20 authorities. Deterministic: the same seed makes the same rows.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from app.kit import search
from app.kit.ids import new_id

SEED = 20261124
WORDS = (
    "portail dépôt camion formulaire congés planning école cantine chaudière clé badge logiciel imprimante réunion "
    "marché facture bordereau signature délai courrier téléphone standard guichet usager dossier archive salle "
    "chauffage fenêtre tondeuse balayeuse piscine vestiaire gymnase crèche couches repas allergie bus tournée "
    "ordures benne plan voirie trottoir éclairage candélabre arrosage serre compost formation habilitation sécurité "
    "gants chaussures parking vélo remboursement déplacement mission paie prime bulletin attestation mutuelle"
).split()
STATES = ("submitted", "qualified", "qualified", "qualified", "selected", "in_progress", "resolved", "declined")


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


def generate(url: str, scale: Scale) -> None:
    """Fill the database at `url`, a `postgresql://` URL."""
    rng = random.Random(SEED)
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    with psycopg.connect(url) as connection:
        write = _Writer(connection)
        # The tables point at each other, and rows are known to be right: keys are checked by the tests, not here.
        connection.execute("SET session_replication_role = replica")
        authorities = [new_id() for _ in range(scale.authorities)]
        write(
            "authorities",
            ({"id": a, "slug": f"town-{n}", "name": f"Ville {n}", "time_zone": "Europe/Paris",
              "holiday_subdivision": "FR", "local_customs": "[]", "created_at": now, "version": 1, "updated_at": now}
             for n, a in enumerate(authorities)),
        )  # fmt: skip
        write("journal_chains", ({"authority_id": a, "position": 0, "hash": "0" * 64} for a in authorities))
        directorates = [(new_id(), authorities[n % scale.authorities]) for n in range(scale.directorates)]
        write(
            "directorates",
            ({**_edited(d, a, now), "code": f"D{n}", "name": f"Direction {n}"} for n, (d, a) in enumerate(directorates)),
        )
        by_authority: dict[UUID, list[UUID]] = {a: [] for a in authorities}
        for d, a in directorates:
            by_authority[a].append(d)
        agents = [(new_id(), authorities[n % scale.authorities]) for n in range(scale.agents)]
        agents_of: dict[UUID, list[UUID]] = {a: [] for a in authorities}
        for g, a in agents:
            agents_of[a].append(g)
        write("agents", (_agent(n, g, a, rng.choice(by_authority[a]), now) for n, (g, a) in enumerate(agents)))
        irritants = [(new_id(), authorities[n % scale.authorities]) for n in range(scale.irritants)]
        write(
            "irritants",
            (_irritant(rng, i, a, rng.choice(by_authority[a]), rng.choice(agents_of[a]),
                       now - timedelta(minutes=scale.irritants - n)) for n, (i, a) in enumerate(irritants)),
        )  # fmt: skip
        votes: dict[UUID, int] = dict.fromkeys((i for i, _ in irritants), 0)
        write("irritant_votes", _votes(rng, irritants, agents_of, scale.votes, votes, now))
        comments: dict[UUID, int] = dict.fromkeys((i for i, _ in irritants), 0)
        write("irritant_comments", _comments(rng, irritants, agents_of, scale.comments, comments, now))
        write(
            "irritant_tallies",
            ({"irritant_id": i, "votes": votes[i], "comments": comments[i]} for i, _ in irritants),
        )
        _mandates(write, rng, scale, irritants, agents_of, by_authority, now)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


class _Writer:
    """COPY rows into a table, in the order of the first row's keys; columns the rows leave out take `defaults`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def __call__(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        iterator = iter(rows)
        first = next(iterator, None)
        if first is None:
            return
        present = self._columns(table)
        names = [name for name in first if name in present]
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,  # type: ignore[arg-type]
        ):
            copy.write_row([first[name] for name in names])
            for row in iterator:
                copy.write_row([row[name] for name in names])

    def _columns(self, table: str) -> set[str]:
        found = self.connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        return {name for (name,) in found}


def _edited(row: UUID, authority: UUID, now: datetime) -> dict[str, Any]:
    return {"id": row, "authority_id": authority, "created_at": now, "updated_at": now, "version": 1}


def _agent(n: int, agent: UUID, authority: UUID, directorate: UUID, now: datetime) -> dict[str, Any]:
    return {
        **_edited(agent, authority, now),
        "hr_id": f"{n:08}",
        "civility": "",
        "family_name": f"NOM{n}",
        "given_name": "Prénom",
        "email": None,
        "phone": None,
        "directorate_id": directorate,
        "grade": "",
        "category": "C",
        "working_percentage": 100,
        "off_halves": "[]",
        "position": "active",
        "search": f"nom{n}",
    }


def _irritant(
    rng: random.Random, irritant: UUID, authority: UUID, directorate: UUID, reporter: UUID, at: datetime
) -> dict[str, Any]:
    title = " ".join(rng.choices(WORDS, k=8)).capitalize()
    description = ". ".join(" ".join(rng.choices(WORDS, k=12)).capitalize() for _ in range(4))
    impact = " ".join(rng.choices(WORDS, k=14)).capitalize()
    return {
        **_edited(irritant, authority, at),
        "directorate_id": directorate,
        "reporter_id": reporter,
        "title": title,
        "description": description,
        "impact": impact,
        "state": rng.choice(STATES),
        "search": search.stems(title, description, impact, _rare(rng)),
    }


def _rare(rng: random.Random) -> str:
    """A word that about one irritant in five hundred holds: what people look for is seldom on every row."""
    return f"secteur{rng.randrange(500)}"


def _votes(
    rng: random.Random,
    irritants: Sequence[tuple[UUID, UUID]],
    agents_of: dict[UUID, list[UUID]],
    total: int,
    tally: dict[UUID, int],
    now: datetime,
) -> Iterator[dict[str, Any]]:
    for irritant, authority in irritants:
        # Most irritants have a few votes, some have many.
        wanted = min(int(rng.expovariate(len(irritants) / total)) + 1, len(agents_of[authority]))
        for agent in rng.sample(agents_of[authority], wanted):
            tally[irritant] += 1
            yield {"id": new_id(), "authority_id": authority, "irritant_id": irritant, "agent_id": agent, "created_at": now}


def _comments(
    rng: random.Random,
    irritants: Sequence[tuple[UUID, UUID]],
    agents_of: dict[UUID, list[UUID]],
    total: int,
    tally: dict[UUID, int],
    now: datetime,
) -> Iterator[dict[str, Any]]:
    for n in range(total):
        irritant, authority = rng.choice(irritants)
        tally[irritant] += 1
        yield {
            "id": new_id(),
            "authority_id": authority,
            "irritant_id": irritant,
            "author_id": rng.choice(agents_of[authority]),
            "body": f"{' '.join(rng.choices(WORDS, k=15))} {n}",
            "created_at": now,
        }
