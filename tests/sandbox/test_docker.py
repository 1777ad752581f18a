"""Docker's own: every flag, what is swept, what happens when the engine is not there."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from sandbox import staging
from sandbox.contract import Limits, Outcome, RunSpec
from sandbox.docker import DockerSandbox
from sandbox.docker.engine import Image
from sandbox.docker.maker import DEADLINE_LABEL, LABEL, STAGING_LABEL, Maker
from sandbox.docker.options import Preload, container_options
from sandbox.docker.pool import Pool
from sandbox.errors import ImageMissing, SandboxUnavailable
from sandbox.staging import Mounted

LIMITS = Limits(
    wall_s=10, cpu_s=20, memory_mb=300, cpus=1.5, processes=50, open_files=99, output_mb=7, tmp_mb=11, shm_mb=13
)


def _options(limits: Limits = LIMITS, **chosen: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"runtime": None, **chosen}
    return container_options(
        limits,
        image=Image(id="sha256:1", digest="judge@sha256:2", python="/opt/python/bin/python"),
        environment={"DATA_DIR": "/data"},
        mounted=[Mounted(source=Path("/staging/work"), target="/work")],
        box=Path("/staging/box"),
        user=10001,
        labels={"submission": "7"},
        **fields,
    )


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("image", "sha256:1"),
        ("entrypoint", []),
        ("network_mode", "none"),
        ("ipc_mode", "private"),
        ("cgroupns", "private"),
        ("privileged", False),
        ("read_only", True),
        ("user", "10001:10001"),
        ("cap_drop", ["ALL"]),
        ("init", True),
        ("tty", False),
        ("pids_limit", 51),
        ("mem_limit", "300m"),
        ("memswap_limit", "300m"),
        ("oom_kill_disable", False),
        ("cpu_period", 100_000),
        ("cpu_quota", 150_000),
        ("shm_size", "13m"),
        ("tmpfs", {"/tmp": "rw,noexec,nosuid,nodev,size=11m,mode=1777,nr_inodes=65536"}),
        ("log_config", {"Type": "none", "Config": {}}),
        ("restart_policy", {"Name": "no"}),
        ("auto_remove", False),
        ("environment", {"DATA_DIR": "/data"}),
        ("hostname", "sandbox"),
        ("labels", {"submission": "7"}),
        ("device_requests", []),
        ("runtime", None),
    ],
)
def test_a_flag_is_spelt_out(flag: str, value: object) -> None:
    assert _options()[flag] == value


def test_limits_on_one_process_are_spelt_out() -> None:
    limits = {limit["Name"]: (limit["Soft"], limit["Hard"]) for limit in _options()["ulimits"]}
    assert limits == {
        "nofile": (99, 99),
        "fsize": (11 << 20, 11 << 20),
        "core": (0, 0),
        "cpu": (22, 23),
        "memlock": (1 << 20, 1 << 20),
        "msgqueue": (0, 0),
    }


def test_only_output_and_report_can_be_written() -> None:
    mounts = [(mount["Target"], mount["Source"], mount["ReadOnly"]) for mount in _options()["mounts"]]
    assert mounts == [
        ("/work", "/staging/work", True),
        ("/output", "/staging/box/output", False),
        ("/report", "/staging/box/report", False),
    ]


def test_no_new_privileges_and_our_own_filter_are_asked_for() -> None:
    privileges, filter_text = _options()["security_opt"]
    assert privileges == "no-new-privileges:true"
    assert json.loads(filter_text.removeprefix("seccomp="))["defaultAction"] == "SCMP_ACT_ERRNO"


def test_the_claimed_gpu_is_requested_and_no_other() -> None:
    (request,) = _options(device="MIG-1")["device_requests"]
    assert (request["Driver"], request["DeviceIDs"], request["Capabilities"]) == ("nvidia", ["MIG-1"], [["gpu"]])


def test_where_no_devices_are_named_the_engine_chooses_one() -> None:
    (request,) = _options(device="any")["device_requests"]
    assert (request["Driver"], request["DeviceIDs"], request["Count"]) == ("nvidia", [], 1)


def test_a_container_that_is_started_ahead_is_told_what_to_import() -> None:
    ahead = _options(preload=Preload(names=("numpy", "pandas"), banned=("scipy",)))
    assert ahead["command"][-3:] == ["boot", "numpy,pandas", "scipy"]
    assert {limit["Name"]: limit["Soft"] for limit in ahead["ulimits"]}["cpu"] == 28  # its imports count too


def test_the_runtime_can_be_chosen() -> None:
    assert _options(runtime="runsc")["runtime"] == "runsc"


def test_no_engine_means_unavailable_and_a_probe_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    monkeypatch.setenv("JUDGE_STAGING_DIR", str(tmp_path))
    probe = DockerSandbox().probe()
    assert (probe.usable, "no Docker engine answers" in probe.reason) == (False, True)
    with pytest.raises(SandboxUnavailable):
        DockerSandbox().run(RunSpec(work=tmp_path, entry="main.py"))


class OpenSandbox(Protocol):
    def __call__(self, **settings: Any) -> DockerSandbox: ...


@pytest.fixture
def opened() -> Iterator[OpenSandbox]:
    """Make sandboxes whose connections are closed after the test."""
    made: list[DockerSandbox] = []

    def make(**settings: Any) -> DockerSandbox:
        made.append(DockerSandbox(**settings))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.close()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "main.py").write_text("print('here')\n")
    return folder


@pytest.mark.docker
class TestWithAnEngine:
    def test_the_engine_took_every_flag(self, opened: OpenSandbox, work: Path) -> None:
        sandbox = opened()
        (work / "main.py").write_text("input()")
        with sandbox.converse(RunSpec(work=work, entry="main.py", limits=LIMITS, labels={"submission": "7"})):
            (container,) = sandbox.engine.client.containers.list(filters={"label": "submission=7"})
            facts = container.attrs
        host = facts["HostConfig"]
        assert (
            facts["Config"]["User"]
            == f"{10001 if os.getuid() == 0 else os.getuid()}:" + facts["Config"]["User"].split(":")[1]
        )
        assert host["NetworkMode"] == "none"
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert host["CapAdd"] is None
        assert host["Privileged"] is False
        assert host["Init"] is True
        assert host["PidsLimit"] == 51
        assert (host["Memory"], host["MemorySwap"]) == (300 << 20, 300 << 20)
        assert (host["CpuPeriod"], host["CpuQuota"]) == (100_000, 150_000)
        assert host["IpcMode"] == "private"
        assert host["ShmSize"] == 13 << 20
        assert host["LogConfig"]["Type"] == "none"
        assert host["Devices"] in (None, [])
        assert host["PortBindings"] in (None, {})
        assert host["SecurityOpt"][0] == "no-new-privileges:true"
        assert "io_uring_setup" not in host["SecurityOpt"][1]
        assert not any("docker.sock" in mount["Source"] for mount in facts["Mounts"])

    def test_the_image_is_named_by_its_digest(self, opened: OpenSandbox, work: Path) -> None:
        result = opened().run(RunSpec(work=work, entry="main.py"))
        assert result.image_digest is not None
        assert "sha256:" in result.image_digest

    def test_nothing_is_left_of_a_run(self, opened: OpenSandbox, work: Path, staging_root: Path) -> None:
        sandbox = opened(staging_root=staging_root)
        sandbox.run(RunSpec(work=work, entry="main.py"))
        assert list(staging_root.iterdir()) == []
        label = f"{STAGING_LABEL}={staging_root}"
        assert sandbox.engine.client.containers.list(all=True, filters={"label": label}) == []

    def test_an_image_that_was_never_built_is_named_with_its_remedy(self, opened: OpenSandbox, work: Path) -> None:
        sandbox = opened(images={"cpu": "judge-sandbox-nowhere:local"})
        with pytest.raises(ImageMissing, match=r"python -m sandbox\.images\.build cpu"):
            sandbox.run(RunSpec(work=work, entry="main.py"))

    def test_an_image_of_somebody_else_is_refused(self, opened: OpenSandbox, work: Path) -> None:
        sandbox = opened()
        own = sandbox.engine.client.images.get("judge-sandbox-cpu:local")
        foreign = sandbox.engine.client.containers.create(own.id, "true").commit(
            repository="judge-test-foreign", changes=['LABEL judge.sandbox.python=""']
        )
        try:
            with pytest.raises(ImageMissing, match="none of ours"):
                opened(images={"cpu": foreign.id}).run(RunSpec(work=work, entry="main.py"))
        finally:
            for container in sandbox.engine.client.containers.list(
                all=True, filters={"ancestor": own.id, "status": "created"}
            ):
                if container.attrs["Path"] == "true":
                    container.remove()
            sandbox.engine.client.images.remove(foreign.id)

    def test_the_sweeper_removes_containers_whose_worker_is_gone(
        self, opened: OpenSandbox, work: Path, staging_root: Path
    ) -> None:
        sandbox = opened(staging_root=staging_root)
        dead = staging_root / "job-dead"
        dead.mkdir()
        (dead / "lease").touch()
        left = _container(sandbox, staging_root, job="job-dead", deadline=time.time() + 1000)
        assert sandbox.sweep() == 2
        assert (_exists(sandbox, left), dead.exists()) == (False, False)

    def test_the_sweeper_removes_what_outlived_its_deadline(self, opened: OpenSandbox, staging_root: Path) -> None:
        sandbox = opened(staging_root=staging_root)
        folder = staging.JobFolder(staging_root)
        late = _container(sandbox, staging_root, job=folder.name, deadline=time.time() - 1)
        assert sandbox.sweep() == 1
        assert not _exists(sandbox, late)
        folder.remove()

    def test_the_sweeper_leaves_living_jobs_and_other_judges_alone(
        self, opened: OpenSandbox, staging_root: Path
    ) -> None:
        sandbox = opened(staging_root=staging_root)
        folder = staging.JobFolder(staging_root)
        living = _container(sandbox, staging_root, job=folder.name, deadline=time.time() + 1000)
        foreign = _container(sandbox, Path("/elsewhere"), job="job-1", deadline=time.time() - 1000)
        try:
            assert sandbox.sweep() == 0
            assert (_exists(sandbox, living), _exists(sandbox, foreign)) == (True, True)
        finally:
            for number in (living, foreign):
                sandbox.engine.client.containers.get(number).remove(force=True)
            folder.remove()

    def test_a_container_that_vanishes_is_our_failure(self, opened: OpenSandbox, work: Path) -> None:
        sandbox = opened()
        (work / "main.py").write_text("print('up', flush=True)\nimport time\ntime.sleep(60)")
        conversation = sandbox.converse(RunSpec(work=work, entry="main.py", labels={"submission": "vanishing"}))
        assert conversation.receive(30) == b"up"
        (container,) = sandbox.engine.client.containers.list(filters={"label": "submission=vanishing"})
        container.remove(force=True)
        with pytest.raises(SandboxUnavailable):
            conversation.close()

    def test_an_engine_that_vanishes_is_our_failure(
        self, opened: OpenSandbox, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (work / "main.py").write_text("print('up', flush=True)\nimport time\ntime.sleep(60)")
        with _Relay(tmp_path / "relay.sock") as relay:
            monkeypatch.setenv("DOCKER_HOST", f"unix://{relay.path}")
            sandbox = opened()
            conversation = sandbox.converse(RunSpec(work=work, entry="main.py", labels={"submission": "cut-off"}))
            assert conversation.receive(30) == b"up"
            relay.cut()
            with pytest.raises(SandboxUnavailable):
                conversation.close()
        monkeypatch.delenv("DOCKER_HOST")
        engine = opened().engine.client
        for container in engine.containers.list(all=True, filters={"label": "submission=cut-off"}):
            container.remove(force=True)

    def test_where_paths_are_not_shared_the_data_are_copied_into_the_staging_folder(
        self, opened: OpenSandbox, work: Path, tmp_path: Path, staging_root: Path
    ) -> None:
        data = tmp_path / "data"
        data.mkdir()
        (data / "test.csv").write_text("id\n1\n")
        (work / "main.py").write_text("print(open('/data/test.csv').read())\ninput()")
        sandbox = opened(staging_root=staging_root, shared=(staging_root,))
        spec = RunSpec(work=work, entry="main.py", data=(data,), labels={"submission": "copied"})
        with sandbox.converse(spec) as conversation:
            assert conversation.receive(30) == b"id"
            (container,) = sandbox.engine.client.containers.list(filters={"label": "submission=copied"})
            sources = [mount["Source"] for mount in container.attrs["Mounts"]]
        assert [source for source in sources if not source.startswith(str(staging_root))] == []

    def test_without_a_tmpfs_of_ours_the_output_is_watched(
        self, opened: OpenSandbox, work: Path, staging_root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Maker, "in_memory", property(lambda self: False))
        sandbox = opened(staging_root=staging_root)
        assert sandbox.probe().refusals == ("output_never_exceeds_its_limit",)
        (work / "main.py").write_text(
            "import time\nfor n in range(20): open(f'/output/{n}', 'wb').write(bytes(1 << 20))\ntime.sleep(60)\n"
        )
        result = sandbox.run(RunSpec(work=work, entry="main.py", limits=Limits(wall_s=30, output_mb=4)))
        assert result.outcome is Outcome.OUTPUT_TOO_LARGE
        (work / "main.py").write_text("open('/output/a', 'w').write('fine')")
        assert dict(sandbox.run(RunSpec(work=work, entry="main.py")).outputs) == {"a": b"fine"}


def _container(sandbox: DockerSandbox, root: Path, *, job: str, deadline: float) -> str:
    labels = {LABEL: job, STAGING_LABEL: str(root), DEADLINE_LABEL: str(deadline)}
    return str(sandbox.engine.client.containers.create("judge-sandbox-cpu:local", "true", labels=labels).id)


def _exists(sandbox: DockerSandbox, number: str) -> bool:
    return any(container.id == number for container in sandbox.engine.client.containers.list(all=True))


class _Relay:
    """A socket in front of the engine's; once it is cut, whoever calls is hung up on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._open: list[socket.socket] = []
        self._is_cut = False
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> _Relay:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def cut(self) -> None:
        self._is_cut = True
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        for client in self._clients():
            if self._is_cut:
                client.close()
                continue
            engine = socket.socket(socket.AF_UNIX)
            engine.connect("/var/run/docker.sock")
            self._open += [client, engine]
            for source, target in ((client, engine), (engine, client)):
                threading.Thread(target=_pour, args=(source, target), daemon=True).start()

    def _clients(self) -> Iterator[socket.socket]:
        while True:
            try:
                yield self._listener.accept()[0]
            except OSError:
                return


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.mark.docker
def test_a_forked_worker_talks_over_connections_of_its_own(opened: OpenSandbox) -> None:
    engine = opened().engine
    before = engine.client
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            os.write(writer, b"own" if engine.client is not before and engine.client.ping() else b"shared")
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        assert answer.read() == b"own"
    assert engine.client is before
    assert engine.client.ping()


@pytest.mark.docker
def test_what_was_started_ahead_is_removed_with_the_sandbox_and_not_by_a_fork(work: Path, staging_root: Path) -> None:
    pool = Pool(memory_mb=400, from_the_first=True)
    sandbox = DockerSandbox(staging_root=staging_root, pool=pool)
    spec = RunSpec(work=work, entry="main.py", preload=())
    for _ in range(2):
        assert sandbox.run(spec).outcome is Outcome.FINISHED

    def ours() -> list[Any]:
        listed = sandbox.engine.client.containers.list(filters={"label": f"{STAGING_LABEL}={staging_root}"})
        return [container for container in listed if container.attrs["Config"]["Cmd"][-3] == "boot"]

    deadline = time.monotonic() + 60
    while not ours():
        assert time.monotonic() < deadline, "nothing was started ahead"
    child = os.fork()
    if child == 0:
        pool.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert ours()
    sandbox.close()
    assert ours() == []
    sandbox.close()
