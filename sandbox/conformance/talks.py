"""Conversations over standard input and output."""

from __future__ import annotations

import time

from sandbox.conformance.bench import Bench, BrokenPromise, expect, raises, same
from sandbox.contract import Conversation, Limits, Outcome
from sandbox.errors import ConversationEnded, ReplyTimedOut, ReplyTooLong


def conversations_carry_lines(bench: Bench) -> None:
    """A thousand lines go over and come back, with bytes that are no text; standard error is in the result."""
    program = """
    import sys
    print("begun", file=sys.stderr)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(line[::-1][1:] + b"\\n"); sys.stdout.buffer.flush()
    """
    with bench.converse(program) as conversation:
        for number in range(1000):
            conversation.send(b"\xff\x00%d" % number)
            same(conversation.receive(10.0), (b"\xff\x00%d" % number)[::-1])
    result = conversation.close()
    expect(result, Outcome.FINISHED, warned="begun")


def long_lines_cross_both_ways(bench: Bench) -> None:
    """Lines far longer than a pipe's buffer neither block nor break."""
    program = "import sys\nfor line in sys.stdin:\n    print(line[:-1] * 2)"
    with bench.converse(program) as conversation:
        conversation.send(b"x" * 3_000_000)
        same(len(conversation.receive(20.0)), 6_000_000)


def silence_is_timed_out(bench: Bench) -> None:
    """A program that says nothing costs one deadline, and the conversation can go on."""
    program = "import time\ninput()\ntime.sleep(1)\nprint('late')\ntime.sleep(100)"
    with bench.converse(program) as conversation:
        conversation.send(b"go")
        began = time.monotonic()
        raises(ReplyTimedOut, lambda: conversation.receive(0.2))
        if time.monotonic() - began > 0.9:
            raise BrokenPromise(f"the deadline of 0.2 s took {time.monotonic() - began:.1f} s")
        same(conversation.receive(10.0), b"late")
    expect(conversation.close(), Outcome.FINISHED)


def a_line_too_long_is_refused(bench: Bench) -> None:
    """An endless line ends in ReplyTooLong and not in our memory."""
    program = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with bench.converse(program, limits=Limits(wall_s=30.0, line_bytes=100_000)) as conversation:
        raises(ReplyTooLong, lambda: conversation.receive(10.0))


def an_early_end_is_told(bench: Bench) -> None:
    """What was said before the end is still heard; then the conversation has ended and the exception is known."""
    program = "print('first')\nprint('half a line', end='')\nraise KeyError('lost')"
    with bench.converse(program) as conversation:
        same(conversation.receive(10.0), b"first")
        raises(ConversationEnded, lambda: conversation.receive(10.0))
        raises(ConversationEnded, lambda: _send_for_ever(conversation))
    result = conversation.close()
    expect(result, Outcome.CRASHED, warned="KeyError")
    same(result.error and (result.error.type, result.error.line), ("KeyError", 3))


def a_conversation_has_a_wall_clock(bench: Bench) -> None:
    """The limit for the whole run holds in a conversation too, and its result says so."""
    with bench.converse("import time\ntime.sleep(1000)", limits=Limits(wall_s=1.0)) as conversation:
        raises(ConversationEnded, lambda: conversation.receive(30.0))
    expect(conversation.close(), Outcome.TIMED_OUT)


def conversations_run_side_by_side(bench: Bench) -> None:
    """Two conversations at once do not hear each other."""
    program = "import sys\nname = input()\nfor line in sys.stdin: print(name + line.strip())"
    with bench.converse(program) as one, bench.converse(program) as two:
        one.send(b"one ")
        two.send(b"two ")
        for number in (b"1", b"2", b"3"):
            two.send(number)
            one.send(number)
        heard = [conversation.receive(10.0) for conversation in (one, two) for _ in range(3)]
    same(heard, [b"one 1", b"one 2", b"one 3", b"two 1", b"two 2", b"two 3"])


def _send_for_ever(conversation: Conversation) -> None:
    for _ in range(1000):
        conversation.send(b"x" * 10_000)
