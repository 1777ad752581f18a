from pathlib import Path

import pytest

from challenges.roadmaps.coverage import Cover, Total, coverage, totals
from challenges.roadmaps.loader import Atlas, read_atlas

ROADMAPS = {
    "video": [
        "- {title: A, rows: [{id: V-01, challenge: one}, {id: V-02, same_as: ML-01}, {id: V-03, same_as: DL-01}]}"
    ],
    "ninety": [
        "- {title: A, track: Red, rows: [{id: ML-01, challenge: two}]}",
        "- {title: A, track: Blue, rows: [{id: DL-01, challenge: three}]}",
    ],
}


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    said = f"title: T, level: beginner, teaches: {'x' * 40}, "
    for slug, stages in ROADMAPS.items():
        text = "\n".join([f"slug: {slug}", "title: T", "summary: S", "stages:", *stages]).replace("{id", f"{{{said}id")
        (tmp_path / f"{slug}.yaml").write_text(text, encoding="utf-8")
    return read_atlas(tmp_path, list(ROADMAPS))


def test_a_row_is_live_shared_or_missing(atlas: Atlas) -> None:
    assert [(row.row.id, row.cover, row.challenge) for row in coverage(atlas, ["one", "two"])] == [
        ("V-01", Cover.LIVE, "one"),
        ("V-02", Cover.SHARED, "two"),
        ("V-03", Cover.MISSING, "three"),
        ("ML-01", Cover.LIVE, "two"),
        ("DL-01", Cover.MISSING, "three"),
    ]


def test_totals_count_roadmaps_tracks_and_all(atlas: Atlas) -> None:
    assert totals(coverage(atlas, ["one", "two"])) == [
        Total("video", rows=3, live=1, shared=1, missing=1),
        Total("ninety", rows=2, live=1, shared=0, missing=1),
        Total("  Red", rows=1, live=1, shared=0, missing=0),
        Total("  Blue", rows=1, live=0, shared=0, missing=1),
        Total("all", rows=5, live=2, shared=1, missing=2),
    ]
