"""Files: the cases write them with a toy, the functions read and write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.random import Generator

from challenges.catalog.topic_programming.jobs.asking import Asked, asked, toy
from challenges.catalog.topic_programming.jobs.core import word, words
from challenges.worlds.funclib.cases import Rule, Step, raises, same
from challenges.worlds.funclib.kit.kit_values import Ref


def _written(files: dict[str, str], *names: str) -> tuple[Step, Step, Step]:
    """Return the steps that write files and keep the folder, the paths of `names`, and the path of a new file."""
    return (
        toy("folder", files, keep="folder"),
        toy("paths", Ref("folder"), list(names), keep="paths"),
        toy("path", Ref("folder"), "out.csv", keep="out"),
    )


def _out(expected: list[str]) -> Step:
    return toy("read", Ref("folder"), "out.csv", expected=expected)


def merge_csvs(rng: Generator) -> Iterator[Asked]:
    n = [int(x) for x in rng.integers(0, 1000, size=8)]
    a, b, c = words(rng, 3)

    def merge(files: dict[str, str], count: int, lines: list[str]) -> tuple[Step, ...]:
        run = Step(fn="merge_csvs", args=[Ref("paths"), Ref("out")], rule=same(count))
        return (*_written(files, *files), run, _out(lines))

    yield asked(
        "same columns",
        *merge({"1": f"x,y\n{n[0]},{a}\n", "2": f"x,y\n{n[1]},{b}\n"}, 2, ["x,y", f"{n[0]},{a}", f"{n[1]},{b}"]),
    )
    yield asked(
        "other order",
        *merge({"1": f"x,y\n{n[0]},{a}\n", "2": f"y,x\n{b},{n[1]}\n"}, 2, ["x,y", f"{n[0]},{a}", f"{n[1]},{b}"]),
    )
    yield asked(
        "other columns",
        *merge(
            {"1": f"x,y\n{n[0]},{a}\n", "2": f"z,x\n{n[2]},{n[1]}\n"}, 2, ["x,y,z", f"{n[0]},{a},", f"{n[1]},,{n[2]}"]
        ),
    )
    yield asked(
        "commas in quotes",
        *merge({"1": f'x,y\n{n[3]},"{a}, {b}"\n', "2": f"x\n{n[4]}\n"}, 2, ["x,y", f'{n[3]},"{a}, {b}"', f"{n[4]},"]),
    )
    yield asked("only a header", *merge({"1": f"x,y\n{n[5]},{c}\n", "2": "y,w\n"}, 1, ["x,y,w", f"{n[5]},{c},"]))
    yield asked("no end of line", *merge({"1": f"x\n{n[6]}", "2": f"x\n{n[7]}"}, 2, ["x", f"{n[6]}", f"{n[7]}"]))
    yield asked(
        "a byte order mark",
        *merge({"1": f"\ufeffx,y\n{n[0]},{c}\n", "2": f"x\n{n[1]}\n"}, 2, ["x,y", f"{n[0]},{c}", f"{n[1]},"]),
    )
    yield asked(
        "ends of another system",
        *merge({"1": f"x,y\r\n{n[2]},{b}\r\n", "2": f"x\r\n{n[3]}\r\n"}, 2, ["x,y", f"{n[2]},{b}", f"{n[3]},"]),
    )


def tail(rng: Generator) -> Iterator[Asked]:
    lines = words(rng, 12)

    def last(text: str, n: int, expected: list[str]) -> tuple[Step, ...]:
        run = Step(fn="tail", args=[Ref("log"), n], rule=same(expected))
        return toy("folder", {"a.log": text}, keep="folder"), toy("path", Ref("folder"), "a.log", keep="log"), run

    whole = "\n".join(lines) + "\n"
    yield asked("the last three", *last(whole, 3, lines[-3:]))
    yield asked("more than there are", *last(whole, 50, lines))
    yield asked("no end of line", *last(whole.rstrip("\n"), 2, lines[-2:]))
    yield asked("empty lines", *last(f"{lines[0]}\n\n{lines[1]}\n\n", 3, ["", lines[1], ""]))
    yield asked("empty file", *last("", 5, []), *last(whole, 1, lines[-1:]))
    yield asked("none", *last(whole, 0, []), *last(whole, 4, lines[-4:]))
    yield asked("other alphabets", *last(f"{lines[2]}\nгод {lines[3]}\nété\n", 2, [f"год {lines[3]}", "été"]))
    for kind in ("little memory", "little memory again"):
        log = toy("long_log", int(rng.integers(1, 10**6)), 30_000, keep="log")
        yield asked(kind, log, toy("peak_below", "tail", 1.0, Ref("log"), 20, expected=True))


def load_config(rng: Generator) -> Iterator[Asked]:
    n, m = (int(x) for x in rng.integers(1, 1000, size=2))
    a, b = words(rng, 2)
    defaults = {"port": 80, "name": "x", "rate": 0.5, "debug": False}

    def load(text: str, environment: dict[str, str], rule: Rule) -> tuple[Step, ...]:
        run = Step(fn="load_config", args=[defaults, Ref("conf"), environment], rule=rule)
        return toy("folder", {"a.conf": text}, keep="folder"), toy("path", Ref("folder"), "a.conf", keep="conf"), run

    def gives(**changes: Any) -> Rule:
        return same({**defaults, **changes})

    yield asked("the file wins", *load(f"port = {n}\nname = {a}\n", {}, gives(port=n, name=a)))
    yield asked("the environment wins", *load(f"port = {n}\n", {"APP_PORT": str(m)}, gives(port=m)))
    yield asked(
        "types of the defaults",
        *load(f"rate={m}\nport={n}\n", {"APP_NAME": str(n)}, gives(rate=float(m), port=n, name=str(n))),
    )
    yield asked("comments", *load(f"# {a} = 1\n\n   # port = 1\nname = {b}\n", {"OTHER": "1"}, gives(name=b)))
    yield asked(
        "true and false",
        *load("debug = yes\n", {}, gives(debug=True)),
        *load("debug = no\n", {}, gives()),
        *load("debug=true\n", {"APP_DEBUG": "0"}, gives()),
    )
    yield asked("equals in a value", *load(f"name = {a}={b}\n", {}, gives(name=f"{a}={b}")))
    yield asked("an unknown name", *load(f"{a}x = {n}\n", {}, raises("ValueError")), *load("", {}, gives()))
    yield asked(
        "not a number",
        *load(f"port = {a}\n", {}, raises("ValueError")),
        *load("", {"APP_RATE": "2"}, gives(rate=2.0)),
        *load("debug = perhaps\n", {}, raises("ValueError")),
    )
    missing = Step(fn="load_config", args=[defaults, f"/nowhere/{a}", {"APP_PORT": str(n)}], rule=gives(port=n))
    yield asked("no such file", missing)


def jsonl_to_csv(rng: Generator) -> Iterator[Asked]:
    n = [int(x) for x in rng.integers(0, 1000, size=4)]
    a, b = word(rng), word(rng)

    def convert(text: str, count: int, lines: list[str]) -> tuple[Step, ...]:
        written = toy("folder", {"a.jsonl": text}, keep="folder")
        ends = (toy("path", Ref("folder"), "a.jsonl", keep="in"), toy("path", Ref("folder"), "out.csv", keep="out"))
        return written, *ends, Step(fn="jsonl_to_csv", args=[Ref("in"), Ref("out")], rule=same(count)), _out(lines)

    yield asked(
        "two lines",
        *convert(
            f'{{"a": {n[0]}, "b": "{a}"}}\n{{"a": {n[1]}, "b": "{b}"}}\n', 2, ["a,b", f"{n[0]},{a}", f"{n[1]},{b}"]
        ),
    )
    yield asked("columns in order", *convert(f'{{"z": {n[0]}, "b": {n[1]}}}\n', 1, ["b,z", f"{n[1]},{n[0]}"]))
    yield asked("fields left out", *convert(f'{{"a": {n[0]}}}\n{{"b": {n[1]}}}\n', 2, ["a,b", f"{n[0]},", f",{n[1]}"]))
    yield asked(
        "broken lines", *convert(f'{{"a": {n[2]}}}\n{{"a": \n{n[3]}\n\n{{"a": {n[3]}}}', 2, ["a", f"{n[2]}", f"{n[3]}"])
    )
    yield asked(
        "commas and quotes", *convert(f'{{"a": "{a}, \\"{b}\\""}}\n{{"a": 1}}\n', 2, ["a", f'"{a}, ""{b}"""', "1"])
    )
    yield asked("other alphabets", *convert(f'{{"a": "\\u00e9{a}"}}\n{{"a": "год"}}\n', 2, ["a", f"é{a}", "год"]))


MAKERS = {"merge_csvs": merge_csvs, "tail": tail, "load_config": load_config, "jsonl_to_csv": jsonl_to_csv}
