"""What is asked of Essaim: requests to replay, and the same SQL as scripts for pgbench."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bench import generate as g
from bench.load import Request, Script
from bench.statements import Application, script

LAB, HR = g.token(0), g.token(1)
SAMPLE = 50
"""How many different requests lend their SQL to pgbench."""

API = "/api/v1"
IRRITANT_TEXT = "irritants.title || ' ' || irritants.description || ' ' || irritants.impact"


@dataclass(frozen=True)
class Workload:
    """`requests` are replayed over and over; `scripts` are what pgbench runs in their place."""

    requests: Sequence[Request]
    scripts: Sequence[Script]


Prepare = Callable[[Application, g.Scale, random.Random], Workload]


def listing(application: Application, scale: g.Scale, rng: random.Random) -> Workload:
    """(a) The open irritants of a directorate by votes, 50 a page."""
    requests = [
        Request(
            f"{API}/irritants?state=qualified&state=selected&state=in_progress&sort=-votes&limit=50"
            f"&directorate_id={g.row_id(g.Kind.DIRECTORATE, n)}",
            _somebody(rng, scale),
        )
        for n in range(0, scale.directorates, scale.authorities)
    ]
    return _read(application, requests)


def detail(application: Application, scale: g.Scale, rng: random.Random) -> Workload:
    """(b) One irritant with its counts."""
    numbers = rng.sample(range(g.open_irritants(scale)), 1000)
    requests = [
        Request(
            f"{API}/irritants/{g.row_id(g.Kind.IRRITANT, g.open_irritant(i, scale))}", _somebody(rng, scale)
        )
        for i in numbers
    ]
    return _read(application, requests)


def search(application: Application, scale: g.Scale, rng: random.Random) -> Workload:
    """(c) French words: a rare one, or a rare and a common one."""
    requests = []
    for n, rare in enumerate(rng.sample(g.RARE, SAMPLE)):
        words = rare if n % 2 else f"{rare} {rng.choice(g.COMMON)}"
        requests.append(Request(f"{API}/irritants?limit=50&q={quote(words)}", _somebody(rng, scale)))
    return _read(application, requests)


def create(application: Application, scale: g.Scale, rng: random.Random) -> Workload:
    """(d) Report an irritant."""
    requests = [
        Request(f"{API}/irritants", _somebody(rng, scale), "POST", body=_report(rng, scale))
        for _ in range(2000)
    ]
    scripts = [script(application.statements(request)) for request in requests[:SAMPLE]]
    return Workload(requests, scripts)


def vote(application: Application, scale: g.Scale, rng: random.Random) -> Workload:
    """(e) Vote: many agents, many irritants, never twice the same pair."""
    irritants, voters = g.open_irritants(scale), range(2, scale.tokens)
    pairs = rng.sample(range(irritants * len(voters)), irritants * len(voters))
    requests = []
    for pair in pairs:
        irritant = g.row_id(g.Kind.IRRITANT, g.open_irritant(pair % irritants, scale))
        token = g.token(voters[pair // irritants])
        requests.append(Request(f"{API}/irritants/{irritant}/vote", token, "PUT"))
    agents = scale.agents // scale.authorities
    first, pair = requests.pop(0), pairs[0]
    named = {
        g.row_id(g.Kind.IRRITANT, g.open_irritant(pair % irritants, scale)): g.row_id_sql(
            g.Kind.IRRITANT, ":irritant"
        ),
        g.row_id(g.Kind.AGENT, voters[pair // irritants] * scale.authorities): g.row_id_sql(
            g.Kind.AGENT, ":agent"
        ),
    }
    head = (
        f"\\set i random(0, {irritants - 1})\n"
        f"\\set irritant {g.open_irritant_sql(':i', scale)}\n"
        f"\\set agent {scale.authorities} * random({scale.tokens}, {agents - 1})"
    )
    return Workload(requests, [script(application.statements(first), head, named)])


def month(application: Application, _scale: g.Scale, _rng: random.Random) -> Workload:
    """(f) Every half-day of a month, as NDJSON, for HR."""
    requests = [
        Request(f"{API}/half-days?from_day={first}&until_day={last}", HR, accept="application/x-ndjson")
        for first, last in (
            ("2025-11-01", "2025-11-30"),
            ("2026-03-01", "2026-03-31"),
            ("2026-06-01", "2026-06-30"),
        )
    ]
    return _read(application, requests)


WHOLE = Request(f"{API}/half-days", HR, accept="application/x-ndjson")
"""(g) Every half-day there is."""


def ilike(search: Script) -> Script:
    """The script of a search, with the words looked for by `ILIKE` instead."""
    before, _, rest = search.text.partition("irritants.id IN (SELECT found FROM essaim_find_irritants(CAST(:")
    variable, _, after = rest.partition(" AS tsquery)) AS found)")
    words = search.variables[variable].replace("'", "").split(" & ")
    clause = " AND ".join(f"({IRRITANT_TEXT}) ILIKE '%{word}%'" for word in words)
    return Script(before + clause + after, search.variables)


def _read(application: Application, requests: Sequence[Request]) -> Workload:
    return Workload(requests, [script(application.statements(request)) for request in requests[:SAMPLE]])


def _somebody(rng: random.Random, scale: g.Scale) -> str:
    return g.token(rng.randrange(2, scale.tokens))


def _report(rng: random.Random, scale: g.Scale) -> str:
    return json.dumps(
        {
            "title": " ".join(rng.choices(g.COMMON, k=8)),
            "description": " ".join(rng.choices(g.COMMON, k=48)),
            "impact": " ".join(rng.choices(g.COMMON, k=14)),
            "directorate_id": str(
                g.row_id(g.Kind.DIRECTORATE, rng.randrange(0, scale.directorates, scale.authorities))
            ),
        }
    )
