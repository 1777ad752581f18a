"""A statement that a learner can work from: the files, the answer's format, how it is scored."""

from __future__ import annotations

import re

from challenges.answers import BundleAnswer, CsvAnswer
from challenges.audit.report import Check
from challenges.audit.translations import check_translations
from challenges.loader import Challenge
from challenges.minting import Minted

SECTIONS = {
    "a title": r"^# \S",
    "what to hand in": r"^## .*hand in",
    "how it is scored": r"^## .*scored",
    "what it trains": r"^## What it trains$",
}
ANCHORS = ("floor", "baseline", "ceiling")


def check_statement(challenge: Challenge, paper: Minted) -> list[Check]:
    """Return the check on statement.md, and one for each translation of it."""
    text = challenge.statement
    missing = [what for what, pattern in SECTIONS.items() if not re.search(pattern, text, re.MULTILINE | re.IGNORECASE)]
    missing += [f"the word {anchor}" for anchor in ANCHORS if anchor not in text.lower()]
    missing += [f"the name {name}" for name in _names(challenge, paper) if name not in text]
    explanation = f"missing: {', '.join(missing)}" if missing else "all sections, files and columns are named"
    complete = Check("statement_is_complete", not missing, explanation, {"missing": float(len(missing))})
    return [complete, *check_translations(challenge)]


def _names(challenge: Challenge, paper: Minted) -> list[str]:
    """Return what the statement must name: top-level public files and folders, the answer, its ids and columns."""
    names = sorted({name.partition("/")[0] for name in paper.public_files()})
    answer, program = challenge.spec.answer, challenge.spec.program
    if answer is not None:
        parts = answer.parts if isinstance(answer, BundleAnswer) else (answer,)
        # a program leaves the parts of a bundle in /output; no learner of it ever sees the zip
        names += [answer.file] if program is None else []
        names += [part.file for part in parts]
        names += [name for part in parts if isinstance(part, CsvAnswer) for name in (*part.ids, *part.columns)]
    if program is not None:
        names += [*program.required, *program.acts]
    return list(dict.fromkeys(names))
