"""Live status behind a proxy: the site by WSGI, events by ASGI, one address for both."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.reader import Reader
from tests.browser.served import Site, await_answer, running

EVENTS = re.compile(rb"GET /submissions/\d+/events/ ")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def proxy(site_port: int, events_port: int) -> Iterator[int]:
    """Lead requests for events to one port and all others to the other, one request a connection."""
    loop = asyncio.new_event_loop()

    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()

    async def serve(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            head = await source.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            target.close()
            return
        port = events_port if EVENTS.match(head) else site_port
        try:
            answer, question = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            target.close()
            return
        question.write(
            re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        )
        await asyncio.gather(pass_on(source, question), pass_on(answer, target))

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(start(), loop).result()

    async def stop() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def site(site: Site) -> Iterator[Site]:
    """The site at the address of a proxy, with events served as the production set does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = ["-m", "gunicorn", "web.asgi:application", "--worker-class", "asgi", "--bind", f"127.0.0.1:{port}"]
    options = ["--graceful-timeout", "2", "--no-control-socket"]
    with running([*serve, *options], site.environment, site.logs / "events.log"):
        await_answer(f"http://127.0.0.1:{port}/healthz")
        with proxy(int(site.address.rpartition(":")[2]), port) as proxy_port:
            yield dataclasses.replace(site, address=f"http://127.0.0.1:{proxy_port}")


def heard(page: Page, *events: Literal["request", "requestfailed", "requestfinished"]) -> list[Request]:
    """Return a list that grows by every stream of which one of these events tells."""
    found: list[Request] = []
    for event in events:
        page.on(event, lambda request: found.append(request) if request.url.endswith("/events/") else None)
    return found


def test_the_page_hears_of_each_change_and_does_not_ask_in_between(reader: Reader, sample: Path) -> None:
    streams, ended = heard(reader.page, "request"), heard(reader.page, "requestfinished", "requestfailed")
    reader.sign_up("listener")
    with reader.next_answer():
        reader.hand_in(sample)
    expect(reader.verdict).to_contain_text("no worker")
    reader.page.wait_for_timeout(4000)
    quiet = reader.questions
    reader.page.wait_for_timeout(4000)
    assert reader.questions == quiet  # without events it would have asked again
    with reader.site.worker():
        expect(reader.verdict).to_contain_text("Scored")
    expect(reader.page.locator("#live-status")).to_have_text("Scored.")
    assert reader.questions > quiet
    assert len(streams) == 1
    while ended != streams:  # by the server, or by the page, which hears of the end as soon
        reader.page.wait_for_timeout(50)


def test_a_stream_is_for_the_team_alone_and_other_pages_are_not_served_beside_it(reader: Reader, sample: Path) -> None:
    reader.sign_up("owner")
    reader.hand_in(sample)
    address = f"{reader.site.address}{reader.path}events/"
    cookies = {cookie["name"]: cookie["value"] for cookie in reader.context.cookies()}
    with httpx.stream("GET", address, cookies=cookies, trust_env=False, timeout=30) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store, no-transform"
        assert stream.headers["X-Accel-Buffering"] == "no"
        lines = stream.iter_lines()
        assert [next(lines) for _ in range(4)][::2] == ["retry: 2000", "event: change"]
    stranger = httpx.get(address, trust_env=False, timeout=30)
    assert (stranger.status_code, stranger.headers["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_a_hundred_listeners_hold_up_nobody(reader: Reader, sample: Path) -> None:
    reader.sign_up("popular")
    reader.hand_in(sample)
    address = f"{reader.site.address}{reader.path}events/"
    cookies = {cookie["name"]: cookie["value"] for cookie in reader.context.cookies()}

    async def listen(client: httpx.AsyncClient) -> str:
        async with client.stream("GET", address) as stream:
            async for line in stream.aiter_lines():
                if line == "data: done":
                    return line
        return "ended"

    async def all_of_them() -> list[str]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(cookies=cookies, trust_env=False, timeout=60, limits=limits) as client:
            listening = [asyncio.create_task(listen(client)) for _ in range(100)]
            page = await client.get(f"{reader.site.address}/")
            assert page.status_code == 200
            with reader.site.worker():
                return await asyncio.gather(*listening)

    with ThreadPoolExecutor() as pool:  # in this thread Playwright's own loop runs
        assert pool.submit(asyncio.run, all_of_them()).result() == ["data: done"] * 100
