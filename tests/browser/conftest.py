"""The site as a learner meets it: a real server, a real worker, a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

ROOT = Path(__file__).parents[2]
IRIS = "/challenges/iris-new-meadow/"
PATIENCE_S = 60.0
"""Long, so that a busy machine fails no test; every wait ends as soon as what it waits for is there."""

CHROMIUM = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
)

AXE = (Path(__file__).parent / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
ASK = """
const done = arguments[0];
const told = ({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`;
axe.run(document).then(({ violations, passes }) =>
  done([passes.length, violations.map(({ id, impact, nodes }) => [id, impact, nodes.map(told)])]));
"""
SERIOUS = ("serious", "critical")
"""Impacts of faults that a page may not have."""

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

T = TypeVar("T")


def until(condition: Callable[[], T | None], *, what: str) -> T:
    """Return the first truthy value of a condition; fails by name when it never comes.

    A page that reloads itself may be replaced in the middle of a question: the driver's errors are asked again, too.
    """
    deadline = time.monotonic() + PATIENCE_S
    trouble = ""
    while True:
        try:
            value = condition()
        except WebDriverException as error:
            value, trouble = None, f"; the driver said {error.msg}"
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE_S:.0f} s in vain for {what}{trouble}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Site:
    """A running deployment."""

    address: str
    environment: dict[str, str]
    logs: Path

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Have a worker grade as long as the block lasts."""
        with _running(["manage.py", "worker"], self.environment, self.logs / "worker.log"):
            yield


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A fresh deployment with the iris challenge, served by gunicorn; no worker runs until a test starts one."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    environment = {**own, "JUDGE_DATA_DIR": str(folder / "var"), "JUDGE_SANDBOX": "none"}
    for command in (["migrate", "-v0"], ["mint", "iris-new-meadow"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    serve = ["-m", "gunicorn", "web.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8", "--no-control-socket"]
    site = Site(f"http://127.0.0.1:{port}", environment, folder)
    with _running(serve, environment, folder / "web.log"):
        until(lambda: _answers(site.address), what="the server's first answer")
        yield site


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=30).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def _running(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


class Reader:
    """A person at a browser."""

    def __init__(self, driver: webdriver.Chrome, site: Site, downloads: Path) -> None:
        self.driver = driver
        self.site = site
        self.downloads = downloads

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.site.address)

    def open(self, path: str) -> None:
        self.driver.get(self.site.address + path)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def follow(self, words: str) -> None:
        """Click the link with these words and wait for the next page."""
        self._leave(self.driver.find_element(By.PARTIAL_LINK_TEXT, words))

    def press(self, words: str, within: str = "main") -> None:
        """Press the button with these words and wait for the next page."""
        (button,) = [b for b in self.all(f"{within} button") if b.text == words]
        self._leave(button)

    def click(self, words: str, within: str = "main") -> None:
        """Press the button with these words and stay on the page."""
        (button,) = [b for b in self.all(f"{within} button") if b.text == words]
        button.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.find(f"main [name={name}]").send_keys(value)

    def sign_up(self, name: str) -> None:
        self.open("/accounts/signup/")
        self.fill(username=name, password1="a long enough phrase", password2="a long enough phrase")
        self.press("Sign Up")

    def hand_in(self, file: Path) -> None:
        self.open(f"{IRIS}submit/")
        self.find("input[type=file]").send_keys(str(file))
        self.press("Hand in")

    def download(self, words: str, name: str) -> Path:
        """Click a download link and return the file once it is whole."""
        self.driver.find_element(By.PARTIAL_LINK_TEXT, words).click()
        file = self.downloads / name
        until(lambda: file.exists() and not list(self.downloads.glob("*.crdownload")), what=f"the download of {name}")
        return file

    def wait_for(self, selector: str, words: str) -> None:
        """Wait until an element holds these words, without touching the page."""
        until(lambda: words in self.find(selector).text, what=f"{words!r} in {selector}")

    def faults(self, path: str, scheme: str = "light") -> list[tuple[str, str, str, str]]:
        """Open a page in light or dark and return what axe finds serious on it."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.open(path)
        return [(path, scheme, rule, node) for rule, node in self.faults_here()]

    def faults_here(self) -> list[tuple[str, str]]:
        self.driver.execute_script(AXE)
        passed, violations = self.driver.execute_async_script(ASK)
        assert passed > 5, f"axe looked at nothing on {self.path}"
        return [(rule, node) for rule, impact, nodes in violations if impact in SERIOUS for node in nodes]

    def complaints(self) -> list[str]:
        """Return what the browser's console complains about since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def _leave(self, element: WebElement) -> None:
        page = self.find("html").id
        element.click()
        until(lambda: self.find("html").id != page and self.find("footer"), what="the next page")


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., object]:
    return until


@pytest.fixture
def sample(site: Site) -> Path:
    """An answer that fits."""
    return next(
        Path(site.environment["JUDGE_DATA_DIR"]).glob("editions/iris-new-meadow/*/public/sample_submission.csv")
    )


@pytest.fixture
def open_browser(site: Site, tmp_path: Path) -> Iterator[Callable[..., Reader]]:
    """Open a browser with a fresh profile, with or without JavaScript."""
    drivers: list[webdriver.Chrome] = []

    def make(*, javascript: bool = True) -> Reader:
        profile = tmp_path / f"profile-{len(drivers)}"
        downloads = tmp_path / f"downloads-{len(drivers)}"
        downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*CHROMIUM, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        preferences: dict[str, object] = {"download.default_directory": str(downloads)}
        if not javascript:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        drivers.append(driver)
        return Reader(driver, site, downloads)

    yield make
    for driver in drivers:
        driver.quit()


@pytest.fixture
def reader(open_browser: Callable[..., Reader]) -> Reader:
    return open_browser()


@pytest.fixture
def played(site: Site) -> Callable[[str, str], int]:
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
