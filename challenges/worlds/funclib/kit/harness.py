"""Calls your functions: reads cases as JSON lines, runs their steps, writes what came of them.

You need not change or hand in this file; the judge lays its own copy beside yours. What your functions print goes to
the error stream, so printing never disturbs the conversation. An exception ends a step, never the program.
"""

import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

from kit_values import decode, encode

HERE = Path(__file__).resolve().parent
KIT = ("harness.py", "kit_values.py")
LONGEST_LINE = 7_500_000


class TooSlow(BaseException):
    """The time of a case is over; derived from BaseException, so that `except Exception` lets it through."""


class Refused(Exception):
    """The referee does not answer this question: the budget is spent, or the question has another form."""


class Stopwatch:
    """Interrupts a case after so many seconds of processor time, or four times as many on the clock."""

    def __init__(self):
        self.running = False
        signal.signal(signal.SIGPROF, self.ring)
        signal.signal(signal.SIGALRM, self.ring)

    def ring(self, number, frame):
        if self.running:
            raise TooSlow

    def start(self, limit_s):
        self.running = True
        signal.setitimer(signal.ITIMER_PROF, limit_s, 0.5)
        signal.setitimer(signal.ITIMER_REAL, 4 * limit_s + 1, 0.5)

    def stop(self):
        self.running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


class Line:
    """The conversation: one JSON object a line, each answer with the seq of its question."""

    def __init__(self):
        self.answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self.seq = None

    def read(self):
        line = sys.stdin.readline()
        if not line:
            return {"type": "bye"}
        message = json.loads(line)
        self.seq = message.get("seq")
        return message

    def answer(self, **fields):
        text = json.dumps({"seq": self.seq, **fields}, allow_nan=False)
        if len(text) > LONGEST_LINE:
            text = json.dumps({"seq": self.seq, "failed": "TooLarge"})
        self.answers.write(text + "\n")
        self.answers.flush()

    def ask(self, query):
        """Ask the referee; only functions that are told so are given this one."""
        self.answer(ask=encode(query))
        message = self.read()
        if message["type"] != "told":
            raise SystemExit("the referee went on without an answer")
        if "refused" in message:
            raise Refused(message["refused"])
        return decode(message["reply"], live=True)


class Harness:
    """Your modules and the referee's cases."""

    def __init__(self, line):
        self.line = line
        self.stopwatch = Stopwatch()
        self.acts = {}

    def load(self, acts):
        """Import the files that are there; one that fails to load ends the program."""
        if (HERE / "prepare.py").exists():
            importlib.import_module("prepare").prepare()
        self.acts = {act: importlib.import_module(act) for act in acts if (HERE / f"{act}.py").exists()}

    def case(self, message):
        if message["act"] not in self.acts:
            return {"failed": "Missing"}
        results, kept = [], {}
        started = time.process_time()
        try:
            self.stopwatch.start(message["limit_s"])
            for step in message["steps"]:
                results.append(self.step(step, message["act"], kept))
        except TooSlow as error:
            results.append(error_of(error))
        finally:
            self.stopwatch.stop()
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in kB
        return {"results": results, "cpu_s": time.process_time() - started, "peak_mb": peak_mb}

    def step(self, step, act, kept):
        try:
            owner = kept[step["on"]] if "on" in step else self.module(step.get("of", act))
            if not hasattr(owner, step["fn"]):
                return {"error": {"type": "NotDefined", "line": None, "file": None, "names": []}}
            args = decode(step.get("args", []), live=True, kept=kept)
            kwargs = decode(step.get("kwargs", {}), live=True, kept=kept)
            if step.get("asks"):
                args = [self.line.ask, *args]
            found = getattr(owner, step["fn"])(*args, **kwargs)
            if "keep" not in step:
                return {"ret": encode(found)}
            kept[step["keep"]] = found
            return {"ret": None}
        except TooSlow:
            raise
        except BaseException as error:  # a learner's function may raise whatever there is
            if os.environ.get("KIT_TRACES"):
                traceback.print_exc()
            return error_of(error)

    def module(self, name):
        return self.acts[name] if name in self.acts else importlib.import_module(name)


def error_of(error):
    """Name the exception, what it is derived from, and the last line of your own files that it passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == HERE and Path(frame.filename).name not in KIT]
    return {
        "error": {
            "type": type(error).__name__,
            "names": [kind.__name__ for kind in type(error).__mro__],
            "line": own[-1].lineno if own else None,
            "file": Path(own[-1].filename).name if own else None,
        }
    }


def main():
    line = Line()
    sys.path.insert(0, str(HERE))
    harness = Harness(line)
    while True:
        message = line.read()
        kind = message["type"]
        if kind == "bye":
            break
        if kind == "hello":
            harness.load(message["acts"])
            line.answer(type="ready")
        elif kind == "ping":
            line.answer(type="pong")
        else:
            line.answer(**harness.case(message))


if __name__ == "__main__":
    main()
