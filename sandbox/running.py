"""One run or conversation, from the starting gun to the result; the same for every backend.

box ready ──job──> learner's program ──┬─ run():      read until it ends
                                       └─ converse(): Running itself is the Conversation
watchdog beside it; at the end: kill, wait, hand back, result
"""

from __future__ import annotations

import select
import time
from typing import Self

from sandbox import ending, outputs
from sandbox.box import Box, Chunk, Exit, Stream
from sandbox.contract import Gpu, Outcome, RunResult, RunSpec, Stage, Usage
from sandbox.errors import ConversationEnded, ReplyTimedOut, ReplyTooLong, SandboxUnavailable
from sandbox.guest.protocol import READY, REPORT_BYTES, REPORT_NAME, Job
from sandbox.progress import Progress
from sandbox.streams import Tail
from sandbox.watchdog import Watchdog

START_S = 60.0
"""How long a guest may take to come up on a loaded machine; outside the learner's limits."""
GRACE_S = 2.0
"""How long after the end of its output a program may take to exit by itself."""
FLOOD_BYTES = 16 << 20
FLOOD_PAUSE_S = 0.02
"""Past so much printing it is read slowly, so that a print loop spends its own time and not the judge's processor."""
KEPT_LINES_BYTES = 1 << 20
"""Beyond a line this much is read ahead in a conversation; then the program waits until it is read."""


class Running:
    """A program in a box. As a Conversation it is used from one thread."""

    def __init__(self, box: Box, spec: RunSpec, job: Job, *, notes: tuple[str, ...] = ()) -> None:
        self._notes = notes
        self._box = box
        self._spec = spec
        self._job = job
        self._tails = {stream: Tail(spec.limits.log_bytes) for stream in Stream}
        self._inbox = bytearray()
        self._read_ahead_bytes = spec.limits.line_bytes + KEPT_LINES_BYTES if job.talks else 0
        self._printed_bytes = 0
        self._progress = Progress()
        self._result: RunResult | None = None
        self._watchdog = Watchdog(box, spec.limits, spec.cancelled)
        try:
            self._start()
        except BaseException:
            box.kill()
            box.close()
            raise

    def to_the_end(self) -> RunResult:
        """Read until the program ends by itself or by the watchdog."""
        try:
            while self._box.wire.readable():
                self._pump(1.0)
            return self._finish(killed_by_us=False)
        finally:
            self._clean()

    def send(self, line: bytes) -> None:
        if b"\n" in line:
            raise ValueError("a line of a conversation holds no newline")
        rest = memoryview(line + b"\n")
        while rest:
            self._check_alive()
            try:
                rest = rest[self._box.wire.write(rest) :]
            except (BrokenPipeError, ConnectionError):
                raise ConversationEnded("the program no longer reads its standard input") from None
            if rest:
                self._pump(1.0, writing=True)

    def receive(self, timeout_s: float) -> bytes:
        deadline = time.monotonic() + timeout_s
        searched = 0
        while True:
            end = self._inbox.find(b"\n", searched)
            if end > self._spec.limits.line_bytes or (end < 0 and len(self._inbox) > self._spec.limits.line_bytes):
                raise ReplyTooLong(f"a reply was longer than {self._spec.limits.line_bytes} bytes")
            if end >= 0:
                line = bytes(self._inbox[:end])
                del self._inbox[: end + 1]
                return line
            searched = len(self._inbox)
            self._check_alive()
            left = deadline - time.monotonic()
            if left <= 0:
                raise ReplyTimedOut(f"no reply within {timeout_s:g} seconds")
            self._pump(left)

    def close(self) -> RunResult:
        if self._result is None:
            try:
                self._pump(0)
                ended = not self._box.wire.readable()
                self._box.wire.close_input()
                self._result = self._finish(killed_by_us=not ended)
            finally:
                self._clean()
        return self._result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _start(self) -> None:
        self._await_ready()
        self._box.opened()
        self._spec.on_stage(Stage.RUNNING)
        line = memoryview(self._job.to_line())
        self._watchdog.start()
        while line:
            try:
                line = line[self._box.wire.write(line) :]
            except (BrokenPipeError, ConnectionError) as error:
                raise SandboxUnavailable("the guest went away before it had its job") from error
        if not self._job.talks:
            self._box.wire.close_input()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        said = bytearray()
        while len(said) < len(READY):
            left = deadline - time.monotonic()
            if left <= 0 or not self._box.wire.readable():
                raise SandboxUnavailable(f"the guest did not start: {self._start_trouble(bytes(said))}")
            for chunk in self._arrivals(left):
                if chunk.stream is Stream.OUT:
                    said += chunk.data
                else:
                    self._tails[Stream.ERR].feed(chunk.data)
        if said != READY:
            raise SandboxUnavailable("the guest speaks another version of the protocol; build the image again")

    def _start_trouble(self, said: bytes) -> str:
        heard = said.decode(errors="replace") + self._tails[Stream.ERR].text()
        return heard.strip()[-500:] or "it said nothing"

    def _arrivals(self, timeout_s: float, *, writing: bool = False) -> list[Chunk]:
        wire = self._box.wire
        stdin = wire.writable() if writing else None
        poll = select.poll()
        for descriptor in wire.readable():
            poll.register(descriptor, select.POLLIN)
        if stdin is not None:
            # Docker has one socket for both directions.
            both = select.POLLIN | select.POLLOUT if stdin in wire.readable() else select.POLLOUT
            poll.register(stdin, both)
        ready = {descriptor for descriptor, _ in poll.poll(max(timeout_s, 0) * 1000)}
        return [chunk for descriptor in wire.readable() if descriptor in ready for chunk in wire.read(descriptor)]

    def _pump(self, timeout_s: float, *, writing: bool = False) -> None:
        """Take in what the program says; never for longer than the timeout."""
        if self._job.talks and len(self._inbox) > self._read_ahead_bytes:
            # It talks without being asked. Leave it waiting, as a full pipe would.
            time.sleep(min(timeout_s, 0.01))
            return
        for chunk in self._arrivals(timeout_s, writing=writing):
            self._tails[chunk.stream].feed(chunk.data)
            self._printed_bytes += len(chunk.data)
            if chunk.stream is Stream.OUT and self._job.talks:
                self._inbox += chunk.data
            elif self._printed_bytes > FLOOD_BYTES:
                time.sleep(FLOOD_PAUSE_S)
            elif chunk.stream is Stream.OUT:
                percent = self._progress.feed(chunk.data)
                if percent is not None:
                    self._spec.on_progress(percent)

    def _check_alive(self) -> None:
        if self._result is not None:
            raise ConversationEnded("the conversation is closed")
        if self._watchdog.breach is not None:
            raise ConversationEnded(self._watchdog.breach.note)
        if not self._box.wire.readable():
            raise ConversationEnded("the program ended")

    def _finish(self, *, killed_by_us: bool) -> RunResult:
        if killed_by_us:
            self._watchdog.stop()
            self._box.kill()
        exit = self._box.wait()
        wall_s = time.monotonic() - self._watchdog.started_at
        self._watchdog.stop()
        if self._watchdog.failure is not None:
            raise SandboxUnavailable("the limits could not be watched") from self._watchdog.failure
        self._watchdog.take()
        self._drain()
        if killed_by_us and self._watchdog.breach is None:
            exit = Exit(code=0, out_of_memory=exit.out_of_memory)
        return self._tell(exit, self._watchdog.used(wall_s=wall_s))

    def _drain(self) -> None:
        """Read what was still on its way when the last process died."""
        deadline = time.monotonic() + GRACE_S
        while self._box.wire.readable() and time.monotonic() < deadline:
            for chunk in self._arrivals(0.1):
                self._tails[chunk.stream].feed(chunk.data)

    def _tell(self, exit: Exit, usage: Usage) -> RunResult:
        limits = self._spec.limits
        report = ending.read_report(outputs.read_capped(self._box.report_folder(), REPORT_NAME, REPORT_BYTES))
        end = ending.judge_ending(
            exit,
            breach=self._watchdog.breach,
            report=report,
            output_full=self._box.output_is_full(),
            limits=limits,
        )
        files: dict[str, bytes] = {}
        if end.outcome is Outcome.FINISHED:
            back = outputs.collect(self._box.output_folder(), wanted=self._spec.wanted_outputs, limits=limits)
            end = ending.with_outputs(end, back)
            files = back.files
        failed = end.outcome in (
            Outcome.CRASHED,
            Outcome.BANNED_IMPORT,
            Outcome.OUT_OF_MEMORY,
            Outcome.OUTPUT_TOO_LARGE,
        )
        return RunResult(
            outcome=end.outcome,
            usage=usage,
            exit_code=exit.code,
            stdout_tail=self._tails[Stream.OUT].text(),
            stderr_tail=self._tails[Stream.ERR].text(),
            error=report.error if report is not None and failed and exit.code != 0 else None,
            outputs=files,
            notes=(*self._notes, *end.notes),
            image_digest=self._box.image_digest,
        )

    def _clean(self) -> None:
        self._watchdog.stop()
        self._box.kill()
        self._box.close()


def without_gpu(spec: RunSpec) -> tuple[str, ...]:
    """Return what a learner is told whose program would have had a GPU elsewhere."""
    if spec.limits.gpu is Gpu.NONE:
        return ()
    return ("this worker has no GPU: the program ran on processors",)
