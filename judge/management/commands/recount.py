"""`manage.py recount`: counts the rows of every board and compares with what is kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from judge import board_triggers


class Command(BaseCommand):
    help = "Count every board; name those whose kept length was wrong and set it right. Nobody hands in meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        for wrong in board_triggers.recount():
            board = f"{wrong.board} board of edition {wrong.edition_id}"
            self.stdout.write(f"{board}: {wrong.kept} teams were kept, {wrong.counted} are there")
        self.stdout.write("All boards are counted.")
