"""Plays prepared parts, for tests and demonstrations: results for runs, lines for conversations. Runs nothing.

    ScriptedSandbox(results=[RunResult(...)], replies=[[b"line one", ReplyTimedOut("...")]])

Each run takes the next result and each conversation the next list of replies; an exception in the list is raised
where its line would have come. What was asked is kept in `specs` and `sent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from sandbox.contract import Conversation, Outcome, Probe, RunResult, RunSpec, Usage
from sandbox.errors import ConversationEnded, ConversationError, SandboxError

Reply = bytes | ConversationError


class ScriptedSandbox:
    """A backend whose programs have already been written down."""

    name = "scripted"
    has_gpu = False

    def __init__(
        self, *, results: Iterable[RunResult | SandboxError] = (), replies: Iterable[Sequence[Reply]] = ()
    ) -> None:
        self._results = list(results)
        self._replies = [list(part) for part in replies]
        self.specs: list[RunSpec] = []
        self.sent: list[bytes] = []

    def probe(self) -> Probe:
        return Probe(backend=self.name, usable=True, refusals=("everything",))

    def run(self, spec: RunSpec) -> RunResult:
        self.specs.append(spec)
        result = self._results.pop(0)
        if isinstance(result, SandboxError):
            raise result
        return result

    def converse(self, spec: RunSpec) -> Conversation:
        self.specs.append(spec)
        result = self._results.pop(0) if self._results else RunResult(outcome=Outcome.FINISHED, usage=Usage(wall_s=0.0))
        if isinstance(result, SandboxError):
            raise result
        return ScriptedConversation(self._replies.pop(0), result, self.sent)

    def sweep(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is started ahead."""


class ScriptedConversation:
    """Says its lines whatever it is told."""

    def __init__(self, replies: list[Reply], result: RunResult, sent: list[bytes]) -> None:
        self._replies = replies
        self._result = result
        self._sent = sent
        self._closed = False

    def send(self, line: bytes) -> None:
        if self._closed:
            raise ConversationEnded("the conversation is closed")
        self._sent.append(line)

    def receive(self, timeout_s: float) -> bytes:
        if self._closed or not self._replies:
            raise ConversationEnded("the program ended")
        reply = self._replies.pop(0)
        if isinstance(reply, ConversationError):
            raise reply
        return reply

    def close(self) -> RunResult:
        self._closed = True
        return self._result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
