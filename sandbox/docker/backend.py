"""What the judge sees of Docker."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from docker.errors import NotFound

from sandbox import runtimes, staging
from sandbox.contract import Conversation, Limits, Outcome, Probe, RunResult, RunSpec
from sandbox.docker.engine import Engine, our_failure
from sandbox.docker.maker import LABEL, Maker, is_left_over
from sandbox.docker.pool import Pool
from sandbox.errors import SandboxError, SandboxUnavailable
from sandbox.guest.protocol import Job
from sandbox.running import Running, without_gpu


class DockerSandbox:
    """Runs learners' programs in containers.

    Where the constructor is given nothing, the environment decides:

        DOCKER_HOST and its relatives                        which engine
        JUDGE_SANDBOX_RUNTIME                                runc, crun, runsc; otherwise the engine's own choice
        JUDGE_SANDBOX_RUNC_FLAWS                             warn of or refuse a runc with known holes
        JUDGE_SANDBOX_IMAGE_CPU, JUDGE_SANDBOX_IMAGE_GPU     other images than the stock ones
        JUDGE_STAGING_DIR                                    where job folders are made (staging.py)
        JUDGE_SHARED_DIRS                                    folders that the engine's host has at the same path; a:b:c
        JUDGE_GPU_DEVICES                                    identifiers of devices; a,b,c
        JUDGE_POOL_MB                                        memory for containers started ahead; 0 starts none
    """

    name = "docker"

    def __init__(
        self,
        *,
        runtime: str | None = None,
        images: Mapping[str, str] | None = None,
        staging_root: Path | None = None,
        shared: tuple[Path, ...] | None = None,
        pool: Pool | None = None,
    ) -> None:
        self.engine = Engine(images)
        self._runtime = runtime or os.environ.get("JUDGE_SANDBOX_RUNTIME") or None
        self._maker = Maker(
            self.engine,
            root=staging_root or staging.staging_root(),
            shared=shared,
            runtime=self._runtime,
        )
        self._pool = pool or Pool()

    @property
    def has_gpu(self) -> bool:
        with our_failure():
            return self.engine.has_gpu

    def probe(self) -> Probe:
        try:
            self._try()
        except SandboxError as error:
            return Probe(backend=self.name, usable=False, reason=runtimes.explained(str(error)))
        refusals = runtimes.refusals(self._runtime)
        if not self._maker.in_memory:
            refusals += ("output_never_exceeds_its_limit",)
        return Probe(backend=self.name, usable=True, refusals=refusals)

    def run(self, spec: RunSpec) -> RunResult:
        return self._running(spec, talks=False).to_the_end()

    def converse(self, spec: RunSpec) -> Conversation:
        return self._running(spec, talks=True)

    def sweep(self) -> int:
        """Remove containers of ours whose worker is gone or whose time is long over, and the folders of dead jobs."""
        removed = 0
        with our_failure():
            for container in self.engine.client.containers.list(all=True, filters={"label": LABEL}):
                if is_left_over(container, self._maker.root):
                    with contextlib.suppress(NotFound):
                        container.remove(force=True, v=True)
                    removed += 1
        for path in list(staging.orphans(self._maker.root)):
            staging.discard(path)
            removed += 1
        return removed

    def close(self) -> None:
        """Remove what was started ahead and let go of the engine."""
        self._pool.close()
        self.engine.close()

    def _running(self, spec: RunSpec, *, talks: bool) -> Running:
        job = Job(entry=spec.entry, talks=talks, banned=spec.banned_imports)
        with our_failure():
            ready = self._pool.take(spec, self._maker)
            if ready is not None:
                with contextlib.suppress(SandboxUnavailable):  # it died while it waited; a new one takes its place
                    return Running(ready, spec, job)
            notes = () if self.engine.has_gpu else without_gpu(spec)
            return Running(self._maker.make(spec), spec, job, notes=notes)

    def _try(self) -> None:
        with our_failure():
            runtimes.check(self._runtime, self.engine.client.info())
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.py").write_text("print('here')\n")
            result = self.run(RunSpec(work=Path(folder), entry="main.py", limits=Limits(wall_s=30.0)))
        if result.outcome is not Outcome.FINISHED or result.stdout_tail != "here\n":
            raise SandboxUnavailable(f"a trial program failed: {result.outcome} {' '.join(result.notes)}")
