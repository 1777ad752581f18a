"""All rows of the four roadmaps are there, and agree with the challenges of the catalogue."""

from __future__ import annotations

from collections import Counter

import pytest

from challenges.loader import load, slugs
from challenges.roadmaps.loader import atlas
from challenges.spec import Level

SHARED = {
    "V-04": "ML-02",
    "V-05": "ML-01",
    "V-06": "DL-06",
    "V-10": "DL-01",
    "V-13": "ML-18",
    "V-15": "ML-10",
    "V-16": "DL-14",
    "V-20": "ML-29",
}


def test_no_row_is_left_out() -> None:
    counts = Counter(row_id.split("-")[0] for row_id in atlas().rows)
    assert counts == {"V": 22, "DC": 25, "ML": 30, "DL": 30, "CV": 30, "TP": 19}
    assert [(roadmap.slug, len(roadmap.rows)) for roadmap in atlas().roadmaps] == [
        ("video", 22),
        ("article", 25),
        ("ninety", 90),
        ("topics", 19),
    ]


@pytest.mark.parametrize(
    ("slug", "lists"), [("video", ["V"]), ("article", ["DC"]), ("ninety", ["ML", "DL", "CV"]), ("topics", ["TP"])]
)
def test_rows_stand_in_the_order_of_their_roadmap(slug: str, lists: list[str]) -> None:
    roadmap = atlas().find(slug)
    assert roadmap is not None
    ids = [row.id for row in roadmap.rows]
    assert ids == [f"{name}-{n:02}" for name in lists for n in range(1, sum(i.startswith(f"{name}-") for i in ids) + 1)]


def test_the_stages_have_the_sizes_of_their_roadmaps() -> None:
    sizes = {roadmap.slug: [len(stage.rows) for stage in roadmap.stages] for roadmap in atlas().roadmaps}
    assert sizes == {
        "video": [4, 5, 4, 9],
        "article": [5, 5, 5, 5, 5],
        "ninety": [10, 10, 6, 4] * 3,
        "topics": [4, 4, 3, 7, 1],
    }


def test_only_the_video_rates_its_projects_and_it_rates_all() -> None:
    rated = {row_id for row_id, row in atlas().rows.items() if row.ratings is not None}
    assert rated == {row_id for row_id in atlas().rows if row_id.startswith("V-")}
    fraud = atlas().rows["V-19"].ratings
    assert fraud is not None
    assert (fraud.difficulty, fraud.resume, fraud.learning, fraud.impact) == (8, 9, 9, 10)


def test_eight_rows_of_the_video_share_a_challenge_with_another_list() -> None:
    shared = {row.id: row.same_as for row in atlas().rows.values() if row.same_as is not None}
    assert shared == SHARED
    assert atlas().challenge_of(atlas().rows["V-04"]) == "titanic-survival"


def test_every_level_is_met_on_the_way() -> None:
    for slug in ("video", "article", "ninety"):
        roadmap = atlas().find(slug)
        assert roadmap is not None
        assert {row.level for row in roadmap.rows} == set(Level)


def test_no_two_rows_teach_in_the_same_words() -> None:
    sentences = [row.teaches for row in atlas().rows.values()]
    assert len(set(sentences)) == 156


def test_a_row_knows_the_roadmap_that_it_stands_on() -> None:
    assert atlas().homes["CV-30"].slug == "ninety"
    assert atlas().homes.keys() == atlas().rows.keys()


@pytest.mark.parametrize("slug", slugs())
def test_a_challenge_names_the_rows_that_it_serves_and_they_name_it(slug: str) -> None:
    serves = {row.id for row in atlas().rows.values() if atlas().challenge_of(row) == slug}
    assert set(load(slug).spec.roadmap) == serves
    assert serves
