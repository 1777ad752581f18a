"""crun and gVisor beside runc: what differs, and every promise really asked of containers that they run.

The engine of JUDGE_TEST_RUNTIMES_HOST is used, or the usual one where it has both runtimes.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import DockerException

from sandbox import runtimes, seccomp
from sandbox.conformance import PROMISES, Bench, BrokenPromise, Promise
from sandbox.contract import Limits, Outcome
from sandbox.docker import DockerSandbox
from sandbox.errors import SandboxUnavailable

WRAPPERS = Path(__file__).resolve().parents[2] / "docker" / "runtimes"
RUNTIMES = ("crun", "runsc")
BY_NAME = {promise.__name__: promise for promise in PROMISES}
INFO: dict[str, Any] = {
    "DefaultRuntime": "runc",
    "Runtimes": {
        "runc": {"path": "runc"},
        "crun": {"path": "/usr/bin/crun"},
        "runsc": {"path": "/opt/judge/docker/runtimes/runsc"},
    },
    "RuncCommit": {"ID": "1.3.3"},
}


def test_only_gvisor_refuses_promises() -> None:
    assert [runtimes.refusals(name) for name in (None, "runc", "crun")] == [(), (), ()]
    assert runtimes.refusals("runsc") == runtimes.refusals("runsc-kvm") == runtimes.GVISOR_REFUSALS


def test_what_gvisor_refuses_are_names_of_promises() -> None:
    assert set(runtimes.GVISOR_REFUSALS) <= set(BY_NAME)


def test_the_limit_on_processes_leaves_room_for_the_sentry() -> None:
    assert [runtimes.pids_limit(name, 50) for name in (None, "runc", "crun", "runsc")] == [51, 51, 51, 912]


@pytest.mark.parametrize(
    ("name", "exit_code", "asked"),
    [("runsc", 137, True), ("runsc", 1, False), ("runc", 137, False), (None, 137, False)],
)
def test_only_a_killed_sentry_is_asked_about_again(name: str | None, exit_code: int, asked: bool) -> None:
    assert runtimes.may_be_out_of_memory(name, exit_code) is asked


def test_the_filter_is_the_same_for_every_runtime_but_gvisor() -> None:
    assert {runtimes.seccomp_profile(name) for name in (None, "runc", "crun")} == {seccomp.docker_profile()}


def test_gvisor_sees_clone3_so_that_threads_start_and_nothing_else_more() -> None:
    ours, theirs = (json.loads(runtimes.seccomp_profile(name))["syscalls"] for name in ("runc", "runsc"))
    assert [rule for rule in theirs if rule not in ours] == [{"names": ["clone3"], "action": "SCMP_ACT_ALLOW"}]
    assert [rule["names"] for rule in theirs] == [rule["names"] for rule in ours]


@pytest.mark.parametrize("name", [None, "runc", "crun", "runsc"])
def test_a_runtime_that_the_engine_has_is_accepted(name: str | None, caplog: pytest.LogCaptureFixture) -> None:
    runtimes.check(name, INFO)
    assert caplog.records == []


def test_a_runtime_that_the_engine_lacks_is_refused_by_name() -> None:
    with pytest.raises(SandboxUnavailable, match="no runtime 'kata'; it has crun, runc, runsc"):
        runtimes.check("kata", INFO)


def test_gvisor_under_another_name_is_refused() -> None:
    info = {**INFO, "Runtimes": {"safe": {"path": "/usr/bin/runsc"}}}
    with pytest.raises(SandboxUnavailable, match="'safe' is gVisor; register it under a name that begins with runsc"):
        runtimes.check("safe", info)


def test_gvisor_as_the_unnamed_choice_of_the_engine_is_refused() -> None:
    with pytest.raises(SandboxUnavailable, match="set JUDGE_SANDBOX_RUNTIME=runsc"):
        runtimes.check(None, {**INFO, "DefaultRuntime": "runsc"})


OLD = {**INFO, "RuncCommit": {"ID": "1.1.5+ds1-1"}}


@pytest.mark.parametrize("name", [None, "runc"])
def test_an_old_runc_is_warned_of(name: str | None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        runtimes.check(name, OLD)
    (record,) = caplog.records
    assert "CVE-2024-21626" in record.getMessage()


def test_an_old_runc_is_refused_where_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_SANDBOX_RUNC_FLAWS", "refuse")
    with pytest.raises(SandboxUnavailable, match=r"runc 1\.1\.5\+ds1-1 is older than the fixes of CVE-2024-21626"):
        runtimes.check(None, OLD)


@pytest.mark.parametrize("name", ["crun", "runsc"])
def test_an_old_runc_does_not_matter_where_another_runtime_is_used(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("JUDGE_SANDBOX_RUNC_FLAWS", "refuse")
    runtimes.check(name, OLD)
    assert caplog.records == []


def test_a_misspelt_policy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_SANDBOX_RUNC_FLAWS", "ignore")
    with pytest.raises(SandboxUnavailable, match="JUDGE_SANDBOX_RUNC_FLAWS is 'ignore', expected warn or refuse"):
        runtimes.check(None, INFO)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("create failed: cgroups in hybrid mode not supported, drop all controllers from cgroupv2", "runtimes/crun"),
        ("creating interfaces: cannot run with network enabled in root network namespace", "runtimes/runsc"),
    ],
)
def test_a_known_failure_is_told_with_what_helps(said: str, hint: str) -> None:
    assert runtimes.explained(said).startswith(f"{said}; ")
    assert hint in runtimes.explained(said)


def test_an_unknown_failure_is_told_as_it_is() -> None:
    assert runtimes.explained("something else") == "something else"


@cache
def _host_with_runtimes() -> tuple[str | None, str]:
    """Return an engine that has both runtimes, or None with what each engine in reach has."""
    seen = []
    for host in (os.environ.get("JUDGE_TEST_RUNTIMES_HOST"), os.environ.get("DOCKER_HOST", "")):
        if host is None:
            continue
        try:
            client = docker.DockerClient(base_url=host or "unix:///var/run/docker.sock", timeout=10)
            known = sorted(client.info()["Runtimes"])
            client.close()
        except DockerException as error:
            seen.append(f"{host or 'the usual engine'} does not answer ({error})")
            continue
        if set(RUNTIMES) <= set(known):
            return host, ""
        seen.append(f"{host or 'the usual engine'} has {', '.join(known)}")
    return None, "; ".join(seen)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> str:
    found, seen = _host_with_runtimes()
    if found is None:
        reason = f"an engine with the runtimes crun and runsc is required (see .ci/run): {seen}"
        if os.environ.get("JUDGE_REQUIRE_ALL") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    if found:
        monkeypatch.setenv("DOCKER_HOST", found)
    return found


@pytest.fixture
def sandbox(host: str, request: pytest.FixtureRequest) -> Iterator[DockerSandbox]:
    opened = DockerSandbox(runtime=request.param)
    yield opened
    opened.close()


BOTH = pytest.mark.parametrize("sandbox", RUNTIMES, indirect=True)
GVISOR = pytest.mark.parametrize("sandbox", ["runsc"], indirect=True)
KEPT = [(name, promise) for name in RUNTIMES for promise in PROMISES if promise.__name__ not in runtimes.refusals(name)]


@pytest.mark.docker
@pytest.mark.slow
class TestReally:
    @pytest.mark.parametrize(
        ("sandbox", "promise"),
        KEPT,
        ids=[f"{name}-{promise.__name__}" for name, promise in KEPT],
        indirect=["sandbox"],
    )
    def test_a_promise_is_kept(self, sandbox: DockerSandbox, promise: Promise, tmp_path: Path) -> None:
        promise(Bench(sandbox=sandbox, folder=tmp_path))

    @pytest.mark.parametrize("name", runtimes.GVISOR_REFUSALS)
    @GVISOR
    def test_a_refusal_is_needed(self, sandbox: DockerSandbox, name: str, tmp_path: Path) -> None:
        with pytest.raises(BrokenPromise):
            BY_NAME[name](Bench(sandbox=sandbox, folder=tmp_path))

    @BOTH
    def test_the_probe_names_what_is_refused(self, sandbox: DockerSandbox, request: pytest.FixtureRequest) -> None:
        if os.getuid() != 0:
            pytest.skip("only root can promise the rest")
        probe = sandbox.probe()
        assert (probe.usable, probe.reason) == (True, "")
        assert probe.refusals == runtimes.refusals(request.node.callspec.params["sandbox"])

    @pytest.mark.parametrize("sandbox", ["kata"], indirect=True)
    def test_a_probe_for_a_runtime_that_is_not_there_says_so(self, sandbox: DockerSandbox) -> None:
        probe = sandbox.probe()
        assert (probe.usable, "the engine has no runtime 'kata'" in probe.reason) == (False, True)

    @pytest.mark.parametrize("name", RUNTIMES)
    def test_the_engine_runs_what_the_name_says(self, host: str, name: str) -> None:
        client = docker.from_env()
        path = client.info()["Runtimes"][name]["path"]
        client.close()
        said = subprocess.run([shutil.which(path) or path, "--version"], capture_output=True, text=True, check=True)
        assert said.stdout.startswith(f"{name} version")

    @GVISOR
    def test_gvisor_has_a_kernel_of_its_own(self, sandbox: DockerSandbox, tmp_path: Path) -> None:
        result = Bench(sandbox=sandbox, folder=tmp_path).run("import platform\nprint(platform.release())")
        assert result.outcome is Outcome.FINISHED
        assert result.stdout_tail.strip() not in ("", platform.release())

    @GVISOR
    def test_a_fork_bomb_ends_its_own_sandbox_and_nothing_else(self, sandbox: DockerSandbox, tmp_path: Path) -> None:
        bench = Bench(sandbox=sandbox, folder=tmp_path)
        bomb = (
            "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(1000)\n    print('.', end='', flush=True)"
        )
        result = bench.run(bomb, limits=Limits(wall_s=30.0, processes=40))
        assert result.outcome is Outcome.CRASHED
        assert 40 <= len(result.stdout_tail) <= 160
        assert bench.run("print('next')").stdout_tail == "next\n"

    @GVISOR
    def test_as_many_processes_as_allowed_can_be_had(self, sandbox: DockerSandbox, tmp_path: Path) -> None:
        program = """
        import os, time
        for _ in range(39):
            if os.fork() == 0: time.sleep(2); os._exit(0)
        print(sum(os.wait()[1] for _ in range(39)))
        """
        result = Bench(sandbox=sandbox, folder=tmp_path).run(program, limits=Limits(wall_s=30.0, processes=40))
        assert (result.outcome, result.stdout_tail) == (Outcome.FINISHED, "0\n")

    @GVISOR
    def test_a_thread_bomb_is_stopped_by_its_memory(self, sandbox: DockerSandbox, tmp_path: Path) -> None:
        bomb = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()"
        limits = Limits(wall_s=60.0, cpu_s=60.0, memory_mb=256, processes=40)
        result = Bench(sandbox=sandbox, folder=tmp_path).run(bomb, limits=limits)
        assert result.outcome in (Outcome.OUT_OF_MEMORY, Outcome.CRASHED)

    @GVISOR
    def test_a_lack_of_memory_is_told_on_a_busy_machine_too(self, sandbox: DockerSandbox, tmp_path: Path) -> None:
        bench = Bench(sandbox=sandbox, folder=tmp_path)
        greedy = "kept = []\nwhile True: kept.append(bytearray(1 << 20))"
        with ThreadPoolExecutor(6) as pool:
            limits = Limits(wall_s=60.0, memory_mb=128)
            results = list(pool.map(lambda _: bench.run(greedy, limits=limits), range(18)))
        assert [result.outcome for result in results] == [Outcome.OUT_OF_MEMORY] * 18

    @GVISOR
    def test_a_program_that_kills_itself_has_not_run_out_of_memory(
        self, sandbox: DockerSandbox, tmp_path: Path
    ) -> None:
        result = Bench(sandbox=sandbox, folder=tmp_path).run("import os\nos.kill(os.getpid(), 9)")
        assert (result.outcome, result.exit_code) == (Outcome.CRASHED, 137)

    @GVISOR
    def test_pipes_and_sockets_never_reach_our_side(self, sandbox: DockerSandbox, tmp_path: Path) -> None:
        result = Bench(sandbox=sandbox, folder=tmp_path).run(
            """
            import os, socket
            os.chdir("/output")
            os.mkfifo("pipe"); socket.socket(socket.AF_UNIX).bind("socket"); os.symlink("/etc/passwd", "link")
            open("plain", "w").write("1")
            print(sorted(os.listdir()))
            """
        )
        assert result.stdout_tail == "['link', 'pipe', 'plain', 'socket']\n"
        assert dict(result.outputs) == {"plain": b"1"}
        assert len(result.notes) == 1
        assert result.notes[0].startswith("/output/link was left behind")

    @GVISOR
    def test_an_impossible_allocation_is_out_of_memory_without_a_line(
        self, sandbox: DockerSandbox, tmp_path: Path
    ) -> None:
        began = time.monotonic()
        result = Bench(sandbox=sandbox, folder=tmp_path).run("import numpy\nnumpy.ones(1 << 43)\n")
        assert (result.outcome, result.error) == (Outcome.OUT_OF_MEMORY, None)
        assert time.monotonic() - began < 25


@pytest.mark.skipif(
    shutil.which("crun") is None and os.environ.get("JUDGE_REQUIRE_ALL") != "1", reason="crun is not installed"
)
def test_the_wrapper_around_crun_is_crun() -> None:
    # Where it has something to hide from crun, it needs the right to mount.
    if os.getuid() != 0:
        pytest.skip("needs root")
    done = subprocess.run([WRAPPERS / "crun", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("crun version")
