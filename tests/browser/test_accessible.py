"""Every page is asked by axe-core, in light and in dark: none has a serious fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.axe import faults_at, faults_here
from tests.browser.pages import pages_of, unasked
from tests.browser.reader import Reader
from web.access import ROUTES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_axe_finds_no_serious_fault_on_any_page(reader: Reader, sample: Path, tmp_path: Path) -> None:
    reader.excuse(404)
    found, seen = [], set()
    for route, address in pages_of(reader, sample, tmp_path, name="everywhere"):
        seen.add(route)
        found += faults_at(reader, address, "light") + faults_at(reader, address, "dark")
    assert found == []
    assert unasked(ROUTES) - seen == set()


def test_axe_finds_a_fault_that_is_there(reader: Reader) -> None:
    reader.excuse(404)  # the picture
    reader.open("/")
    reader.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x\">')")
    assert [rule for rule, _node in faults_here(reader)] == ["image-alt"]
