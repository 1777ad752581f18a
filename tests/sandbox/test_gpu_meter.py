from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from sandbox import gpu_meter
from sandbox.gpu_meter import GpuMeter, Reading


class Driver:
    """NVIDIA's library as a machine with these devices would answer."""

    def __init__(self, *uuids: str) -> None:
        self.uuids = uuids

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
        monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: len(self.uuids))
        monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", self._by_index)
        monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", self._by_uuid)
        monkeypatch.setattr(pynvml, "nvmlDeviceGetUtilizationRates", self._rates)
        memory = SimpleNamespace(used=3 * 2**30)
        monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", lambda handle, version: memory)
        monkeypatch.setattr(gpu_meter, "READ_EVERY_S", 0.0)

    def _by_index(self, index: int) -> str:
        if index >= len(self.uuids):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_INVALID_ARGUMENT)
        return self.uuids[index]

    def _by_uuid(self, uuid: str) -> str:
        if uuid not in self.uuids:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return uuid

    def _rates(self, handle: str) -> Any:
        if handle.startswith("MIG"):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(gpu=40)


def read(device: str) -> Reading | None:
    meter = GpuMeter.of(device)
    return None if meter is None else meter.read()


def test_a_device_tells_how_busy_it_is_and_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    Driver("GPU-a", "GPU-b").install(monkeypatch)
    assert read("GPU-b") == Reading(busy=0.4, memory_mb=3072)
    assert read("1") == Reading(busy=0.4, memory_mb=3072)


def test_a_slice_tells_its_memory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    Driver("MIG-1").install(monkeypatch)
    assert read("MIG-1") == Reading(busy=None, memory_mb=3072)


def test_whichever_the_engine_chose_is_known_where_there_is_one_only(monkeypatch: pytest.MonkeyPatch) -> None:
    Driver("GPU-a").install(monkeypatch)
    assert read("any") == Reading(busy=0.4, memory_mb=3072)
    Driver("GPU-a", "GPU-b").install(monkeypatch)
    assert read("any") is None


def test_a_device_that_is_out_of_sight_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    Driver("GPU-a").install(monkeypatch)
    assert read("GPU-c") is None
    assert read("7") is None


def test_where_no_driver_is_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", no_driver)
    assert read("GPU-a") is None


def test_the_driver_is_not_asked_at_every_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    Driver("GPU-a").install(monkeypatch)
    monkeypatch.setattr(gpu_meter, "READ_EVERY_S", 60.0)
    meter = GpuMeter.of("GPU-a")
    assert meter is not None
    assert meter.read() == Reading(busy=0.4, memory_mb=3072)
    assert meter.read() == Reading()
