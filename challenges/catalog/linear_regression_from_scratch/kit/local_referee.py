"""Practise at home: asks your linreg.py the worked problems and prints the digits that are right.

    python local_referee.py [worked_problems.json]

Needs linreg.py, harness.py and worked_problems.json (in the data download) beside it.
"""

import json
import math
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def digits(found, truth):
    """Right digits of the worst entry: -log10 of its relative error, 0 to 16."""
    if len(found) != len(truth) or not all(math.isfinite(value) for value in found):
        return 0.0
    error = max(abs(b - t) / max(abs(t), 1e-12) for b, t in zip(found, truth, strict=True))
    return 16.0 if error <= 1e-16 else max(-math.log10(error), 0.0)


def flat(fn, answer):
    if fn == "gd":
        return [value for step in answer for value in step]
    if fn == "inference":
        return [*answer["stderr"], answer["sigma2"], answer["r2"]]
    return [answer["intercept"], *answer["coef"]]


class Harness:
    """harness.py with your linreg.py, at the other end of a pipe."""

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


def points(harness, problem):
    earned = []
    for call in problem["calls"]:
        reply = harness.ask(type="call", fn=call["fn"], args=call["args"])
        if call["answer"] is None and "error" not in reply:
            continue
        right = 0.0
        if "error" in reply:
            print(f"  {problem['family']}: {call['fn']} raised {reply['error']['type']}, line {reply['error']['line']}")
        else:
            right = digits(flat(call["fn"], reply["ret"]), flat(call["fn"], call["answer"]))
        if call["answer"] is not None:
            earned.append(right)
            goal = problem["target_digits"]
            print(f"  {problem['family']:12} {call['fn']:14} {right:5.1f} digits of {goal}")
    return sum(min(right / problem["target_digits"], 1.0) for right in earned) / len(earned)


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "worked_problems.json"
    problems = json.loads(path.read_text(encoding="utf-8"))
    harness = Harness()
    harness.ask(type="hello", challenge="linear-regression-from-scratch", problems=len(problems))
    started = time.perf_counter()
    scores = [points(harness, problem) for problem in problems]
    seconds = time.perf_counter() - started
    harness.close()
    print(f"digits_score {sum(scores) / len(scores):.4f} on {len(problems)} worked problems, {seconds:.1f} s")


if __name__ == "__main__":
    main()
