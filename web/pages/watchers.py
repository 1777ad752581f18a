"""All who watch a submission in this process: one reader looks at the database for them together.

A watcher is a coroutine and costs neither a thread nor a connection to the database; the reader looks twice a second
while anybody watches, in a thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import Error, close_old_connections, connections

log = logging.getLogger(__name__)

Read = Callable[[Collection[int]], Mapping[int, str]]
EVERY_S = 0.5


class Watchers:
    """Tells each of them when the stamp of its submission is another one."""

    def __init__(self, read: Read, *, every_s: float = EVERY_S) -> None:
        self._read = read
        self._every_s = every_s
        self._watched: Counter[int] = Counter()
        self._stamps: Mapping[int, str] = {}
        self._looked = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watchers")

    @property
    def watched(self) -> Collection[int]:
        return list(self._watched)

    @contextmanager
    def watching(self, number: int) -> Iterator[None]:
        """Look at this submission too, as long as the block lasts."""
        self._watched[number] += 1
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._look_again_and_again())
        try:
            yield
        finally:
            self._watched[number] -= 1
            if not self._watched[number]:
                del self._watched[number]

    async def next_stamp(self, number: int, *, after: str | None, patience_s: float) -> str | None:
        """Return the stamp as soon as it differs from the last one; None when nothing changes for so long."""
        try:
            async with asyncio.timeout(patience_s), self._looked:
                await self._looked.wait_for(lambda: self._stamps.get(number, after) != after)
                return self._stamps[number]
        except TimeoutError:
            return None

    async def _look_again_and_again(self) -> None:
        loop = asyncio.get_running_loop()
        while self._watched:
            try:
                self._stamps = await loop.run_in_executor(self._thread, self._look, list(self._watched))
            except Error as error:
                log.warning("the database did not answer the watchers (%s); they wait", error)
            async with self._looked:
                self._looked.notify_all()
            await asyncio.sleep(self._every_s)
            if not self._watched:  # asked once more by the loop: somebody may come while the connection is closed
                self._stamps = {}
                await loop.run_in_executor(self._thread, connections.close_all)

    def _look(self, numbers: list[int]) -> Mapping[int, str]:
        close_old_connections()
        return self._read(numbers)
