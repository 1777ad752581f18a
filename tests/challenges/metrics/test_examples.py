"""The examples in the docstrings of the metrics are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

from challenges.metrics.registry import METRICS


@pytest.mark.parametrize("module", sorted({metric.function.__module__ for metric in METRICS.values()}))
def test_the_examples_of_a_module_are_true(module: str) -> None:
    done = doctest.testmod(importlib.import_module(module))
    assert done.attempted > 0
    assert done.failed == 0
