"""A picture of every page in three widths, in light and in dark, for people to look at.

They are kept in JUDGE_TEST_ARTEFACTS, or in var/artefacts, and compared with nothing.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error

from tests.browser.pages import pages_of, unasked
from tests.browser.reader import Reader
from web.access import ROUTES

WIDTHS = {360: 740, 768: 1024, 1280: 900}
"""Width -> height of a phone, a tablet and a desk, in CSS pixels."""
TALLEST = 6000
"""A longer page is cut: nobody looks at more."""
ATTEMPTS = 4
SCHEMES = ("light", "dark")
PNG = b"\x89PNG\r\n\x1a\n"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def artefacts() -> Path:
    folder = Path(os.environ.get("JUDGE_TEST_ARTEFACTS") or Path(__file__).parents[2] / "var" / "artefacts") / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    return folder


def test_every_page_is_pictured_in_three_widths_and_fits_them(
    open_browser: Callable[..., Reader],
    sample: Path,
    tmp_path: Path,
    artefacts: Path,
    played: Callable[[str, str], int],
) -> None:
    reader = open_browser()
    devices = {
        width: open_browser(viewport={"width": width, "height": height}, is_mobile=width < 1000)
        for width, height in WIDTHS.items()
    }
    seen, too_wide, number = set(), [], 0

    def picture(route: str, address: str) -> None:
        nonlocal number
        number += 1
        seen.add(route)
        for width, device in devices.items():
            device.excuse(404)
            device.context.clear_cookies()
            device.context.add_cookies(reader.context.cookies())
            device.open(address)
            for scheme in SCHEMES:
                device.page.emulate_media(color_scheme=scheme)
                if device.width > width:
                    too_wide.append((address, width))
                name = f"{number:02d}-{route.replace(':', '-')}-{width}-{scheme}.png"
                photograph(device, width, artefacts / name)

    for route, address in pages_of(reader, sample, tmp_path, name="portrayed"):
        if route == "account_logout":  # the last page of the list: the replay needs somebody signed in
            picture("pages:replay", f"/submissions/{played('connect-x-league', 'portrayed')}/replay/")
        picture(route, address)

    assert too_wide == []
    assert (unasked(ROUTES) | {"pages:replay"}) - seen == set()
    pictures = sorted(artefacts.glob("*.png"))
    assert len(pictures) == number * len(WIDTHS) * len(SCHEMES)
    for path in pictures:
        data = path.read_bytes()
        width = int(path.stem.split("-")[-2])
        assert (data[:8], int.from_bytes(data[16:20])) == (PNG, width), path.name


def photograph(device: Reader, width: int, file: Path) -> None:
    """Picture the whole page, from its top to its end.

    On a busy machine Chromium now and then says that it cannot, and can a moment later.
    """
    height = min(device.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            device.page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
            return
        except Error as error:
            if attempt == ATTEMPTS or "Unable to capture screenshot" not in error.message:
                raise
            logging.warning("attempt %d at %s: %s", attempt, file.name, error.message.splitlines()[0])
            device.page.wait_for_timeout(500 * attempt)
