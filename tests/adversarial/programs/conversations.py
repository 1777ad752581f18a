"""Players that try to wear the judge's side of a conversation down."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from sandbox.contract import Limits, Outcome
from sandbox.errors import ConversationEnded, ReplyTimedOut, ReplyTooLong

REPLY_S = 5.0
PATIENT = Limits(wall_s=20.0, line_bytes=1000, log_bytes=2000)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One player: what it is told, what is heard of it, and how it ends."""

    name: str
    tries: str
    must: str
    program: str
    dialogue: tuple[tuple[bytes, bytes | type[Exception]], ...]
    """What the judge says, and the line or the exception that follows."""
    ends: frozenset[Outcome]
    limits: Limits = PATIENT
    reply_s: float = REPLY_S

    def source(self) -> str:
        return "import os, sys, time\n" + dedent(self.program)


FINISHED = frozenset({Outcome.FINISHED})

TALKS: tuple[Talk, ...] = (
    Talk(
        name="answers_in_one_endless_line",
        tries="to fill our memory with a reply that never ends",
        must="the reply is refused at its cap",
        program="while True: sys.stdout.write('x' * 65536)",
        dialogue=((b"move", ReplyTooLong),),
        ends=FINISHED,
    ),
    Talk(
        name="thinks_for_ever",
        tries="to keep its opponent and the judge waiting",
        must="each reply has its own deadline, on our clock",
        program="input(); time.sleep(1000)",
        dialogue=((b"move", ReplyTimedOut),),
        ends=FINISHED,
        reply_s=0.3,
    ),
    Talk(
        name="does_not_listen",
        tries="to block the judge in the middle of a sentence, by never reading",
        must="the wall clock frees the judge",
        program="time.sleep(1000)",
        dialogue=((b"x" * (8 << 20), ConversationEnded),),
        ends=frozenset({Outcome.TIMED_OUT}),
        limits=Limits(wall_s=1.0),
    ),
    Talk(
        name="leaves_in_the_middle",
        tries="to be gone when it is losing, half a word spoken",
        must="the conversation is over, and half a line is no reply",
        program="input(); print('e2e4'); input(); print('half', end=''); sys.stdout.flush(); os._exit(0)",
        dialogue=((b"move", b"e2e4"), (b"move", ConversationEnded)),
        ends=FINISHED,
    ),
    Talk(
        name="sends_a_child_in_its_place",
        tries="to leave a child behind that goes on talking after the player's end",
        must="with the player all its processes end",
        program="""
        input()
        if os.fork() == 0:  # not before: it would compete with its parent for the line
            os.setsid()
            for line in sys.stdin: print("from beyond")
            time.sleep(1000)
        print("here"); sys.stdout.flush(); time.sleep(0.2); os._exit(0)
        """,
        dialogue=((b"move", b"here"),),
        ends=FINISHED,
    ),
    Talk(
        name="speaks_as_the_guest_and_the_referee",
        tries="to be taken for the guest, and to declare itself the winner",
        must="these are lines like any other",
        program="input(); print('judge-guest 1 ready'); input(); print('{\"winner\": 0, \"score\": 1.0}')",
        dialogue=((b"move", b"judge-guest 1 ready"), (b"move", b'{"winner": 0, "score": 1.0}')),
        ends=FINISHED,
    ),
    Talk(
        name="talks_without_being_asked",
        tries="to fill our memory with moves ahead of time",
        must="it waits when a little has been read ahead",
        program="while True: print('x' * 900)",
        dialogue=((b"move", b"x" * 900),) * 3,
        ends=FINISHED,
    ),
    Talk(
        name="complains_while_it_talks",
        tries="to fill our memory with standard error in a conversation",
        must="the last bytes are kept, and its replies are heard",
        program="""
        import threading
        def complain():
            while True: os.write(2, b"no " * 10_000)
        threading.Thread(target=complain, daemon=True).start()
        for line in sys.stdin: print(line.strip().upper())
        """,
        dialogue=((b"move", b"MOVE"), (b"again", b"AGAIN")),
        ends=FINISHED,
    ),
    Talk(
        name="closes_its_mouth",
        tries="to close its streams and to live on unseen",
        must="it is over within the wall clock",
        program="input(); print('here'); sys.stdout.flush(); os.close(1); os.close(2); os.close(0); time.sleep(1000)",
        dialogue=((b"move", b"here"), (b"move", ConversationEnded)),
        ends=frozenset({Outcome.FINISHED, Outcome.TIMED_OUT}),
        limits=Limits(wall_s=2.0),
    ),
)
