"""The learner's way once more: in Chinese, in the dark, with a team that merges, up to the final choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reader import IRIS, Reader
from tests.browser.served import Site

HOUSES = "/challenges/house-price-prediction/"

CONTRASTS = """(selectors) => {
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
return selectors.map((selector) => {
  const node = document.querySelector(selector);
  if (!node) return [selector, null];
  const [one, two] = [light(parts(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
  return [selector, Math.round((one + 0.05) / (two + 0.05) * 100) / 100];
});
}"""
"""Selector -> contrast of its text by the formula of WCAG 2.2, from the colours that the browser computed."""

NIGHT = "rgb(20, 24, 30)"
INK = "rgb(233, 229, 219)"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_whole_way_is_there_in_chinese(reader: Reader, sample: Path) -> None:
    reader.open("/")
    reader.press("简体中文")
    reader.follow("注册")
    reader.field("用户名").fill("xiaoming")
    reader.field("密码").fill("a long enough phrase")
    reader.field("密码（重复）").fill("a long enough phrase")
    reader.press("注册")
    reader.follow("挑战")
    reader.follow("新草地的鸢尾花")
    expect(reader.page.get_by_text("请根据四项测量，说出其余 6000 朵花的种类。").first).to_be_visible()
    reader.follow("数据")
    expect(reader.page.get_by_text("内层有色叶片（花瓣）的长度").first).to_be_visible()
    reader.follow("提交")
    reader.field("文件").set_input_files(sample)
    reader.press("提交")
    expect(reader.verdict).to_contain_text("排队")
    with reader.site.worker():
        expect(reader.verdict).to_contain_text("已评分")
    expect(reader.steps).to_have_text(["排队中", "已由工作进程领取", "评分中", "已完成"])
    expect(reader.page.locator("#live-status")).to_have_text("已评分。")
    reader.follow("排行榜")
    expect(reader.own_row).to_contain_text("xiaoming 您")
    for path in ("/", IRIS, f"{IRIS}leaderboard/", f"{IRIS}submissions/", f"{IRIS}team/", "/accounts/"):
        reader.open(path)
        expect(reader.page.locator("html")).to_have_attribute("lang", "zh-hans")
        assert reader.page.get_by_role("navigation").first.inner_text().isascii() is False


def test_the_whole_way_can_be_walked_in_the_dark(open_browser: Callable[..., Reader], sample: Path) -> None:
    reader = open_browser(color_scheme="dark")

    def contrasts(*selectors: str) -> dict[str, float | None]:
        """Check the page's own colours and return the contrast of some of its texts."""
        of_page = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        assert reader.page.evaluate(of_page) == [NIGHT, INK], reader.path
        return dict(reader.page.evaluate(CONTRASTS, ["h1", "main a", "footer a, footer button", *selectors]))

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
        expect(reader.verdict).to_contain_text("Scored")
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


def test_two_teams_merge_and_share_history_and_quota(open_browser: Callable[..., Reader], sample: Path) -> None:
    anna, ben, carla = open_browser(), open_browser(), open_browser()
    for person, name in ((anna, "anna"), (ben, "ben"), (carla, "carla")):
        person.sign_up(name)
    anna.open(f"{IRIS}team/")
    anna.field("Name").fill("Early birds")
    anna.press("Create")
    invitation = anna.page.locator("code.code").inner_text()
    ben.open(f"{IRIS}team/?code={invitation}")
    ben.press("Join")
    expect(ben.members).to_have_text(["anna captain", "ben"])
    for person in (ben, carla):
        person.hand_in(sample)

    carla.open(f"{IRIS}team/")
    code = carla.page.locator("code.code").inner_text()
    anna.open(f"{IRIS}team/")
    anna.field("Code of the other team").fill(code)
    anna.press("Propose a merge")
    expect(anna.page.get_by_role("main")).to_contain_text("You proposed a merge to carla.")
    carla.open(f"{IRIS}team/")
    offer = "Early birds proposes that your team becomes part of theirs. Members: anna, ben."
    expect(carla.page.get_by_role("main")).to_contain_text(offer)
    carla.press("Accept")
    expect(carla.page.get_by_role("status")).to_contain_text("Your teams are one now: Early birds.")
    expect(carla.members).to_have_text(["anna captain", "ben", "carla"])
    expect(carla.page.locator(".quota")).to_contain_text("8 of 10 submissions left today")
    anna.open(f"{IRIS}submissions/")
    expect(anna.page.locator("table.history tbody tr")).to_have_count(2)
    with anna.site.worker():
        anna.leave(anna.link("sample_submission.csv").first)
        expect(anna.verdict).to_contain_text("Scored")
        ben.open(f"{IRIS}submissions/")
    carla.open(f"{IRIS}leaderboard/")
    expect(carla.own_row).to_contain_text("Early birds you")


@pytest.fixture
def houses(site: Site) -> Path:
    """The small edition of house prices, and its example of an answer."""
    site.manage("mint", "house-price-prediction")
    return next(site.data.glob("editions/house-price-prediction/*/public/sample_submission.csv"))


def test_a_team_chooses_the_two_submissions_that_count_in_the_end(reader: Reader, houses: Path) -> None:
    reader.sign_up("chooser")
    with reader.site.worker():
        for _ in range(3):
            reader.hand_in(houses, challenge=HOUSES)
            expect(reader.verdict).to_contain_text("Scored")
            expect(reader.page.locator("figure.plot canvas").first).to_be_visible()
    reader.open(f"{HOUSES}submissions/")
    main = reader.page.get_by_role("main")
    expect(main).to_contain_text("Choose up to 2 submissions that count in the end; 0 chosen now.")
    choices = main.get_by_role("button", name=re.compile("(choose|counts) submission"))

    def expect_pressed(*wanted: str) -> None:
        for choice, pressed in zip(choices.all(), wanted, strict=True):
            expect(choice).to_have_attribute("aria-pressed", pressed)

    choices.nth(0).click()
    expect_pressed("true", "false", "false")
    choices.nth(2).click()
    expect_pressed("true", "false", "true")
    expect(main).to_contain_text("2 chosen now.")
    choices.nth(1).click()
    expect(main).to_contain_text("Your team has chosen 2 submissions; 2 are the most. Unchoose one first.")
    reader.open(f"{HOUSES}submissions/")
    choices.nth(0).click()
    expect_pressed("false", "false", "true")
    choices.nth(1).click()
    expect_pressed("false", "true", "true")
