"""`manage.py mint [SLUG ...]`: makes the hidden data of this deployment."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from challenges.loader import slugs
from challenges.spec import Size
from judge.editions import mint
from judge.models.edition import OPEN


class Command(BaseCommand):
    help = "Mint challenges from the deployment's secret; what is minted already is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", help="default: the whole catalogue")
        parser.add_argument("--edition", default=OPEN, help="a class or season has an edition of its own")
        parser.add_argument("--size", choices=[size.value for size in Size], default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        for slug in options["slugs"] or slugs():
            started = time.perf_counter()
            size = Size(options["size"]) if options["size"] else None
            edition = mint(slug, name=options["edition"], size=size)
            self.stdout.write(
                f"{slug}: version {edition.version}, {edition.size}, {time.perf_counter() - started:.1f} s"
            )
