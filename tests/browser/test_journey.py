"""The whole way of a learner in a browser, from signing up to the leaderboard."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from challenges.loader import load
from tests.browser.reader import IRIS, Reader
from tests.browser.served import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="session")
def baseline_answer(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the starter writes when it is run beside the public files."""
    folder = tmp_path_factory.mktemp("baseline")
    public = next(site.data.glob("editions/iris-new-meadow/*/public"))
    return run_starter(load("iris-new-meadow").files("baseline")["main.py"], public, folder)


def run_starter(program: bytes, data: Path, folder: Path) -> Path:
    (folder / "main.py").write_bytes(program)
    environment = {**os.environ, "DATA_DIR": str(data), "OUTPUT_DIR": str(folder)}
    subprocess.run([sys.executable, "main.py"], cwd=folder, env=environment, check=True)
    return folder / "submission.csv"


def download(reader: Reader, words: str, name: str) -> Path:
    """Click a link that downloads a file of this name, and return it once it is whole."""
    with reader.page.expect_download() as downloaded:
        reader.page.get_by_role("link", name=words).click()
    assert downloaded.value.suggested_filename == name
    return downloaded.value.path()


@pytest.mark.usefixtures("empty_queue")
def test_a_learner_signs_up_downloads_hands_in_watches_and_stands_on_the_board(reader: Reader, tmp_path: Path) -> None:
    reader.open("/")
    reader.follow("Sign up")
    reader.field("Username").fill("ada")
    reader.field("Password").fill("a long enough phrase")
    reader.field("Password (again)").fill("a long enough phrase")
    reader.press("Sign Up")
    reader.follow("Challenges")
    reader.follow("Irises of a new meadow")
    expect(reader.page.get_by_text("Name the other 6000 from four measurements.").first).to_be_visible()

    reader.follow("Data")
    files = zipfile.ZipFile(download(reader, "Download all", "iris-new-meadow.zip"))
    starter = zipfile.ZipFile(download(reader, "Starter main.py", "iris-new-meadow-starter.zip"))
    with files, starter:
        files.extractall(tmp_path / "data")
        answer = run_starter(starter.read("main.py"), tmp_path / "data", tmp_path)

    reader.follow("Hand in")
    reader.field("File").set_input_files(answer)
    reader.field("Description optional, seen by your team only").fill("the starter, as it is")
    reader.press("Hand in")
    expect(reader.verdict).to_contain_text("Queued")
    expect(reader.verdict).to_contain_text("Next in line")

    reader.page.evaluate("window.neverReloaded = true")
    with reader.site.worker():
        expect(reader.verdict).to_contain_text("Scored")
    assert reader.page.evaluate("window.neverReloaded") is True
    expect(reader.steps).to_have_text(["In the queue", "A worker took it", "Scoring", "Finished"])
    score = reader.page.locator(".scores .num").first.inner_text()
    assert 0.8 < float(score) < 1.0  # a tree with two questions: about 0.91
    expect(reader.page.locator("#live-status")).to_have_text("Scored.")

    reader.follow("Leaderboard")
    row = reader.own_row
    expect(row).to_contain_text("ada you")
    expect(row).to_contain_text(score)
    reader.follow("My submissions")
    expect(reader.page.get_by_role("row", name="the starter, as it is")).to_be_visible()


def test_the_page_stops_asking_once_it_is_done(reader: Reader, baseline_answer: Path) -> None:
    reader.sign_up("blaise")
    with reader.site.worker():
        reader.hand_in(baseline_answer)
        expect(reader.verdict).to_contain_text("Scored")
    before = reader.questions
    reader.page.wait_for_timeout(2000)
    assert before > 0
    assert reader.questions == before


def test_a_rejected_file_shows_its_findings_with_row_and_column(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "tulips.csv"
    file.write_bytes(load("iris-new-meadow").rejected()["unknown_category.csv"])
    reader.sign_up("carl")
    reader.hand_in_rejected(file)
    expect(reader.verdict).to_contain_text("Rejected")
    code = reader.page.get_by_role("cell", name="unknown_category", exact=True)
    expect(code).to_have_count(1)
    unknown = reader.page.get_by_role("row").filter(has=code).get_by_role("cell")
    expect(unknown.nth(1)).to_have_text("2")
    expect(unknown.nth(2)).to_have_text("species")
    expect(unknown.nth(4)).to_contain_text("daffodil")
    reader.follow("Hand in")
    expect(reader.page.locator(".quota")).to_contain_text("10 of 10 submissions left today")


def test_everything_works_without_javascript(open_browser: Callable[..., Reader], baseline_answer: Path) -> None:
    reader = open_browser(java_script_enabled=False)
    reader.sign_up("dorothy")
    reader.hand_in(baseline_answer)
    expect(reader.verdict).to_contain_text("Queued")
    with reader.site.worker():
        expect(reader.verdict).to_contain_text("Scored")  # the page reloads itself
    reader.follow("Leaderboard")
    expect(reader.own_row).to_contain_text("dorothy you")


def test_two_learners_become_a_team(open_browser: Callable[..., Reader]) -> None:
    emmy, felix = open_browser(), open_browser()
    emmy.sign_up("emmy")
    felix.sign_up("felix")
    emmy.open(f"{IRIS}team/")
    emmy.field("Name").fill("Night owls")
    emmy.press("Create")
    code = emmy.page.locator("code.code").inner_text()
    felix.open(f"{IRIS}team/?code={code}")
    felix.press("Join")
    expect(felix.members).to_have_text(["emmy captain", "felix"])


def test_a_waiting_submission_can_be_cancelled(reader: Reader, baseline_answer: Path) -> None:
    reader.sign_up("grace")
    reader.hand_in(baseline_answer)
    reader.press("Cancel")
    expect(reader.verdict).to_contain_text("Cancelled before it started.")
    expect(reader.verdict).to_contain_text("No attempt was used.")


def test_a_file_too_large_is_named_before_it_is_sent(reader: Reader, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (3 * 2**20))
    reader.sign_up("hypatia")
    reader.choose(large)
    note = "large.csv has 3.0 MB; this challenge takes 2.0 MB at most."
    expect(reader.page.locator("#file-note")).to_have_text(note)
    reader.button("Hand in").click()
    expect(reader.page).to_have_url(f"{IRIS}submit/")  # the browser itself holds it back
    assert reader.field("File").evaluate("field => field.validationMessage") == note
    expect(reader.page.locator(".refusal")).to_have_count(0)


def test_a_token_made_on_the_account_page_opens_the_api(reader: Reader) -> None:
    reader.sign_up("joan")
    reader.open("/accounts/")
    reader.field("Name of a new token").fill("laptop")
    reader.press("New token")
    token = reader.page.locator("#new-token").inner_text()
    answer = httpx.get(f"{reader.site.address}/api/v1/me", headers={"Authorization": f"Token {token}"})
    assert answer.json()["username"] == "joan"


def test_an_update_that_says_nothing_new_leaves_the_page_and_the_focus_alone(
    reader: Reader, baseline_answer: Path
) -> None:
    reader.sign_up("patient")
    reader.hand_in(baseline_answer)
    expect(reader.verdict).to_contain_text("no worker that could take it is awake now")
    reader.button("Cancel").focus()
    reader.page.evaluate("window.kept = document.activeElement")
    for _ in range(2):
        with reader.next_answer():
            reader.page.evaluate("htmx.trigger('#live', 'ask')")
    assert reader.page.evaluate("window.kept === document.activeElement && window.kept.isConnected")
    reader.press("Cancel")
