"""One hostile program, then an honest one, on the same backend; what went wrong comes back as sentences."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sandbox.contract import Limits, Outcome, RunResult, RunSpec, Sandbox
from tests.adversarial.bait import SECRET, TRUTH, Bait, living, new_token
from tests.adversarial.hostile import Hostile

HONEST = """
import builtins, json, math, os, sys
left = sorted(os.listdir("/tmp") + os.listdir("/dev/shm") + os.listdir("/output"))
poison = [hasattr(builtins, "POISON"), hasattr(math, "POISON"), "POISON" in os.environ]
poison += ["/tmp" in sys.path, os.umask(0o022) != 0o022]
answer = json.dumps({"answer": len("x" * 41) + math.sqrt(1), "left": left, "poison": sum(poison)})
open(os.environ["OUTPUT_DIR"] + "/answer.txt", "w").write(answer)
"""
ANSWER = b'{"answer": 42.0, "left": [], "poison": 0}'
SHADOWS = ("sitecustomize.py", "usercustomize.py", "boot.py", "guard.py", "report.py")


def complaints(sandbox: Sandbox, hostile: Hostile, bait: Bait, *, limits: Limits | None = None) -> list[str]:
    """Run it, under other limits if given, and return everything that must not have happened."""
    token = new_token()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "main.py").write_text(hostile.source(token=token, host=bait.facts()))
        for name in SHADOWS:
            (work / name).write_text("import sys; sys.modules['shadow'] = sys\n")
        result = sandbox.run(
            RunSpec(
                work=work,
                entry="main.py",
                data=(bait.paper,),
                limits=limits or hostile.limits,
                banned_imports=hostile.banned,
                wanted_outputs=hostile.wanted,
            )
        )
    found = hostile.complaints(result)
    if found:
        found.append(f"standard error was {result.stderr_tail[-1500:]!r}, the notes {result.notes}")
    return found + leaks(result) + bait.disturbances(token) + living(token) + honest_complaints(sandbox)


def leaks(result: RunResult) -> list[str]:
    """Return which secrets came out, by whatever way."""
    everything = f"{result}{[data.decode(errors='replace') for data in result.outputs.values()]}"
    return [f"{word} came out" for word in (TRUTH, SECRET) if word in everything]


def honest_complaints(sandbox: Sandbox) -> list[str]:
    """Run the next learner's program and return what it did not find as it should."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.py").write_text(HONEST)
        result = sandbox.run(RunSpec(work=Path(folder), entry="main.py", limits=Limits(wall_s=30.0)))
    if (result.outcome, dict(result.outputs)) == (Outcome.FINISHED, {"answer.txt": ANSWER}):
        return []
    return [f"the next honest program {result.outcome} with {dict(result.outputs)}, {result.stderr_tail[-500:]}"]
