"""The production backend: one hardened, one-use container for each job. The only module that speaks to Docker.

    create (flags) ─> attach the streams ─> start ─> guest is ready ─> job ─> wait or kill ─> hand back ─> remove

No log driver keeps anything, nothing is copied out by `docker cp`: the streams come over the attached socket and
/output is a folder of ours, on a tmpfs of its own size where the judge may mount one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit
from requests.exceptions import RequestException

from sandbox import cgroups, seccomp, staging
from sandbox.box import Exit, Sample
from sandbox.contract import Conversation, Limits, Outcome, Probe, RunResult, RunSpec
from sandbox.environment import variables
from sandbox.errors import ImageMissing, SandboxError, SandboxUnavailable
from sandbox.guest.protocol import REPORT_DIR, Job
from sandbox.running import Running
from sandbox.staging import JobFolder, Mounted
from sandbox.streams import SocketWire

logger = logging.getLogger(__name__)

USER = 10001
"""A user that owns nothing on the host. A judge that is not root uses its own, to be able to read what comes out."""
STUBS = Path(__file__).parent / "guest" / "stubs"
ATLAS = "/opt/judge/judge_guest/atlas.py"
PYTHON_LABEL = "judge.sandbox.python"
LABEL = "judge.sandbox.job"
STAGING_LABEL = "judge.sandbox.staging"
DEADLINE_LABEL = "judge.sandbox.deadline"
DEADLINE_GRACE_S = 300.0
"""A container that outlives its wall-clock limit by this much has lost its judge."""
ENGINE_TIMEOUT_S = 60.0
SAMPLE_EVERY_S = 1.0
SCAN_EVERY_S = 0.25


@dataclass(frozen=True, kw_only=True)
class Image:
    """A stock image as the engine has it."""

    id: str
    digest: str
    python: str


class DockerSandbox:
    """Runs learners' programs in containers.

    Where the constructor is given nothing, the environment decides:

        DOCKER_HOST and its relatives                        which engine
        JUDGE_SANDBOX_RUNTIME                                runc, crun, runsc; otherwise the engine's own choice
        JUDGE_SANDBOX_IMAGE_CPU, JUDGE_SANDBOX_IMAGE_GPU     other images than the stock ones
        JUDGE_STAGING_DIR                                    where job folders are made (staging.py)
        JUDGE_SHARED_DIRS                                    folders that the engine's host has at the same path; a:b:c
        JUDGE_GPU_DEVICES                                    identifiers of devices; a,b,c
    """

    name = "docker"

    def __init__(
        self,
        *,
        runtime: str | None = None,
        images: Mapping[str, str] | None = None,
        staging_root: Path | None = None,
        shared: tuple[Path, ...] | None = None,
    ) -> None:
        self._runtime = runtime or os.environ.get("JUDGE_SANDBOX_RUNTIME") or None
        self._images = images or {
            "cpu": os.environ.get("JUDGE_SANDBOX_IMAGE_CPU", "judge-sandbox-cpu:local"),
            "gpu": os.environ.get("JUDGE_SANDBOX_IMAGE_GPU", "judge-sandbox-gpu:local"),
        }
        self._root = staging_root
        self._shared = shared
        self._places: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def probe(self) -> Probe:
        try:
            self._try()
        except SandboxError as error:
            return Probe(backend=self.name, usable=False, reason=str(error))
        refusals = () if self.box_in_memory else ("output_never_exceeds_its_limit",)
        return Probe(backend=self.name, usable=True, refusals=refusals)

    def run(self, spec: RunSpec) -> RunResult:
        with _ours():
            return Running(self._box(spec), spec, _job(spec, talks=False)).to_the_end()

    def converse(self, spec: RunSpec) -> Conversation:
        with _ours():
            return Running(self._box(spec), spec, _job(spec, talks=True))

    def sweep(self) -> int:
        """Remove containers of ours whose worker is gone or whose time is long over, and the folders of dead jobs."""
        root = self._staging
        removed = 0
        with _ours():
            for container in self.client.containers.list(all=True, filters={"label": LABEL}):
                if _is_left_over(container, root):
                    with contextlib.suppress(NotFound):
                        container.remove(force=True, v=True)
                    removed += 1
        for path in list(staging.orphans(root)):
            staging.discard(path)
            removed += 1
        return removed

    def close(self) -> None:
        """Let go of the connections to the engine."""
        if "client" in self.__dict__:
            self.client.close()

    @cached_property
    def client(self) -> docker.DockerClient:
        _check_socket()
        try:
            return docker.from_env(timeout=int(ENGINE_TIMEOUT_S), max_pool_size=64)
        except DockerException as error:
            raise SandboxUnavailable(f"no Docker engine answers ({error})") from error

    @property
    def _staging(self) -> Path:
        return self._root or staging.staging_root()

    @cached_property
    def same_host(self) -> bool:
        return _engine_shares_our_mounts()

    @property
    def box_in_memory(self) -> bool:
        return os.getuid() == 0 and self.same_host

    def _shared_folders(self) -> tuple[Path, ...]:
        if self._shared is not None:
            return self._shared
        if self.same_host:
            return (Path("/"),)
        named = [Path(path) for path in os.environ.get("JUDGE_SHARED_DIRS", "").split(":") if path]
        return (self._staging, *named)

    def _image(self, name: str) -> Image:
        tag = self._images.get(name)
        if tag is None:
            raise ImageMissing(f"no image is called {name!r}; known are {', '.join(sorted(self._images))}")
        try:
            facts: dict[str, Any] = self.client.images.get(tag).attrs
        except ImageNotFound:
            raise ImageMissing(
                f"the image {tag} is not on this engine: python -m sandbox.images.build {name}"
            ) from None
        python = (facts["Config"].get("Labels") or {}).get(PYTHON_LABEL)
        if not python:
            raise ImageMissing(f"the image {tag} is none of ours: it has no label {PYTHON_LABEL}")
        return Image(id=facts["Id"], digest=(facts.get("RepoDigests") or [facts["Id"]])[0], python=python)

    def _box(self, spec: RunSpec) -> DockerBox:
        image = self._image(spec.image)
        user = USER if os.getuid() == 0 else os.getuid()
        folder = JobFolder(self._staging)
        try:
            return DockerBox(self, spec, image, folder, user)
        except BaseException:
            folder.remove()
            raise

    def mounts(self, spec: RunSpec, image: Image, folder: JobFolder, user: int) -> list[Mounted]:
        """Lay everything out that the container gets to see, in the order data, work, covers."""
        mounted = [
            Mounted(source=folder.stage_work(spec.work), target="/work"),
            *folder.stage_data(spec.data, shared=self._shared_folders()),
        ]
        if spec.banned_imports:
            stubs = folder.stage_tree(STUBS, "stubs")
            for place in self._covered(image, spec.banned_imports):
                stub = stubs / place["cover"]
                source = stub if place["folder"] or place["cover"] == "empty" else stub / "__init__.py"
                mounted.append(Mounted(source=source, target=place["path"]))
        return mounted

    def options(
        self, spec: RunSpec, image: Image, folder: JobFolder, mounted: list[Mounted], box: Path, user: int
    ) -> dict[str, Any]:
        labels = {
            **spec.labels,
            LABEL: folder.name,
            STAGING_LABEL: str(self._staging),
            DEADLINE_LABEL: str(int(time.time() + spec.limits.wall_s + DEADLINE_GRACE_S)),
        }
        return container_options(
            spec.limits,
            image=image,
            environment=variables(spec),
            mounted=mounted,
            box=box,
            user=user,
            labels=labels,
            runtime=self._runtime,
        )

    def _covered(self, image: Image, banned: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return where the image keeps the banned modules; each image is asked once."""
        key = (image.id, banned)
        with self._lock:
            if key not in self._places:
                answer = self.client.containers.run(
                    image.id,
                    [image.python, "-P", "-s", ATLAS, *banned],
                    network_mode="none",
                    read_only=True,
                    cap_drop=["ALL"],
                    remove=True,
                    labels={
                        LABEL: "atlas",
                        STAGING_LABEL: str(self._staging),
                        DEADLINE_LABEL: str(int(time.time() + 60)),
                    },
                )
                self._places[key] = json.loads(answer)
            return self._places[key]

    def _try(self) -> None:
        with _ours():
            self.client.ping()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.py").write_text("print('here')\n")
            result = self.run(RunSpec(work=Path(folder), entry="main.py", limits=Limits(wall_s=30.0)))
        if result.outcome is not Outcome.FINISHED or result.stdout_tail != "here\n":
            raise SandboxUnavailable(f"a trial program failed: {result.outcome} {' '.join(result.notes)}")


def container_options(
    limits: Limits,
    *,
    image: Image,
    environment: Mapping[str, str],
    mounted: list[Mounted],
    box: Path,
    user: int,
    labels: Mapping[str, str],
    runtime: str | None,
) -> dict[str, Any]:
    """Return every flag of a learner's container; nothing is left to the engine's defaults."""
    binds = [Mount(target=item.target, source=str(item.source), type="bind", read_only=True) for item in mounted]
    binds += [
        Mount(target="/output", source=str(box / "output"), type="bind", read_only=False),
        Mount(target=REPORT_DIR, source=str(box / "report"), type="bind", read_only=False),
    ]
    file_bytes = max(limits.output_mb, limits.tmp_mb) * 2**20
    cpu_s = int(limits.cpu_s) + 2
    return {
        "image": image.id,
        "entrypoint": [],
        "command": [image.python, "-P", "-s", "/opt/judge/judge_guest/start.py"],
        "environment": dict(environment),
        "working_dir": "/work",
        "hostname": "sandbox",
        "user": f"{user}:{user}",
        "labels": dict(labels),
        "runtime": runtime,
        "stdin_open": True,
        "tty": False,
        "init": True,
        "auto_remove": False,
        "restart_policy": {"Name": "no"},
        "network_mode": "none",
        "ipc_mode": "private",
        "cgroupns": "private",
        "privileged": False,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true", f"seccomp={seccomp.docker_profile()}"],
        "pids_limit": limits.processes + 1,  # the init counts too
        "mem_limit": f"{limits.memory_mb}m",
        "memswap_limit": f"{limits.memory_mb}m",
        "oom_kill_disable": False,
        "cpu_period": 100_000,
        "cpu_quota": int(limits.cpus * 100_000),
        "shm_size": f"{limits.shm_mb}m",
        "tmpfs": {"/tmp": f"rw,noexec,nosuid,nodev,size={limits.tmp_mb}m,mode=1777,nr_inodes=65536"},  # noqa: S108
        "mounts": binds,
        "ulimits": [
            Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
            Ulimit(name="fsize", soft=file_bytes, hard=file_bytes),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="cpu", soft=cpu_s, hard=cpu_s + 1),
            Ulimit(name="memlock", soft=2**20, hard=2**20),
            Ulimit(name="msgqueue", soft=0, hard=0),
        ],
        "log_config": LogConfig(type="none"),
        "device_requests": _gpus() if limits.gpu else [],
    }


class DockerBox:
    """One started container."""

    enforces_memory = True

    def __init__(self, sandbox: DockerSandbox, spec: RunSpec, image: Image, folder: JobFolder, user: int) -> None:
        self._sandbox = sandbox
        self._limits = spec.limits
        self._folder = folder
        self._container: Container | None = None
        self._descriptors: list[int] = []
        self._attached: list[Any] = []
        self._group: cgroups.ForeignGroup | None = None
        self._sampled_at = 0.0
        self._scanned_at = 0.0
        self._ended = False
        self.image_digest: str | None = image.digest
        with _ours():
            mounted = sandbox.mounts(spec, image, folder, user)
            self._box = folder.make_box(
                size_mb=spec.limits.output_mb + 1,
                files=2 * spec.limits.output_files + 64,
                user=user,
                in_memory=sandbox.box_in_memory,
            )
            options = sandbox.options(spec, image, folder, mounted, self._box, user)
            self._container = sandbox.client.containers.create(**options)
            try:
                self.wire = SocketWire(self._attach())
                self._container.start()
            except BaseException:
                self._remove()
                raise
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        self._descriptors = [os.open(self._box / name, flags) for name in ("output", "report")]

    def opened(self) -> None:
        if self._sandbox.same_host:
            facts = self._engine.inspect_container(self._id)
            self._group = cgroups.ForeignGroup(int(facts["State"]["Pid"]))

    def sample(self) -> Sample:
        output_mb, output_files = (None, None) if self._sandbox.box_in_memory else self._scan()
        used = self._group.sample() if self._group is not None else self._ask_engine()
        return Sample(cpu_s=used.cpu_s, memory_mb=used.memory_mb, output_mb=output_mb, output_files=output_files)

    def kill(self) -> None:
        if self._container is None or self._ended:
            return
        # The engine answers nothing about a container as long as its output waits to be read.
        self.wire.hang_up()
        try:
            self._container.kill()
        except APIError as error:
            # 409: it has ended by itself. 404: it is gone.
            if error.status_code not in (404, 409):
                logger.warning("container %s could not be killed: %s", self._id, error)
        except RequestException as error:
            logger.warning("container %s could not be killed, the engine does not answer: %s", self._id, error)

    def wait(self) -> Exit:
        with _ours():
            self._engine.wait(self._id, timeout=int(self._limits.wall_s + ENGINE_TIMEOUT_S))
            state = self._engine.inspect_container(self._id)["State"]
        self._ended = True
        return Exit(code=int(state["ExitCode"]), out_of_memory=bool(state["OOMKilled"]))

    def output_folder(self) -> int:
        return self._descriptors[0]

    def report_folder(self) -> int:
        return self._descriptors[1]

    def output_is_full(self) -> bool:
        facts = os.fstatvfs(self.output_folder())
        return self._sandbox.box_in_memory and (facts.f_bfree == 0 or facts.f_ffree == 0)

    def close(self) -> None:
        try:
            self._remove()
        finally:
            for descriptor in self._descriptors:
                os.close(descriptor)
            self._descriptors = []
            self._folder.remove()

    @property
    def _engine(self) -> docker.APIClient:
        return self._sandbox.client.api

    @property
    def _id(self) -> str:
        if self._container is None:
            raise SandboxUnavailable("the container was removed before its program ended")
        return str(self._container.id)

    def _attach(self) -> socket.socket:
        params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        wrapper = self._engine.attach_socket(self._id, params=params)
        connection: socket.socket = getattr(wrapper, "_sock", wrapper)
        self._attached = [getattr(wrapper, "_response", wrapper), wrapper]
        return connection

    def _ask_engine(self) -> Sample:
        """Measure over the API, where the engine's control groups are out of sight; not more often than needed."""
        if time.monotonic() - self._sampled_at < SAMPLE_EVERY_S:
            return Sample()
        self._sampled_at = time.monotonic()
        with contextlib.suppress(DockerException, RequestException, KeyError):
            facts = self._engine.stats(self._id, stream=False, one_shot=True)
            memory = facts["memory_stats"].get("stats", {})
            used = memory.get("anon", memory.get("rss", 0)) + memory.get("shmem", 0)
            return Sample(cpu_s=facts["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, memory_mb=used / 2**20)
        return Sample()

    def _scan(self) -> tuple[float | None, int | None]:
        if time.monotonic() - self._scanned_at < SCAN_EVERY_S:
            return None, None
        self._scanned_at = time.monotonic()
        size_bytes = files = 0
        for path in (self._box / "output").rglob("*"):
            with contextlib.suppress(OSError):
                size_bytes += path.lstat().st_blocks * 512
            files += 1
            if files > 2 * self._limits.output_files:
                break
        return size_bytes / 2**20, files

    def _remove(self) -> None:
        if self._container is None:
            return
        if hasattr(self, "wire"):
            self.wire.close()
        # The connection belongs to three objects and is closed with the last of them.
        for holder in self._attached:
            with contextlib.suppress(OSError, ValueError):
                holder.close()
        try:
            self._container.remove(force=True, v=True)
        except NotFound:
            pass
        except (DockerException, RequestException) as error:
            logger.warning("container %s is left to the sweeper: %s", self._container.id, error)
        self._container = None


def _job(spec: RunSpec, *, talks: bool) -> Job:
    return Job(entry=spec.entry, talks=talks, banned=spec.banned_imports)


def _gpus() -> list[DeviceRequest]:
    named = [name for name in os.environ.get("JUDGE_GPU_DEVICES", "").split(",") if name]
    if named:
        return [DeviceRequest(driver="nvidia", device_ids=named[:1], capabilities=[["gpu"]])]
    return [DeviceRequest(driver="nvidia", count=1, capabilities=[["gpu"]])]


def _is_left_over(container: Container, root: Path) -> bool:
    labels = container.labels
    if labels.get(STAGING_LABEL) != str(root):
        return False
    try:
        overdue = float(labels.get(DEADLINE_LABEL, "")) < time.time()
    except ValueError:
        overdue = True
    return overdue or (labels[LABEL] != "atlas" and staging.is_orphan(root / labels[LABEL]))


def _engine_url() -> str:
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


def _check_socket() -> None:
    """Fail at once, and with a plain reason, where there is no socket of an engine."""
    url = _engine_url()
    if url.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(url.removeprefix("unix://"))
            except OSError as error:
                reason = (
                    f"no Docker engine answers at {url} ({error.strerror}); install and start one, or set DOCKER_HOST"
                )
                raise SandboxUnavailable(reason) from error


def _engine_shares_our_mounts() -> bool:
    """Whether a path means the same to the engine and to us: its socket is local and its namespaces are ours."""
    url = _engine_url()
    if not url.startswith("unix://"):
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(url.removeprefix("unix://"))
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        number = int.from_bytes(credentials[:4], "little")
        return number > 0 and all(
            Path(f"/proc/{number}/ns/{kind}").readlink() == Path(f"/proc/self/ns/{kind}").readlink()
            for kind in ("mnt", "pid")
        )
    return False


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    """Whatever goes wrong with the engine is our failure and never the learner's."""
    try:
        yield
    except ImageNotFound as error:
        raise ImageMissing(str(error)) from error
    except (DockerException, RequestException) as error:
        raise SandboxUnavailable(f"the Docker engine failed: {error}") from error
