"""Live status behind a proxy: the site by WSGI, events by ASGI, one address for both."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
EVENTS = re.compile(rb"GET /submissions/\d+/events/ ")
ASKED = """return performance.getEntriesByType('resource').filter(e => e.initiatorType === 'xmlhttprequest').length"""

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


@contextmanager
def events_server(site: Any) -> Iterator[int]:
    """Serve events as the production set does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--worker-class",
        "asgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--graceful-timeout",
        "2",
        "--no-control-socket",
    ]
    with (site.logs / "events.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "web.asgi:application", *options],
            cwd=ROOT,
            env=site.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=10, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def site(site: Any, until: Any) -> Iterator[Any]:
    """The site at the address of a proxy."""
    with events_server(site) as events_port, proxy(int(site.address.rpartition(":")[2]), events_port) as port:
        until(lambda: is_up(events_port), what="the events server")
        yield dataclasses.replace(site, address=f"http://127.0.0.1:{port}")


def test_the_page_hears_of_each_change_and_does_not_ask_in_between(reader: Any, sample: Path, until: Any) -> None:
    reader.sign_up("listener")
    reader.hand_in(sample)
    reader.wait_for(".verdict", "no worker")
    streams = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/events/')).length"
    until(lambda: reader.driver.execute_script(f"{ASKED} > 0"), what="the first question")
    reader.driver.execute_async_script("setTimeout(arguments[0], 4000)")
    quiet = reader.driver.execute_script(ASKED)
    reader.driver.execute_async_script("setTimeout(arguments[0], 4000)")
    assert reader.driver.execute_script(ASKED) == quiet  # without events it would have asked again
    with reader.site.worker():
        reader.wait_for(".verdict", "Scored")
    assert reader.find("#live-status").get_attribute("textContent") == "Scored."
    assert reader.driver.execute_script(ASKED) > quiet
    until(lambda: reader.driver.execute_script(streams) == 1, what="the end of the stream")
    assert reader.complaints() == []


def test_a_stream_is_for_the_team_alone_and_other_pages_are_not_served_beside_it(reader: Any, sample: Path) -> None:
    reader.sign_up("owner")
    reader.hand_in(sample)
    address = f"{reader.site.address}{reader.path}events/"
    cookies = {cookie["name"]: cookie["value"] for cookie in reader.driver.get_cookies()}
    with httpx.stream("GET", address, cookies=cookies, trust_env=False, timeout=30) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store, no-transform"
        assert stream.headers["X-Accel-Buffering"] == "no"
        lines = stream.iter_lines()
        assert [next(lines) for _ in range(4)][::2] == ["retry: 2000", "event: change"]
    stranger = httpx.get(address, trust_env=False, timeout=30)
    assert (stranger.status_code, stranger.headers["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_a_hundred_listeners_hold_up_nobody(reader: Any, sample: Path) -> None:
    reader.sign_up("popular")
    reader.hand_in(sample)
    address = f"{reader.site.address}{reader.path}events/"
    cookies = {cookie["name"]: cookie["value"] for cookie in reader.driver.get_cookies()}

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

    assert asyncio.run(all_of_them()) == ["data: done"] * 100
