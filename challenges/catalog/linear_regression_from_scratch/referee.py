"""Calls the learner's functions on hidden problems and counts the digits that are right."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import orjson

from challenges.careless import always_first, one_behind
from challenges.catalog.linear_regression_from_scratch import exact
from challenges.catalog.linear_regression_from_scratch.exact import Floats
from challenges.catalog.linear_regression_from_scratch.problems import FAMILIES, TARGETS, Problem
from challenges.catalog.linear_regression_from_scratch.truths import Call, calls, digits, from_json, to_json
from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Foul, FoulKind, Message, Player, Session, array_from_json, array_to_json
from challenges.spec import Size

CALL_S = 5.0
STATE_BYTES = 64 * 1024
MOST_REMARKS = 12


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """One problem of the referee with its exact answers."""

    family: str
    public: bool
    problem: Problem
    truths: dict[str, Floats]


@dataclass(kw_only=True)
class Tally:
    """What one problem came to."""

    digits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    trouble: list[str] = field(default_factory=list)
    found: Floats | None = None
    """The last answer, for the result page."""


class Failed(Exception):
    """A call that earns no digits; the text is for the learner."""


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Ask every call of every problem, in the shuffled order of the mint."""
    hidden = list(_read(episodes))
    dialogue.open(challenge="linear-regression-from-scratch", problems=len(hidden), call_s=CALL_S)
    tallies = [_ask_all(dialogue, item) for item in hidden]
    targets = [float(TARGETS[item.family]) for item in hidden]
    capped = [float(np.minimum(tally.digits, goal).mean()) for goal, tally in zip(targets, tallies, strict=True)]
    return Session(
        evaluation=Evaluation(
            truth={"target": np.array(targets)},
            predictions={
                "digits": np.array(capped),
                "lre": np.array([np.mean(tally.digits) for tally in tallies]),
                "seconds": np.array([tally.seconds for tally in tallies]),
            },
            public=np.array([item.public for item in hidden]),
            unit=np.arange(len(hidden)),
        ),
        remarks=_remarks(hidden, tallies),
        replay=_replay(hidden, tallies),
    )


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that answers zeros."""

    def play(message: Message) -> Message | None:
        if message["type"] != "call":
            return None
        p = message["args"]["X"]["shape"][1] if "X" in message["args"] else 10
        match message["fn"]:
            case "gd":
                return {"ret": [[0.0] * (p + 1)] * message["args"]["steps"]}
            case "inference":
                return {"ret": {"stderr": [0.0] * (p + 1), "sigma2": 0.0, "r2": 0.0}}
            case "stream_new" | "stream_update":
                return {"ret": None, "state_bytes": 0}
        return {"ret": {"intercept": 0.0, "coef": [0.0] * p}}

    return play


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that give the right result of another call."""
    best = partial(ceiling_player, episodes)
    return {
        "every function returns what is right for its first call": always_first(best(), kind=_called),
        "every function returns what was right for the call before": one_behind(best(), kind=_called),
    }


def _called(message: Message) -> str:
    return str(message.get("fn"))


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that computes with exact fractions."""
    sums: list[exact.Gram] = []

    def play(message: Message) -> Message | None:
        if message["type"] != "call":
            return None
        args = {k: array_from_json(v) if isinstance(v, dict) else v for k, v in message["args"].items()}
        match message["fn"]:
            case "stream_new":
                sums.clear()
                return {"ret": None, "state_bytes": 0}
            case "stream_update":
                sums[:] = [sum(sums, exact.gram(args["X"], args["y"]))]
                return {"ret": None, "state_bytes": 0}
            case "stream_result":
                return {"ret": to_json("fit", exact.coefficients(sums[0]))}
        return {"ret": _exact_answer(message["fn"], args)}

    return play


def _exact_answer(fn: str, args: dict[str, Any]) -> Any:
    sums = exact.gram(args["X"], args["y"], args.get("w"))
    if fn == "gd":
        return to_json(fn, exact.gradient_path(sums, lr=args["lr"], steps=args["steps"]))
    if fn == "inference":
        found = exact.inference(sums)
        return to_json(fn, np.array([*found.stderr, found.sigma2, found.r2]))
    return to_json(fn, exact.coefficients(sums, l2=args.get("l2", 0.0)))


def _read(episodes: Mapping[str, bytes]) -> Iterator[Hidden]:
    listed = orjson.loads(episodes["problems.json"])
    with np.load(io.BytesIO(episodes["problems.npz"]), allow_pickle=False) as arrays:
        for place, entry in enumerate(listed):
            names = [name for name in arrays.files if name.startswith(f"{place}.")]
            own = {name.split(".", 1)[1]: arrays[name] for name in names}
            yield Hidden(
                family=entry["family"],
                public=entry["public"],
                problem=Problem(
                    X=own["X"], y=own["y"], w=own.get("w"), l2=entry["l2"], lr=entry["lr"], steps=entry["steps"]
                ),
                truths={name[len("truth.") :]: value for name, value in own.items() if name.startswith("truth.")},
            )


def _ask_all(dialogue: Dialogue, item: Hidden) -> Tally:
    tally = Tally()
    for call in calls(item.family, item.problem, truths=item.truths):
        try:
            tally.found = _ask(dialogue, call, tally)
        except Failed as failed:
            tally.trouble.append(str(failed))
            tally.digits.append(0.0)
            if item.family == "stream":
                break  # what follows builds upon the chunk that failed
            continue
        if call.truth is not None and tally.found is not None:
            tally.digits.append(digits(tally.found, call.truth))
    return tally


def _ask(dialogue: Dialogue, call: Call, tally: Tally) -> Floats | None:
    args = {k: array_to_json(v) if isinstance(v, np.ndarray) else v for k, v in call.args.items()}
    started = time.perf_counter()
    try:
        reply = dialogue.ask("call", timeout_s=CALL_S, fn=call.fn, args=args)
    except Foul as foul:
        if foul.kind is not FoulKind.LATE:
            raise
        raise Failed(f"{call.fn} gave no answer within {CALL_S:g} s") from None
    finally:
        tally.seconds += time.perf_counter() - started
    return _checked(call, reply.message)


def _checked(call: Call, message: Message) -> Floats | None:
    if "error" in message:
        raise Failed(f"{call.fn} raised {_error_name(message['error'])}")
    if call.truth is None:
        state_bytes = message.get("state_bytes")
        if not isinstance(state_bytes, int) or state_bytes > STATE_BYTES:
            raise Failed(f"Stream holds {state_bytes} bytes after a chunk; at most {STATE_BYTES} are allowed")
        return None
    try:
        return from_json(call.fn, message.get("ret"), call.truth)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise Failed(f"{call.fn} returned something else than the agreed shape of finite numbers") from None


def _error_name(error: Any) -> str:
    """Return exception class and line only: a message could carry hidden data out."""
    if not isinstance(error, dict):
        return "an error"
    name, line = str(error.get("type")), error.get("line")
    shown = name if re.fullmatch(r"[A-Za-z_]{1,40}", name) else "an error"
    return f"{shown} in line {line} of linreg.py" if isinstance(line, int) and 0 < line < 100_000 else shown


def _remarks(hidden: list[Hidden], tallies: list[Tally]) -> tuple[str, ...]:
    said = dict.fromkeys(
        f"{item.family}: {sentence}"
        for item, tally in zip(hidden, tallies, strict=True)
        if item.public
        for sentence in tally.trouble
    )
    return tuple(said)[:MOST_REMARKS]


def _replay(hidden: list[Hidden], tallies: list[Tally]) -> dict[str, Any]:
    public = [(item, tally) for item, tally in zip(hidden, tallies, strict=True) if item.public]
    bars = [
        {
            "family": family.name,
            "target": family.target,
            "digits": [float(np.mean(tally.digits)) for item, tally in public if item.family == family.name],
        }
        for family in FAMILIES
    ]
    item, tally = next(pair for pair in public if pair[0].family == "gradient")
    curves = {"truth": _losses(item.problem, item.truths["path"])}
    if tally.found is not None:
        curves["yours"] = _losses(item.problem, tally.found)
    return {"families": bars, "gradient_loss": curves}


def _losses(problem: Problem, path: Floats) -> list[float | None]:
    """Return the mean squared error after each step; None where it overflows."""
    with np.errstate(all="ignore"):
        residuals = problem.y[:, None] - path[:, 0] - problem.X @ path[:, 1:].T
        losses = (residuals**2).mean(axis=0)
    return [float(loss) if np.isfinite(loss) else None for loss in losses]
