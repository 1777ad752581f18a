"""Events of a submission: who may hear them, when they come, and what a watcher costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from judge import watching
from judge.models import Submission
from web.pages import events
from web.pages.watchers import Watchers

Browse = Callable[..., Any]


class Table:
    """What the reader reads: a stamp for each submission, set by the test."""

    def __init__(self, **stamps: str) -> None:
        self.stamps = {int(name.removeprefix("s")): stamp for name, stamp in stamps.items()}
        self.looks: list[Collection[int]] = []
        self.fails = 0

    def __call__(self, numbers: Collection[int]) -> Mapping[int, str]:
        self.looks.append(list(numbers))
        if self.fails:
            self.fails -= 1
            raise OperationalError("away")
        return {number: self.stamps[number] for number in numbers}

    def watchers(self) -> Watchers:
        return Watchers(self, every_s=0.001)


async def heard(watchers: Watchers, number: int, on: Callable[[str], None] = lambda text: None) -> list[str]:
    said = []
    async for text in events.stream(number, watchers):
        said.append(text)
        on(text)
    return said


def glances(browser: Any, address: str, last: str = "") -> tuple[str, str, str]:
    """Ask once under WSGI; return how long the browser shall wait, the id, and the rest."""
    response = browser.client.get(address, headers={"Last-Event-ID": last})
    assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
    retry, number, rest = response.content.decode().split("\n", 2)
    return retry.removeprefix("retry: "), number.removeprefix("id: "), rest


def test_under_wsgi_no_thread_is_held_and_the_browser_comes_again_ever_more_seldom(
    browse: Browse, ada: User, hand_in: Callable[..., Submission]
) -> None:
    browser, address = browse(ada), f"/submissions/{hand_in(ada).pk}/events/"
    retry, number, rest = glances(browser, address)
    stamp = number.removesuffix(".0")
    assert (retry, rest) == ("500", f"event: change\ndata: {stamp}\n\n")
    waits_ms = []
    for _ in range(10):
        retry, number, rest = glances(browser, address, number)
        assert rest == "\n"  # an id alone is no event
        waits_ms.append(int(retry))
    assert waits_ms == [650, 845, 1098, 1428, 1856, 2413, 3137, 4079, 5000, 5000]
    assert number == f"{stamp}.10"


def test_under_wsgi_a_change_is_said_at_once_and_the_end_until_it_was_heard(
    browse: Browse, ada: User, hand_in: Callable[..., Submission]
) -> None:
    submission = hand_in(ada)
    browser, address = browse(ada), f"/submissions/{submission.pk}/events/"
    _, number, _ = glances(browser, address)
    assert browser.post(f"/submissions/{submission.pk}/cancel/").status == 200
    assert glances(browser, address, number) == ("500", "done.0", "event: change\ndata: done\n\n")
    assert glances(browser, address, "done.0") == ("500", "done.0", "event: change\ndata: done\n\n")


@pytest.mark.parametrize("last", ["", "x", ".", "1.1", "a.-1", f"{'9' * 400}.9"])
def test_under_wsgi_an_id_that_is_not_ours_is_a_first_look(
    browse: Browse, ada: User, hand_in: Callable[..., Submission], last: str
) -> None:
    retry, _, rest = glances(browse(ada), f"/submissions/{hand_in(ada).pk}/events/", last)
    assert (retry, rest[:13]) == ("500", "event: change")


def test_under_wsgi_a_count_that_is_none_starts_again(
    browse: Browse, ada: User, hand_in: Callable[..., Submission]
) -> None:
    browser, address = browse(ada), f"/submissions/{hand_in(ada).pk}/events/"
    stamp = glances(browser, address)[1].removesuffix(".0")
    for looks in ("-1", "999", "many"):
        assert glances(browser, address, f"{stamp}.{looks}")[1] == f"{stamp}.0"


def test_a_look_under_wsgi_costs_few_queries(
    browse: Browse, ada: User, hand_in: Callable[..., Submission], django_assert_max_num_queries: Any
) -> None:
    browser, address = browse(ada), f"/submissions/{hand_in(ada).pk}/events/"
    with django_assert_max_num_queries(7):  # session, user, submission; state, steps, queue, workers
        glances(browser, address)


def test_strangers_hear_nothing(browse: Browse, ada: User, bob: User, hand_in: Callable[..., Submission]) -> None:
    address = f"/submissions/{hand_in(ada).pk}/events/"
    assert browse(bob).raw(address).status_code == 404
    assert browse().raw(address)["Location"].startswith("/accounts/login/")


def test_only_a_submission_that_is_not_done_has_events(
    browse: Browse, ada: User, hand_in: Callable[..., Submission], scored: Callable[..., Submission]
) -> None:
    waiting = hand_in(ada)
    page = browse(ada).get(f"/submissions/{waiting.pk}/")
    assert page.all("div", id="live")[0]["data-events"] == f"/submissions/{waiting.pk}/events/"
    assert "data-events" not in browse(ada).get(f"/submissions/{scored(ada, 0.9).pk}/").all("div", id="live")[0]


def test_a_stream_says_each_change_once_and_ends_when_it_is_done() -> None:
    table = Table(s1="a")

    def move_on(text: str) -> None:
        table.stamps[1] = {"data: a": "b", "data: b": watching.DONE}.get(text.strip().rpartition("\n")[2], "a")

    said = asyncio.run(heard(table.watchers(), 1, move_on))
    assert said == [
        "retry: 2000\n\n",
        "event: change\ndata: a\n\n",
        "event: change\ndata: b\n\n",
        "event: change\ndata: done\n\n",
    ]


def test_one_look_serves_all_who_watch() -> None:
    table = Table(s1=watching.DONE, s2=watching.DONE)

    async def many() -> list[list[str]]:
        watchers = table.watchers()
        return await asyncio.gather(*(heard(watchers, number) for number in [1, 2] * 100))

    assert all(said[-1] == "event: change\ndata: done\n\n" for said in asyncio.run(many()))
    assert sorted(table.looks[0]) == [1, 2]
    assert len(table.looks) < 10


def test_nobody_looks_when_nobody_watches_and_somebody_does_again_later() -> None:
    table = Table(s1="a")

    async def come_and_go() -> tuple[int, int, Collection[int]]:
        watchers = table.watchers()
        with watchers.watching(1):
            assert await watchers.next_stamp(1, after=None, patience_s=5) == "a"
        reader = watchers._reader
        assert reader is not None
        await reader
        looks = len(table.looks)
        with watchers.watching(1):
            assert await watchers.next_stamp(1, after=None, patience_s=5) == "a"
        return looks, len(table.looks), watchers.watched

    before, after, watched = asyncio.run(come_and_go())
    assert 0 < before < after
    assert watched == []


def test_a_listener_who_leaves_is_forgotten() -> None:
    table = Table(s1="a")

    async def leave() -> Collection[int]:
        watchers = table.watchers()
        listening = asyncio.create_task(heard(watchers, 1))
        while not table.looks:
            await asyncio.sleep(0)
        assert list(watchers.watched) == [1]
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        return watchers.watched

    assert asyncio.run(leave()) == []


def test_a_quiet_stream_still_says_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.01)
    table = Table(s1="a")

    def end(text: str) -> None:
        if text.startswith(":"):
            table.stamps[1] = watching.DONE

    assert ": nothing new\n\n" in asyncio.run(heard(table.watchers(), 1, end))


def test_a_stream_ends_after_a_while_so_that_the_browser_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LONGEST_S", 0.0)
    assert asyncio.run(heard(Table(s1="a").watchers(), 1)) == ["retry: 2000\n\n"]


def test_watchers_wait_while_the_database_is_away(caplog: pytest.LogCaptureFixture) -> None:
    table = Table(s1=watching.DONE)
    table.fails = 2
    assert asyncio.run(heard(table.watchers(), 1))[-1] == "event: change\ndata: done\n\n"
    assert "the database did not answer the watchers (away)" in caplog.text
