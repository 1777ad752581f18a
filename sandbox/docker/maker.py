"""From a spec to a started container: files staged, banned modules covered, flags spelt out, a GPU claimed."""

from __future__ import annotations

import json
import os
import threading
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from docker.models.containers import Container

from sandbox import gpus, staging
from sandbox.contract import Gpu, RunSpec, Stage
from sandbox.docker.box import DockerBox
from sandbox.docker.engine import Engine, Image, our_failure
from sandbox.docker.options import Preload, container_options
from sandbox.environment import variables
from sandbox.errors import UnsupportedLimit
from sandbox.gpus import Slot
from sandbox.staging import JobFolder, Mounted

USER = 10001
"""A user that owns nothing on the host. A judge that is not root uses its own, to be able to read what comes out."""
STUBS = Path(__file__).parents[1] / "guest" / "stubs"
ATLAS = "/opt/judge/judge_guest/atlas.py"
ATLAS_JOB = "atlas"
"""The job of a container that only looks where an image keeps a module."""
LABEL = "judge.sandbox.job"
STAGING_LABEL = "judge.sandbox.staging"
DEADLINE_LABEL = "judge.sandbox.deadline"
DEADLINE_GRACE_S = 300.0
"""A container that outlives its wall-clock limit by this much has lost its judge."""


class Maker:
    """Makes boxes on one engine."""

    def __init__(self, engine: Engine, *, root: Path, shared: tuple[Path, ...] | None, runtime: str | None) -> None:
        self.engine = engine
        self.root = root
        self._given_shared = shared
        self._runtime = runtime
        self._places: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    @property
    def in_memory(self) -> bool:
        """Whether /output can be a tmpfs of its own, mounted by us where the engine sees it."""
        return os.getuid() == 0 and self.engine.same_host

    def make(self, spec: RunSpec) -> DockerBox:
        """Return a started container with the program in it. Raises SandboxError."""
        slot = self._gpu(spec)
        spec.on_stage(Stage.STAGING)
        return self._start(spec, slot=slot, idle_s=None)

    def make_ahead(self, spec: RunSpec, *, idle_s: float) -> DockerBox:
        """Return a started container for any program under this spec: it loads libraries and waits for `fill`."""
        return self._start(spec, slot=None, idle_s=idle_s)

    def _gpu(self, spec: RunSpec) -> Slot | None:
        if spec.limits.gpu is Gpu.NONE:
            return None
        if not self.engine.has_gpu:
            if spec.limits.gpu is Gpu.OPTIONAL:
                return None
            raise UnsupportedLimit("this engine has no GPU; set JUDGE_GPU_DEVICES, or let a GPU worker take this run")
        spec.on_stage(Stage.WAITING_FOR_GPU)
        return gpus.claim(self.root, gpus.devices(), cancelled=spec.cancelled)

    def _start(self, spec: RunSpec, *, slot: Slot | None, idle_s: float | None) -> DockerBox:
        folder = JobFolder(self.root)
        try:
            with our_failure():
                image = self.engine.image(spec.image)
                box = folder.make_box(
                    size_mb=spec.limits.output_mb + 1,
                    files=2 * spec.limits.output_files + 64,
                    user=self._user,
                    in_memory=self.in_memory,
                )
                options = container_options(
                    spec.limits,
                    image=image,
                    environment=variables(spec),
                    mounted=self._mounts(spec, image, folder, ahead=idle_s is not None),
                    box=box,
                    user=self._user,
                    labels=self._labels(spec, folder, idle_s or 0.0),
                    runtime=self._runtime,
                    device=None if slot is None else slot.device,
                    preload=None if idle_s is None else Preload(names=spec.preload, banned=spec.banned_imports),
                )
                return DockerBox(
                    self.engine,
                    options,
                    limits=spec.limits,
                    folder=folder,
                    in_memory=self.in_memory,
                    slot=slot,
                    image_digest=image.digest,
                )
        except BaseException:
            folder.remove()
            if slot is not None:
                slot.release()
            raise

    @property
    def _user(self) -> int:
        return USER if os.getuid() == 0 else os.getuid()

    @cached_property
    def _shared(self) -> tuple[Path, ...]:
        if self._given_shared is not None:
            return self._given_shared
        if self.engine.same_host:
            return (Path("/"),)
        named = [Path(path) for path in os.environ.get("JUDGE_SHARED_DIRS", "").split(":") if path]
        return (self.root, *named)

    def _mounts(self, spec: RunSpec, image: Image, folder: JobFolder, *, ahead: bool) -> list[Mounted]:
        """Lay everything out that the container gets to see, in the order work, data, covers."""
        work = folder.stage_nothing() if ahead else folder.stage_work(spec.work)
        mounted = [Mounted(source=work, target="/work"), *folder.stage_data(spec.data, shared=self._shared)]
        if spec.banned_imports:
            stubs = folder.stage_tree(STUBS, "stubs")
            for place in self._covered(image, spec.banned_imports):
                stub = stubs / place["cover"]
                source = stub if place["folder"] or place["cover"] == "empty" else stub / "__init__.py"
                mounted.append(Mounted(source=source, target=place["path"]))
        return mounted

    def _labels(self, spec: RunSpec, folder: JobFolder, idle_s: float) -> dict[str, str]:
        return {
            **spec.labels,
            LABEL: folder.name,
            STAGING_LABEL: str(self.root),
            DEADLINE_LABEL: str(int(time.time() + idle_s + spec.limits.wall_s + DEADLINE_GRACE_S)),
        }

    def _covered(self, image: Image, banned: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return where the image keeps the banned modules; each image is asked once."""
        key = (image.id, banned)
        with self._lock:
            if key not in self._places:
                answer = self.engine.client.containers.run(
                    image.id,
                    [image.python, "-P", "-s", ATLAS, *banned],
                    network_mode="none",
                    read_only=True,
                    cap_drop=["ALL"],
                    remove=True,
                    labels={
                        LABEL: ATLAS_JOB,
                        STAGING_LABEL: str(self.root),
                        DEADLINE_LABEL: str(int(time.time() + 60)),
                    },
                )
                self._places[key] = json.loads(answer)
            return self._places[key]


def is_left_over(container: Container, root: Path) -> bool:
    """Whether a container of ours has lost its worker or has outlived its time."""
    labels = container.labels
    if labels.get(STAGING_LABEL) != str(root):
        return False
    try:
        overdue = float(labels.get(DEADLINE_LABEL, "")) < time.time()
    except ValueError:
        overdue = True
    return overdue or (labels[LABEL] != ATLAS_JOB and staging.is_orphan(root / labels[LABEL]))
