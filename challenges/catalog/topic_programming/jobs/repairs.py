"""The four functions of broken.py: what is mended must work, and what was right must stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.random import Generator

from challenges.catalog.topic_programming.jobs.asking import Asked, asked, right, wrong
from challenges.catalog.topic_programming.jobs.core import words
from challenges.worlds.funclib.cases import Step, same
from challenges.worlds.funclib.kit.kit_values import Ref


def _kept(kind: str, value: Any, keep: str) -> Step:
    return Step(fn=kind, of="builtins", args=[value], keep=keep)


def _now(kind: str, keep: str, expected: Any) -> Step:
    return Step(fn=kind, of="builtins", args=[Ref(keep)], rule=same(expected))


def median(rng: Generator) -> Iterator[Asked]:
    values = [int(x) for x in rng.integers(0, 100, size=9)]
    yield asked("an even number", right("median", values[:4]), right("median", [values[0], values[0] + 1]))
    yield asked("an odd number", right("median", values), right("median", values[:8]))
    call = Step(fn="median", args=[Ref("v")], rule=same(sorted(values)[4]))
    yield asked("the list stays", _kept("list", values, "v"), call, _now("list", "v", values))
    yield asked("no values", right("median", values[:2]), wrong("median", []))


def collect(rng: Generator) -> Iterator[Asked]:
    a, b, c = words(rng, 3)
    new = [Step(fn="collect", args=[x], rule=same([x])) for x in (a, b, c)]
    yield asked("a new list each time", *new[:2])
    yield asked("three new lists", *new)
    into = Step(fn="collect", args=[b, Ref("l")], rule=same([a, b]))
    yield asked("into a list", _kept("list", [a], "l"), into, _now("list", "l", [a, b]), *new[:2])
    empty = Step(fn="collect", args=[c, Ref("l")], rule=same([c]))
    yield asked("into an empty list", _kept("list", [], "l"), empty, _now("list", "l", [c]), *new[1:])


def binary_search(rng: Generator) -> Iterator[Asked]:
    values = sorted({int(x) for x in rng.integers(0, 200, size=15)})
    yield asked("every place", *(right("binary_search", values, value) for value in values))
    yield asked(
        "not there", right("binary_search", values, values[3]), *(right("binary_search", values, x) for x in (-1, 201))
    )
    yield asked(
        "the first of equals", right("binary_search", [1, 2, 2, 2, 3], 2), right("binary_search", [5, 5, 5, 5], 5)
    )
    yield asked(
        "empty and single",
        right("binary_search", [], 1),
        right("binary_search", [7], 7),
        right("binary_search", [7], 8),
    )


def merge_settings(rng: Generator) -> Iterator[Asked]:
    a, b, c = words(rng, 3)
    base, over = {a: 1, "in": {b: 2, c: 3}}, {"in": {b: 9}, "new": c}
    expected = {a: 1, "in": {b: 9, c: 3}, "new": c}
    merged = Step(fn="merge_settings", args=[Ref("b"), Ref("o")], rule=same(expected))
    yield asked(
        "both stay as they were",
        _kept("dict", base, "b"),
        _kept("dict", over, "o"),
        merged,
        _now("dict", "b", base),
        _now("dict", "o", over),
    )
    yield asked(
        "three levels",
        right("merge_settings", {a: {b: {c: 1, "x": 2}}}, {a: {b: {c: 5}}}),
        _kept("dict", {"l": {a: 1}}, "b"),
        Step(fn="merge_settings", args=[Ref("b"), {"l": {a: 2}}], rule=same({"l": {a: 2}})),
        _now("dict", "b", {"l": {a: 1}}),
    )
    yield asked(
        "dictionary for number",
        right("merge_settings", {a: 1}, {a: {b: 2}}),
        right("merge_settings", {a: {b: 2}}, {a: 1}),
    )
    yield asked(
        "inner parts are copies",
        _kept("dict", {"l": [a]}, "b"),
        Step(fn="merge_settings", args=[Ref("b"), {}], keep="m"),
        Step(fn="getitem", of="operator", args=[Ref("m"), "l"], keep="inner"),
        Step(fn="append", on="inner", args=[b]),
        _now("dict", "b", {"l": [a]}),
    )


MAKERS = {"median": median, "collect": collect, "binary_search": binary_search, "merge_settings": merge_settings}
