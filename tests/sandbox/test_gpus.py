"""One learner per device; no device is at hand, so the slots are tested and the flags are in test_docker.py."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox import gpus
from sandbox.errors import SandboxUnavailable, WaitCancelled

HOLDER = """
import sys
from pathlib import Path
from sandbox import gpus
slot = gpus.claim(Path(sys.argv[1]), ("MIG-1",), cancelled=lambda: False)
print(slot.device, flush=True)
sys.stdin.read()
"""


def claim(root: Path, *names: str, patience_s: float = 0.0) -> str:
    return gpus.claim(root, names, cancelled=lambda: False, patience_s=patience_s).device


def test_each_device_goes_to_one_learner_at_a_time(tmp_path: Path) -> None:
    slots = [gpus.claim(tmp_path, ("MIG-1", "MIG-2"), cancelled=lambda: False) for _ in range(2)]
    assert [slot.device for slot in slots] == ["MIG-1", "MIG-2"]
    with pytest.raises(SandboxUnavailable, match="no GPU became free within 0 s; taken are MIG-1, MIG-2"):
        claim(tmp_path, "MIG-1", "MIG-2")
    slots[0].release()
    slots[0].release()
    assert claim(tmp_path, "MIG-1", "MIG-2") == "MIG-1"
    slots[1].release()


def test_who_waits_gets_the_next_free_device(tmp_path: Path) -> None:
    held = gpus.claim(tmp_path, ("GPU-1",), cancelled=lambda: False)
    got: list[str] = []
    waiter = threading.Thread(target=lambda: got.append(claim(tmp_path, "GPU-1", patience_s=30)))
    waiter.start()
    held.release()
    waiter.join(30)
    assert got == ["GPU-1"]


def test_a_worker_that_is_killed_gives_its_device_back(tmp_path: Path) -> None:
    project = Path(gpus.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(project)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "MIG-1\n"
        with pytest.raises(SandboxUnavailable):
            claim(tmp_path, "MIG-1")
        holder.kill()
        holder.wait()
    assert claim(tmp_path, "MIG-1") == "MIG-1"


def test_a_wait_can_be_withdrawn(tmp_path: Path) -> None:
    held = gpus.claim(tmp_path, ("GPU-1",), cancelled=lambda: False)
    with pytest.raises(WaitCancelled):
        gpus.claim(tmp_path, ("GPU-1",), cancelled=lambda: True)
    held.release()


def test_without_named_devices_there_is_one_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUDGE_GPU_DEVICES", raising=False)
    assert gpus.devices() == ("any",)
    monkeypatch.setenv("JUDGE_GPU_DEVICES", "GPU-a,MIG-b")
    assert gpus.devices() == ("GPU-a", "MIG-b")


def test_a_name_of_a_device_is_no_path(tmp_path: Path) -> None:
    gpus.claim(tmp_path, ("../../etc/0:1",), cancelled=lambda: False).release()
    assert [path.name for path in tmp_path.iterdir()] == ["gpu-.._.._etc_0_1.lock"]
