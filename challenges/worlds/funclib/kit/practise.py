"""Practise at home: runs the practice cases against your files and says what is right and what is not.

    python practise.py [practice.json] [--traces]

Needs your files, the kit and practice.json (in the data download) in one folder. Every case is checked as the
referee checks the hidden ones; only here you are also told what was expected. With --traces every exception is shown
in full, those that a case wants to see as well.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from kit_checks import credit, raised
from kit_values import decode, encode

HERE = Path(__file__).resolve().parent
CALL = ("fn", "args", "kwargs", "of", "on", "keep", "asks")
"""What a step tells the harness; the rest is for checking."""

try:
    from properties import PROPERTIES
except ImportError:
    PROPERTIES = {}
try:
    from oracles import oracle
except ImportError:
    oracle = None


class Harness:
    """harness.py with your files, at the other end of a pipe."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "harness.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seq = 0

    def ask(self, **message):
        self.process.stdin.write(json.dumps({"seq": self.seq, **message}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the harness stopped; its last words are above")
        self.seq += 1
        return json.loads(line)

    def close(self):
        self.process.stdin.write('{"type": "bye"}\n')
        self.process.stdin.close()
        self.process.wait()


def earned(harness, case):
    """Return (credit 0..1, what went wrong) of one case."""
    steps = [{key: step[key] for key in CALL if key in step} for step in case["steps"]]
    reply = harness.ask(type="case", act=case["act"], limit_s=case["limit_s"], steps=steps)
    budget = max((step.get("asks", 0) for step in case["steps"]), default=0)
    answer = oracle(case["function"], decode(case["secret"])) if budget else None
    while "ask" in reply:
        if budget <= 0:
            reply = harness.ask(type="told", refused="the budget of questions is spent")
            continue
        budget -= 1
        try:
            reply = harness.ask(type="told", reply=encode(answer(decode(reply["ask"]))))
        except (ValueError, TypeError, KeyError, IndexError) as error:
            reply = harness.ask(type="told", refused=str(error))
    if "failed" in reply:
        return 0.0, f"{case['act']}.py is not there" if reply["failed"] == "Missing" else "the answer is too large"
    lowest, trouble = 1.0, ""
    for number, step in enumerate(case["steps"]):
        if number >= len(reply["results"]):
            return 0.0, trouble or "took too long"
        value, said = earned_by_step(step, reply["results"][number])
        if value < lowest:
            lowest, trouble = value, said
    return lowest, trouble


def earned_by_step(step, result):
    rule = step.get("rule")
    name = step["fn"] if "on" not in step else f"{step['on']}.{step['fn']}"
    if "error" in result:
        error = result["error"]
        if rule is not None and raised(rule, error["names"]):
            return 1.0, ""
        if error["type"] == "NotDefined":
            return 0.0, f"{name} is not defined"
        place = f" in line {error['line']} of {error['file']}" if error["line"] else ""
        return 0.0, f"{name} raised {error['type']}{place}"
    if rule is None:
        return 1.0, ""
    found, rule = decode(result["ret"]), {**rule, "expected": decode(rule.get("expected"))}
    if rule["check"] == "raises":
        return 0.0, f"{name} returned {short(found)}; expected it to raise {rule['expected']}"
    value = credit(rule, found, decode(step.get("args", [])), PROPERTIES)
    wanted = f"; expected {short(rule['expected'])}" if rule["expected"] is not None else ""
    return value, f"{name} returned {short(found)}{wanted}"


def short(value):
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def main():
    given = [argument for argument in sys.argv[1:] if argument != "--traces"]
    if len(given) < len(sys.argv) - 1:
        os.environ["KIT_TRACES"] = "1"
    path = Path(given[0]) if given else HERE / "practice.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    harness = Harness()
    harness.ask(type="hello", acts=sorted({case["act"] for case in cases}))
    by_function = {}
    for case in cases:
        by_function.setdefault(case["function"], []).append((case["kind"], *earned(harness, case)))
    harness.close()
    for function, rows in by_function.items():
        print(f"{function:24} {sum(value for _, value, _ in rows):5.1f} of {len(rows)}")
        for kind, value, trouble in rows:
            if value < 1:
                print(f"    {kind}: {trouble}")
    values = [value for rows in by_function.values() for _, value, _ in rows]
    print(f"checks passed: {sum(values):.1f} of {len(values)} practice cases")


if __name__ == "__main__":
    main()
