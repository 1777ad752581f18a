"""What is the fast lane's own; everything else that it promises is in the conformance suite."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import running, zygotes
from sandbox import warm as lanes
from sandbox.contract import Gpu, Limits, Outcome, RunSpec
from sandbox.errors import SandboxUnavailable
from sandbox.warm import WarmSandbox, fits

pytestmark = pytest.mark.bubblewrap

PROJECT = Path(__file__).resolve().parents[2]
NUMPY = ("numpy",)
"""A light zygote starts in a fraction of the time."""

Run = Callable[[str], str]


@pytest.fixture
def warm(staging_root: Path) -> Iterator[WarmSandbox]:
    if os.getuid() != 0:
        pytest.skip("the fast lane needs root, and its probe says so")
    sandbox = WarmSandbox(staging_root=staging_root)
    yield sandbox
    sandbox.close()


@pytest.fixture
def run(warm: WarmSandbox, tmp_path: Path) -> Run:
    """Run a program that ends well and return what it printed."""

    def run(program: str, **fields: object) -> str:
        result = warm.run(spec_of(tmp_path, program, **fields))
        assert result.outcome is Outcome.FINISHED, result
        return result.stdout_tail

    return run


def spec_of(folder: Path, program: str, **fields: object) -> RunSpec:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    (work / "main.py").write_text(textwrap.dedent(program))
    return RunSpec(work=work, entry="main.py", **{"preload": NUMPY, **fields})  # type: ignore[arg-type]


def zygote_processes(*names: str) -> set[int]:
    """Return the numbers of all warm interpreters on this host, or of processes with other names."""
    found = set()
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            with contextlib.suppress(OSError):
                if (path / "comm").read_text().strip() in (names or ("judge-zygote",)):
                    found.add(int(path.name))
    return found


def gone(number: int, within_s: float = 60) -> bool:
    deadline = time.monotonic() + within_s
    while Path(f"/proc/{number}").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("name", ["numpy.py", "random.py", "sklearn", "json"])
def test_a_program_with_a_file_named_like_a_library_starts_cold(tmp_path: Path, name: str) -> None:
    spec = spec_of(tmp_path, "pass")
    (spec.work / name).mkdir() if "." not in name else (spec.work / name).touch()
    assert not fits(spec)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, True), ({"banned_imports": ("sklearn",)}, False), ({"limits": Limits(gpu=Gpu.OPTIONAL)}, False)],
    ids=["plain", "bans", "gpu"],
)
def test_what_cannot_be_the_same_starts_cold(tmp_path: Path, fields: dict[str, object], expected: bool) -> None:
    spec = spec_of(tmp_path, "pass", **fields)
    (spec.work / "helper.py").touch()
    assert fits(spec) is expected


def test_a_program_with_its_own_numpy_gets_its_own(warm: WarmSandbox, tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "import numpy; print(numpy.__file__)")
    (spec.work / "numpy.py").touch()
    assert warm.run(spec).stdout_tail == "/work/numpy.py\n"


def test_libraries_are_loaded_before_the_program_starts(run: Run) -> None:
    assert run("import sys; print('numpy' in sys.modules)") == "True\n"


def test_a_program_finds_nothing_of_the_one_before(run: Run) -> None:
    run(
        """
        import builtins, json, os, pathlib, sys, numpy
        numpy.left = json.left = builtins.left = sys.modules["left"] = "something"
        os.environ["LEFT"] = "something"
        pathlib.Path("/tmp/left").write_text("something")
        pathlib.Path("/dev/shm/left").write_text("something")
        """
    )
    seen = run(
        """
        import builtins, gc, json, os, sys, numpy
        print([hasattr(thing, "left") for thing in (numpy, json, builtins)], "left" in sys.modules)
        print(os.environ.get("LEFT"), os.listdir("/tmp"), os.listdir("/dev/shm"))
        """
    )
    assert seen == "[False, False, False] False\nNone [] []\n"


def test_two_programs_draw_different_numbers(run: Run) -> None:
    program = "import random, numpy, uuid; print(random.random(), numpy.random.rand(), uuid.uuid4())"
    first, second = run(program).split(), run(program).split()
    assert not set(first) & set(second)


def test_a_program_sees_its_own_processes_only(run: Run) -> None:
    seen = run("import os; print(os.getpid(), os.getppid(), sorted(p for p in os.listdir('/proc') if p.isdigit()))")
    assert seen == "2 0 ['1', '2']\n"


def test_a_zygote_holds_no_secret_and_no_descriptor(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUDGE_MINT_SECRET", "a secret of the judge")
    before = zygote_processes()
    with (tmp_path / "truth.csv").open("w"):
        run("pass")
    (number,) = zygote_processes() - before
    process = Path(f"/proc/{number}")
    assert b"secret" not in (process / "environ").read_bytes()
    assert len(list((process / "task").iterdir())) == 1
    held = sorted((path.name, str(path.readlink()).partition(":")[0]) for path in (process / "fd").iterdir())
    assert [kind for name, kind in held if int(name) < 3] == ["pipe"] * 3
    assert [kind for name, kind in held if int(name) >= 3] == ["socket"] * 3
    assert "CapBnd:\t0000000000000000" not in (process / "status").read_text()  # it can make namespaces ...
    assert (process / "ns/user").readlink() != Path("/proc/self/ns/user").readlink()  # ... in one of its own only


def test_a_zygote_that_dies_is_replaced(run: Run) -> None:
    before = zygote_processes()
    run("pass")
    (number,) = zygote_processes() - before
    os.kill(number, signal.SIGKILL)
    assert gone(number)
    deadline = time.monotonic() + 60
    while True:
        try:
            assert run("print('again')") == "again\n"
            break
        except Exception:
            # Between its death and the moment bwrap has noticed, one run may fail: ours, and tried again.
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("name", ["judge-clerk", "judge-zygote"])
def test_a_zygote_that_does_not_answer_fails_one_run_as_ours_and_is_replaced(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(lanes, "BIRTH_S", 1.0)
    monkeypatch.setattr(running, "START_S", 1.0)
    before = zygote_processes(name)
    run("pass")
    (number,) = zygote_processes(name) - before
    os.kill(number, signal.SIGSTOP)
    with pytest.raises(SandboxUnavailable):
        run("pass")
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(SandboxUnavailable):  # until its successor is ready
            assert run("print('again')") == "again\n"
            break
        assert time.monotonic() < deadline


def test_a_worn_zygote_is_followed_by_another_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygotes, "FORKS", 3)
    before = zygote_processes()
    seen: set[int] = set()
    deadline = time.monotonic() + 60
    while len(seen) < 3:
        assert run("print('here')") == "here\n"
        seen |= zygote_processes() - before
        assert time.monotonic() < deadline
    run("pass")
    oldest = min(seen)
    assert gone(oldest)


def test_zygotes_and_their_programs_die_with_the_worker(staging_root: Path, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("the fast lane needs root, and its probe says so")
    family = ("judge-zygote", "judge-clerk", "judge-init")
    before = zygote_processes(*family)
    spec = spec_of(tmp_path, "import time; print('up', flush=True); time.sleep(600)")
    worker = f"""
        from pathlib import Path
        from sandbox.contract import RunSpec
        from sandbox.warm import WarmSandbox
        spec = RunSpec(work=Path({str(spec.work)!r}), entry="main.py", preload=("numpy",))
        conversation = WarmSandbox(staging_root=Path({str(staging_root)!r})).converse(spec)
        print(conversation.receive(30), flush=True)
        import time; time.sleep(600)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(worker)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"b'up'\n"
            ours = zygote_processes(*family) - before
            assert len(ours) == 3
        finally:
            process.kill()
    assert [number for number in ours if not gone(number)] == []


def test_a_forked_worker_starts_zygotes_of_its_own(staging_root: Path, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("the fast lane needs root, and its probe says so")
    spec = spec_of(tmp_path, "print('from', 'a', 'fork')")
    script = f"""
        import json, os, sys
        from pathlib import Path
        from sandbox.contract import RunSpec
        from sandbox.warm import WarmSandbox
        sandbox = WarmSandbox(staging_root=Path({str(staging_root)!r}))
        spec = RunSpec(work=Path({str(spec.work)!r}), entry="main.py", preload=("numpy",))
        said = [sandbox.run(spec).stdout_tail]
        child = os.fork()
        said.append(sandbox.run(spec).stdout_tail)
        sandbox.close()
        print(json.dumps(said), flush=True)
        if child:
            os.waitpid(child, 0)
        else:
            os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [["from a fork\n"] * 2] * 2


def test_a_program_uses_as_many_threads_as_it_has_processors(warm: WarmSandbox, tmp_path: Path) -> None:
    program = "import threadpoolctl; print([pool['num_threads'] for pool in threadpoolctl.threadpool_info()][:1])"
    preload = ("numpy", "threadpoolctl")
    for cpus, expected in ((1, "[1]\n"), (2, "[2]\n")):
        result = warm.run(spec_of(tmp_path, program, limits=Limits(cpus=cpus), preload=preload))
        assert result.stdout_tail == expected
