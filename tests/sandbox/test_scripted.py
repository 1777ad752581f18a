from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.contract import Outcome, RunResult, RunSpec, Usage
from sandbox.errors import ConversationEnded, ReplyTimedOut, SandboxUnavailable
from sandbox.scripted import ScriptedSandbox

SPEC = RunSpec(work=Path("/nowhere"), entry="main.py")


def test_results_come_in_their_order_and_failures_of_ours_are_raised() -> None:
    crashed = RunResult(outcome=Outcome.CRASHED, usage=Usage(wall_s=1.0))
    sandbox = ScriptedSandbox(results=[crashed, SandboxUnavailable("gone")])
    assert sandbox.run(SPEC) is crashed
    with pytest.raises(SandboxUnavailable):
        sandbox.run(SPEC)
    assert sandbox.specs == [SPEC, SPEC]


def test_a_conversation_says_its_lines() -> None:
    sandbox = ScriptedSandbox(replies=[[b"one", ReplyTimedOut("late"), b"two"]])
    with sandbox.converse(SPEC) as conversation:
        conversation.send(b"hello")
        assert conversation.receive(1) == b"one"
        with pytest.raises(ReplyTimedOut):
            conversation.receive(1)
        assert conversation.receive(1) == b"two"
        with pytest.raises(ConversationEnded):
            conversation.receive(1)
    assert sandbox.sent == [b"hello"]
    assert conversation.close().outcome is Outcome.FINISHED
