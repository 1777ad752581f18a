"""Pages of docs/ that are made from what the code says, and kept in the repository so that anybody can read them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


@dataclass(frozen=True)
class MadePage:
    """One page: where it lies, what it says now, and the command that writes it."""

    path: Path
    text: Callable[[], str]
    command: str

    def is_current(self) -> bool:
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == self.text()

    def main(self) -> int:
        """Write the page, or with --check say whether it is up to date; return the exit status."""
        name = f"docs/{self.path.name}"
        if "--check" in sys.argv[1:]:
            current = self.is_current()
            print(f"{name} is current" if current else f"{name} is out of date: {self.command}")
            return 0 if current else 1
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(self.text(), encoding="utf-8")
        return 0


def anchor(heading: str) -> str:
    """Return how a link names a heading of the same page."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def escaped(text: str) -> str:
    """Return a text whose stars and signs Markdown leaves alone."""
    return re.sub(r"`[^`]*`|[*<|]", lambda match: match[0] if match[0][0] == "`" else f"\\{match[0]}", text)
