"""A person at a browser, who sees the page as Playwright does: by roles, labels and words."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.served import PATIENCE_S, Site

IRIS = "/challenges/iris-new-meadow/"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True}
"""Options of a browser on a small phone."""

QUESTIONS = """performance.getEntriesByType("resource")
  .filter(({ initiatorType }) => ["fetch", "xmlhttprequest"].includes(initiatorType)).length"""

expect.set_options(timeout=PATIENCE_S * 1000)


class Reader:
    """A person at a browser of their own; what its console says is collected, and every word must be excused."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self.complaints: list[str] = []
        self._excused: set[str] = set()
        context.set_default_timeout(PATIENCE_S * 1000)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = context.new_page()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type != "verbose":  # Chromium's advice to whoever writes pages
            self.complaints.append(f"{said.type}: {said.text}")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site.address)

    @property
    def verdict(self) -> Locator:
        return self.page.locator(".verdict")

    @property
    def steps(self) -> Locator:
        """What happened to a submission, without the times."""
        return self.page.locator(".steps li > span:nth-child(2)")

    @property
    def members(self) -> Locator:
        return self.page.locator("tbody td:first-child")

    @property
    def own_row(self) -> Locator:
        """The reader's row among the others of a board; one far down is pinned above them besides."""
        return self.page.locator("tr#me")

    @property
    def width(self) -> int:
        """Width of the page's content, which is the window's unless something sticks out."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    @property
    def questions(self) -> int:
        """How often scripts of the page as it is now have asked the server."""
        return int(self.page.evaluate(QUESTIONS))

    def next_answer(self) -> AbstractContextManager[object]:
        """Have the server answer a script before the block ends."""
        return self.page.expect_response(lambda response: response.request.resource_type in ("fetch", "xhr"))

    def open(self, path: str) -> None:
        self.page.goto(path)

    def link(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=words, exact=True)

    def button(self, words: str) -> Locator:
        return self.page.get_by_role("button", name=words, exact=True)

    def field(self, words: str) -> Locator:
        return self.page.get_by_label(words, exact=True)

    def follow(self, words: str | re.Pattern[str]) -> None:
        """Click a link and be on its page."""
        self.leave(self.link(words))

    def press(self, words: str) -> None:
        """Press a button that leads to another page, and be there."""
        self.leave(self.button(words))

    def leave(self, way: Locator) -> None:
        with self.page.expect_event("load"):
            way.click()

    def sign_up(self, name: str) -> None:
        self.open("/accounts/signup/")
        self.field("Username").fill(name)
        self.field("Password").fill("a long enough phrase")
        self.field("Password (again)").fill("a long enough phrase")
        self.press("Sign Up")
        expect(self.page.locator(".who .me")).to_be_attached()  # the answer to the form is there, and it was welcome

    def hand_in(self, file: Path, challenge: str = IRIS) -> None:
        """Hand in a file that fits, and be on the page of its submission."""
        self.choose(file, challenge)
        self.press("Hand in")

    def choose(self, file: Path, challenge: str = IRIS) -> None:
        self.open(f"{challenge}submit/")
        self.field("File").set_input_files(file)

    def hand_in_rejected(self, file: Path) -> None:
        """Hand in a file that does not fit, and follow its answer to the page of its submission."""
        self.excuse(422)
        self.choose(file)
        self.button("Hand in").click()
        expect(self.page.locator("#answer")).to_contain_text("Rejected")
        self.follow(re.compile(r"^Submission \d+$"))

    def excuse(self, status: int) -> None:
        """Let the console note answers of this status: the browser calls every one of them a failed load."""
        self._excused.add(f"the server responded with a status of {status}")

    @property
    def unexcused(self) -> list[str]:
        return [line for line in self.complaints if not any(words in line for words in self._excused)]
