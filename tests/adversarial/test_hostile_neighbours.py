"""Hostile programs at the other end of a conversation, and beside an honest program."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from sandbox.contract import Limits, Outcome, RunSpec, Sandbox
from tests.adversarial.programs.conversations import TALKS, Talk
from tests.adversarial.programs.neighbours import HOARDERS, Hoarder
from tests.adversarial.trial import honest_complaints

NEEDY = """
import os, signal, socket, subprocess, tempfile, threading
for _ in range(16):
    ends = os.pipe(); os.write(ends[1], bytes(4096)); assert len(os.read(ends[0], 4096)) == 4096
    socket.socketpair()
rung = []
signal.signal(signal.SIGALRM, lambda *_: rung.append(1)); signal.setitimer(signal.ITIMER_REAL, 0.05)
while not rung: signal.pause()
threads = [threading.Thread(target=sum, args=([1],)) for _ in range(8)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
assert subprocess.run(["sh", "-c", "exit 7"]).returncode == 7
with tempfile.TemporaryFile() as file: file.write(bytes(1 << 20))
print("served")
"""
SERVED_WITHIN_S = 10.0
GROWTH_MB = 32.0


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_a_hostile_player_is_heard_to_its_limits_and_the_next_honest_program_is_served(
    sandbox: Sandbox, talk: Talk, tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(talk.source())
    before_mb, began = _resident_mb(), time.monotonic()
    with sandbox.converse(RunSpec(work=tmp_path, entry="main.py", limits=talk.limits)) as conversation:
        for said, heard in talk.dialogue:
            if isinstance(heard, bytes):
                conversation.send(said)
                assert conversation.receive(talk.reply_s) == heard, f"It tries {talk.tries}; {talk.must}."
            else:
                with pytest.raises(heard):
                    conversation.send(said)
                    conversation.receive(talk.reply_s)
    result = conversation.close()
    assert result.outcome in talk.ends, f"It tries {talk.tries}; {talk.must}: {result}"
    assert len(result.stderr_tail.encode()) <= talk.limits.log_bytes + 200
    assert time.monotonic() - began < SERVED_WITHIN_S
    assert _resident_mb() - before_mb < GROWTH_MB
    assert honest_complaints(sandbox) == []


@pytest.mark.parametrize("hoarder", HOARDERS, ids=lambda hoarder: hoarder.name)
def test_an_honest_program_is_served_beside_one_that_hoards(sandbox: Sandbox, hoarder: Hoarder, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(hoarder.source())
    with sandbox.converse(RunSpec(work=tmp_path, entry="main.py", limits=hoarder.limits)) as hoard:
        assert hoard.receive(20.0) == b"hoarding"
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.py").write_text(NEEDY)
            result = sandbox.run(RunSpec(work=Path(folder), entry="main.py", limits=Limits(wall_s=SERVED_WITHIN_S)))
    assert (result.outcome, result.stdout_tail) == (Outcome.FINISHED, "served\n"), (
        f"It hoards {hoarder.tries}: {result.stderr_tail[-600:]}"
    )


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
