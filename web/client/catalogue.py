"""challenges, files, submissions, leaderboard: what there is, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from web.client import tables
from web.client.door import Door, Json
from web.client.tables import Format, Row, when

CHALLENGE_COLUMNS = ("ref", "title", "deadline", "category", "kind", "teamCount", "userHasEntered", "userRank")
FILE_COLUMNS = ("name", "size", "sha256")
SUBMISSION_COLUMNS = ("ref", "fileName", "date", "description", "status", "publicScore", "privateScore", "chosen")
BOARD_COLUMNS = ("rank", "teamName", "submissionDate", "score", "error", "entries")
LINES = 20
"""Rows of a board on the screen; the csv has all."""


def challenges(door: Door, *, search: str | None, style: Format) -> None:
    """Print the live challenges."""
    rows = [
        {
            "ref": item["slug"],
            "title": item["title"],
            "deadline": when(item["deadline"]),
            "category": item["level"],
            "kind": item["kind"],
            "teamCount": item["teams"],
            "userHasEntered": item["my_team"] is not None,
            "userRank": item["my_rank"],
        }
        for item in door.pages("challenges", "items", search=search)
    ]
    _print(rows, CHALLENGE_COLUMNS, style, empty="No challenges found")


def files(door: Door, slug: str, *, style: Format) -> None:
    """Print the files of a challenge."""
    items = door.get(f"challenges/{slug}/files")["items"]
    rows = [
        {
            "name": item["name"],
            "size": item["size_bytes"] if style is Format.JSON else size_in_words(item["size_bytes"]),
            "sha256": item["sha256"] if style is not Format.TABLE else item["sha256"][:12],
        }
        for item in items
    ]
    _print(rows, FILE_COLUMNS, style, empty="No files found")


def submissions(door: Door, slug: str, *, style: Format) -> None:
    """Print what my team handed in, newest first."""
    digits = door.get(f"challenges/{slug}")["metric"]["digits"]
    rows = [
        {
            "ref": item["id"],
            "fileName": item["file_name"],
            "date": when(item["created_at"]),
            "description": item["description"],
            "status": item["verdict"] or item["state"],
            "publicScore": score_text(item["public"], digits),
            "privateScore": score_text(item["private"], digits),
            "chosen": item["chosen"],
        }
        for item in door.pages(f"challenges/{slug}/submissions", "items")
    ]
    _print(rows, SUBMISSION_COLUMNS, style, empty="No submissions found")


def show_leaderboard(door: Door, slug: str, *, board: str, style: Format) -> None:
    """Print the first rows of a board, and mine with its neighbours when it stands further down."""
    page = door.get(f"challenges/{slug}/leaderboard", board=board)
    rows = _board_rows(page, page["rows"][:LINES])
    _print(rows, BOARD_COLUMNS, style, empty="No results found")
    if style is not Format.TABLE or not rows:
        return
    if door.login.token and not any(row["is_mine"] for row in page["rows"][:LINES]):
        around = door.get(f"challenges/{slug}/leaderboard", board=board, around="me")["rows"]
        if around:
            print("...")
            print(tables.render(_board_rows(page, around), BOARD_COLUMNS, style))
    if page["teams"] > len(rows):
        print(f"{page['teams']} teams; the whole board: judge leaderboard {slug} -d")


def download_leaderboard(door: Door, slug: str, *, board: str, folder: Path, quiet: bool) -> None:
    """Write the whole board as csv."""
    query = {"board": board}
    digits = door.get(f"challenges/{slug}")["metric"]["digits"]
    rows = [_board_row(row, digits) for row in door.pages(f"challenges/{slug}/leaderboard", "rows", **query)]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{slug}-{board}-leaderboard.csv"
    path.write_text(tables.render(rows, BOARD_COLUMNS, Format.CSV) + "\n", encoding="utf-8")
    if not quiet:
        print(f"{len(rows)} teams written to {path}")


def score_text(score: Json | None, digits: int) -> str | None:
    """Return a score as the board writes it."""
    return None if score is None else f"{score['value']:.{digits}f}"


def size_in_words(size_bytes: int) -> str:
    """Return a size as the kaggle tool writes it: 512B, 12KB, 3MB."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f}{unit}"
        size /= 1024
    return f"{size:.1f}GB"


def _board_rows(page: Json, rows: Sequence[Json]) -> list[Row]:
    return [_board_row(row, page["metric"]["digits"]) for row in rows]


def _board_row(row: Json, digits: int) -> dict[str, Any]:
    mine = " (you)" if row["is_mine"] else " (starter)" if row["is_baseline"] else ""
    return {
        "rank": row["rank"],
        "teamName": row["team"] + mine,
        "submissionDate": when(row["achieved_at"]),
        "score": f"{row['score']:.{digits}f}",
        "error": f"{row['standard_error']:.{digits}f}",
        "entries": row["entries"],
    }


def _print(rows: Sequence[Row], columns: Sequence[str], style: Format, *, empty: str) -> None:
    print(tables.render(rows, columns, style) if rows or style is not Format.TABLE else empty)
