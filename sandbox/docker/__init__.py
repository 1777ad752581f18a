"""The production backend: one hardened, one-use container for each job. The only room that speaks to Docker.

    backend.py   DockerSandbox: what the judge sees
      ├─ maker.py    spec ─> staged files, flags (options.py), a started container (box.py), a GPU of its own (gpus.py)
      ├─ pool.py     containers started ahead, each used once
      └─ engine.py   the connection, images, whether it sees the same files

    create (flags) ─> attach the streams ─> start ─> guest is ready ─> job ─> wait or kill ─> hand back ─> remove

No log driver keeps anything, nothing is copied out by `docker cp`: the streams come over the attached socket and
/output is a folder of ours, on a tmpfs of its own size where the judge may mount one.
"""

from sandbox.docker.backend import DockerSandbox

__all__ = ["DockerSandbox"]
