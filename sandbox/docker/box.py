"""One started container."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container
from requests.exceptions import RequestException

from sandbox import cgroups, runtimes
from sandbox.box import Exit, Sample
from sandbox.contract import Limits
from sandbox.docker.engine import TIMEOUT_S, Engine, our_failure
from sandbox.errors import SandboxUnavailable
from sandbox.gpu_meter import GpuMeter, Reading
from sandbox.gpus import Slot
from sandbox.staging import JobFolder
from sandbox.streams import SocketWire

logger = logging.getLogger(__name__)

SAMPLE_EVERY_S = 1.0
SCAN_EVERY_S = 0.25
LATE_S = 3


class DockerBox:
    """A container from its creation to its removal; it takes the job folder and the GPU slot with it."""

    enforces_memory = True

    def __init__(
        self,
        engine: Engine,
        options: dict[str, Any],
        *,
        limits: Limits,
        folder: JobFolder,
        in_memory: bool,
        slot: Slot | None,
        image_digest: str,
    ) -> None:
        self._docker = engine
        self._limits = limits
        self._folder = folder
        self._in_memory = in_memory
        self._slot = slot
        self._gpu = None if slot is None else GpuMeter.of(slot.device)
        self._attached: list[Any] = []
        self._group: cgroups.ForeignGroup | None = None
        self._sampled_at = 0.0
        self._scanned_at = 0.0
        self._ended = False
        self._killed = False
        self._runtime: str | None = options["runtime"]
        self.image_digest: str | None = image_digest
        self.later: Callable[[Callable[[], None]], object] | None = None
        """Where set, `close` hands the removal to it instead of waiting for the engine."""
        self._container: Container | None = engine.client.containers.create(**options)
        try:
            self.wire = SocketWire(self._attach())
            self._container.start()
        except BaseException:
            self._remove()
            raise
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        self._descriptors = [os.open(folder.box / name, flags) for name in ("output", "report")]

    def fill(self, work: Path) -> None:
        """Lay a program into a container that was started ahead."""
        self._folder.stage_work(work)

    def opened(self) -> None:
        if self._docker.same_host:
            facts = self._engine.inspect_container(self._id)
            self._group = cgroups.ForeignGroup(int(facts["State"]["Pid"]))

    def sample(self) -> Sample:
        output_mb, output_files = (None, None) if self._in_memory else self._scan()
        used = self._group.sample() if self._group is not None else self._ask_engine()
        gpu = Reading() if self._gpu is None else self._gpu.read()
        return Sample(
            cpu_s=used.cpu_s,
            memory_mb=used.memory_mb,
            output_mb=output_mb,
            output_files=output_files,
            gpu_busy=gpu.busy,
            gpu_memory_mb=gpu.memory_mb,
        )

    def kill(self) -> None:
        if self._container is None or self._ended:
            return
        self._killed = True
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
        with our_failure():
            self._engine.wait(self._id, timeout=int(self._limits.wall_s + TIMEOUT_S))
            state = self._engine.inspect_container(self._id)["State"]
        code, out_of_memory = int(state["ExitCode"]), bool(state["OOMKilled"])
        if not (out_of_memory or self._killed) and runtimes.may_be_out_of_memory(self._runtime, code):
            out_of_memory = self._is_told_late(state)
        self._ended = True
        return Exit(code=code, out_of_memory=out_of_memory)

    def _is_told_late(self, state: Mapping[str, Any]) -> bool:
        """Whether the engine's log tells of a lack of memory, until a moment after the end; by the engine's clock."""
        started, finished = (int(datetime.fromisoformat(state[at]).timestamp()) for at in ("StartedAt", "FinishedAt"))
        with our_failure():
            events = self._docker.client.events(
                since=started,
                until=finished + LATE_S,
                filters={"container": self._id, "event": "oom"},
                decode=True,
            )
            with contextlib.closing(events):
                return next(iter(events), None) is not None

    def output_folder(self) -> int:
        return self._descriptors[0]

    def report_folder(self) -> int:
        return self._descriptors[1]

    def output_is_full(self) -> bool:
        facts = os.fstatvfs(self.output_folder())
        return self._in_memory and (facts.f_bfree == 0 or facts.f_ffree == 0)

    def close(self) -> None:
        later, self.later = self.later, None
        if later is None:
            self._close()
        else:
            try:
                later(self._close)
            except RuntimeError:  # whoever would have done it has been shut down
                self._close()

    def _close(self) -> None:
        try:
            self._remove()
        finally:
            for descriptor in self._descriptors:
                os.close(descriptor)
            self._descriptors = []
            self._folder.remove()
            if self._slot is not None:
                self._slot.release()

    @property
    def _engine(self) -> docker.APIClient:
        return self._docker.client.api

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
        for path in (self._folder.box / "output").rglob("*"):
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
