"""Every flag of a learner's container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

from sandbox import runtimes
from sandbox.contract import Limits
from sandbox.docker.engine import Image
from sandbox.gpus import ANY
from sandbox.guest.protocol import REPORT_DIR
from sandbox.staging import Mounted


@dataclass(frozen=True, kw_only=True)
class Preload:
    """What a container that is started ahead imports before there is a program."""

    names: tuple[str, ...]
    banned: tuple[str, ...]

    def arguments(self) -> list[str]:
        return ["boot", ",".join(self.names), ",".join(self.banned)]


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
    device: str | None = None,
    preload: Preload | None = None,
) -> dict[str, Any]:
    """Return every flag of a learner's container; nothing is left to the engine's defaults."""
    binds = [Mount(target=item.target, source=str(item.source), type="bind", read_only=True) for item in mounted]
    binds += [
        Mount(target="/output", source=str(box / "output"), type="bind", read_only=False),
        Mount(target=REPORT_DIR, source=str(box / "report"), type="bind", read_only=False),
    ]
    file_bytes = max(limits.output_mb, limits.tmp_mb) * 2**20
    # The watchdog counts exactly; the kernel's own limit counts the guest's start and imports too.
    cpu_s = int(limits.cpu_s) + (2 if preload is None else 8)
    return {
        "image": image.id,
        "entrypoint": [],
        "command": [
            *(image.python, "-P", "-s", "/opt/judge/judge_guest/start.py"),
            *([] if preload is None else preload.arguments()),
        ],
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
        "security_opt": ["no-new-privileges:true", f"seccomp={runtimes.seccomp_profile(runtime)}"],
        "pids_limit": runtimes.pids_limit(runtime, limits.processes),
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
        "device_requests": [] if device is None else [_gpu(device)],
    }


def _gpu(device: str) -> DeviceRequest:
    if device == ANY:
        return DeviceRequest(driver="nvidia", count=1, capabilities=[["gpu"]])
    return DeviceRequest(driver="nvidia", device_ids=[device], capabilities=[["gpu"]])
