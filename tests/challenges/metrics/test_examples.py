"""The examples in the docstrings of the metrics are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from challenges.metrics import classification, clustering, detection, games, probability, regression, systems, text


@pytest.mark.parametrize(
    "module", [classification, clustering, detection, games, probability, regression, systems, text]
)
def test_the_examples_of_a_module_are_true(module: ModuleType) -> None:
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0
