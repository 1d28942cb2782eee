"""The load generators: wrk over HTTP, pgbench over SQL, with as many clients."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.generate import Kind, row_id

CLIENTS = 16
READER_OPTIONS = f"-c plan_cache_mode=force_generic_plan -c essaim.authority_id={row_id(Kind.AUTHORITY, 0)}"
"""As `kit.database` has it for statements that read; those that write are planned alike with or without. The floor
works as the owner of the tables, whom no policy holds back: what row-level security costs counts against us."""

REPLAY = Path(__file__).with_name("replay.lua")


@dataclass(frozen=True)
class Request:
    """One HTTP request of a workload."""

    path: str
    token: str = ""
    method: str = "GET"
    accept: str = "*/*"
    body: str = ""


@dataclass(frozen=True)
class Script:
    """What pgbench runs, and the variables it is run with: their names differ from those of any other script."""

    text: str
    variables: Mapping[str, str] = field(default_factory=dict)


class LoadFailed(RuntimeError):
    """Answers were refusals or connections broke: the figures would mean nothing."""


def wrk(url: str, requests: Iterable[Request], *, seconds: float) -> float:
    """Requests answered a second, the file of `requests` replayed in order by `CLIENTS` connections."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        for r in requests:
            file.write("\t".join((r.method, r.path, r.token, r.accept, r.body)) + "\n")
        file.flush()
        options = ["-t1", f"-c{CLIENTS}", f"-d{round(seconds)}s", "--timeout", "30s", "-s", str(REPLAY)]
        output = _run(["wrk", *options, url, "--", file.name])
    summary = json.loads(output.splitlines()[-1])
    if summary["refused"] or summary["broken"]:
        raise LoadFailed(f"{url}: {summary}")
    return float(summary["requests"] / summary["seconds"])


def pgbench(url: str, scripts: Sequence[Script], *, seconds: float, first: int = 0) -> float:
    """Transactions a second of `scripts`, one picked at random each time. Each client counts `:n` up from `first`."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pgbench", url, "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=1"]
        command += [f"--time={round(seconds)}", f"--define=n={first}"]
        for number, script in enumerate(scripts):
            path = Path(folder, f"{number}.sql")
            path.write_text(script.text)
            command += ["--file", str(path)]
            command += [f"--define={name}={value}" for name, value in script.variables.items()]
        output = _run(command, {"PGOPTIONS": READER_OPTIONS})
    found = re.search(r"tps = ([\d.]+)", output)
    if found is None:
        raise LoadFailed(output)
    return float(found[1])


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
    )
    if done.returncode:
        raise LoadFailed(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout
