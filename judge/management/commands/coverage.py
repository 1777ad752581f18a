"""`manage.py coverage`: which rows of the roadmaps have a challenge by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from challenges.loader import slugs
from challenges.roadmaps.coverage import Cover, coverage, totals
from challenges.roadmaps.loader import atlas


class Command(BaseCommand):
    help = "List the rows of the roadmaps: live with its challenge, shared with another row, or missing; then totals."
    requires_system_checks = ()  # it reads files only

    def handle(self, *args: Any, **options: Any) -> None:
        rows = coverage(atlas(), slugs())
        listed = [
            [
                row.row.id,
                row.cover,
                row.row.level,
                f"with {row.row.same_as}" if row.row.same_as else "",
                row.challenge if row.cover is not Cover.MISSING else f"({row.challenge})",
                row.row.title,
            ]
            for row in rows
        ]
        summed = [[t.name, str(t.rows), str(t.live), str(t.shared), str(t.missing)] for t in totals(rows)]
        self.stdout.write("\n".join(table(["row", "cover", "level", "shares", "challenge", "project"], listed)))
        self.stdout.write("")
        self.stdout.write("\n".join(table(["roadmap", "rows", "live", "shared", "missing"], summed)))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return aligned lines, the head first."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, ["-" * width for width in widths], *rows]
    ]
