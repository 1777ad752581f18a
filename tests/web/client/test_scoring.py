"""judge score: the judge's own numbers at home, from files, with nothing sent."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from challenges.anchors import evaluate
from challenges.loader import load
from challenges.metrics.registry import METRICS
from challenges.metrics.types import Metric
from challenges.minting import Minted
from challenges.scoring import compute, score
from challenges.spec import COMPOSITES, MetricUse
from challenges.uncertainty.intervals import interval
from tests.challenges.metrics import samples
from web.client import scoring
from web.client.scored_tables import IN_GROUPS, TABLES

pytestmark = pytest.mark.slow

Judge = Any
SINGLE = [metric for metric in METRICS.values() if metric.id not in COMPOSITES]


def is_flat(metric: Metric) -> bool:
    """Return whether a row of the sample is a number, a text or a few numbers, as in a table."""
    return all(len({np.shape(row) for row in side}) == 1 and np.ndim(side[0]) < 2 for side in samples.draw(metric))


IN_TABLES = [metric for metric in SINGLE if metric.takes in set(TABLES) - IN_GROUPS and is_flat(metric)]

TRUTH = "id,price\na,10\nb,20\nc,30\nd,40\n"


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


@pytest.fixture
def truth(desk: Path) -> str:
    return write(desk, "truth.csv", TRUTH)


@pytest.fixture
def iris(desk: Path, iris_paper: Minted, floor: bytes) -> Path:
    """The private rows of a minted challenge as a table, with its floor answer beside it."""
    whole = iris_paper.truth()
    rows = [
        (key, species)
        for key, species, public in zip(whole.ids["id"], whole.columns["species"], whole.public, strict=True)
        if not public
    ]
    private = {key for key, _ in rows}
    write(desk, "truth.csv", "id,species\n" + "".join(f"{key},{species}\n" for key, species in rows))
    header, *lines = floor.decode().splitlines()
    kept = [line for line in lines if line.split(",")[0] in private]
    write(desk, "floor.csv", "\n".join([header, *reversed(kept)]) + "\n")
    return desk


def test_the_number_is_the_judges_own(judge: Judge, iris: Path, iris_paper: Minted, floor: bytes) -> None:
    challenge = load("iris-new-meadow")
    there = score(challenge.spec.metric, evaluate(challenge, iris_paper, floor), seed="x").private
    done = judge(
        "score", "--metric", "accuracy", "--truth", "truth.csv", "--predictions", "floor.csv", "--format", "json"
    )
    here = json.loads(done.out)["scores"][0]

    assert done.status == 0
    assert here["value"] == there.primary.value
    assert here["standard_error"] == there.primary.standard_error
    primary = there.primary
    assert here["interval"] == list(interval(METRICS["accuracy"], primary.value, primary.standard_error))


def test_so_is_that_of_the_second_metric(judge: Judge, iris: Path, iris_paper: Minted, floor: bytes) -> None:
    evaluation = evaluate(load("iris-new-meadow"), iris_paper, floor)
    there = compute(MetricUse(id="f1_macro"), evaluation, ~evaluation.public)
    done = judge("score", "--metric", "f1_macro", "--truth", "truth.csv", "--predictions", "floor.csv", "--csv")

    assert float(next(csv.DictReader(done.lines))["value"]) == there


def test_a_score_is_told_with_its_direction_error_and_columns(judge: Judge, desk: Path, truth: str) -> None:
    mine = write(desk, "mine.csv", "id,price\nd,44\nc,30\nb,20\na,10\n")
    done = judge("score", "--metric", "mae", "--truth", truth, "--predictions", mine)

    # errors 4 0 0 0: mean 1, standard deviation 2, standard error 2 / sqrt(4)
    assert (done.status, done.err) == (0, "")
    assert done.lines == [
        "mae (MAE): lower is better, best 0, worst unbounded",
        "4 rows, told apart by id",
        "truth: price; predictions: price",
        "mine.csv  1 ± 1 (95 %: 0 to 2.95996)",
    ]


def test_two_files_are_compared_row_by_row(judge: Judge, desk: Path) -> None:
    numbers = range(400)
    truth = write(desk, "truth.csv", "id,y\n" + "".join(f"{n},0\n" for n in numbers))
    first = write(desk, "first.csv", "id,y\n" + "".join(f"{n},{n + 1 + n % 2}\n" for n in numbers))
    second = write(desk, "second.csv", "id,y\n" + "".join(f"{n},{n}\n" for n in numbers))
    done = judge("score", "--metric", "mae", "--truth", truth, "--predictions", first, second)

    # The difference is 1 or 2 in turn: mean 1.5, standard error 0.5 sqrt(400 / 399) / 20 = 0.025031
    assert done.lines[-1] == "first.csv - second.csv  1.5 ± 0.025 (95 %: 1.45094 to 1.54906): second.csv is better"


def test_a_difference_that_chance_explains_has_no_winner(judge: Judge, desk: Path, truth: str) -> None:
    first = write(desk, "first.csv", "id,price\na,11\nb,20\nc,30\nd,40\n")
    second = write(desk, "second.csv", "id,price\na,10\nb,21\nc,30\nd,40\n")
    done = judge("score", "--metric", "mae", "--truth", truth, "--predictions", first, second)

    assert done.lines[-1].startswith("first.csv - second.csv  0 ± ")
    assert done.lines[-1].endswith(": no more than chance may do")


def test_a_metric_without_closed_form_is_compared_by_resampling(judge: Judge, desk: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=60)
    truth = write(desk, "truth.csv", "id,y\n" + "".join(f"{n},{v}\n" for n, v in enumerate(y)))
    good = write(desk, "good.csv", "id,y\n" + "".join(f"{n},{v + 0.01}\n" for n, v in enumerate(y)))
    bad = write(desk, "bad.csv", "id,y\n" + "".join(f"{n},{v + 5}\n" for n, v in enumerate(y)))
    done = judge("score", "--metric", "medae", "--truth", truth, "--predictions", good, bad)

    assert done.lines[-1].startswith("good.csv - bad.csv  -4.99 ± ")
    assert done.lines[-1].endswith(": good.csv is better")


def test_rows_of_one_unit_count_as_one(judge: Judge, desk: Path) -> None:
    rows = [(n, n // 5) for n in range(100)]
    truth = write(desk, "truth.csv", "id,y,patient\n" + "".join(f"{n},1,{p}\n" for n, p in rows))
    mine = write(desk, "mine.csv", "id,y\n" + "".join(f"{n},{p % 2}\n" for n, p in rows))
    words = ("score", "--metric", "accuracy", "--truth", truth, "--predictions", mine, "--format", "json")
    alone, by_patient = (
        json.loads(judge(*words, *more).out)["scores"][0]["standard_error"] for more in ((), ("--unit", "patient"))
    )

    # Half of 100 rows are right; 20 patients, each wholly right or wholly wrong: sqrt(0.25 / 99), sqrt(0.25 / 19)
    assert (alone, by_patient) == (pytest.approx(0.0502519), pytest.approx(0.1147079))


def test_one_row_has_no_error(judge: Judge, desk: Path) -> None:
    truth, mine = write(desk, "t.csv", "id,y\n1,3\n"), write(desk, "p.csv", "id,y\n1,5\n")
    assert judge("score", "--metric", "mae", "--truth", truth, "--predictions", mine).lines[-1] == (
        "p.csv  2 (too few rows for an error)"
    )


def test_partitions_are_read_by_group(judge: Judge, desk: Path) -> None:
    truth = write(desk, "t.csv", "id,tray,kind\n1,x,a\n2,x,a\n3,x,b\n4,y,a\n5,y,b\n6,y,b\n")
    mine = write(desk, "p.csv", "id,kind\n1,7\n2,7\n3,8\n4,8\n5,7\n6,7\n")
    done = judge("score", "--metric", "ari", "--truth", truth, "--predictions", mine, "--group", "tray")

    assert done.lines[3] == "2 groups of rows"
    assert done.lines[-1].startswith("p.csv  1 ± ")


def test_intervals_are_two_columns_of_a_table(judge: Judge, desk: Path) -> None:
    truth = write(desk, "t.csv", "id,price\n1,5\n2,9\n")
    mine = write(desk, "p.csv", "id,low,high\n1,4,6\n2,4,8\n")
    done = judge("score", "--metric", "interval_score", "--param", "alpha=0.1", "--truth", truth, "--predictions", mine)

    # widths 2 and 4; the second misses by 1, which costs 2 / 0.1 = 20: (2 + 24) / 2
    assert done.lines[2] == "truth: price; predictions: low, high"
    assert done.lines[-1].startswith("p.csv  13 ± ")


def test_classes_may_be_named_by_their_columns_of_probabilities(judge: Judge, desk: Path) -> None:
    truth = write(desk, "t.csv", "id,kind\n1,cat\n2,dog\n")
    mine = write(desk, "p.csv", "id,emu,dog,cat\n1,0.2,0.3,0.5\n2,0.5,0.4,0.1\n")
    words = ("score", "--metric", "top_k_accuracy", "--param", "k=2", "--truth", truth, "--predictions", mine)
    assert judge(*words).lines[-1].startswith("p.csv  1 ± ")


@pytest.mark.parametrize("metric", SINGLE, ids=lambda metric: metric.id)
def test_files_of_cells_give_the_number_of_the_arrays(metric: Metric, tmp_path: Path) -> None:
    truth, predictions = samples.draw(metric)
    params = samples.params_of(metric)
    ids = [f"r{row}" for row in range(len(truth))]
    for name, side, order in (("truth", truth, 1), ("predictions", predictions, -1)):
        cells = list(zip(ids, map(plain, side), strict=True))[::order]
        (tmp_path / f"{name}.json").write_text(json.dumps(dict(cells)))
    asked = scoring.Asked(
        metric=metric.id, params=[f"{name}={value}" for name, value in params.items()],
        truth=tmp_path / "truth.json", predictions=[tmp_path / "predictions.json"], chosen={},
    )  # fmt: skip
    assert scoring.score(asked).scores[0].value == pytest.approx(
        metric.function(truth, predictions, **params), rel=1e-12, abs=1e-12
    )


@pytest.mark.parametrize("metric", IN_TABLES, ids=lambda metric: metric.id)
def test_tables_give_the_number_of_the_arrays(metric: Metric, tmp_path: Path) -> None:
    truth, predictions = samples.draw(metric)
    params = samples.params_of(metric)
    for name, side in (("truth", truth), ("predictions", predictions)):
        wide = np.stack([np.atleast_1d(row) for row in side])
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["id", *(f"{name}{place}" for place in range(wide.shape[1]))])
            lines.writerows([number, *row] for number, row in enumerate(wide.tolist()))
    asked = scoring.Asked(
        metric=metric.id, params=[f"{name}={value}" for name, value in params.items()],
        truth=tmp_path / "truth.csv", predictions=[tmp_path / "predictions.csv"], chosen={},
    )  # fmt: skip
    assert scoring.score(asked).scores[0].value == pytest.approx(
        metric.function(truth, predictions, **params), rel=1e-12, abs=1e-12
    )


def test_arrays_of_numpy_are_matched_by_their_order(judge: Judge, desk: Path) -> None:
    np.save(desk / "t.npy", np.array([1.0, 2.0]))
    np.savez(desk / "p.npz", price=np.array([1.0, 4.0]))
    done = judge("score", "--metric", "rmse", "--truth", "t.npy", "--predictions", "p.npz")

    assert done.lines[1] == "2 rows, matched by their order"
    assert done.lines[-1].startswith("p.npz  1.41421 ± ")


def test_coco_files_are_read_as_they_are(judge: Judge, desk: Path) -> None:
    box = {"image_id": 7, "category_id": 1, "bbox": [0, 0, 40, 40]}
    truth = {"images": [{"id": 7}, {"id": 9}], "annotations": [{**box, "iscrowd": 0, "area": 1600}], "categories": []}
    write(desk, "t.json", json.dumps(truth))
    write(desk, "p.json", json.dumps([{**box, "score": 0.9}]))
    done = judge("score", "--metric", "coco_map", "--truth", "t.json", "--predictions", "p.json")

    assert done.lines[1] == "2 images, matched by id"
    assert done.lines[-1].startswith("p.json  1 ")


def test_the_registry_is_listed(judge: Judge) -> None:
    assert len(judge("score", "--list").lines) == len(METRICS) + 2
    assert judge("score", "--list", "--metric", "rmsle", "--csv").lines == [
        "id,title,better,takes",
        f"rmsle,{METRICS['rmsle'].title},lower,numbers",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--metric", "rsme"), "There is no metric 'rsme'; did you mean rmse, "),
        (("--metric", "weighted"), "weighted puts several metrics together, as a challenge says"),
        (("--metric", "rmse", "--param", "k=3"), "rmse has no parameter 'k'; it has none."),
        (("--metric", "pinball", "--param", "q=high"), "parameter q: expected a number, found 'high'."),
        (("--metric", "pinball", "--param", "q"), "--param takes name=value, found 'q'."),
        (("--metric", "coco_map"), "coco_map takes detections, no table; hand over .json, .npy, .npz files."),
        (("--metric", "rmse", "--id", "key"), "truth.csv: there is no column 'key'; it has id, price."),
        (("--metric", "rmse", "--truth-columns", "cost"), "truth.csv: there is no column 'cost'; it has id, price."),
        (("--metric", "haversine"), "mine.csv: expected 2 columns beside id, found price. Say which with"),
        (("--metric", "r2", "--truth", "flat.csv"), "metric r2 on 4 rows: truth is constant"),
        (("--metric", "rmse", "--truth", "none.csv"), "There is no file none.csv."),
        (("--metric", "rmse", "--truth", "other.csv"), "No column stands in all files"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(
    judge: Judge, desk: Path, truth: str, words: tuple[str, ...], sentence: str
) -> None:
    write(desk, "mine.csv", TRUTH)
    write(desk, "flat.csv", "id,price\na,1\nb,1\nc,1\nd,1\n")
    write(desk, "other.csv", "key,cost\na,1\n")
    done = judge("score", "--truth", truth, "--predictions", "mine.csv", *words)

    assert done.status == 2
    assert done.err.startswith(sentence)


@pytest.mark.parametrize(
    ("mine", "told"),
    [
        ("id,price\na,1\nb,2\n", ["mine.csv: 2 of 4 ids are missing, the first is c [missing_id]"]),
        (
            "id,price\na,1\nb,nan\nc,x\nd,4\ne,5\n",
            [
                "mine.csv: row 6, column id: id e is not asked for [unknown_id]",
                "mine.csv: row 3, column price: expected a finite number, found 'nan' [not_finite]",
                "mine.csv: row 4, column price: expected a number such as 0.25, found 'x' [not_a_number]",
            ],
        ),
        (
            "id,price\na,1\nb,2\nc,3\nd,4\na,5\n",
            ["mine.csv: row 6, column id: id a stands here again [duplicate_id]"],
        ),
    ],
)
def test_a_bad_table_is_refused_with_every_finding(
    judge: Judge, desk: Path, truth: str, mine: str, told: list[str]
) -> None:
    write(desk, "mine.csv", mine)
    done = judge("score", "--metric", "rmse", "--truth", truth, "--predictions", "mine.csv")

    assert done.status == 1
    assert done.err.splitlines()[:-1] == told
    assert done.err.splitlines()[-1].startswith("Not scored: ")


def test_classes_that_are_whole_numbers_are_so_in_the_predictions(judge: Judge, desk: Path) -> None:
    truth = write(desk, "t.csv", "id,y\n1,0\n2,1\n3,1\n4,1\n")
    mine = write(desk, "p.csv", "id,y\n1,0.0\n2,1.0\n3,1.0\n4,1.0\n")
    done = judge("score", "--metric", "accuracy", "--truth", truth, "--predictions", mine)

    assert (done.status, done.err.splitlines()[0]) == (
        1, "p.csv: row 2, column y: expected a whole number such as 3, found '0.0' (in 4 places) [not_a_number]",
    )  # fmt: skip


def test_an_object_without_an_id_is_refused(judge: Judge, desk: Path) -> None:
    write(desk, "t.json", '{"a": 1, "b": 2}')
    write(desk, "p.json", '{"a": 1, "c": 2}')
    done = judge("score", "--metric", "rmse", "--truth", "t.json", "--predictions", "p.json")

    assert done.status == 1
    assert done.err.splitlines()[:2] == [
        "p.json: 1 of 2 ids are missing, the first is b [missing_id]",
        "p.json: id c is not asked for [unknown_id]",
    ]


def plain(cell: Any) -> Any:
    """Return a cell as JSON can say it."""
    match cell:
        case np.ndarray():
            return [plain(one) for one in cell] if cell.dtype == object else cell.tolist()
        case dict():
            return {int(key) if isinstance(key, np.integer) else key: plain(value) for key, value in cell.items()}
        case list() | tuple():
            return [plain(one) for one in cell]
        case np.generic():
            return cell.item()
        case _:
            return cell
