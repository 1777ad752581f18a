"""Classes, decorators, context managers and generators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numpy.random import Generator

from challenges.catalog.topic_programming.jobs.asking import Asked, asked, toy, wrong
from challenges.catalog.topic_programming.jobs.core import words
from challenges.worlds.funclib.cases import Rule, Step, raises, same
from challenges.worlds.funclib.kit.kit_values import Ref


def make(fn: str, *args: Any, keep: str) -> Step:
    return Step(fn=fn, args=args, keep=keep)


def on(name: str, fn: str, *args: Any, rule: Rule | None = None) -> Step:
    return Step(fn=fn, on=name, args=args, rule=rule)


def builtin(fn: str, *args: Any, rule: Rule | None = None, keep: str | None = None) -> Step:
    return Step(fn=fn, of="builtins", args=args, rule=rule, keep=keep)


def operator(fn: str, *args: Any, keep: str) -> Step:
    return Step(fn=fn, of="operator", args=args, keep=keep)


def attribute(name: str, of: str, expected: Any) -> Step:
    return builtin("getattr", Ref(of), name, rule=same(expected))


def lru_cache(rng: Generator) -> Iterator[Asked]:
    a, b, c, d = words(rng, 4)
    n, m = (int(x) for x in rng.integers(0, 100, size=2))
    two = make("LRUCache", 2, keep="c")

    def put(key: Any, value: Any) -> Step:
        return on("c", "put", key, value)

    def get(key: Any, expected: Any, *default: Any) -> Step:
        return on("c", "get", key, *default, rule=same(expected))

    yield asked("put and get", two, put(a, n), put(b, m), get(a, n), get(b, m))
    yield asked("oldest goes", two, put(a, n), put(b, m), put(c, 3), get(a, None), get(b, m), get(c, 3))
    yield asked("a get refreshes", two, put(a, n), put(b, m), get(a, n), put(c, 3), get(b, None), get(a, n))
    yield asked("a put refreshes", two, put(a, n), put(b, m), put(a, 7), put(c, 3), get(b, None), get(a, 7))
    yield asked("a default", two, get(a, -1, -1), put(a, n), get(a, n, -1))
    yield asked(
        "length",
        two,
        builtin("len", Ref("c"), rule=same(0)),
        put(a, n),
        put(b, m),
        put(d, 1),
        builtin("len", Ref("c"), rule=same(2)),
    )
    yield asked(
        "none is a value", two, put(a, None), put(b, m), get(a, None, 5), put(c, 1), get(a, None, 5), get(b, 0, 0)
    )
    yield asked(
        "capacity of zero", make("LRUCache", 1, keep="c"), put(a, n), put(b, m), get(a, None), wrong("LRUCache", 0)
    )
    yield asked(
        "two caches",
        two,
        make("LRUCache", 2, keep="other"),
        put(a, n),
        on("other", "get", a, rule=same(None)),
        get(a, n),
    )


def polynomial(rng: Generator) -> Iterator[Asked]:
    p, q = (
        [*(int(x) for x in rng.integers(-9, 10, size=int(rng.integers(2, 5)))), int(rng.integers(1, 9))] for _ in "pq"
    )
    P, Q = make("Polynomial", p, keep="p"), make("Polynomial", q, keep="q")
    size = max(len(p), len(q))
    padded = [[*one, *[0] * (size - len(one))] for one in (p, q)]
    total = [x + y for x, y in zip(*padded, strict=True)]
    product = [sum(p[i] * q[k - i] for i in range(len(p)) if 0 <= k - i < len(q)) for k in range(len(p) + len(q) - 1)]
    x = int(rng.integers(-4, 5))

    def trimmed(values: list[int]) -> list[int]:
        while values and values[-1] == 0:
            values = values[:-1]
        return values

    def coefficients(of: str, values: list[int]) -> Step:
        return attribute("coefficients", of, trimmed(values))

    def value(of: list[int], at: int) -> int:
        return sum(c * at**k for k, c in enumerate(of))

    yield asked("value", P, on("p", "__call__", x, rule=same(value(p, x))), on("p", "__call__", 0, rule=same(p[0])))
    yield asked("sum", P, Q, operator("add", Ref("p"), Ref("q"), keep="s"), coefficients("s", total))
    yield asked("product", P, Q, operator("mul", Ref("p"), Ref("q"), keep="s"), coefficients("s", product))
    yield asked("degree", P, attribute("degree", "p", len(p) - 1), Q, attribute("degree", "q", len(q) - 1))
    yield asked(
        "derivative", P, on_kept("p", "derivative", "d"), coefficients("d", [k * c for k, c in enumerate(p)][1:])
    )
    yield asked(
        "zeros at the end",
        make("Polynomial", [*p, 0, 0], keep="p"),
        coefficients("p", p),
        attribute("degree", "p", len(p) - 1),
    )
    yield asked(
        "difference is zero",
        P,
        make("Polynomial", p, keep="q"),
        operator("sub", Ref("p"), Ref("q"), keep="s"),
        coefficients("s", []),
        attribute("degree", "s", -1),
    )
    plus = [p[0] + 3, *p[1:]]
    yield asked(
        "numbers on either side",
        P,
        operator("add", 3, Ref("p"), keep="s"),
        coefficients("s", plus),
        operator("mul", Ref("p"), 2, keep="t"),
        coefficients("t", [2 * c for c in p]),
        operator("sub", 1, Ref("p"), keep="u"),
        coefficients("u", [1 - p[0], *(-c for c in p[1:])]),
    )
    yield asked(
        "equality",
        P,
        Q,
        make("Polynomial", [*p, 0], keep="r"),
        operator("eq", Ref("p"), Ref("r"), keep="e"),
        builtin("bool", Ref("e"), rule=same(True)),
        operator("eq", Ref("p"), Ref("q"), keep="f"),
        builtin("bool", Ref("f"), rule=same(p == q)),
    )
    yield asked(
        "operands stay",
        P,
        Q,
        operator("add", Ref("p"), Ref("q"), keep="s"),
        operator("mul", Ref("p"), Ref("q"), keep="t"),
        coefficients("p", p),
        coefficients("q", q),
    )


def on_kept(name: str, fn: str, keep: str) -> Step:
    return Step(fn=fn, on=name, keep=keep)


def account(rng: Generator) -> Iterator[Asked]:
    owner, other = words(rng, 2)
    n, m = int(rng.integers(50, 100)), int(rng.integers(1, 50))
    A, B = make("Account", owner, n, keep="a"), make("Account", other, m, keep="b")
    C = make("CreditAccount", owner, n, 30, keep="a")
    short = raises("InsufficientFunds")
    yield asked("deposit", A, on("a", "deposit", m, rule=same(n + m)), attribute("balance", "a", n + m))
    yield asked("withdraw", A, on("a", "withdraw", m, rule=same(n - m)), attribute("owner", "a", owner))
    yield asked("starts empty", make("Account", owner, keep="a"), attribute("balance", "a", 0))
    yield asked("not enough", A, on("a", "withdraw", n + 1, rule=short), on("a", "withdraw", n, rule=same(0)))
    yield asked(
        "a kind of ValueError",
        A,
        on("a", "withdraw", n + m, rule=raises("ValueError")),
        on("a", "withdraw", n + m, rule=short),
        attribute("balance", "a", n),
    )
    yield asked(
        "nothing or less",
        A,
        *(on("a", fn, x, rule=raises("ValueError")) for fn in ("deposit", "withdraw") for x in (0, -m)),
        attribute("balance", "a", n),
    )
    yield asked(
        "transfer",
        A,
        B,
        on("a", "transfer", Ref("b"), m),
        attribute("balance", "a", n - m),
        attribute("balance", "b", 2 * m),
    )
    yield asked(
        "transfer fails whole",
        A,
        B,
        on("b", "transfer", Ref("a"), m + 1, rule=short),
        attribute("balance", "a", n),
        attribute("balance", "b", m),
    )
    yield asked(
        "credit",
        C,
        on("a", "withdraw", n + 30, rule=same(-30)),
        on("a", "withdraw", 1, rule=short),
        attribute("balance", "a", -30),
    )


def memoize(rng: Generator) -> Iterator[Asked]:
    x, y = (int(v) for v in rng.integers(1, 50, size=2))
    ttl = float(rng.integers(5, 60))
    ready = (
        toy("Clock", keep="clock"),
        toy("Counted", keep="f"),
        Step(fn="memoize", args=[ttl, Ref("clock")], keep="wrap"),
        toy("decorated", Ref("wrap"), Ref("f"), keep="g"),
    )

    def ask(*args: Any, expected: Any, **named: Any) -> Step:
        return Step(fn="__call__", on="g", args=args, kwargs=named, rule=same(expected))

    def calls(count: int) -> Step:
        return on("f", "count", rule=same(count))

    def later(seconds: float) -> Step:
        return on("clock", "advance", seconds)

    yield asked("asked twice", *ready, ask(x, expected=x), ask(x, expected=x), calls(1))
    yield asked(
        "other arguments", *ready, ask(x, expected=x), ask(x + y, expected=x + y), ask(x, y, expected=x + y), calls(3)
    )
    yield asked("still fresh", *ready, ask(x, expected=x), later(ttl / 2), ask(x, expected=x), calls(1))
    yield asked(
        "expired",
        *ready,
        ask(x, expected=x),
        later(ttl + 1),
        ask(x, expected=x),
        calls(2),
        ask(x, expected=x),
        calls(2),
    )
    yield asked("at the very moment", *ready, ask(x, expected=x), later(ttl), ask(x, expected=x), calls(2))
    yield asked(
        "reading keeps the age",
        *ready,
        ask(x, expected=x),
        later(0.75 * ttl),
        ask(x, expected=x),
        later(0.5 * ttl),
        ask(x, expected=x),
        calls(2),
    )
    yield asked(
        "named arguments", *ready, ask(x, a=y, b=1, expected=x + y + 1), ask(x, b=1, a=y, expected=x + y + 1), calls(1)
    )
    fails = Step(fn="__call__", on="g", args=[-x], rule=raises("ValueError"))
    yield asked("errors are not kept", *ready, fails, fails, calls(2), ask(0, expected=0), ask(0, expected=0), calls(3))


def transaction(rng: Generator) -> Iterator[Asked]:
    a, b, c = words(rng, 3)
    n, m = (int(x) for x in rng.integers(1, 100, size=2))

    def data(value: Any) -> Step:
        return builtin("dict", value, keep="d")

    begin = make("Transaction", Ref("d"), keep="t")

    def attempt(changes: Any, fails: bool) -> Step:
        return Step(fn="attempt", of="toys", args=[Ref("t"), changes, fails], rule=same(fails))

    def now(expected: Any) -> Step:
        return builtin("dict", Ref("d"), rule=same(expected))

    yield asked("goes well", data({a: n}), begin, attempt({b: m}, False), now({a: n, b: m}))
    yield asked("rolls back", data({a: n}), begin, attempt({a: m + 200}, True), now({a: n}))
    yield asked("a new key goes again", data({a: n}), begin, attempt({b: m, c: 1}, True), now({a: n}))
    yield asked("lists inside", data({a: [n]}), begin, attempt({a: [m]}, True), now({a: [n]}))
    yield asked(
        "used again", data({a: n}), begin, attempt({b: m}, False), attempt({a: 0, c: 1}, True), now({a: n, b: m})
    )
    yield asked(
        "the same dictionary",
        data({a: n}),
        begin,
        attempt({b: m}, True),
        builtin("id", Ref("d"), keep="i"),
        on("t", "__enter__"),
        attempt({c: m}, False),
        now({a: n, c: m}),
    )
    yield asked("empty", data({}), begin, attempt({a: [n]}, True), now({}))


def merge_sorted(rng: Generator) -> Iterator[Asked]:
    def some(count: int) -> list[int]:
        return sorted(int(x) for x in rng.integers(-99, 99, size=count))

    def merged(a: Any, b: Any) -> tuple[Step, Step]:
        return make("merge_sorted", a, b, keep="m"), builtin("list", Ref("m"), rule=same(sorted([*a, *b])))

    yield asked("two lists", *merged(some(6), some(8)))
    yield asked("one is empty", *merged(some(5), []), *merged([], some(4)))
    yield asked("both are empty", *merged([], []), *merged(some(2), some(2)))
    twice = some(3)
    yield asked("equal items", *merged(twice, twice))
    yield asked(
        "iterators",
        toy("Tap", a := some(5), keep="a"),
        toy("Tap", b := some(7), keep="b"),
        make("merge_sorted", Ref("a"), Ref("b"), keep="m"),
        builtin("list", Ref("m"), rule=same(sorted([*a, *b]))),
    )
    a, b = some(60), some(60)
    yield asked(
        "takes only what it needs",
        toy("Tap", a, keep="a"),
        toy("Tap", b, keep="b"),
        make("merge_sorted", Ref("a"), Ref("b"), keep="m"),
        Step(fn="take", of="toys", args=[Ref("m"), 5], rule=same(sorted([*a, *b])[:5])),
        toy("thrifty", Ref("a"), Ref("b"), 7, expected=True),
    )
    yield asked(
        "waits to be asked",
        toy("Tap", some(9), keep="a"),
        make("merge_sorted", Ref("a"), some(3), keep="m"),
        on("a", "count", rule=same(0)),
    )


def chunks(rng: Generator) -> Iterator[Asked]:
    n = int(rng.integers(7, 12))
    items = [int(x) for x in rng.integers(0, 99, size=n)]

    def cut(size: int) -> tuple[Step, Step]:
        pieces = [items[k : k + size] for k in range(0, n, size)]
        return make("chunks", items, size, keep="c"), builtin("list", Ref("c"), rule=same(pieces))

    yield asked("a rest", *cut(n - 2), *cut(3))
    yield asked("no rest", *cut(n))
    yield asked("larger than all", *cut(n + 5))
    yield asked("nothing", make("chunks", [], 3, keep="c"), builtin("list", Ref("c"), rule=same([])), *cut(2))
    yield asked(
        "an iterator",
        toy("Tap", items, keep="a"),
        make("chunks", Ref("a"), n - 1, keep="c"),
        builtin("list", Ref("c"), rule=same([items[:-1], items[-1:]])),
    )
    yield asked(
        "takes only what it needs",
        toy("Tap", items, keep="a"),
        make("chunks", Ref("a"), 2, keep="c"),
        Step(fn="take", of="toys", args=[Ref("c"), 2], rule=same([items[:2], items[2:4]])),
        on("a", "count", rule=same(4)),
    )
    yield asked("size of zero at once", *cut(1), wrong("chunks", items, 0))


MAKERS = {
    "LRUCache": lru_cache,
    "Polynomial": polynomial,
    "Account": account,
    "memoize": memoize,
    "Transaction": transaction,
    "merge_sorted": merge_sorted,
    "chunks": chunks,
}
