"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from challenges.uncertainty import closed_forms, delong, ladder


@pytest.mark.parametrize("module", [closed_forms, delong, ladder])
def test_the_examples_of_a_module_are_true(module: ModuleType) -> None:
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0
