"""Programs a second through the whole judge, and how soon a worker hears of one; called by sandbox.py.

    python -m benchmarks.throughput sustained warm 60     one line: submissions a second
    python -m benchmarks.throughput hop redis://... 40    one line: milliseconds, p50 and p95

Each is a process of its own, because a process is one deployment.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import timedelta

from benchmarks.deployment import open_here, workers

DEADLINE_S = 300.0
PROGRAM = b'''"""Every tray is one species: little work of its own, and all the imports of an honest program."""
import os
from pathlib import Path
import pandas as pd
from sklearn.preprocessing import StandardScaler

lines = ["tray,row,label"]
for path in sorted((Path(os.environ["DATA_DIR"]) / "trays").glob("*.csv")):
    lines += [f"{path.stem},{row},0" for row in range(path.read_bytes().count(b"\\n") - 1)]
(Path(os.environ["OUTPUT_DIR"]) / "labels.csv").write_text("\\n".join(lines) + "\\n")
'''


def main() -> None:
    kind, where, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as scratch:
        if kind == "sustained":
            open_here(scratch, JUDGE_SANDBOX=where)
            print(f"{sustained(count):.1f}")
        else:
            open_here(scratch, JUDGE_BROKER_URL=where)
            hops = sorted(hop(count))
            print(f"{statistics.median(hops) * 1e3:.1f} {hops[int(len(hops) * 0.95) - 1] * 1e3:.1f}")


def sustained(count: int) -> float:
    """Return submissions a second between the first claim and the last record, on one worker for each processor."""
    import os

    from judge.models import Event, Submission
    from judge.verdicts import Step

    with workers(os.cpu_count() or 1):
        hand_in("iris-clustering", "main.py", PROGRAM, 6)
        wait_for_all()  # zygotes and caches are warm
        first = hand_in("iris-clustering", "main.py", PROGRAM, count)
        wait_for_all()
    claimed = Event.objects.filter(submission__in=first, step=Step.CLAIMED).earliest("at").at
    finished = Submission.objects.filter(pk__in=first).latest("finished_at").finished_at
    if finished is None:
        raise SystemExit("a submission was not graded")
    return count / (finished - claimed).total_seconds()


def hop(count: int) -> list[float]:
    """Return the seconds from accepted to claimed of prediction files that come one at a time."""
    from judge import editions
    from judge.models import Event, Submission
    from judge.verdicts import Step

    edition = editions.mint("iris-new-meadow", name="bench")
    answer = editions.minted(edition).floor()
    if answer is None:
        raise SystemExit("the iris challenge has no floor answer")
    waited: list[timedelta] = []
    with workers(1, "--concurrency", "1"):
        for number in range(count + 5):
            (pk,) = hand_in("iris-new-meadow", "species.csv", answer, 1, first=number)
            wait_for_all()
            if number >= 5:
                claimed = Event.objects.get(submission=pk, step=Step.CLAIMED).at
                waited.append(claimed - Submission.objects.get(pk=pk).created_at)
    return [span.total_seconds() for span in waited]


def hand_in(slug: str, file_name: str, data: bytes, count: int, *, first: int = 0) -> list[int]:
    from django.contrib.auth.models import User

    from judge import editions, intake

    edition = editions.mint(slug, name="bench")
    made = []
    for number in range(first, first + count):
        user, _ = User.objects.get_or_create(username=f"bench-{slug}-{count}-{number}")
        made.append(intake.submit(user, edition, intake.HandIn(file_name=file_name, data=data)).pk)
    return made


def wait_for_all() -> None:
    from judge.models import Submission
    from judge.verdicts import State

    deadline = time.monotonic() + DEADLINE_S
    while (open_ones := Submission.objects.exclude(state=State.DONE)).exists():
        if time.monotonic() > deadline:
            raise SystemExit(f"{open_ones.count()} submissions were not graded in {DEADLINE_S:g} s")
        time.sleep(0.005)
    failed = Submission.objects.exclude(verdict="scored").first()
    if failed is not None:
        raise SystemExit(f"{failed.verdict}: {failed.sentence} {failed.findings}")


if __name__ == "__main__":
    main()
