"""Replays in a real browser: a game on its board, a stream over time, and tables where there is no script."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAYED = """
import sys
import django
django.setup()
import numpy as np, orjson
from django.contrib.auth.models import User
from challenges.referee import Dialogue, InProcess
from challenges.scoring import Score, Scores, SplitScores
from challenges.spec import Size
from judge import bookkeeping, catalogue, editions, intake
from judge.intake import HandIn
from judge.reports import Report
from judge.verdicts import Verdict

slug, name = sys.argv[1:]
edition = catalogue.find(slug)
episodes = dict(editions.minted(edition).episodes())
if slug == "connect-x-league":
    league = orjson.loads(episodes["league.json"])
    league["games"] = [game for game in league["games"] if game["bot"] in ("random", "one-ply")]
    episodes["league.json"] = orjson.dumps(league)
referee = edition.challenge.referee
with Dialogue(InProcess(referee.floor_player(episodes)), bank_s=600) as dialogue:
    session = referee.hold(dialogue, episodes, Size.SMALL)
data = edition.challenge.packed("baseline")
made = intake.submit(User.objects.get(username=name), edition, HandIn(file_name="program.zip", data=data))
lease = bookkeeping.claim(made.pk, worker="test")
split = SplitScores(primary=Score(value=0.5, standard_error=0.1), secondary={}, rows=10, spread=np.zeros(0))
scores = Scores(public=split, private=split)
bookkeeping.record(lease, Report(verdict=Verdict.SCORED, scores=scores, replay=dict(session.replay)))
print(made.pk)
"""
"""The challenge's own referee holds the conversation with its player without skill, and the result is recorded."""


@pytest.fixture
def played(site: Any) -> Callable[[str, str], int]:
    """Mint a challenge and record a submission of somebody, replay and all."""

    def make(slug: str, name: str) -> int:
        environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "web.settings", "PYTHONPATH": str(ROOT)}
        for command in (["manage.py", "mint", slug], ["-c", PLAYED, slug, name]):
            done = subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        return int(done.stdout.split()[-1])

    return make


def discs(reader: Any) -> int:
    return len(reader.all(".replay circle.you, .replay circle.other"))


def press(reader: Any, words: str) -> None:
    (button,) = [button for button in reader.all(".replay button") if button.text == words]
    button.click()


def test_a_game_is_stepped_played_and_chosen(reader: Any, played: Callable[[str, str], int]) -> None:
    reader.sign_up("deepgreen")
    number = played("connect-x-league", "deepgreen")
    reader.open(f"/submissions/{number}/")
    fetched = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/replay.json')).length"
    assert reader.driver.execute_script(fetched) == 0  # nothing is loaded before somebody asks
    reader.find("a[data-replay]").click()
    reader.wait_for(".replay-says", "The opening has")
    assert reader.path == f"/submissions/{number}/"
    opening = discs(reader)
    press(reader, "Forward")
    assert discs(reader) == opening + 1
    assert "column" in reader.find(".replay-says").text
    press(reader, "Back")
    assert discs(reader) == opening
    press(reader, "End")
    assert "The end: line; lost." in reader.find(".replay-says").text
    assert len(reader.all(".replay circle.won")) >= 3

    games = Select(reader.find("[name=reel]"))
    assert len(games.options) == 4
    games.select_by_index(1)
    assert reader.find(".replay svg").get_attribute("aria-label") == games.options[1].text
    Select(reader.find("[name=speed]")).select_by_value("4")
    press(reader, "Play")
    reader.wait_for("[data-do=play]", "Pause")
    reader.wait_for(".replay-says", "The end:")  # it plays to the end by itself
    reader.wait_for("[data-do=play]", "Play")

    position = reader.find("[name=position]")
    position.send_keys(Keys.HOME)
    assert "The opening has" in reader.find(".replay-says").text
    position.send_keys(Keys.ARROW_RIGHT)
    assert position.get_attribute("aria-valuetext") == reader.find(".replay-says").text
    assert reader.complaints() == []
    assert reader.faults_here() == []
    assert reader.faults(f"/submissions/{number}/replay/", "dark") == []


def test_a_pause_stops_where_it_is(reader: Any, played: Callable[[str, str], int]) -> None:
    reader.sign_up("pausing")
    reader.open(f"/submissions/{played('connect-x-league', 'pausing')}/")
    reader.find("a[data-replay]").click()
    reader.wait_for(".replay-says", "The opening has")
    Select(reader.find("[name=speed]")).select_by_value("4")
    press(reader, "Play")
    reader.wait_for(".replay-says", "column")
    press(reader, "Pause")
    stopped = reader.find("[name=position]").get_property("value")
    reader.driver.execute_async_script("setTimeout(arguments[0], 600)")  # three steps at this speed
    assert reader.find("[name=position]").get_property("value") == stopped


def test_a_stream_is_drawn_over_time_and_fits_a_small_phone(reader: Any, played: Callable[[str, str], int]) -> None:
    reader.sign_up("cashier")
    number = played("fraud-stream-desk", "cashier")
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    reader.open(f"/submissions/{number}/")
    reader.find("a[data-replay]").click()
    reader.wait_for(".replay-says", "Day 1: 0.00 euros saved, 0.00 in all.")  # everything is approved: nothing saved
    assert [item.text for item in reader.all(".replay .legend li")] == [
        "if all were approved",
        "your decisions",
        "saved",
    ]
    before = reader.find(".replay path.line-0").get_attribute("d")
    press(reader, "End")
    assert "Day 40:" in reader.find(".replay-says").text
    assert len(reader.find(".replay path.line-0").get_attribute("d")) > len(before)
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    reader.open(f"/submissions/{number}/replay/")
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    reader.open(f"/submissions/{number}/compare/")
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    assert reader.complaints() == []


def test_without_javascript_the_link_leads_to_the_moves_as_a_table(
    open_browser: Callable[..., Any], played: Callable[[str, str], int]
) -> None:
    reader = open_browser(javascript=False)
    reader.sign_up("scriptless")
    reader.open(f"/submissions/{played('connect-x-league', 'scriptless')}/")
    reader.follow("Watch the replay")
    assert "Move Who Column, counted from 0" in reader.text
    assert len(reader.all("tbody tr")) > 20
