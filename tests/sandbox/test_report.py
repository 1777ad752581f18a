"""What the guest says about the exception that ended a program."""

from __future__ import annotations

import pytest
import torch

from sandbox.guest.report import describe


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 8 GiB"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cudaErrorMemoryAllocation: out of memory"),
    ],
    ids=["torch", "cublas", "runtime"],
)
def test_a_full_gpu_is_told_from_other_errors(error: Exception) -> None:
    assert describe(error, work="/work")["gpu_memory"] is True


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("out of luck")], ids=["memory", "other"])
def test_other_errors_are_none_of_the_gpus(error: Exception) -> None:
    assert describe(error, work="/work")["gpu_memory"] is False
