"""The metrics against the reference library for each: time and peak memory, side by side in one run.

    python -m benchmarks.metrics [--rounds 7] [--only rmse wer bootstrap closed_forms ...]

    a metric's id   our function and the libraries' on the same data, in turns, so that all meet the same machine;
                    medians and their ratio; the figures must agree
    bootstrap       first the rows' own figures, which a judge makes once for the spread and for the closed form;
                    then 1,000 resamples of their sums with a seed never seen before, drawing included; both together
                    against calling the function again and again. The goal is for the resamples
    closed_forms    a standard error without resampling

Times are of the clock, and so are goals; "cpu ms" is what all threads of the process used of the processors in the
same calls: where the two are far apart, others kept the machine busy. Each case runs in a process of its own. Memory
is what one call adds to the peak of a fresh fork. BLAS has one thread for everybody, unless OPENBLAS_NUM_THREADS says
otherwise. Libraries that are not installed are left out and named. Goals are data, below and in metric_cases.py; at
the end stands which were missed.
"""

from __future__ import annotations

import argparse
import ctypes
import math
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import metric_cases
from benchmarks.metric_cases import CASES, Call, Case
from challenges.metrics.registry import METRICS
from challenges.uncertainty import closed_forms, resampling

PATIENCE_S = 5.0
"""A call that takes longer is measured once."""
AGREE = 1e-9
RESAMPLED_ROWS = 100_000
GOAL_SUMS_S = 0.3
GOAL_CLOSED_S = 0.005
ANEW = 3
"""Resamples from which the time of calling the function 1,000 times is reckoned."""
M_MMAP_THRESHOLD = -3


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a table, and how its goal fared."""

    cells: tuple[str, ...]
    missed: tuple[str, ...] = ()
    goals: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Took:
    """What a call took: medians."""

    s: float
    cpu_s: float


Table = tuple[str, ...]
AGAINST: Table = ("metric", "on", "", "ms", "cpu ms", "peak MB", "times as fast", "goal", "")
RESAMPLED: Table = (
    "1,000 resamples",
    "on",
    "made of",
    "rows' figures ms",
    "resamples ms",
    "cpu ms",
    "in all ms",
    "anew s",
    "times as fast",
    "goal",
    "",
)
CLOSED: Table = ("closed form", "on", "ms", "cpu ms", "goal", "")

BOOTSTRAPS: dict[str, tuple[Callable[[], tuple[Any, Any]], dict[str, Any]]] = {
    "rmse": (lambda: metric_cases.numbers(RESAMPLED_ROWS), {}),
    "f1": (lambda: metric_cases.classes(RESAMPLED_ROWS), {}),
    "roc_auc": (lambda: metric_cases.probabilities(RESAMPLED_ROWS), {}),
    "log_loss": (lambda: metric_cases.probabilities(RESAMPLED_ROWS), {}),
    "wer": (lambda: metric_cases.sentences(RESAMPLED_ROWS), {}),
    "ndcg_at_k": (lambda: metric_cases.rankings(RESAMPLED_ROWS), {"k": 12}),
    "map_at_k": (lambda: metric_cases.rankings(RESAMPLED_ROWS), {"k": 12}),
    "bleu": (lambda: metric_cases.sentences(RESAMPLED_ROWS), {}),
    "chrf": (lambda: metric_cases.sentences(RESAMPLED_ROWS), {}),
    "coco_map": (lambda: metric_cases.detections(metric_cases.IMAGES, metric_cases.DETECTIONS), {}),
    "hota": (lambda: metric_cases.tracks(metric_cases.SEQUENCES), {}),
    "idf1": (lambda: metric_cases.tracks(metric_cases.SEQUENCES), {}),
}
CLOSED_FORMS: dict[str, Callable[[int], tuple[Any, Any]]] = {
    "accuracy": metric_cases.classes,
    "f1": metric_cases.classes,
    "mcc": metric_cases.classes,
    "f1_macro": metric_cases.classes,
    "roc_auc": metric_cases.probabilities,
    "rmse": metric_cases.numbers,
}
LIBRARIES = ("numpy", "scipy", "scikit-learn", "hotcoco", "pycocotools", "rapidfuzz", "jiwer", "pytrec-eval-terrier",
             "motrics", "sacrebleu")  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    names = (*CASES, "bootstrap", "closed_forms")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    options = parser.parse_args(argv)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # for the processes below: on a busy machine idle threads of BLAS spin
    print(machine())
    lines: list[Line] = []
    headed: Table | None = None
    for name in names:
        if name not in options.only:
            continue
        table, parts = _parts(name)
        for part in parts:
            if headed is not table:
                print(f"\n{_row(table)}\n{_row(tuple('---' if place < 1 else '--:' for place in range(len(table))))}")
                headed = table
            for line in apart(name, part, options.rounds):
                print(_row(line.cells), flush=True)
                lines.append(line)
    print(f"\n{verdict(lines)}")


def machine() -> str:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{processor()}, {os.cpu_count()} processors{load}, Python {platform.python_version()}; {', '.join(found)}"


def processor() -> str:
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.is_file() else []
    return models[0].partition(":")[2].strip() if models else platform.machine()


def verdict(lines: Sequence[Line]) -> str:
    goals, missed = sum(line.goals for line in lines), [one for line in lines for one in line.missed]
    left_out = sorted({name for line in lines for name in line.left_out})
    told = [f"{goals - len(missed)} of {goals} goals met."]
    told += [f"missed: {one}" for one in missed]
    if left_out:
        told.append(f"left out, not installed: {', '.join(left_out)}")
    return "\n".join(told)


def apart(name: str, part: str, rounds: int) -> list[Line]:
    """Return the lines of a case, measured in a process that has measured nothing else."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_measured, args=(name, part, rounds, theirs))
    child.start()
    theirs.close()
    try:
        lines: list[Line] = ours.recv()
    except EOFError:
        raise SystemExit(f"{part}: the process that measured it ended without a figure") from None
    finally:
        child.join()
    return lines


def against(name: str, case: Case, rounds: int) -> list[Line]:
    """Return a line for ours and one for each library."""
    calls = {"ours": case.ours, **case.others}
    first = {who: alone(call) for who, call in calls.items()}
    for who, (_, _, value) in first.items():
        if not math.isclose(value, first["ours"][2], rel_tol=AGREE, abs_tol=AGREE):
            raise SystemExit(f"{name}: {who} says {value}, ours {first['ours'][2]}: not the same figure")
    times = in_turns(calls, rounds, {who: one[0] for who, one in first.items()})
    found = []
    for who in calls:
        cells = (name if who == "ours" else "", case.size if who == "ours" else "", who, f"{times[who].s * 1e3:,.1f}",
                 f"{times[who].cpu_s * 1e3:,.1f}", f"{first[who][1] / 1e6:,.0f}")  # fmt: skip
        if who == "ours":
            found.append(Line(cells=(*cells, "", "", ""), left_out=case.left_out))
            continue
        ratio, goal = times[who].s / times["ours"].s, case.times_faster.get(who, 1.0)
        met = ratio >= goal
        missed = f"{name}: {ratio:.2f} times as fast as {who}, goal {goal:g}"
        told = (*cells, f"{ratio:.2f}", f"{goal:g}", "met" if met else "MISSED")
        found.append(Line(cells=told, goals=1, missed=() if met else (missed,)))
    return found


def bootstrap(name: str, rounds: int) -> list[Line]:
    make, params = BOOTSTRAPS[name]
    truth, predictions = make()
    metric = METRICS[name]
    seeds = iter(range(10**6))

    def resampled(figures: NDArray[np.float64] | None = None) -> float:
        seed = f"benchmark {next(seeds)}"
        values = resampling.resample(metric, truth, predictions, seed=seed, params=params, figures=figures)
        return float(np.nanstd(values))

    def figures() -> float:
        return float(resampling.row_figures(metric, truth, predictions, params).sum())

    def anew() -> float:
        index = np.random.default_rng(0).integers(0, len(truth), len(truth))
        return metric.function(truth[index], predictions[index], **params)

    sums = resampling.made_of_sums(metric)
    calls = {"in all": resampled, "anew": anew}
    if sums:
        at_hand = resampling.row_figures(metric, truth, predictions, params)
        calls |= {"figures": figures, "resamples": partial(resampled, at_hand)}
    times = in_turns(calls, max(rounds // 2, ANEW), {})
    count = resampling.RESAMPLES if sums or metric.resampled or metric.pulls else resampling.RESAMPLES_ANEW
    made_of = (
        "sums of rows" if sums else "pulls of rows" if metric.pulls else "counts" if metric.resampled else "nothing"
    )
    if count < resampling.RESAMPLES:
        made_of += f"; {count} only"
    large = len(truth) == RESAMPLED_ROWS
    goal = GOAL_SUMS_S if sums and large else None
    met = goal is None or times["resamples"].s < goal
    cells = (
        name, f"{len(truth):,} {units(metric.unit)}", made_of,
        *([""] * 3 if not sums else [f"{times['figures'].s * 1e3:,.1f}", f"{times['resamples'].s * 1e3:,.1f}",
                                     f"{times['resamples'].cpu_s * 1e3:,.1f}"]),
        f"{times['in all'].s * 1e3:,.1f}",
        f"{times['anew'].s * count:,.1f}", f"{times['anew'].s * count / times['in all'].s:,.0f}",
        "" if goal is None else f"{goal * 1e3:g} ms", "" if goal is None else "met" if met else "MISSED",
    )  # fmt: skip
    missed = () if met else (f"resamples of {name}: {times['resamples'].s * 1e3:.0f} ms, goal {GOAL_SUMS_S * 1e3:g}",)
    return [Line(cells=cells, goals=int(goal is not None), missed=missed)]


def units(one: str) -> str:
    return f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"


def closed_form(name: str, rounds: int) -> list[Line]:
    truth, predictions = CLOSED_FORMS[name](RESAMPLED_ROWS)

    def error() -> float:
        found = closed_forms.standard_error(METRICS[name], truth, predictions)
        if found is None:
            raise SystemExit(f"{name} has no closed form")
        return found

    took = in_turns({"error": error}, 3 * rounds, {})["error"]
    met = took.s < GOAL_CLOSED_S
    cells = (
        name,
        f"{RESAMPLED_ROWS:,} rows",
        f"{took.s * 1e3:.2f}",
        f"{took.cpu_s * 1e3:.2f}",
        f"{GOAL_CLOSED_S * 1e3:g} ms",
        "met" if met else "MISSED",
    )
    missed = f"closed form of {name}: {took.s * 1e3:.2f} ms, goal {GOAL_CLOSED_S * 1e3:g}"
    return [Line(cells=cells, goals=1, missed=() if met else (missed,))]


def in_turns(calls: dict[str, Call], rounds: int, known_s: dict[str, float]) -> dict[str, Took]:
    """Return what each call takes; one whose first run (`known_s`) was long is run once."""
    times: dict[str, list[tuple[float, float]]] = {who: [] for who in calls}
    for turn in range(rounds + 1):
        for who, call in calls.items():
            slow = max(known_s.get(who, 0.0), *(wall_s for wall_s, _ in times[who]), 0.0) > PATIENCE_S
            if slow and times[who]:
                continue
            started, cpu_before = time.perf_counter(), time.process_time()
            call()
            took = time.perf_counter() - started, time.process_time() - cpu_before
            if turn > 0 or slow:  # the first turn warms
                times[who].append(took)
    return {
        who: Took(s=statistics.median(wall_s for wall_s, _ in one), cpu_s=statistics.median(cpu_s for _, cpu_s in one))
        for who, one in times.items()
    }


def alone(call: Call) -> tuple[float, float, float]:
    """Return seconds, bytes and figure of one call in a fork of this process."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_forked, args=(call, theirs))
    child.start()
    theirs.close()
    try:
        found: tuple[float, float, float] = ours.recv()
    except EOFError:
        raise SystemExit("a call ended without a figure") from None
    finally:
        child.join()
    return found


def _forked(call: Call, answer: Connection) -> None:
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_THRESHOLD, 1 << 16)  # an array comes fresh from the system, not from what was freed before
    libc.malloc_trim(0)
    before = _memory("RssAnon")
    started = time.perf_counter()
    value = call()
    seconds = time.perf_counter() - started
    # Pages of files enter a fork one by one and are nobody's doing.
    answer.send((seconds, max(_memory("VmHWM") - _memory("RssFile") - before, 0), value))


def _memory(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


def _measured(name: str, part: str, rounds: int, answer: Connection) -> None:
    if name == "bootstrap":
        answer.send(bootstrap(part, rounds))
    elif name == "closed_forms":
        answer.send(closed_form(part, rounds))
    else:
        answer.send(against(part, CASES[part](), rounds))


def _parts(name: str) -> tuple[Table, Sequence[str]]:
    match name:
        case "bootstrap":
            return RESAMPLED, tuple(BOOTSTRAPS)
        case "closed_forms":
            return CLOSED, tuple(CLOSED_FORMS)
        case _:
            return AGAINST, (name,)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
