"""A translated statement says what the English one says: nobody works from a limit or a name that is no longer true.

Words cannot be compared; what a change of the English text nearly always touches can: figures, names in code, blocks of
code, addresses, headings, and the shape of tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from challenges.audit.report import Check
from challenges.loader import Challenge

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`]+`")
ADDRESS = re.compile(r"\]\(([^)\s]+)")
GROUPED = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
"""The space of 30 000, which a translation may leave out."""
NUMBER = re.compile(r"(?<![A-Za-z\d])\d+(?:\.\d+)?")
"""The 1 of F1 is part of a name."""
MOST_NAMED = 5


def check_translations(challenge: Challenge) -> list[Check]:
    """Return one check for each language in which a statement is there besides English."""
    return [_check(challenge, language) for language in challenge.translations]


def differences(english: str, translated: str) -> list[str]:
    """Return what one of two statements says and the other does not; empty when they go together."""
    found: list[str] = []
    theirs = _facts(translated)
    for what, ours in _facts(english).items():
        missing, extra = Counter(ours) - Counter(theirs[what]), Counter(theirs[what]) - Counter(ours)
        found += [f"{what} missing: {_listed(missing)}"] if missing else []
        found += [f"{what} not in the English one: {_listed(extra)}"] if extra else []
    return found


def _check(challenge: Challenge, language: str) -> Check:
    found = differences(challenge.statement, challenge.statement_in(language).text)
    explanation = (
        "; ".join(found) if found else "figures, names, code, headings and tables are those of the English one"
    )
    return Check(f"statement_{language}_is_up_to_date", not found, explanation, {"differences": float(len(found))})


def _facts(text: str) -> Mapping[str, Iterable[str]]:
    blocks = FENCED.findall(text)
    prose = FENCED.sub("", text)
    plain = GROUPED.sub("", ADDRESS.sub("](", CODE.sub("", prose)))
    return {
        "blocks of code": blocks,
        "names in code": set(CODE.findall(prose)),  # one language repeats a name where the other says "it"
        "addresses": ADDRESS.findall(prose),
        "figures": NUMBER.findall(plain),
        "headings": [line.split(" ")[0] for line in prose.splitlines() if re.match(r"#+ ", line)],
        "tables": [f"{rows} rows of {columns}" for rows, columns in _tables(prose)],
    }


def _tables(prose: str) -> Iterator[tuple[int, int]]:
    """Yield rows and columns of each table."""
    lines: list[str] = []
    for line in [*prose.splitlines(), ""]:
        if line.startswith("|"):
            lines.append(line)
        elif lines:
            yield len(lines), len(re.findall(r"(?<!\\)\|", lines[0])) - 1
            lines = []


def _listed(counted: Counter[str]) -> str:
    named = sorted(counted.elements())
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return ", ".join(" ".join(name.split())[:60] for name in named[:MOST_NAMED]) + more
