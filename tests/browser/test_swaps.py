"""Parts of pages that are replaced without a full load: the list, posts, the state of a submission."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import faults_here
from tests.browser.reader import IRIS, Reader
from tests.browser.served import Site

SHELF = """
from challenges.loader import slugs
from judge.models import Edition
known = [slug for slug in slugs() if not Edition.objects.filter(slug=slug).exists()][:30]
Edition.objects.bulk_create([Edition(slug=s, version=1, size="small", digest="0" * 64, folder=s) for s in known])
"""
CLEAR = """
from judge.models import Edition
Edition.objects.filter(digest="0" * 64).delete()
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def shelf(site: Site) -> Iterator[None]:
    """Thirty more challenges on the list, of which nobody has minted the data."""
    site.manage("shell", "-v0", "-c", SHELF)
    yield
    site.manage("shell", "-v0", "-c", CLEAR)


def mark(page: Page) -> None:
    """Leave a mark that a full load would wipe out."""
    page.evaluate("window.kept = true")


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("window.kept === true"))


def found(reader: Reader) -> int:
    """Return how many challenges the list says that it shows."""
    return int((reader.page.locator("#found").text_content() or "").split()[0])


def test_filters_replace_the_list_and_going_back_brings_it_back(reader: Reader, shelf: None) -> None:
    reader.open("/")
    mark(reader.page)
    everything = found(reader)
    level, domain = reader.field("Level"), reader.field("Domain")
    level.focus()
    level.select_option("beginner")
    expect(reader.page).to_have_url(re.compile(r"/\?level=beginner$"))
    expect(reader.page.locator(".chip")).to_have_text("Remove: Level: Beginner ×")
    expect(level).to_be_focused()
    beginners = found(reader)
    assert 0 < beginners < everything
    assert faults_here(reader) == []
    expect(domain.locator("option[value=tabular]")).to_have_text(re.compile(r"^Tables \(\d+\)$"))
    domain.select_option("tabular")
    expect(reader.page).to_have_url(re.compile(r"/\?level=beginner&domain=tabular$"))
    expect(reader.page.locator(".chip")).to_have_count(2)

    reader.page.go_back()
    expect(reader.page.locator(".chip")).to_have_count(1)
    expect(domain).to_have_value("")
    assert (reader.path, found(reader)) == ("/?level=beginner", beginners)
    reader.page.go_back()
    expect(reader.page.locator(".chip")).to_have_count(0)
    expect(level).to_have_value("")
    assert (reader.path, found(reader)) == ("/", everything)
    reader.page.go_forward()
    expect(level).to_have_value("beginner")
    assert is_the_same(reader.page)


def test_a_search_follows_what_is_typed_and_never_takes_it_away(reader: Reader, shelf: None) -> None:
    reader.open("/")
    mark(reader.page)
    says = reader.page.locator("#found [role=status]").element_handle()
    words = reader.page.get_by_role("searchbox")
    words.press_sequentially("iri", delay=20)
    expect(reader.page).to_have_url(re.compile(r"/\?q=iri$"))
    words.press_sequentially("s new meadow", delay=20)
    expect(reader.page).to_have_url(re.compile(r"/\?q=iris\+new\+meadow$"))
    expect(words).to_be_focused()
    expect(words).to_have_value("iris new meadow")
    expect(reader.page.locator(".card")).to_have_count(1)
    assert re.match(r"1 of \d+ challenges$", (says.text_content() or "").strip())  # the same line, so that it is heard
    reader.page.locator(".chip").press("Enter")
    expect(words).to_have_value("")
    expect(reader.page.locator("#found")).to_be_focused()
    assert (reader.path, is_the_same(reader.page)) == ("/", True)


def test_an_opened_fold_stays_open_and_a_second_choice_is_not_lost_while_the_first_is_on_its_way(
    reader: Reader, shelf: None
) -> None:
    held: list[Route] = []
    reader.open("/")
    reader.page.route("**/?q=*level=beginner*", lambda route: held.append(route))
    reader.page.get_by_text("More filters").click()
    level = reader.field("Level")
    level.focus()
    level.select_option("beginner")
    while not held:
        reader.page.wait_for_timeout(10)
    level.select_option("expert")
    held[0].continue_()
    expect(reader.page).to_have_url(re.compile(r"/\?level=expert$"))
    expect(level).to_have_value("expert")
    expect(reader.field("Graphics card")).to_be_visible()


def test_another_page_of_the_list_begins_at_its_heading(reader: Reader, shelf: None) -> None:
    reader.open("/")
    mark(reader.page)
    reader.page.locator("a[rel=next]").click()
    expect(reader.page.locator("#found")).to_contain_text("Page 2 of 2")
    expect(reader.page.locator("#found")).to_be_focused()
    expect(reader.page.locator("#found")).to_be_in_viewport()
    assert (reader.path, is_the_same(reader.page)) == ("/?page=2", True)
    reader.page.reload()
    expect(reader.page.locator("#found")).to_contain_text("Page 2 of 2")


def test_without_javascript_the_same_fields_and_links_load_pages(open_browser: Callable[..., Reader]) -> None:
    reader = open_browser(java_script_enabled=False)
    reader.open("/")
    reader.field("Level").select_option("beginner")
    reader.press("Show")
    expect(reader.page.locator(".chip")).to_have_count(1)
    reader.leave(reader.page.locator(".chip"))
    expect(reader.page.locator(".chip")).to_have_count(0)


def test_what_fails_is_shown_the_plain_way(reader: Reader) -> None:
    reader.open("/")
    reader.page.route("**/?*level=beginner*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    reader.field("Level").select_option("beginner")
    expect(reader.page.locator("body")).to_have_text("Bad gateway")
    assert len(reader.complaints) == 3  # two failed loads, and htmx about the first
    reader.complaints.clear()


def test_a_report_keeps_the_place_and_a_half_written_reply(open_browser: Callable[..., Reader]) -> None:
    author, other = open_browser(), open_browser()
    author.sign_up("thread-author")
    author.open(f"{IRIS}discussion/")
    author.field("Title").fill("Which unit?")
    author.field("Text").fill("Is it millimetres?")
    author.press("Post")
    thread = author.path.partition("#")[0]
    other.sign_up("thread-reader")
    other.open(thread)
    mark(other.page)
    other.field("Text").fill("I believe that")
    other.page.locator("summary").filter(has_text="Report").click()
    other.page.get_by_label("What is wrong with it?").fill("off topic")
    other.button("Report").click()
    said = other.page.locator("#messages")
    expect(said).to_contain_text("Thank you. An instructor will look at it.")
    expect(said).to_be_in_viewport()
    expect(other.button("Report")).to_be_focused()
    expect(other.field("Text")).to_have_value("I believe that")
    assert (other.path, is_the_same(other.page)) == (thread, True)


def test_nothing_of_a_page_is_kept_in_the_browsers_stores(reader: Reader, sample: Path) -> None:
    reader.sign_up("private-person")
    reader.hand_in(sample)
    expect(reader.verdict).to_contain_text("no worker")
    reader.open("/")
    reader.field("Level").select_option("beginner")
    expect(reader.page.locator(".chip")).to_have_count(1)
    stores = reader.page.evaluate("[{...localStorage}, {...sessionStorage}]")
    assert stores == [{}, {"htmx-current-path-for-history": "/?level=beginner"}]


def test_the_page_follows_without_any_stream(reader: Reader, site: Site, sample: Path) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=502, body="")

    reader.sign_up("unstreamed")
    reader.page.route("**/events/", refuse)
    reader.excuse(502)
    with site.worker():
        reader.hand_in(sample)
        expect(reader.verdict).to_contain_text("Scored")
    assert refused
    expect(reader.button("Get a certificate")).to_be_visible()


def test_a_hidden_page_asks_nothing_and_catches_up_when_it_is_looked_at(
    reader: Reader, site: Site, sample: Path
) -> None:
    reader.sign_up("elsewhere")
    reader.hand_in(sample)
    expect(reader.verdict).to_contain_text("no worker")

    def look(*, away: bool) -> None:
        reader.page.evaluate(
            """away => {
              Object.defineProperty(document, "hidden", { get: () => away, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            away,
        )

    look(away=True)
    reader.page.wait_for_load_state("networkidle")
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    with site.worker():
        other = reader.context.new_page()
        other.goto(reader.path)
        expect(other.locator(".verdict")).to_contain_text("Scored")
        other.close()
    reader.page.evaluate("htmx.trigger('#live', 'ask')")
    assert asked == []
    expect(reader.verdict).to_contain_text("no worker")
    look(away=False)
    expect(reader.verdict).to_contain_text("Scored")
    expect(reader.page.locator("#live-status")).to_have_text("Scored.")
    assert asked
    assert faults_here(reader) == []


def test_whoever_was_signed_out_meanwhile_is_asked_to_sign_in(reader: Reader, sample: Path) -> None:
    reader.sign_up("expired")
    reader.hand_in(sample)
    expect(reader.verdict).to_contain_text("no worker")
    reader.context.clear_cookies()
    reader.page.evaluate("htmx.trigger('#live', 'ask')")
    expect(reader.page).to_have_url(re.compile(r"/accounts/login/\?next=/submissions/\d+/$"))
    reader.complaints.clear()  # the stream was refused, too
