"""The measures. Contenders take turns in short rounds, so that what else the machine does falls on all of them."""

import random
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg

from bench import servers, workloads
from bench.generate import SEED, Scale
from bench.load import Request, Script, pgbench, wrk
from bench.servers import Server
from bench.statements import Application
from bench.workloads import WHOLE, Workload

STARTS = 5
VOTES_A_SECOND = 4000
"""More than are ever cast: each round has its own pairs of agent and irritant."""


@dataclass(frozen=True)
class Finding:
    """One line of the table. `higher` says whether a greater ratio is better than the aim."""

    what: str
    ours: str
    floor: str
    value: float
    shown: str
    aim: float | None = None
    aim_shown: str = ""
    higher: bool = True

    @property
    def reached(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value >= self.aim if self.higher else self.value <= self.aim


@dataclass
class Bench:
    """A filled database, the servers over it, and how long to measure."""

    url: str
    scale: Scale
    essaim: Server
    floor: Server
    application: Application
    rounds: int
    seconds: float
    raw: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def take_turns(
        self, name: str, contenders: Mapping[str, Callable[[int], float]]
    ) -> dict[str, list[float]]:
        """Each contender's figure in each round. The first round of all is for warming up."""
        figures: dict[str, list[float]] = {label: [] for label in contenders}
        for turn in range(self.rounds + 1):
            for label, measure in contenders.items():
                figure = measure(turn)
                if turn:
                    figures[label].append(figure)
        self.raw[name] = figures
        return figures

    def prepare(self, prepare: workloads.Prepare) -> Workload:
        return prepare(self.application, self.scale, random.Random(SEED))

    def http(self, requests: Sequence[Request]) -> Callable[[int], float]:
        return lambda _turn: wrk(self.essaim.url, requests, seconds=self.seconds)

    def sql(self, scripts: Sequence[Script]) -> Callable[[int], float]:
        return lambda turn: pgbench(self.url, scripts, seconds=self.seconds, first=turn * 10_000_000)

    def bare(self, style: str, size: int) -> Callable[[int], float]:
        """The bare route, `sync` or `async`, with as many bytes."""
        requests = [Request(f"/{style}/{size}")]
        return lambda _turn: wrk(self.floor.url, requests, seconds=self.seconds)

    def size_of(self, requests: Sequence[Request]) -> int:
        return round(statistics.mean(len(self.application.answer(request)) for request in requests[:50]))


def listing(bench: Bench) -> list[Finding]:
    return _against_the_bare_route(
        bench, "list", "(a) open irritants of a directorate by votes", workloads.listing
    )


def detail(bench: Bench) -> list[Finding]:
    return _against_the_bare_route(bench, "detail", "(b) one irritant with its counts", workloads.detail)


def _against_the_bare_route(bench: Bench, name: str, title: str, prepare: workloads.Prepare) -> list[Finding]:
    workload = bench.prepare(prepare)
    size = bench.size_of(workload.requests)
    figures = bench.take_turns(
        name,
        {
            "ours": bench.http(workload.requests),
            "bare sync": bench.bare("sync", size),
            "bare async": bench.bare("async", size),
            "pgbench": bench.sql(workload.scripts),
        },
    )
    title = f"{title}, {size:,} bytes"
    return [
        _rate(title, figures, "bare sync", "bare route (sync)", 1 / 4, "1/4"),
        _rate(title, figures, "bare async", "bare route (async)", 1 / 4, "1/4"),
        _rate(title, figures, "pgbench", "same SQL, pgbench"),
    ]


def search(bench: Bench) -> list[Finding]:
    workload = bench.prepare(workloads.search)
    with psycopg.connect(bench.url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute(
            f"CREATE INDEX bench_trigrams ON irritants USING gin (({workloads.IRRITANT_TEXT}) gin_trgm_ops)"
        )
        connection.execute("ANALYZE irritants")
        try:
            figures = bench.take_turns(
                "search",
                {
                    "ours": bench.http(workload.requests),
                    "pgbench": bench.sql(workload.scripts),
                    "ilike": bench.sql([workloads.ilike(script) for script in workload.scripts]),
                },
            )
        finally:
            connection.execute("DROP INDEX bench_trigrams")
    title = "(c) French full text"
    return [
        _rate(f"{title}, its SQL", figures, "ilike", "trigram ILIKE, pgbench", 10, "10", ours="pgbench"),
        _rate(f"{title}, the API", figures, "ilike", "trigram ILIKE, pgbench"),
        _rate(f"{title}, the API", figures, "pgbench", "same SQL, pgbench"),
    ]


def create(bench: Bench) -> list[Finding]:
    workload = bench.prepare(workloads.create)
    contenders = {"ours": bench.http(workload.requests), "pgbench": bench.sql(workload.scripts)}
    figures = bench.take_turns("create", contenders)
    return [_rate("(d) report an irritant", figures, "pgbench", "same SQL, pgbench", 1 / 3, "1/3")]


def vote(bench: Bench) -> list[Finding]:
    workload = bench.prepare(workloads.vote)
    share = min(len(workload.requests) // (bench.rounds + 1), round(bench.seconds * VOTES_A_SECOND))

    def ours(turn: int) -> float:
        return wrk(
            bench.essaim.url, workload.requests[turn * share : (turn + 1) * share], seconds=bench.seconds
        )

    figures = bench.take_turns("vote", {"ours": ours, "pgbench": bench.sql(workload.scripts)})
    return [_rate("(e) vote", figures, "pgbench", "same SQL, pgbench", 1 / 2, "1/2")]


def month(bench: Bench) -> list[Finding]:
    workload = bench.prepare(workloads.month)
    size = bench.size_of(workload.requests)
    figures = bench.take_turns(
        "month",
        {
            "ours": bench.http(workload.requests),
            "pgbench": bench.sql(workload.scripts),
            "bare async": bench.bare("async", size),
        },
    )
    title = f"(f) half-days of a month as NDJSON, {size:,} bytes"
    return [
        _rate(title, figures, "pgbench", "same SQL, pgbench", 2 / 3, "2/3"),
        _rate(title, figures, "bare async", "bare route (async)"),
    ]


def whole(bench: Bench) -> list[Finding]:
    statement = bench.application.statements(WHOLE)[-1].sql()
    first_bytes: list[float] = []
    grown: list[float] = []
    sizes: list[int] = []

    def ours(_turn: int) -> float:
        before = {pid: servers.memory(pid, "VmRSS") for pid in bench.essaim.workers()}
        for pid in before:
            servers.forget_peak(pid)
        first, last, size = _download(bench.essaim, WHOLE)
        first_bytes.append(first)
        sizes.append(size)
        grown.append(max(servers.memory(pid, "VmHWM") - rss for pid, rss in before.items()))
        return last

    def psql(_turn: int) -> float:
        started = time.perf_counter()
        command = ["psql", bench.url, "--no-psqlrc", "--command", f"COPY ({statement}) TO STDOUT"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started

    figures = bench.take_turns("whole", {"ours": ours, "psql": psql})
    bench.raw["whole"] |= {"first byte": first_bytes[1:], "memory grown by, MB": grown}
    took, took_psql = statistics.median(figures["ours"]), statistics.median(figures["psql"])
    first, growth = statistics.median(first_bytes[1:]) * 1000, max(grown[1:])
    title = f"(g) all half-days as NDJSON, {sizes[-1]:,} bytes"
    ratio = statistics.median(a / b for a, b in zip(figures["ours"], figures["psql"], strict=True))
    return [
        Finding(f"{title}, last byte", f"{took:.2f} s", f"psql COPY, {took_psql:.2f} s", ratio, f"{ratio:.2f}",
                3, "≤ 3", higher=False),
        Finding(f"{title}, first byte", f"{first:.0f} ms", "", first, f"{first:.0f} ms", 100, "< 100 ms", higher=False),
        Finding(f"{title}, memory above the idle worker's", f"{growth:.1f} MB", "", growth, f"{growth:.1f} MB",
                16, "constant", higher=False),
    ]  # fmt: skip


def start(bench: Bench) -> list[Finding]:
    times, resident, proportional = [], [], []
    for _ in range(STARTS):
        with servers.essaim(bench.url, workers=1) as server:
            times.append(server.started_in)
        with servers.essaim(bench.url, workers=2) as server:
            time.sleep(1)
            resident += [servers.memory(pid, "VmRSS") for pid in server.workers()]
            proportional += [servers.memory(pid, "Pss") for pid in server.workers()]
    bench.raw["start"] = {"seconds": times, "RSS, MB": resident, "PSS, MB": proportional}
    seconds, rss = statistics.median(times), statistics.median(resident)
    return [
        Finding("cold start, command to first answer", f"{seconds:.2f} s", "", seconds, f"{seconds:.2f} s",
                2, "< 2 s", higher=False),
        Finding("idle worker, resident", f"{rss:.0f} MB ({statistics.median(proportional):.0f} MB proportional)", "",
                rss, f"{rss:.0f} MB", 120, "< 120 MB", higher=False),
    ]  # fmt: skip


MEASURES: Mapping[str, Callable[[Bench], list[Finding]]] = {
    "start": start,
    "list": listing,
    "detail": detail,
    "search": search,
    "create": create,
    "vote": vote,
    "month": month,
    "whole": whole,
}


def _rate(
    what: str,
    figures: Mapping[str, Sequence[float]],
    floor: str,
    floor_name: str,
    aim: float | None = None,
    aim_shown: str = "",
    ours: str = "ours",
) -> Finding:
    """The median of the rounds' ratios, with the median rates beside."""
    ratio = statistics.median(a / b for a, b in zip(figures[ours], figures[floor], strict=True))
    return Finding(
        what,
        f"{statistics.median(figures[ours]):,.0f}/s",
        f"{floor_name}, {statistics.median(figures[floor]):,.0f}/s",
        ratio,
        f"{ratio:.2f}",
        aim,
        aim_shown and f"≥ {aim_shown}",
    )


def _download(server: Server, request: Request) -> tuple[float, float, int]:
    """Seconds to the first byte of the body and to its last, and its size, chunk marks included."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, server.port)) as connection:
        head = f"GET {request.path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {request.token}\r\n"
        started = time.perf_counter()
        connection.sendall(f"{head}Accept: {request.accept}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n{" not in received and b"\r\n{" not in received.partition(b"\r\n\r\n")[2]:
            received += _receive(connection)
        if not received.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(received.decode(errors="replace"))
        first, size = time.perf_counter() - started, len(received)
        while chunk := connection.recv(1 << 20):
            size += len(chunk)
        return first, time.perf_counter() - started, size


def _receive(connection: socket.socket) -> bytes:
    chunk = connection.recv(1 << 16)
    if not chunk:
        raise RuntimeError("the answer ended before its body")
    return chunk
