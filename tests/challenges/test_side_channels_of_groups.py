"""Rows that come in groups: what differs from group to group is honest, an order within a group is not."""

from __future__ import annotations

import numpy as np

from challenges.audit.lines import columns_by_line
from challenges.audit.side_channels import suspicions
from challenges.evaluation import Truth

GROUPS, ROWS = 40, 150
ALPHA = 1e-3


def truth_of(*, in_order: bool) -> Truth:
    """Half of the groups have dust (-1), the others none; all have labels 0, 1 and 2."""
    rng = np.random.default_rng(4)
    labels = []
    for group in range(GROUPS):
        shares = [0.1, 0.3, 0.3, 0.3] if group % 2 else [0.0, 0.5, 0.3, 0.2]
        drawn = rng.choice([-1, 0, 1, 2], size=ROWS, p=shares)
        labels.append(np.sort(drawn) if in_order else drawn)
    return Truth(
        # The order of the keys is the alphabet's, as it is after a truth was read from its file.
        ids={
            "row": np.tile(np.arange(ROWS), GROUPS),
            "tray": np.repeat([f"{number:04x}" for number in rng.permutation(GROUPS)], ROWS),
        },
        columns={"label": np.concatenate(labels)},
        public=np.zeros(GROUPS * ROWS, dtype=np.bool_),
        unit=np.repeat(np.arange(GROUPS), ROWS),
    )


def test_groups_of_different_composition_raise_no_suspicion() -> None:
    found, tests = suspicions(truth_of(in_order=False), [], group_by="tray")
    assert tests > 10
    assert found[0].p > ALPHA / tests


def test_rows_in_the_order_of_their_labels_are_found_out() -> None:
    found, tests = suspicions(truth_of(in_order=True), [], group_by="tray")
    assert found[0].p < ALPHA / tests
    assert found[0].feature.name == "position within its group"


def pairs_of(*, in_order: bool) -> Truth:
    """A truth with one row a viewer, whose ten pairs each have an id and a number of stars."""
    rng = np.random.default_rng(5)
    viewers = 600
    stars = rng.integers(1, 11, size=(viewers, 10)) / 2
    ids, cells = np.empty(viewers, dtype=object), np.empty(viewers, dtype=object)
    for viewer in range(viewers):
        cells[viewer] = np.sort(stars[viewer]) if in_order else stars[viewer]
        ids[viewer] = np.array([f"{number:06x}" for number in rng.integers(0, 2**24, 10)])
    return Truth(
        ids={"user": np.array([f"{number:05x}" for number in rng.permutation(2**20)[:viewers]]), "pair_id": ids},
        columns={"stars": cells, "mean_stars": stars.mean(axis=1)},
        public=np.zeros(viewers, dtype=np.bool_),
        unit=np.arange(viewers),
    )


def test_a_row_of_several_lines_is_looked_at_line_by_line() -> None:
    columns = columns_by_line(pairs_of(in_order=False))
    assert {name: len(values) for name, values in columns.items()} == {"stars": 6000, "mean_stars": 6000}


def test_small_groups_in_no_order_raise_no_suspicion() -> None:
    found, tests = suspicions(pairs_of(in_order=False), [], group_by="user")
    assert tests > 10
    assert found[0].p > ALPHA / tests


def test_small_groups_in_the_order_of_their_truth_are_found_out() -> None:
    found, tests = suspicions(pairs_of(in_order=True), [], group_by="user")
    assert found[0].p < ALPHA / tests
    assert (found[0].feature.name, found[0].target) == ("position within its group", "stars")
