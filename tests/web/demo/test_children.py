"""The child processes of a demo end with it, whatever happens to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from web.demo import children as module
from web.demo.children import ChildDied, Children, free_port

WAIT = "import time; print('ready', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAIT}"


def await_true(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def says_ready(children: Children, name: str) -> bool:
    return "ready" in (children.logs / f"{name}.log").read_text()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z"
    except FileNotFoundError:
        return True


def test_leaving_ends_every_child(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("one", "-c", WAIT)
        children.start("two", "-c", WAIT)
        processes = [child.process for child in children.running]
    assert [process.returncode for process in processes] == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_child_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    with Children(tmp_path) as children:
        children.start("stubborn", "-c", STUBBORN)
        await_true(lambda: says_ready(children, "stubborn"))
        process = children.running[0].process
    assert process.returncode == -signal.SIGKILL


def test_a_child_that_died_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("web", "-c", "raise SystemExit('the port is taken')")
        children.running[0].process.wait()
        with pytest.raises(ChildDied, match=r"(?s)web ended with 1; .*the port is taken"):
            children.check()


def test_a_child_that_died_while_serving_is_started_again(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("worker", "-c", WAIT)
        first = children.running[0].process
        first.kill()
        first.wait()
        assert children.revive() == ["worker"]
        assert children.revive() == []
        assert children.running[0].process.pid != first.pid


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_no_child_outlives_a_demo_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from web.demo.children import Children\n"
        f"children = Children(Path({str(tmp_path)!r})); children.start('web', '-c', {WAIT!r})\n"
        "print(children.running[0].process.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        child = int(demo.stdout.readline())
        await_true(lambda: "ready" in (tmp_path / "web.log").read_text())
        demo.kill()
    await_true(lambda: is_gone(child))


def test_ctrl_c_works_again_after_the_children_were_stopped(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with Children(tmp_path) as children:
        children.start("one", "-c", WAIT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        found = free_port(port)
        assert port < found <= port + 200


def test_the_logs_of_earlier_starts_are_kept(tmp_path: Path) -> None:
    for _ in range(2):
        with Children(tmp_path) as children:
            children.start("web", "-c", "print('hello', flush=True)")
            children.running[0].process.wait()
    assert (tmp_path / "web.log").read_text() == "hello" + os.linesep + "hello" + os.linesep
