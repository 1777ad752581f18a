"""The whole way of a learner in a browser, from signing up to the leaderboard."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from challenges.loader import load

IRIS = "/challenges/iris-new-meadow/"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="session")
def baseline_answer(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the starter writes when it is run beside the public files."""
    folder = tmp_path_factory.mktemp("baseline")
    public = next(Path(site.environment["JUDGE_DATA_DIR"]).glob("editions/iris-new-meadow/*/public"))
    return run_starter(load("iris-new-meadow").files("baseline")["main.py"], public, folder)


def run_starter(program: bytes, data: Path, folder: Path) -> Path:
    (folder / "main.py").write_bytes(program)
    environment = {**os.environ, "DATA_DIR": str(data), "OUTPUT_DIR": str(folder)}
    subprocess.run([sys.executable, "main.py"], cwd=folder, env=environment, check=True)
    return folder / "submission.csv"


def test_a_learner_signs_up_downloads_hands_in_watches_and_stands_on_the_board(reader: Any, tmp_path: Path) -> None:
    reader.open("/")
    reader.follow("Sign up")
    reader.fill(username="ada", password1="a long enough phrase", password2="a long enough phrase")
    reader.press("Sign Up")
    reader.follow("Challenges")
    reader.follow("Irises of a new meadow")
    assert "Name the other 6000 from four measurements." in reader.text

    reader.follow("Data")
    files = zipfile.ZipFile(reader.download("Download all", "iris-new-meadow.zip"))
    starter = zipfile.ZipFile(reader.download("Starter", "iris-new-meadow-starter.zip"))
    with files, starter:
        files.extractall(tmp_path / "data")
        answer = run_starter(starter.read("main.py"), tmp_path / "data", tmp_path)

    reader.follow("Hand in")
    reader.find("input[type=file]").send_keys(str(answer))
    reader.fill(description="the starter, as it is")
    reader.press("Hand in")
    assert "Queued" in reader.find(".verdict").text
    assert "Next in line" in reader.find(".verdict").text

    reader.driver.execute_script("window.neverReloaded = true")
    with reader.site.worker():
        reader.wait_for(".verdict", "Scored")
    assert reader.driver.execute_script("return window.neverReloaded") is True
    assert [step.text for step in reader.all(".steps li > span:nth-child(2)")] == [
        "In the queue",
        "A worker took it",
        "Scoring",
        "Finished",
    ]
    score = reader.find(".scores .num").text
    assert 0.8 < float(score) < 1.0  # a tree with two questions: about 0.91
    assert reader.find("#live-status").get_attribute("textContent") == "Scored."

    reader.follow("Leaderboard")
    row = reader.find("tr#me").text
    assert "ada you" in row
    assert score in row
    reader.follow("My submissions")
    assert "the starter, as it is" in reader.find("table.history").text
    assert reader.complaints() == []


def test_the_page_stops_asking_once_it_is_done(reader: Any, baseline_answer: Path) -> None:
    reader.sign_up("blaise")
    with reader.site.worker():
        reader.hand_in(baseline_answer)
        reader.wait_for(".verdict", "Scored")
    asked = "return performance.getEntriesByType('resource').filter(e => e.initiatorType === 'xmlhttprequest').length"
    before = reader.driver.execute_script(asked)
    reader.driver.execute_async_script("setTimeout(arguments[0], 2000)")
    assert before > 0
    assert reader.driver.execute_script(asked) == before


def test_a_rejected_file_shows_its_findings_with_row_and_column(reader: Any, tmp_path: Path) -> None:
    file = tmp_path / "tulips.csv"
    file.write_bytes(load("iris-new-meadow").rejected()["unknown_category.csv"])
    reader.sign_up("carl")
    reader.open(f"{IRIS}submit/")
    reader.find("input[type=file]").send_keys(str(file))
    reader.click("Hand in")
    reader.wait_for("#answer", "Rejected")
    reader.follow("Submission ")
    assert "Rejected" in reader.find(".verdict").text
    rows = [[cell.text for cell in row.find_elements("tag name", "td")] for row in reader.all(".findings tbody tr")]
    (unknown,) = [row for row in rows if row[0] == "unknown_category"]
    assert unknown[1:3] == ["2", "species"]
    assert "daffodil" in unknown[4]
    reader.follow("Hand in")
    assert "10 of 10 submissions left today" in reader.text


def test_everything_works_without_javascript(open_browser: Callable[..., Any], baseline_answer: Path) -> None:
    reader = open_browser(javascript=False)
    reader.sign_up("dorothy")
    reader.hand_in(baseline_answer)
    reader.wait_for(".verdict", "Queued")
    with reader.site.worker():
        reader.wait_for(".verdict", "Scored")  # the page reloads itself
    reader.follow("Leaderboard")
    assert "dorothy you" in reader.find("tr#me").text


def test_two_learners_become_a_team(open_browser: Callable[..., Any]) -> None:
    emmy, felix = open_browser(), open_browser()
    emmy.sign_up("emmy")
    felix.sign_up("felix")
    emmy.open(f"{IRIS}team/")
    emmy.fill(name="Night owls")
    emmy.press("Create")
    code = emmy.find("code.code").text
    felix.open(f"{IRIS}team/?code={code}")
    felix.press("Join")
    assert [cell.text for cell in felix.all("tbody td:first-child")] == ["emmy captain", "felix"]


def test_a_waiting_submission_can_be_cancelled(reader: Any, baseline_answer: Path) -> None:
    reader.sign_up("grace")
    reader.hand_in(baseline_answer)
    reader.press("Cancel", within=".verdict")
    assert "Cancelled before it started." in reader.find(".verdict").text
    assert "No attempt was used." in reader.find(".verdict").text


def test_a_file_too_large_is_named_before_it_is_sent(reader: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (3 * 2**20))
    reader.sign_up("hypatia")
    reader.open(f"{IRIS}submit/")
    reader.find("input[type=file]").send_keys(str(large))
    assert reader.find("#file-note").text == "large.csv has 3.0 MB; this challenge takes 2.0 MB at most."
    reader.find("form.hand-in button").click()
    assert reader.path == f"{IRIS}submit/"  # the browser itself holds it back
    assert not reader.all(".refusal")


def test_a_token_made_on_the_account_page_opens_the_api(reader: Any) -> None:
    reader.sign_up("joan")
    reader.open("/accounts/")
    reader.fill(name="laptop")
    reader.press("New token")
    token = reader.find("#new-token").text
    answer = httpx.get(f"{reader.site.address}/api/v1/me", headers={"Authorization": f"Token {token}"})
    assert answer.json()["username"] == "joan"


def test_an_update_that_says_nothing_new_leaves_the_page_and_the_focus_alone(
    reader: Any, baseline_answer: Path, until: Any
) -> None:
    reader.sign_up("patient")
    reader.hand_in(baseline_answer)
    reader.wait_for(".verdict", "no worker that could take it is awake now")
    reader.driver.execute_script(
        "document.querySelector('.verdict button').focus(); window.kept = document.activeElement"
    )
    asked = "return performance.getEntriesByType('resource').filter(e => e.initiatorType === 'xmlhttprequest').length"
    before = reader.driver.execute_script(asked)
    for times in (1, 2):
        reader.driver.execute_script("htmx.trigger('#live', 'ask')")
        until(lambda: reader.driver.execute_script(asked) >= before + times, what="one more update")  # noqa: B023
    assert reader.driver.execute_script("return window.kept === document.activeElement && window.kept.isConnected")
    reader.press("Cancel", within=".verdict")
