"""Icons: each is in the sprite, nothing else is, and none speaks."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.contrib.staticfiles import finders

from judge.models import Submission
from judge.verdicts import State, Verdict
from web.pages.icons import SPRITE, STATES, VERDICTS

TEMPLATES = Path(__file__).parents[3] / "web" / "templates"


def sprite() -> str:
    return Path(str(finders.find(SPRITE))).read_text(encoding="utf-8")


def test_the_sprite_has_the_icons_of_the_site_and_no_others() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    used = {*re.findall(r'{% icon "([^"]+)" %}', written), *VERDICTS.values(), *STATES.values()}
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite())) == used
    assert {"upload", "download", "circle-check"} <= used


def test_every_verdict_and_every_state_of_waiting_has_an_icon() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(STATES) == set(State) - {State.DONE}


def test_an_icon_stands_before_words_and_is_hidden_from_screen_readers(
    browse: Callable[..., Any], ada: User, hand_in: Callable[..., Submission]
) -> None:
    page = browse(ada).get(f"/submissions/{hand_in(ada).pk}/")
    assert '<svg class="icon" aria-hidden="true"><use href="/static/vendor/lucide-' in page.html
    assert '#hourglass"/></svg>Queued' in page.html
    assert all(icon["aria-hidden"] == "true" for icon in page.all("svg", **{"class": "icon"}))


def test_every_part_from_elsewhere_brings_its_licence() -> None:
    folders = [path for path in Path(str(finders.find("vendor"))).iterdir() if path.is_dir()]
    assert len(folders) >= 2
    for folder in folders:
        assert re.search(r"-\d+\.\d+\.\d+$", folder.name), f"{folder.name} does not say its version"
        assert "Permission " in (folder / "LICENSE").read_text(encoding="utf-8"), folder.name
        assert f"{' '.join(folder.name.rsplit('-', 1))}" in (folder / "README.md").read_text(encoding="utf-8").lower()
