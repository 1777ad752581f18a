"""Every page is asked by axe-core, in light and in dark: none has a serious fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import pages_of, unasked
from web.access import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_axe_finds_no_serious_fault_on_any_page(reader: Any, sample: Path, tmp_path: Path) -> None:
    found, seen = [], set()
    for route, address in pages_of(reader, sample, tmp_path, name="everywhere"):
        seen.add(route)
        for scheme in ("light", "dark"):
            found += reader.faults(address, scheme)
    assert found == []
    assert unasked(ROUTES) - seen == set()


def test_axe_finds_a_fault_that_is_there(reader: Any) -> None:
    reader.open("/")
    reader.driver.execute_script("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x\">')")
    assert [rule for rule, _node in reader.faults_here()] == ["image-alt"]
