"""A bounded list of findings: one for each code and column, with the first place and the count."""

from __future__ import annotations

from dataclasses import replace

from challenges.errors import Finding, InvalidSubmission

MOST_FINDINGS = 50
"""More kinds of fault than this in one file help nobody; a hostile file cannot make a long page."""

SHOWN = 60
"""Characters of a cell that a message repeats."""


class Findings:
    """What is wrong with one file, as it is found."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None], Finding] = {}

    def add(
        self,
        code: str,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        count: int = 1,
    ) -> None:
        """Note a fault at `count` places; the first call for a code and column says where and how."""
        key = (code, column)
        if key in self._found:
            self._found[key] = replace(self._found[key], count=self._found[key].count + count)
        elif len(self._found) < MOST_FINDINGS:
            self._found[key] = Finding(
                code=code,
                message=message,
                file=file,
                row=row,
                column=column,
                found=None if found is None else shown(found),
                expected=expected,
                count=count,
            )

    def raise_if_any(self) -> None:
        """Raise InvalidSubmission when something was found."""
        if self._found:
            raise InvalidSubmission(list(self._found.values()))

    def __bool__(self) -> bool:
        return bool(self._found)


def shown(text: str) -> str:
    """Return a text as a message may repeat it: short, and with nothing that is not printable."""
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[: SHOWN + 1])
    return printable if len(printable) <= SHOWN else f"{printable[: SHOWN - 3]}..."
