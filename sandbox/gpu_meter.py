"""What a run uses of its GPU, from NVIDIA's management library: a device has one learner, so its use is the run's.

Where the library, the driver or the device is out of sight of this worker, nothing is known and nothing breaks.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

import pynvml

from sandbox.gpus import ANY

logger = logging.getLogger(__name__)

READ_EVERY_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Reading:
    """None where the device does not tell: a MIG slice knows its memory only."""

    busy: float | None = None
    """Share of the driver's last sampling period in which a kernel ran."""
    memory_mb: float | None = None


class GpuMeter:
    """Reads one device."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._read_at = 0.0

    @classmethod
    def of(cls, device: str) -> GpuMeter | None:
        """Return the meter of a device by its UUID or number, or None where it cannot be seen from here.

        ANY is the only device there is; where there are several, nobody knows which one the engine chose.
        """
        try:
            pynvml.nvmlInit()
            if device == ANY:
                if pynvml.nvmlDeviceGetCount() != 1:
                    return None
                return cls(pynvml.nvmlDeviceGetHandleByIndex(0))
            if device.isdecimal():
                return cls(pynvml.nvmlDeviceGetHandleByIndex(int(device)))
            return cls(pynvml.nvmlDeviceGetHandleByUUID(device))
        except pynvml.NVMLError as error:
            logger.info("the use of GPU %s cannot be measured: %s", device, error)
            return None

    def read(self) -> Reading:
        """Return what the device says, or nothing when it was asked a moment ago."""
        if time.monotonic() - self._read_at < READ_EVERY_S:
            return Reading()
        self._read_at = time.monotonic()
        return Reading(busy=self._busy(), memory_mb=self._memory_mb())

    def _busy(self) -> float | None:
        try:
            return float(pynvml.nvmlDeviceGetUtilizationRates(self._handle).gpu) / 100
        except pynvml.NVMLError:
            return None

    def _memory_mb(self) -> float | None:
        try:
            # The second version counts what the driver keeps for itself apart.
            facts = pynvml.nvmlDeviceGetMemoryInfo(self._handle, version=pynvml.nvmlMemory_v2)
        except pynvml.NVMLError:
            return None
        return float(facts.used) / 2**20
