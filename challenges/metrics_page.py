"""The registry of metrics -> docs/metrics.md: what each takes, promises and is called.

    python -m challenges.metrics_page           write docs/metrics.md
    python -m challenges.metrics_page --check   exit status 1 where it is out of date

Nothing is said here that a row of the registry, a docstring or types.py does not say.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise

from challenges.made_page import DOCS, MadePage, anchor, escaped
from challenges.metrics import registry, types
from challenges.metrics.registry import METRICS
from challenges.metrics.types import Claims, Effect, Metric, Takes

PAGE = DOCS / "metrics.md"
COMMAND = "python -m challenges.metrics_page"
HEADING = re.compile(r"    # (?P<family>[A-Z].*)|    Metric\(id=\"(?P<id>\w+)\"")
ITEM = re.compile(r"(?P<names>\w+(?:, \w+)*) : |(?P<error>\w+Error)\n\s*")
SECTION = re.compile(r"^(?P<name>\w[\w ]*)\n-{3,}\n", re.MULTILINE)
PROSE = ("Parameters", "Returns", "Raises", "Edge cases", "Source")
KINDS = {int: "whole number", float: "number", bool: "true or false", str: "text", object: "a class"}
CHANGES = {Effect.UNCHANGED: "leaves it as it is", Effect.PROPORTIONAL: "does the same to it"}


def page() -> str:
    """Return the whole page."""
    families = by_family()
    return "\n".join([*_head(families), *(line for family in families for line in _family(family, families[family]))])


def by_family() -> dict[str, list[Metric]]:
    """Return heading -> metrics, as the comments of the table divide it."""
    found: dict[str, list[Metric]] = {}
    family = ""
    for match in HEADING.finditer(inspect.getsource(registry)):
        if match["family"]:
            family = match["family"]
        else:
            found.setdefault(family, []).append(METRICS[match["id"]])
    return found


def sections(docstring: str) -> dict[str, str]:
    """Return heading -> text of a docstring; what stands before the first heading is the summary, under ''."""
    first, *rest = SECTION.split(docstring)
    return {"": first.strip(), **{name: text.strip("\n") for name, text in zip(rest[::2], rest[1::2], strict=True)}}


def _head(families: Mapping[str, list[Metric]]) -> Iterator[str]:
    yield "# Metrics\n"
    yield f"Made from `challenges/metrics` by `{COMMAND}`; a change there is written here by that command alone.\n"
    yield f"{len(METRICS)} metrics. A challenge names one by its id; at home, `judge score --metric ID --truth FILE"
    yield "--predictions FILE` gives the same number.\n"
    for family, metrics in families.items():
        names = ", ".join(f"[{metric.id}](#{metric.id})" for metric in metrics)
        yield f"- [{family}](#{anchor(family)}): {names}"
    yield "\n**Error** says how a score's standard error comes about: by a closed form, or from 1000 resamples of the"
    yield "unit (200 where the metric must be computed anew for each).\n"


def _family(family: str, metrics: list[Metric]) -> Iterator[str]:
    yield f"## {family}\n"
    for metric in metrics:
        yield from _metric(metric)


def _metric(metric: Metric) -> Iterator[str]:
    told = sections(inspect.getdoc(metric.function) or "")
    yield f"### {metric.id}\n"
    summary = escaped(told[""].removeprefix("Return "))
    yield f"**{metric.title}.** {_linked(summary[:1].upper() + summary[1:], metric)}\n"
    yield "| | |\n|---|---|"
    yield f"| Better | {metric.better.value}; best {_end(metric.best)}, worst {_end(metric.worst)} |"
    yield f"| Takes | `{metric.takes.value}`{_described(metric.takes)} |"
    yield f"| Resampled | by {metric.unit} |"
    yield f"| Error | {_error(metric)} |"
    if metric.signature:
        yield f"| Signature | `{metric.signature}` |"
    yield f"| Version | {metric.version} |"
    for name, kind in metric.params.items():
        yield f"| Parameter `{name}` | {KINDS[kind]}, {_default(metric, name)} |"
    yield ""
    if metric.claims is not None and (claims := list(_claims(metric.claims))):
        yield " ".join(claims) + "\n"
    for name in PROSE:
        if name in told:
            yield _linked(_section(name, escaped(told[name])), metric) + "\n"
    if "Examples" in told:
        yield f"```python\n{told['Examples'].strip()}\n```\n"


def _error(metric: Metric) -> str:
    if metric.row_scores is not None:
        return "closed form: the score is the mean of row scores"
    if metric.row_sums is not None:
        return "closed form: the score is a function of sums over the rows"
    if metric.standard_error is not None or metric.pulls is not None:
        return "closed form of its own"
    return "1000 resamples" if metric.resampled is not None else "200 resamples"


def _claims(claims: Claims) -> Iterator[str]:
    if claims.symmetric:
        yield "Truth and predictions may change places."
    if not claims.one_row:
        yield "Not defined on a single row."
    if not claims.constant_truth:
        yield "Not defined where all rows have the same truth."
    if not claims.repeats:
        yield "Writing every row twice changes it."
    if claims.ranks_only:
        yield "Only the order of the predictions counts."
    if claims.relabelled:
        yield "Other names for the predicted classes change nothing."
    if claims.shift in CHANGES:
        yield f"Adding one number to everything on both sides {CHANGES[claims.shift]}."
    if claims.scale is Effect.SQUARED:
        yield "Multiplying everything on both sides by one number multiplies it by the square."
    elif claims.scale in CHANGES:
        yield f"Multiplying everything on both sides by one positive number {CHANGES[claims.scale]}."


def _default(metric: Metric, name: str) -> str:
    default = inspect.signature(metric.function).parameters[name].default
    if default is inspect.Parameter.empty:
        return "required"
    if default is None:
        return "none unless given"
    return f"default `{str(default).lower() if isinstance(default, bool) else default}`"


def _described(takes: Takes) -> str:
    """Return what types.py says of a kind of input, in the lines below its member."""
    text = _DESCRIPTIONS.get(takes.name)
    return f": {text}" if text else ""


def _member_docstrings(kind: type) -> dict[str, str]:
    tree = ast.parse(inspect.getsource(types))
    (made,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    found = {}
    for member, after in pairwise(made.body):
        if isinstance(member, ast.Assign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            (target,) = member.targets
            found[ast.unparse(target)] = str(after.value.value).replace("\n    ", " ")
    return found


_DESCRIPTIONS = _member_docstrings(Takes)


def _section(name: str, text: str) -> str:
    """Return a section as Markdown: parameters and exceptions as a list, the rest as it stands."""
    items = [item for item in re.split(r"\n(?=\S)", text) if ITEM.match(item)]
    if len(items) < len(re.split(r"\n(?=\S)", text)):
        return f"*{name}.* {text}"
    told = [ITEM.sub(lambda match: f"- `{match['names'] or match['error']}`: ", item, count=1) for item in items]
    return f"*{name}*\n\n" + "\n".join(re.sub(r"\n *", "\n  ", item) for item in told)


def _linked(text: str, metric: Metric) -> str:
    """Return a text in which the names of other metrics are links."""

    def link(match: re.Match[str]) -> str:
        name = match[1]
        return f"[`{name}`](#{name})" if name in METRICS and name != metric.id else match[0]

    return re.sub(r"`(\w+)`", link, text)


def _end(end: float | None) -> str:
    return "unbounded" if end is None else f"{end:g}"


if __name__ == "__main__":
    sys.exit(MadePage(PAGE, page, COMMAND).main())
