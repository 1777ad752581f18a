"""The learner's way once more: in Chinese, in the dark, with a team that merges, up to the final choice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

IRIS = "/challenges/iris-new-meadow/"
HOUSES = "/challenges/house-price-prediction/"
ROOT = Path(__file__).parents[2]

CONTRASTS = """
const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => [r, g, b].map(c => linear(c / 255))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const parts = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const [r, g, b, a = 1] = parts(getComputedStyle(node).backgroundColor);
    if (a === 1) return [r, g, b];
  }
  return [255, 255, 255];
};
return arguments[0].map((selector) => {
  const node = document.querySelector(selector);
  if (!node) return [selector, null];
  const [one, two] = [light(parts(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
  return [selector, Math.round((one + 0.05) / (two + 0.05) * 100) / 100];
});
"""
"""Selector -> contrast of its text by the formula of WCAG 2.2, from the colours that the browser computed."""

NIGHT = "rgb(20, 24, 30)"
INK = "rgb(233, 229, 219)"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_whole_way_is_there_in_chinese(reader: Any, sample: Path) -> None:
    reader.open("/")
    reader.press("简体中文", within="footer")
    reader.follow("注册")
    reader.fill(username="xiaoming", password1="a long enough phrase", password2="a long enough phrase")
    reader._leave(reader.find("main form button"))
    reader.follow("挑战")
    reader.follow("新草地的鸢尾花")
    assert "请根据四项测量，说出其余 6000 朵花的种类。" in reader.text
    reader.follow("数据")
    assert "内层有色叶片（花瓣）的长度" in reader.text
    reader._leave(reader.find(".title-row a"))
    reader.find("input[type=file]").send_keys(str(sample))
    reader.press("提交")
    assert "排队" in reader.find(".verdict").text
    with reader.site.worker():
        reader.wait_for(".verdict", "已评分")
    assert [step.text for step in reader.all(".steps li > span:nth-child(2)")] == [
        "排队中",
        "已由工作进程领取",
        "评分中",
        "已完成",
    ]
    assert reader.find("#live-status").get_attribute("textContent") == "已评分。"
    reader.follow("排行榜")
    assert "xiaoming 您" in reader.find("tr#me").text
    for path in ("/", IRIS, f"{IRIS}leaderboard/", f"{IRIS}submissions/", f"{IRIS}team/", "/accounts/"):
        reader.open(path)
        assert reader.find("html").get_attribute("lang") == "zh-hans"
        assert reader.find("nav").text.isascii() is False
    assert reader.complaints() == []


def test_the_whole_way_can_be_walked_in_the_dark(reader: Any, sample: Path) -> None:
    def contrasts(*selectors: str) -> dict[str, float | None]:
        """Check the page's own colours and return the contrast of some of its texts."""
        of_page = "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
        assert reader.driver.execute_script(of_page) == [NIGHT, INK], reader.path
        return dict(reader.driver.execute_script(CONTRASTS, ["h1", "main a", "footer a, footer button", *selectors]))

    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    found = {}
    reader.open("/")
    found["/"] = contrasts("main input", "main select")
    reader.open("/accounts/signup/")
    found["sign up"] = contrasts("main label", "main input", "main button")
    reader.sign_up("nightowl")
    reader.open(IRIS)
    found["overview"] = contrasts(".prose p", ".prose code", ".prose th", "aside .small")
    reader.open(f"{IRIS}data/")
    found["data"] = contrasts("main td", "main th")
    reader.hand_in(sample)
    found["queued"] = contrasts(".verdict", ".steps li")
    with reader.site.worker():
        reader.wait_for(".verdict", "Scored")
    found["scored"] = contrasts(".verdict", ".scores .num", ".steps li")
    reader.follow("Leaderboard")
    found["board"] = contrasts("tr#me td", "main th")
    reader.open(f"{IRIS}team/")
    found["team"] = contrasts("main label", "main input", "main button", "code.code")
    weak = {
        (page, selector): ratio
        for page, ratios in found.items()
        for selector, ratio in ratios.items()
        if ratio is None or ratio < (7 if selector == "h1" else 4.5)
    }
    assert weak == {}
    assert reader.complaints() == []


def test_two_teams_merge_and_share_history_and_quota(open_browser: Callable[..., Any], sample: Path) -> None:
    anna, ben, carla = open_browser(), open_browser(), open_browser()
    for person, name in ((anna, "anna"), (ben, "ben"), (carla, "carla")):
        person.sign_up(name)
    anna.open(f"{IRIS}team/")
    anna.fill(name="Early birds")
    anna.press("Create")
    invitation = anna.find("code.code").text
    ben.open(f"{IRIS}team/?code={invitation}")
    ben.press("Join")
    assert [cell.text for cell in ben.all("tbody td:first-child")] == ["anna captain", "ben"]
    for person in (ben, carla):
        person.hand_in(sample)

    carla.open(f"{IRIS}team/")
    code = carla.find("code.code").text
    anna.open(f"{IRIS}team/")
    anna.fill(merge_code=code)
    anna.press("Propose a merge")
    assert "You proposed a merge to carla." in anna.text
    carla.open(f"{IRIS}team/")
    assert "Early birds proposes that your team becomes part of theirs. Members: anna, ben." in carla.text
    carla.press("Accept")
    assert "Your teams are one now: Early birds." in carla.text
    assert [cell.text for cell in carla.all("tbody td:first-child")] == ["anna captain", "ben", "carla"]
    assert "8 of 10 submissions left today" in carla.text
    anna.open(f"{IRIS}submissions/")
    assert len(anna.all("table.history tbody tr")) == 2
    with anna.site.worker():
        anna.follow("submission.csv")
        anna.wait_for(".verdict", "Scored")
        ben.open(f"{IRIS}submissions/")
    carla.open(f"{IRIS}leaderboard/")
    assert "Early birds you" in carla.find("tr#me").text
    assert carla.complaints() + anna.complaints() == []


@pytest.fixture
def houses(site: Any) -> Path:
    """The small edition of house prices, and its example of an answer."""
    mint = [sys.executable, "manage.py", "mint", "house-price-prediction"]
    subprocess.run(mint, cwd=ROOT, env=site.environment, check=True, capture_output=True)
    folder = Path(site.environment["JUDGE_DATA_DIR"])
    return next(folder.glob("editions/house-price-prediction/*/public/sample_submission.csv"))


def test_a_team_chooses_the_two_submissions_that_count_in_the_end(reader: Any, houses: Path, until: Any) -> None:
    reader.sign_up("chooser")
    with reader.site.worker():
        for _ in range(3):
            reader.open(f"{HOUSES}submit/")
            reader.find("input[type=file]").send_keys(str(houses))
            reader.press("Hand in")
            reader.wait_for(".verdict", "Scored")
    reader.open(f"{HOUSES}submissions/")
    assert "Choose up to 2 submissions that count in the end; 0 chosen now." in reader.text

    def choose(row: int) -> None:
        answer = "return performance.getEntries().filter(e => e.initiatorType === 'xmlhttprequest').length"
        before = reader.driver.execute_script(answer)
        reader.all("button.choose")[row].click()
        until(lambda: reader.driver.execute_script(answer) > before, what="the answer")
        until(lambda: not reader.all(".htmx-request, .htmx-settling"), what="the new state")

    choose(0)
    choose(2)
    assert "2 chosen now." in reader.text
    assert [b.get_attribute("aria-pressed") for b in reader.all("button.choose")] == ["true", "false", "true"]
    choose(1)
    assert "Your team has chosen 2 submissions; 2 are the most. Unchoose one first." in reader.text
    reader.open(f"{HOUSES}submissions/")
    choose(0)
    choose(1)
    assert [b.get_attribute("aria-pressed") for b in reader.all("button.choose")] == ["false", "true", "true"]
