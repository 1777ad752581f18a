"""The whole environment of a learner's program: nothing of ours is inherited."""

from __future__ import annotations

import math
import os

from sandbox.contract import DATA_DIR, OUTPUT_DIR, RunSpec

# How this host's processor is to be used; no secrets, and without them OpenBLAS may guess wrongly in some VMs.
HINTS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def variables(spec: RunSpec) -> dict[str, str]:
    """Return every variable that the program sees."""
    threads = str(max(1, math.ceil(spec.limits.cpus)))
    return {
        "DATA_DIR": DATA_DIR,
        "OUTPUT_DIR": OUTPUT_DIR,
        "HOME": "/tmp",  # noqa: S108 - the sandbox's own
        "TMPDIR": "/tmp",  # noqa: S108
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        # The same program gives the same answers twice.
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "Agg",
        # More threads than processors only wait for each other under a quota.
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "LOKY_MAX_CPU_COUNT": threads,
        **{name: os.environ[name] for name in HINTS if name in os.environ},
        **spec.env,
    }
