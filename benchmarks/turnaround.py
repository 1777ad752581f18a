"""From accepted upload to recorded score, against the bare work inside it; medians and ratios of one run.

    python benchmarks/turnaround.py [--runs 15]

A worker process of its own polls a database of its own in a scratch folder, as in `make demo`. Two lines:

    csv    1,000 rows, accepted -> recorded, against the bare metric call on the same arrays
    code   the clustering baseline, accepted -> recorded, against `python main.py` on the same files
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = 1000
DEADLINE_S = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as scratch:
        os.environ |= {"JUDGE_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "web.settings"}
        os.environ.pop("JUDGE_BROKER_URL", None)
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        worker = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            measure(runs)
        finally:
            worker.terminate()
            worker.wait(timeout=30)


def measure(runs: int) -> None:
    from judge.signs_of_life import sandbox_here

    sandbox, reason = sandbox_here()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"SQLite, polling worker, sandbox {sandbox.name if sandbox else 'none: ' + reason}; medians of {runs} runs")
    print(f"{'':6}{'bare ms':>12}{'judge ms':>12}{'ratio':>10}{'overhead ms':>14}")
    row("csv", *csv_times(runs))
    if sandbox is not None:
        row("code", *code_times(max(runs // 3, 3)))


def row(name: str, bare_s: float, judge_s: float) -> None:
    ratio, overhead = judge_s / bare_s, judge_s - bare_s
    print(f"{name:6}{bare_s * 1e3:12.2f}{judge_s * 1e3:12.1f}{ratio:10.2f}{overhead * 1e3:14.1f}")


def csv_times(runs: int) -> tuple[float, float]:
    from challenges.anchors import evaluate
    from challenges.metrics.registry import METRICS
    from judge import editions

    edition = thousand_row_edition()
    paper = editions.minted(edition)
    answer = paper.floor()
    if answer is None:
        raise SystemExit("the iris challenge has no floor answer")
    evaluation = evaluate(edition.challenge, paper, answer)
    truth, predictions = evaluation.truth["species"], evaluation.predictions["species"]
    bare = median_of(runs, lambda: METRICS["accuracy"].function(truth, predictions))
    return bare, turnaround(runs, edition.pk, "species.csv", answer)


def thousand_row_edition():  # type: ignore[no-untyped-def]
    """Return the iris edition cut to its first 1,000 test rows, truth and floor alike."""
    from django.conf import settings

    from challenges.loader import load
    from challenges.minting import write
    from challenges.spec import Size
    from judge.models import Edition

    challenge = load("iris-new-meadow")
    dataset = challenge.mint(settings.MINT_SECRET, edition="bench", size=Size.SMALL)
    whole = dataset.truth
    if whole is None or dataset.floor is None:
        raise SystemExit("the iris challenge has no truth or floor")
    cut = dataclasses.replace(
        whole,
        ids={name: values[:ROWS] for name, values in whole.ids.items()},
        columns={name: values[:ROWS] for name, values in whole.columns.items()},
        facts={name: values[:ROWS] for name, values in whole.facts.items()},
        public=whole.public[:ROWS],
        unit=whole.unit[:ROWS],
    )
    (id_name, ids), *_ = cut.ids.items()
    floor = f"{id_name},species\n" + "".join(f"{one},setosa\n" for one in ids)
    paper = write(dataclasses.replace(dataset, truth=cut, floor=floor.encode()), Path(settings.EDITIONS_DIR) / "bench")
    return Edition.objects.create(
        slug=challenge.spec.slug, name="bench", version=1, size="small", digest=paper.digest(), folder="bench"
    )


def code_times(runs: int) -> tuple[float, float]:
    from challenges.loader import load
    from judge import editions

    challenge = load("iris-clustering")
    edition = editions.mint("iris-clustering", name="bench")
    paper = editions.minted(edition)
    with tempfile.TemporaryDirectory() as folder:
        data, output = Path(folder, "data"), Path(folder, "output")
        output.mkdir()
        subprocess.run(["cp", "-r", f"{paper.public}/.", data], check=True)
        subprocess.run(["cp", "-r", f"{paper.inputs}/.", data], check=True)
        program = challenge.folder / "baseline" / "main.py"
        env = os.environ | {"DATA_DIR": str(data), "OUTPUT_DIR": str(output)}
        bare = median_of(runs, lambda: subprocess.run([sys.executable, str(program)], env=env, check=True))
    return bare, turnaround(runs, edition.pk, "baseline.zip", challenge.packed("baseline"))


def median_of(runs: int, call: Callable[[], object]) -> float:
    call()  # warm
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def turnaround(runs: int, edition_pk: int, file_name: str, data: bytes) -> float:
    """Return the median seconds between the rows' own time stamps: accepted and recorded."""
    from django.contrib.auth.models import User

    from judge import intake
    from judge.models import Edition, Submission

    edition = Edition.objects.get(pk=edition_pk)
    times = []
    for number in range(runs + 1):
        user = User.objects.create_user(f"bench-{edition_pk}-{number}")
        submission = intake.submit(user, edition, intake.HandIn(file_name=file_name, data=data))
        deadline = time.monotonic() + DEADLINE_S
        while submission.finished_at is None:
            if time.monotonic() > deadline:
                raise SystemExit(f"submission {submission.pk} was not graded in {DEADLINE_S} s")
            time.sleep(0.01)
            submission = Submission.objects.get(pk=submission.pk)
        if submission.verdict != "scored":
            raise SystemExit(f"{submission.verdict}: {submission.sentence} {submission.findings}")
        times.append((submission.finished_at - submission.created_at).total_seconds())
    return statistics.median(times[1:])  # the first one warms the worker


if __name__ == "__main__":
    main()
