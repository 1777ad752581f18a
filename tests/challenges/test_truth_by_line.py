from __future__ import annotations

import numpy as np

from challenges.audit.lines import columns_by_line
from challenges.audit.side_channels import suspicions
from challenges.evaluation import Truth


def customers(worth: np.ndarray, ids: list[str]) -> Truth:
    rows = len(ids)
    return Truth(
        ids={"customer": np.array(ids)},
        columns={"action": worth},
        public=np.arange(rows) % 3 == 0,
        unit=np.arange(rows),
    )


def test_what_each_of_several_choices_brings_is_one_column_for_each_choice() -> None:
    columns = columns_by_line(customers(np.array([[5.0, 0.0, 1.0], [4.0, 2.0, 3.0]]), ["a", "b"]))
    assert {name: values.tolist() for name, values in columns.items()} == {
        "action[0]": [5.0, 4.0],
        "action[1]": [0.0, 2.0],
        "action[2]": [1.0, 3.0],
    }


def test_an_order_that_tells_what_one_choice_brings_is_found() -> None:
    rng = np.random.default_rng(1)
    worth = np.column_stack([rng.normal(size=400), np.sort(rng.normal(size=400))])
    ids = [f"{number:08x}" for number in rng.permutation(400)]
    found, tests = suspicions(customers(worth, ids), [])
    assert found[0].target == "action[1]"
    assert found[0].p < 1e-6 / tests
    assert all(trace.p > 1e-3 / tests for trace in found if trace.target == "action[0]")
