"""Core Python: texts, lists, brackets, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from numpy.random import Generator

from challenges.catalog.topic_programming.jobs.asking import Asked, asked, right, toy, wrong
from challenges.worlds.funclib.cases import Step, same
from challenges.worlds.funclib.kit.kit_values import Ref

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def word(rng: Generator, shortest: int = 2, longest: int = 9) -> str:
    return "".join(rng.choice(list(LETTERS), size=int(rng.integers(shortest, longest + 1))))


def words(rng: Generator, count: int) -> list[str]:
    return [word(rng) for _ in range(count)]


def _log_line(rng: Generator, zone: str) -> str:
    hours = 0 if zone == "Z" else int(zone[:3])
    moment = datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=hours))) + timedelta(
        seconds=int(rng.integers(30_000_000))
    )
    level = str(rng.choice(["DEBUG", "INFO", "WARNING", "ERROR"]))
    return f"{moment:%Y-%m-%dT%H:%M:%S}{zone} [{level}] {' '.join(words(rng, 3))}"


def parse_log(rng: Generator) -> Iterator[Asked]:
    lines = [_log_line(rng, "Z") for _ in range(20)]
    yield asked("plain lines", right("parse_log", "\n".join(lines[:6])))
    yield asked("offsets from UTC", right("parse_log", "\n".join(_log_line(rng, z) for z in ("+02:00", "-11:00"))))
    spoilt = [lines[6][11:], lines[7].replace("[", "("), lines[8], "", lines[9].replace("-", "/", 2)]
    yield asked("malformed lines", right("parse_log", "\n".join(spoilt)))
    yield asked("mixed line ends", right("parse_log", f"{lines[10]}\r\n{lines[11]}\r{lines[12]}\n{lines[13]}"))
    start, level, rest = re.split("[][]", lines[14], maxsplit=2)
    yield asked("levels in lower case", right("parse_log", f"{start}[{level.lower()}]{rest}"))
    yield asked("no such day", right("parse_log", "\n".join([lines[15].replace(lines[15][5:10], "02-30"), lines[16]])))
    yield asked("nothing at all", right("parse_log", ""), right("parse_log", lines[17]))
    spaced = f"  {lines[18]}  \n{lines[19].partition(']')[0]}]   "
    yield asked("spaces, no message", right("parse_log", spaced))


def balanced(rng: Generator) -> Iterator[Asked]:
    a, b, c = words(rng, 3)
    yield asked("plain", *(right("balanced", t) for t in (f"({a})", f"({a}", f"[{b}]({c})", f"{b})")))
    yield asked("nested", *(right("balanced", t) for t in (f"{{[({a})]}}", f"{{[({a}])}}", "([]{})", "([)]")))
    yield asked("order of closing", *(right("balanced", t) for t in (")(", "()()", f"]{a}[", f"{{{b}}}")))
    quoted = (f'"({a}" ()', f'"{b}" (', '("[")', f'"{c}')
    yield asked("quoted brackets", *(right("balanced", t) for t in quoted))
    escaped = (f'"{a}\\"(" ()', f'"{a}\\\\" (', f'"\\\\" ({b})', '"\\"')
    yield asked("escaped quotes", *(right("balanced", t) for t in escaped))
    yield asked("empty", right("balanced", ""), right("balanced", "("), right("balanced", a), right("balanced", "]"))
    deep = int(rng.integers(20_000, 40_000))
    yield asked("very deep", *(right("balanced", "(" * deep + ")" * n) for n in (deep, deep - 1)))


def flatten(rng: Generator) -> Iterator[Asked]:
    n = [int(x) for x in rng.integers(0, 100, size=12)]
    yield asked("one level", right("flatten", [n[0], [n[1], n[2]], n[3]]))
    yield asked("several levels", right("flatten", [[n[0], [n[1], [[n[2]]]]], n[3], [n[4]]]))
    yield asked("texts are leaves", right("flatten", [word(rng), [word(rng), [""]], n[5]]))
    yield asked("tuples", right("flatten", [(n[6], (n[7],)), [n[8]], (n[9], [n[10]])]))
    yield asked("empty lists", right("flatten", []), right("flatten", [[], [[]], n[11], [[[]]]]))
    yield asked("none and false", right("flatten", [None, [False, [0, None]], ""]))
    yield asked("dictionaries are leaves", right("flatten", [{"a": [n[0]]}, [{"b": n[1]}]]))
    depth = int(rng.integers(40_000, 60_000))
    deep = (toy("nested", depth, keep="deep"), Step(fn="flatten", args=[Ref("deep")], keep="flat"))
    last = Step(fn="getitem", of="operator", args=[Ref("flat"), -1], rule=same(depth - 1))
    yield asked("fifty thousand deep", *deep, last)


def to_roman(rng: Generator) -> Iterator[Asked]:
    for kind, low, high in (("small", 1, 21), ("hundreds", 100, 1000), ("thousands", 1000, 4000)):
        yield asked(kind, *(right("to_roman", int(n)) for n in rng.integers(low, high, size=3)))
    yield asked("fours and nines", *(right("to_roman", int(n)) for n in rng.choice([4, 9, 40, 90, 444, 949, 999], 4)))
    yield asked("the ends", right("to_roman", 1), right("to_roman", 3999))
    yield asked("zero", right("to_roman", int(rng.integers(5, 50))), wrong("to_roman", 0))
    yield asked("negative", right("to_roman", int(rng.integers(5, 50))), wrong("to_roman", -int(rng.integers(1, 99))))
    yield asked("too large", right("to_roman", 3998), wrong("to_roman", 4000 + int(rng.integers(0, 9))))


def from_roman(rng: Generator) -> Iterator[Asked]:
    def text(low: int, high: int) -> str:
        return str(right("to_roman", int(rng.integers(low, high))).rule["expected"])  # type: ignore[index]

    yield asked("small", *(right("from_roman", text(1, 40)) for _ in range(3)))
    yield asked("large", *(right("from_roman", text(1000, 4000)) for _ in range(3)))
    yield asked("fours and nines", *(right("from_roman", t) for t in ("CDXLIV", "CMXCIX", "XIV")))
    for kind, bad in (
        ("four in a row", "XIIII"),
        ("wrong order", "IXX"),
        ("subtracted twice", "IIX"),
        ("another letter", "XAI"),
        ("empty", ""),
        ("V twice", "VV"),
    ):
        yield asked(kind, right("from_roman", text(1, 3000)), wrong("from_roman", bad))


def merge_intervals(rng: Generator) -> Iterator[Asked]:
    def some(count: int, reach: int) -> list[list[int]]:
        starts = rng.integers(-reach, reach, size=count)
        return [[int(s), int(s + rng.integers(1, 9))] for s in starts]

    yield asked("overlapping", right("merge_intervals", sorted(some(6, 15))))
    yield asked("apart", right("merge_intervals", [[20 * k, 20 * k + int(rng.integers(1, 9))] for k in range(4)]))
    a = int(rng.integers(0, 9))
    yield asked("touching", right("merge_intervals", [[a, a + 2], [a + 2, a + 5], [a + 6, a + 7]]))
    yield asked("not sorted", right("merge_intervals", some(12, 40)))
    yield asked("one inside another", right("merge_intervals", [[a, a + 20], [a + 3, a + 5], [a + 25, a + 26]]))
    yield asked("single points", right("merge_intervals", [[a, a], [a, a], [a + 1, a + 1]]))
    yield asked("none", right("merge_intervals", []), right("merge_intervals", some(3, 9)))
    yield asked("ends before start", right("merge_intervals", some(2, 9)), wrong("merge_intervals", [[a + 1, a]]))
    yield asked("many", right("merge_intervals", some(20_000, 60_000)))


def anagrams(rng: Generator) -> Iterator[Asked]:
    def shuffled(text: str) -> str:
        return "".join(rng.permutation(list(text)))

    base = [word(rng, 4, 7) for _ in range(6)]
    yield asked("pairs", right("anagrams", [base[0], base[1], shuffled(base[0]), shuffled(base[1])]))
    yield asked("none alike", right("anagrams", ["ab", "abc", base[2] + "xyz"]))
    mixed = [w for one in base[:4] for w in (one, shuffled(one), shuffled(one))]
    yield asked("order of the input", right("anagrams", [mixed[int(k)] for k in rng.permutation(len(mixed))]))
    yield asked("upper case", right("anagrams", [base[3].title(), shuffled(base[3]), base[3].upper()]))
    yield asked("spaces", right("anagrams", [f"{base[4]} {base[5]}", shuffled(base[4] + base[5]), base[5]]))
    yield asked("the same word twice", right("anagrams", [base[0], base[0], base[1]]))
    yield asked("letters repeated", right("anagrams", ["aab", "abb", "aba", "ab"]))
    yield asked("other alphabets", right("anagrams", ["Straße", "STRASSE", "étés", "tsée"]))
    yield asked("empty", right("anagrams", []), right("anagrams", ["", base[1], " "]))


def wrap(rng: Generator) -> Iterator[Asked]:
    text = " ".join(words(rng, 30))
    yield asked("plain", right("wrap", text, int(rng.integers(18, 30))))
    yield asked("narrow", right("wrap", text, 10))
    yield asked("spaces and line ends", right("wrap", text.replace(" ", " \n  ", 7), 25))
    exact = word(rng, 5, 5)
    yield asked("fits exactly", right("wrap", f"{exact} {exact} {exact}", 11))
    long = word(rng, 25, 40)
    yield asked("a word too long", right("wrap", f"{exact} {long} {exact}", int(rng.integers(7, 12))))
    yield asked("a multiple too long", right("wrap", f"{word(rng, 12, 12)} {exact}", 6))
    yield asked("nothing", right("wrap", "", 5), right("wrap", "  \n ", 5), right("wrap", exact, 5))
    yield asked("width of one", right("wrap", exact, 1), wrong("wrap", exact, 0))


def top_words(rng: Generator) -> Iterator[Asked]:
    few = words(rng, 5)
    text = " ".join(rng.choice(few, size=40))
    yield asked("plain", right("top_words", text, 3))
    yield asked("punctuation", right("top_words", text.replace(" ", ", ").replace(few[0], f"({few[0]})!"), 4))
    yield asked("upper and lower", right("top_words", text.title() + " " + text, 3))
    yield asked("ties", right("top_words", " ".join(rng.permutation([*few, *few])), 3))
    yield asked("digits and hyphens", right("top_words", f"{few[0]}-2 {few[0]} 2 v2 v2_v2", 5))
    yield asked("case folding", right("top_words", f"Straße STRASSE strasse {few[1]} {few[1]}", 2))
    yield asked("more than there are", right("top_words", f"{few[2]} {few[3]}", 9))
    yield asked("nothing", right("top_words", "", 3), right("top_words", "?!", 3), right("top_words", few[4], 0))


def spiral(rng: Generator) -> Iterator[Asked]:
    def matrix(rows: int, columns: int) -> list[list[int]]:
        table: list[list[int]] = rng.integers(-50, 50, size=(rows, columns)).tolist()
        return table

    yield asked("three by three", right("spiral", matrix(3, 3)))
    yield asked("even square", right("spiral", matrix(4, 4)))
    yield asked("wide", right("spiral", matrix(2, 5)), right("spiral", matrix(3, 6)))
    yield asked("tall", right("spiral", matrix(6, 3)))
    yield asked("one row", right("spiral", matrix(1, 4)))
    yield asked("one column", right("spiral", matrix(5, 1)))
    yield asked("empty", right("spiral", []), right("spiral", matrix(1, 1)))
    yield asked("large", right("spiral", matrix(60, 41)))


def calc(rng: Generator) -> Iterator[Asked]:
    a, b, c, d = (int(x) for x in rng.integers(2, 12, size=4))
    yield asked("before and after", right("calc", f"{a} + {b} * {c} - {d}"))
    yield asked("brackets", right("calc", f"({a} + {b}) * ({c} - (1 - {d}))"))
    yield asked("division", right("calc", f"{a} / {b} / {c} * {d}"))
    yield asked("decimals", right("calc", f".{a} * {b}.{c} + {d}."))
    yield asked("power from the right", right("calc", f"2 ^ {1 + a % 3} ^ 2 + {b}"))
    yield asked(
        "minus before a power", right("calc", f"-{a}^2"), right("calc", f"{b} ^ -1"), right("calc", f"-({c}-{d})^2")
    )
    yield asked("many minus signs", right("calc", f"{a}---{b}"), right("calc", f"--{c} * -{d}"))
    yield asked("no spaces", right("calc", f"{a}*({b}-{c})/{d}+1"), right("calc", f"  {a}  "))
    yield asked(
        "malformed", right("calc", f"{a}*{b}"), *(wrong("calc", t) for t in (f"{a} +", f"({b}", f"{c} {d}", ""))
    )
    python = (f"{a} ** 2", f"{b} // 2", "1e3", f"0x{c}", "1_000", f"{d} % 3", "abs(-1)")
    yield asked("python that is not ours", right("calc", f"{a}-{b}"), *(wrong("calc", t) for t in python))
    by_zero = wrong("calc", f"{a} / ({b} - {b})", error="ZeroDivisionError")
    yield asked("by zero", right("calc", f"{a} / {b}"), by_zero)


MAKERS = {
    "parse_log": parse_log,
    "balanced": balanced,
    "flatten": flatten,
    "to_roman": to_roman,
    "from_roman": from_roman,
    "merge_intervals": merge_intervals,
    "anagrams": anagrams,
    "wrap": wrap,
    "top_words": top_words,
    "spiral": spiral,
    "calc": calc,
}
