"""How fast a learner's program starts, talks and gets through the whole judge; medians and ratios of one run.

    python -m benchmarks.sandbox [--rounds 7] [--submissions 60] [--only start talk memory sustained hop]

    start      a script with some 20 ms of work of its own that imports pandas and scikit-learn, from claim to result:
               bare, plain `docker run`, and every lane of ours, in turns, so that all meet the same machine
    talk       moves a second in a conversation: one line there, one line back
    memory     what a program started ahead, or a warm interpreter, holds while it waits
    sustained  code submissions a second through the whole judge: a queue of them, as many workers as processors
    hop        from accepted submission to claim, by Redis and Celery

Lanes and parts that this host does not have are named and left out.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox import backends
from sandbox.contract import Limits, Outcome, RunSpec, Sandbox
from sandbox.docker import DockerSandbox
from sandbox.docker.pool import Pool

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("start", "talk", "memory", "sustained", "hop")
IMAGE = os.environ.get("JUDGE_SANDBOX_IMAGE_CPU", "judge-sandbox-cpu:local")
ROWS = 10_000
SCRIPT = """
import os
import pandas as pd
from sklearn.preprocessing import StandardScaler
table = pd.read_csv(os.path.join(os.environ["DATA_DIR"], "table.csv"))
scaled = StandardScaler().fit_transform(table)
pd.DataFrame(scaled[:500]).to_csv(os.path.join(os.environ["OUTPUT_DIR"], "scaled.csv"), index=False)
"""
ECHO = "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)\n"
MOVES = 300
REFILL_S = 5.0
"""How long the benchmark waits before it asks the pool again, so that a container has had time to start."""
DEADLINE_S = 300.0

Lane = Callable[[RunSpec], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as scratch, opened() as sandboxes:
        Path(scratch).chmod(0o755)
        print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
        spec = prepared(Path(scratch))
        if "start" in options.only:
            starts(sandboxes, spec, options.rounds)
        if "talk" in options.only:
            talks(sandboxes, Path(scratch))
        if "memory" in options.only:
            memory(sandboxes, spec)
    for name, run in (("sustained", sustained), ("hop", hop)):
        if name in options.only:
            run(options.submissions)


@contextlib.contextmanager
def opened() -> Iterator[dict[str, Sandbox]]:
    """Yield lane -> sandbox for every backend that works here."""
    found: dict[str, Sandbox] = {}
    makers: dict[str, Callable[[], Sandbox]] = {
        "docker, cold": lambda: DockerSandbox(pool=Pool(memory_mb=0)),
        "docker, pool": lambda: DockerSandbox(pool=Pool(memory_mb=1024)),
        "bubblewrap": lambda: backends.load("bubblewrap"),
        "fast lane": lambda: backends.load("warm"),
    }
    for name, make in makers.items():
        sandbox = make()
        probe = sandbox.probe()
        if probe.usable:
            found[name] = sandbox
        else:
            print(f"left out: {name}: {probe.reason}")
    try:
        yield found
    finally:
        for sandbox in found.values():
            getattr(sandbox, "close", lambda: None)()


def prepared(scratch: Path) -> RunSpec:
    """Lay the script and its table out."""
    import numpy as np

    work, data = scratch / "work", scratch / "data"
    for folder in (work, data):
        folder.mkdir(mode=0o755)
    (work / "main.py").write_text(SCRIPT)
    np.savetxt(
        data / "table.csv",
        np.random.default_rng(0).normal(size=(ROWS, 10)),
        delimiter=",",
        fmt="%.4f",
        header=",".join("abcdefghij"),
        comments="",
    )
    return RunSpec(work=work, entry="main.py", data=(data,), limits=Limits(wall_s=60, memory_mb=1024, cpus=1))


def starts(sandboxes: dict[str, Sandbox], spec: RunSpec, rounds: int) -> None:
    lanes: dict[str, Lane] = {"bare `python main.py`": bare}
    if "docker, cold" in sandboxes:
        lanes["plain `docker run`"] = plain_docker
    lanes |= {name: in_sandbox(sandbox) for name, sandbox in sandboxes.items()}
    times: dict[str, list[float]] = {name: [] for name in lanes}
    for number in range(rounds + 2):  # the first two warm caches, the zygote and the pool
        for name, lane in lanes.items():
            if name == "docker, pool":
                time.sleep(REFILL_S)
            begun = time.perf_counter()
            lane(spec)
            if number >= 2:
                times[name].append(time.perf_counter() - begun)
        shown(f"round {number + 1} of {rounds + 2}")
    done()
    base = statistics.median(times["bare `python main.py`"])
    docker_s = statistics.median(times["plain `docker run`"]) if "plain `docker run`" in times else None
    print(
        f"\n| from claim to result, {rounds} rounds | p50 ms | min ms | x bare | x docker run |\n|---|--:|--:|--:|--:|"
    )
    for name, seconds in times.items():
        p50 = statistics.median(seconds)
        against = "" if docker_s is None else f"{p50 / docker_s:.2f}"
        print(f"| {name} | {p50 * 1e3:.0f} | {min(seconds) * 1e3:.0f} | {p50 / base:.2f} | {against} |")


def bare(spec: RunSpec) -> None:
    with tempfile.TemporaryDirectory() as output:
        env = os.environ | {"DATA_DIR": str(spec.data[0]), "OUTPUT_DIR": output, "OPENBLAS_NUM_THREADS": "1"}
        subprocess.run([sys.executable, str(spec.work / "main.py")], env=env, check=True)


def plain_docker(spec: RunSpec) -> None:
    with tempfile.TemporaryDirectory() as output:
        Path(output).chmod(0o777)
        command = ["docker", "run", "--rm", "--network", "none", "--cpus", "1"]
        for source, target in ((spec.work, "/work"), (spec.data[0], "/data"), (Path(output), "/output")):
            command += ["--volume", f"{source}:{target}"]
        for variable in ("DATA_DIR=/data", "OUTPUT_DIR=/output", "OPENBLAS_NUM_THREADS=1"):
            command += ["--env", variable]
        subprocess.run([*command, IMAGE, "/opt/python/bin/python", "/work/main.py"], check=True)


def in_sandbox(sandbox: Sandbox) -> Lane:
    def run(spec: RunSpec) -> None:
        result = sandbox.run(spec)
        if result.outcome is not Outcome.FINISHED or "scaled.csv" not in result.outputs:
            raise SystemExit(f"{sandbox.name}: {result}")

    return run


def talks(sandboxes: dict[str, Sandbox], scratch: Path) -> None:
    work = scratch / "echo"
    work.mkdir(mode=0o755)
    (work / "main.py").write_text(ECHO)
    line = b'{"board": "' + b"x" * 200 + b'"}'
    print(f"\n| conversation, {MOVES} moves of {len(line)} bytes | moves a second |\n|---|--:|")
    for name, sandbox in sandboxes.items():
        if name == "docker, pool":
            continue
        with sandbox.converse(RunSpec(work=work, entry="main.py")) as conversation:
            conversation.send(line)
            conversation.receive(30)
            begun = time.perf_counter()
            for _ in range(MOVES):
                conversation.send(line)
                conversation.receive(30)
            print(f"| {name} | {MOVES / (time.perf_counter() - begun):.0f} |")


def memory(sandboxes: dict[str, Sandbox], spec: RunSpec) -> None:
    print("\n| held while idle | MB |\n|---|--:|")
    if "docker, pool" in sandboxes:
        in_sandbox(sandboxes["docker, pool"])(spec)
        in_sandbox(sandboxes["docker, pool"])(spec)
        time.sleep(REFILL_S)
        print(f"| a container of the pool | {held_mb('boot', 'numpy,'):.0f} |")
    if "fast lane" in sandboxes:
        in_sandbox(sandboxes["fast lane"])(spec)
        print(f"| the warm interpreter of the fast lane | {held_mb('zygote'):.0f} |")


def held_mb(*words: str) -> float:
    """Return the proportional memory of the largest guest with these words in its command line."""
    found = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command = (path / "cmdline").read_text() if path.name.isdecimal() else ""
            if all(word in command for word in ("judge_guest/start.py", *words)):
                rollup = (path / "smaps_rollup").read_text().splitlines()
                found.append(next(int(line.split()[1]) / 1024 for line in rollup if line.startswith("Pss:")))
    return max(found, default=float("nan"))


def sustained(submissions: int) -> None:
    print(
        "\n| sustained through the whole judge, SQLite, a worker for each processor | submissions a second |\n|---|--:|"
    )
    for name, backend, share in (
        ("fast lane", "warm", 1.0),
        ("bubblewrap", "bubblewrap", 0.2),
        ("docker", "docker", 0.2),
    ):
        told = apart("sustained", backend, str(max(int(submissions * share), 8)))
        print(f"| {name} | {told} |")


def hop(submissions: int) -> None:
    with redis() as url:
        if url is None:
            print("left out: hop: redis-server is not installed")
            return
        p50, p95 = apart("hop", url, str(submissions)).split()
    print("\n| accepted to claimed, Redis and Celery | ms |\n|---|--:|")
    print(f"| p50 | {p50} |\n| p95 | {p95} |")


def apart(*arguments: str) -> str:
    """Return what a benchmark says that needs a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        return f"failed: {done.stderr.strip().splitlines()[-1]}"
    return done.stdout.strip().splitlines()[-1]


@contextlib.contextmanager
def redis() -> Iterator[str | None]:
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if time.monotonic() > deadline:
                raise SystemExit("redis-server does not answer")
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def shown(progress: str) -> None:
    print(f"\r{progress} ", end="", file=sys.stderr, flush=True)


def done() -> None:
    print("\r" + " " * 30 + "\r", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
