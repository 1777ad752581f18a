"""`manage.py audit SLUG`: proves that a challenge is sound, with the deployment's own sandbox."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from challenges.audit import AuditReport, audit
from challenges.errors import InvalidChallenge
from challenges.loader import load, slugs
from challenges.spec import Size

ANCHORS = ("floor", "baseline", "reference", "ceiling")


class Command(BaseCommand):
    help = "Check every promise of a challenge: deterministic, no leak, anchors apart, rejected files refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG")
        parser.add_argument("--all", action="store_true", help="the whole catalogue")
        parser.add_argument("--size", choices=[size.value for size in Size], default=Size.SMALL.value)
        parser.add_argument(
            "--secret", help="mint from this text; default: a fresh secret, so each audit sees new data"
        )
        parser.add_argument("--jobs", type=int, default=2, help="challenges audited side by side")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = slugs() if options["all"] else options["slugs"]
        if not chosen:
            raise CommandError("name a challenge, or give --all")
        secret = options["secret"] or secrets.token_hex(16)
        self.stdout.write(f"auditing {len(chosen)} challenges, size {options['size']}, --secret {secret}")
        reports = []
        work = partial(audit_one, secret=secret.encode(), size=Size(options["size"]))
        with ProcessPoolExecutor(max_workers=options["jobs"]) as pool:
            try:
                for report in pool.map(work, chosen):
                    reports.append(report)
                    self.stdout.write("\n".join(report.lines()) + "\n")
            except InvalidChallenge as error:
                raise CommandError(str(error)) from error
        self.stdout.write("\n".join(table(reports)))
        unsound = [report.slug for report in reports if not report.passed]
        if unsound:
            raise CommandError(f"not sound: {', '.join(unsound)}")


def audit_one(slug: str, *, secret: bytes, size: Size) -> AuditReport:
    """Audit one challenge in a process of its own."""
    from judge.pipeline import JudgePipeline
    from judge.signs_of_life import sandbox_here

    sandbox, _ = sandbox_here()
    return audit(load(slug), secret=secret, size=size, pipeline=JudgePipeline(sandbox))


def table(reports: list[AuditReport]) -> list[str]:
    """Return one aligned line a challenge."""
    head = ["slug", "kind", "metric", *ANCHORS, "mint s", "MB", "sound"]
    rows = [[*_cells(report)] for report in reports]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _cells(report: AuditReport) -> list[str]:
    row = report.row()
    marks = ["-" if row[name] is None else f"{row[name]:.4g}±{row[f'{name}_se']:.1g}" for name in ANCHORS]
    sound = "yes" if report.passed else f"NO ({len(report.failed)})"
    return [report.slug, report.kind, report.metric, *marks, f"{report.mint_s:.1f}", f"{report.megabytes:.1f}", sound]
