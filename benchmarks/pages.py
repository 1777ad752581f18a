"""Server time and bytes of the pages that everybody opens, on a long board.

    python -m benchmarks.pages [--teams 100000] [--submissions 1000000] [--runs 100]
    python -m benchmarks.pages --teams 200 --submissions 1000 --runs 5      in seconds
    python -m benchmarks.pages --database postgres://judge@localhost/empty  instead of SQLite
    python -m benchmarks.pages --wrk                                        then over HTTP too, as production serves

A deployment of its own in a scratch folder gets one board with so many teams. Each page is then asked for again and
again inside this process: the time is that of all middleware, the view, its queries and the template, without a
network; `cpu` is what the process itself used of it, which other work on the machine disturbs less. The rows are
written straight into the tables. Only the counting submissions of the first teams and of those in the middle carry
resampled scores (4 kB each): the others are read by none of these pages.

A page of a board is measured twice: as it is asked for again, and `after a new score` of a team at three quarters of
the board, when what this process kept of its rows holds no longer.

With `--wrk` gunicorn serves the same deployment on loopback with one worker, and wrk asks for each page over one
connection: all of the above, the sockets and gunicorn besides.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import logging
import math
import os
import platform
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import httpx
import numpy as np

from benchmarks.deployment import open_here

SLUG = "iris-new-meadow"
START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 5000
SPREAD_ROWS = 6000
"""First teams whose scores were resampled: more than any page or file here compares."""

RESAMPLES = 1000

WRK_REPORT = """
done = function(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("figures %f %f %f %f %d\\n", latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    summary.requests / summary.duration * 1e6, summary.bytes / summary.requests, failed))
end
"""
"""What wrk prints at its end, in Lua: its own table knows no 95th percentile."""

WARM_UP = 5


@dataclass(frozen=True)
class Asked:
    """A page and who asks for it."""

    name: str
    address: str
    client: Any
    after_a_score: bool = False
    """Whether somebody's row on the board changes before every run."""


@dataclass(frozen=True)
class Measured:
    """What one page cost."""

    name: str
    p50_ms: float
    p95_ms: float
    cpu_p95_ms: float
    queries: int
    slowest_query_ms: float
    size_bytes: int
    gzipped_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", type=int, default=100_000)
    parser.add_argument("--submissions", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database")
    parser.add_argument("--wrk", action="store_true", help="ask over HTTP too; needs wrk and gunicorn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as scratch:
        open_here(scratch, JUDGE_BROKER_URL="", JUDGE_DATABASE_URL=options.database)
        refuse_a_database_in_use()
        started = time.perf_counter()
        fill(teams=options.teams, submissions=options.submissions)
        filled_s = time.perf_counter() - started
        asked = list(pages(options.teams))
        report([measure(each, runs=options.runs) for each in asked], options, filled_s=filled_s)
        if options.wrk:
            report_of_wrk(asked, seconds=max(options.runs // 20, 1))


def refuse_a_database_in_use() -> None:
    """End the program where the database holds anything: what is measured here is written into its tables."""
    from django.contrib.auth.models import User

    if User.objects.exists():
        raise SystemExit("this database holds users already; name an empty one, whose rows nobody will miss")


def fill(*, teams: int, submissions: int) -> None:
    """Make the deployment: every challenge in the list, one board with all the teams, one learner in its middle."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction

    from challenges.loader import slugs
    from judge import editions
    from judge.models import Edition, Membership, Standing, Submission, Team

    edition = editions.mint(SLUG)
    Edition.objects.bulk_create(
        Edition(slug=slug, version=1, size="small", digest="", folder=edition.folder)
        for slug in slugs()
        if slug != SLUG
    )
    user = User.objects.create_user("learner")
    each = max(submissions // teams, 1)
    with transaction.atomic():
        bulk(Team, (Team(pk=n, edition=edition, name=f"team {n}", captain=user) for n in range(1, teams + 1)))
        bulk(Submission, (one(Submission, edition, user, n, teams, each) for n in range(teams * each)))
        for board in ("public", "private"):
            bulk(Standing, (standing(Standing, edition, board, n, teams, each) for n in range(teams)))
        Membership.objects.create(team_id=teams // 2 + 1, edition=edition, user=user)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a database that lives does by itself


def bulk(model: Any, rows: Iterator[Any]) -> None:
    while batch := list(islice(rows, BATCH)):
        model.objects.bulk_create(batch)


def one(model: Any, edition: Any, user: Any, number: int, teams: int, each: int) -> Any:
    """Return a scored submission: round after round all teams hand in, the last round counts."""
    team, turn = number % teams, number // teams
    score = score_of(team, teams) - 0.01 * (each - 1 - turn)
    counts_and_is_read = turn == each - 1 and (team < SPREAD_ROWS or abs(team - teams // 2) < SPREAD_ROWS // 2)
    return model(
        edition=edition, team_id=team + 1, user=user, file_name="species.csv", sha256="0" * 64, size_bytes=5000,
        created_at=handed_in_at(team, turn, teams), state="done", verdict="scored",
        public_score=score, private_score=score, public_error=0.01, private_error=0.01,
        public_spread=spread(score, team) if counts_and_is_read else None,
    )  # fmt: skip


def standing(model: Any, edition: Any, board: str, team: int, teams: int, each: int) -> Any:
    score = score_of(team, teams)
    return model(
        edition=edition, board=board, team_id=team + 1, key=-score, score=score, standard_error=0.01, entries=each,
        achieved_at=handed_in_at(team, each - 1, teams), submission_id=(each - 1) * teams + team + 1,
    )  # fmt: skip


def score_of(team: int, teams: int) -> float:
    return 0.98 - 0.6 * team / teams


def handed_in_at(team: int, turn: int, teams: int) -> datetime:
    return START + timedelta(days=turn, seconds=86_400 * team / teams)


def spread(score: float, team: int) -> bytes:
    noise = np.random.default_rng(team % 97).normal(scale=0.01, size=RESAMPLES)
    return (score + noise).astype("<f4").tobytes()


def pages(teams: int) -> Iterator[Asked]:
    """Yield every page that is measured."""
    from django.contrib.auth.models import User
    from django.test import Client

    nobody, learner = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    learner.force_login(User.objects.get(username="learner"), backend="django.contrib.auth.backends.ModelBackend")
    board = f"/challenges/{SLUG}/leaderboard/"
    yield Asked("home", "/", nobody)
    yield Asked("home, signed in", "/", learner)
    yield Asked("list, searched", "/?q=tabular", nobody)
    yield Asked("challenge", f"/challenges/{SLUG}/", nobody)
    yield Asked("challenge, signed in", f"/challenges/{SLUG}/", learner)
    boards = (
        ("board", board, nobody),
        ("board, signed in", board, learner),
        ("board, a page further down", further(nobody, board, pages_down=20), learner),
        ("board, around me", f"{board}?around=me", learner),
        ("board in a frame", f"{board}embed/", nobody),
    )
    for name, address, client in boards:
        yield Asked(name, address, client)
        yield Asked(f"{name}, after a new score", address, client, after_a_score=True)
    yield Asked("Atom feed", f"{board}feed.atom", nobody)
    yield Asked(f"csv, {min(teams, 5000):,} rows", f"{board}rows.csv", nobody)


def further(client: Any, board: str, *, pages_down: int) -> str:
    """Return the address of a later page, or of the last one of a shorter board."""
    from judge import leaderboard
    from judge.models import Board, Edition

    edition, cursor = Edition.objects.get(slug=SLUG), None
    for _ in range(pages_down):
        cursor = leaderboard.page(edition, Board.PUBLIC, cursor=cursor).next_cursor or cursor
    return board if cursor is None else f"{board}?board=public&after={cursor}"


def measure(asked: Asked, *, runs: int) -> Measured:
    """Return what a page cost, over so many runs after a few that nobody counts."""
    response = asked.client.get(asked.address)
    if response.status_code != 200:
        raise SystemExit(f"{asked.address} answered {response.status_code}")
    content = response.content
    for _ in range(WARM_UP):
        asked.client.get(asked.address)
    walls, cpus = zip(*(timed(asked) for _ in range(runs)), strict=True)
    queries = [query_times(asked) for _ in range(WARM_UP)]
    return Measured(
        name=asked.name,
        p50_ms=statistics.median(walls) * 1e3,
        p95_ms=p95(walls) * 1e3,
        cpu_p95_ms=p95(cpus) * 1e3,
        queries=len(queries[0]),
        slowest_query_ms=statistics.median(max(each, default=0.0) for each in queries) * 1e3,
        size_bytes=len(content),
        gzipped_bytes=len(gzip.compress(content, 6)),
    )


def timed(asked: Asked) -> tuple[float, float]:
    """Return seconds of wall clock and of this process."""
    score_somebody(asked)
    wall, cpu = time.perf_counter(), time.process_time()
    asked.client.get(asked.address)
    return time.perf_counter() - wall, time.process_time() - cpu


def score_somebody(asked: Asked) -> None:
    """Have a team further down hand in once more, if the page is to be seen after that; its score stays its best."""
    from django.db.models import F

    from judge.models import Standing

    if asked.after_a_score:
        Standing.objects.filter(pk=further_down()).update(entries=F("entries") + 1)


@functools.cache
def further_down() -> int:
    """Return the row at three quarters of the public board."""
    from judge.models import Board, Standing

    rows = Standing.objects.filter(board=Board.PUBLIC)
    return int(rows.order_by("key").values_list("pk", flat=True)[rows.count() * 3 // 4])


def p95(values: Sequence[float]) -> float:
    """Return the smallest value that 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


def query_times(asked: Asked) -> list[float]:
    """Return the seconds of each query of a page, its rows not yet fetched where it has many."""
    from django.db import connection

    taken: list[float] = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append(time.perf_counter() - started)

    score_somebody(asked)
    with connection.execute_wrapper(wrapper):
        asked.client.get(asked.address)
    return taken


def report(results: list[Measured], options: argparse.Namespace, *, filled_s: float) -> None:
    """Print the table with what it ran on."""
    each = max(options.submissions // options.teams, 1)
    print(
        f"{options.teams:,} teams, {options.teams * each:,} submissions (written in {filled_s:.0f} s), "
        f"{options.runs} runs a page, {processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}, {database()}\n"
    )
    print("| page | p50 ms | p95 ms | cpu p95 ms | queries | slowest query ms | kB | kB gzipped |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for one_page in results:
        times = f"{one_page.p50_ms:.1f} | {one_page.p95_ms:.1f} | {one_page.cpu_p95_ms:.1f}"
        asked = f"{one_page.queries} | {one_page.slowest_query_ms:.1f}"
        size = f"{one_page.size_bytes / 1e3:.1f} | {one_page.gzipped_bytes / 1e3:.1f}"
        print(f"| {one_page.name} | {times} | {asked} | {size} |")


def report_of_wrk(asked: Sequence[Asked], *, seconds: int) -> None:
    """Serve the deployment on loopback and print what wrk says of each page."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bound = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8", "--no-control-socket"]
    print(
        f"\nover HTTP, one gunicorn worker, wrk with one connection for {seconds} s a page; not yet packed by a proxy\n"
    )
    print("| page | p50 ms | p95 ms | requests/s | kB sent |\n|---|--:|--:|--:|--:|")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "web.wsgi", *bound], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await_port(port)
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(WRK_REPORT)
            script.flush()
            for page in (each for each in asked if not each.after_a_score):
                p50_ms, p95_ms, a_second, sent_bytes = wrk(page, port=port, seconds=seconds, script=script.name)
                print(f"| {page.name} | {p50_ms:.1f} | {p95_ms:.1f} | {a_second:.0f} | {sent_bytes / 1e3:.1f} |")
    finally:
        server.terminate()
        server.wait(timeout=30)


def wrk(page: Asked, *, port: int, seconds: int, script: str) -> list[float]:
    """Return p50 and p95 in milliseconds, requests a second and bytes of an answer."""
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in page.client.cookies.items())
    headers = ["-H", "Host: localhost", *(["-H", f"Cookie: {cookies}"] if cookies else [])]
    address = f"http://127.0.0.1:{port}{page.address}"
    with httpx.Client(headers={"Host": "localhost", "Cookie": cookies}, timeout=60) as warm:
        for _ in range(WARM_UP):
            warm.get(address).raise_for_status()
    command = ["wrk", "-t1", "-c1", f"-d{seconds}s", "--timeout", "30s", "-s", script, *headers, address]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise SystemExit("wrk is not here: apt install wrk") from None
    figures = [line for line in said.splitlines() if line.startswith("figures ")]
    if len(figures) != 1:
        raise SystemExit(f"wrk said nothing that can be read about {page.address}:\n{said}")
    *numbers, failed = map(float, figures[0].split()[1:])
    if failed:
        raise SystemExit(f"{page.address}: {failed:.0f} requests of wrk failed")
    return numbers


def await_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit("gunicorn does not answer")


def database() -> str:
    """Return the database's name and version."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:  # noqa: PTH123
            return next(line.partition(": ")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
