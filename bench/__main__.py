"""`python -m bench`: fill a private PostgreSQL, serve Essaim and the floor over it, measure both in turns.

See README.md beside this file.
"""

import argparse
import json
import os
import platform
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from app.kit.migrations import upgrade
from bench import measures, servers, signatures, workloads
from bench.generate import FULL, SMALL, Scale, generate
from bench.load import READER_OPTIONS
from bench.measures import Bench, Finding
from bench.statements import Application
from tests.support.postgres import postgres_server

WORKERS = 2
MEASURES = {**measures.MEASURES, "sign": signatures.sign}
DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}
NEEDED = {"wrk": "wrk", "pgbench": "postgresql-contrib", "psql": "postgresql-client"}
RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    options = _options()
    if missing := [package for command, package in NEEDED.items() if shutil.which(command) is None]:
        sys.exit(f"The benchmark needs Debian's {', '.join(missing)}: apt-get install {' '.join(missing)}")
    scale = {"full": FULL, "small": SMALL}[options.scale]
    with _database(options.database, scale) as url:
        application = Application(url)
        if options.plans:
            _print_plans(url, application, scale)
        with servers.essaim(url, workers=WORKERS) as essaim, servers.floor(workers=WORKERS) as floor:
            bench = Bench(url, scale, essaim, floor, application, options.rounds, options.seconds)
            findings: list[Finding] = []
            for name in options.only or MEASURES:
                _say(f"{name} …")
                found = MEASURES[name](bench)
                print(table(found, header=not findings), flush=True)
                findings += found
            _keep(bench, findings, scale)


def table(findings: Sequence[Finding], *, header: bool = True) -> str:
    """The findings as a Markdown table."""
    lines = (
        ["| measure | Essaim | floor | ratio | aim | |", "| --- | --- | --- | --- | --- | --- |"]
        if header
        else []
    )
    marks = {True: "✓", False: "✗", None: ""}
    lines += [
        f"| {f.what} | {f.ours} | {f.floor} | {f.shown} | {f.aim_shown} | {marks[f.reached]} |"
        for f in findings
    ]
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Essaim against its floors.")
    parser.add_argument(
        "--scale", choices=["full", "small"], default="full", help="how much data (full: a minute)"
    )
    parser.add_argument("--only", type=_names, help=f"some of: {','.join(MEASURES)}")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each contender (5)")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of a round (4)")
    parser.add_argument("--plans", action="store_true", help="first print the plans of the hot statements")
    parser.add_argument(
        "--database", help="the postgresql:// URL of a database that was filled at this scale before"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(MEASURES):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names


@contextmanager
def _database(url: str | None, scale: Scale) -> Iterator[str]:
    if url:
        yield url
        return
    with postgres_server(DURABLE) as private:
        _say("filling a private PostgreSQL …")
        upgrade(private)
        generate(private, scale)
        yield private


def _print_plans(url: str, application: Application, scale: Scale) -> None:
    for name in ("listing", "detail", "search", "month"):
        prepare: workloads.Prepare = getattr(workloads, name)
        print(f"\n## {name}\n\n```")
        request = prepare(application, scale, random.Random(1)).requests[0]
        with psycopg.connect(url, autocommit=True, options=READER_OPTIONS) as connection:
            explained = connection.execute(application.statements(request)[-1].explained())
            while explained.nextset():
                lines = explained.fetchall()
            print("\n".join(line for (line,) in lines))
        print("```")


def _keep(bench: Bench, findings: Sequence[Finding], scale: Scale) -> None:
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "load average": os.getloadavg(),
        "scale": asdict(scale),
        "rounds": bench.rounds,
        "seconds": bench.seconds,
        "findings": [asdict(finding) | {"reached": finding.reached} for finding in findings],
        "raw": bench.raw,
    }
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    _say(f"load average {os.getloadavg()[0]:.1f}; every round is in {RESULTS.name}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
