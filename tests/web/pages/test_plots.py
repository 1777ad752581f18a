"""Plots on the page of a submission: pictures with their figures as tables, no script, no inline style."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User

from challenges.scoring import Scores
from judge.models import Submission
from judge.reports import Report
from judge.verdicts import Verdict
from tests.web.pages.conftest import split_scores
from web.pages.plots import drawings

Browse = Callable[..., Any]
HandIn = Callable[..., Submission]

ROC = {
    "shape": "lines", "name": "roc", "title": "ROC curve", "x": "false positive rate", "y": "true positive rate",
    "lines": [{"name": "roc_auc", "points": [[0, 0], [0.25, 0.75], [1, 1]]}],
    "marks": [{"name": "at 0.5", "x": 0.25, "y": 0.75}], "diagonal": True,
}  # fmt: skip
RESIDUALS = {
    "shape": "bars", "name": "residuals", "title": "Residuals", "x": "predicted", "y": "prediction - truth",
    "bars": [
        {"low": 0, "high": 5, "value": -1, "band": [-2, 0]},
        {"low": 5, "high": 9, "value": 2, "band": [1, 2]},
    ],
}  # fmt: skip
CONFUSION = {
    "shape": "matrix", "name": "confusion", "title": "Confusion matrix", "rows": ["elm", "<b>oak"],
    "columns": ["elm", "<b>oak"], "shares": [[0.75, 0.25], None],
}  # fmt: skip
WORST = {
    "shape": "examples", "name": "worst", "title": "Worst rows", "y": "mae",
    "examples": [{"id": "h17", "predicted": "250", "score": 40.5}],
}  # fmt: skip


def scored(submission: Submission, finish: Any, plots: dict[str, Any]) -> str:
    scores = Scores(public=split_scores(0.9, 0.01, {}), private=split_scores(0.9, 0.01, {}))
    finish(submission, Report(verdict=Verdict.SCORED, scores=scores, plots=plots))
    return f"/submissions/{submission.pk}/"


def test_a_curve_is_a_picture_with_its_figures_beside_it(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    page = browse(ada).get(scored(hand_in(ada), finish, {"plots": [ROC], "missing": []}))
    (picture,) = page.all("svg", viewBox="0 0 360 240") or page.all("svg", viewbox="0 0 360 240")
    assert picture["role"] == "img"
    assert picture["aria-label"] == (
        "ROC curve: true positive rate by false positive rate; the figures follow as a table"
    )
    assert page.all("path", **{"class": "line-0"})[0]["d"] == "M46 210L123 60L354 10"
    assert "roc_auc 0.25 0.75" in page.text
    assert "at 0.5 0.25 0.75" in page.text


def test_a_confusion_matrix_is_a_table_and_its_names_are_text(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    page = browse(ada).get(scored(hand_in(ada), finish, {"plots": [CONFUSION], "missing": []}))
    assert "elm 75% 25% <b>oak – –" in page.text
    assert page.all("td", **{"class": "num shade-8"})
    assert "<b>oak" not in page.html


def test_bars_hang_from_zero() -> None:
    (drawing,) = drawings({"plots": [RESIDUALS]})
    low, high = drawing.boxes
    assert drawing.zero_y == 110  # -2 .. 2 over 200 units: zero in the middle
    assert (low.y, low.height) == (110, 50)
    assert (high.y, high.height) == (10, 100)
    assert drawing.bands == "M123 210V110M277 60V10"


def test_every_shape_is_drawn_without_script_or_inline_style(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    plots = {"plots": [ROC, RESIDUALS, CONFUSION, WORST], "missing": []}
    page = browse(ada).get(scored(hand_in(ada), finish, plots))
    for title in ("ROC curve", "Residuals", "Confusion matrix", "Worst rows"):
        assert title in page.text
    assert "h17 250 40.5" in page.text
    section = page.html.split('id="plots-title"')[1].split("</section>")[0]
    assert "style=" not in section
    assert "<script" not in section
    assert " on" not in section.replace(" on the", "").replace(" one", "").replace(" of", "")


def test_the_page_names_what_is_missing_and_whose_fault_it_is(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    missing = [{"name": "curves", "why": "few_rows"}, {"name": "residuals", "why": "failed"}]
    text = browse(ada).get(scored(hand_in(ada), finish, {"plots": [], "missing": missing})).text
    assert "The curves of the scores cannot be shown: with so few public rows it would tell their answers." in text
    assert "The residuals could not be drawn. That is our fault; the score is not touched by it." in text


def test_a_submission_without_plots_has_no_room_for_them(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    assert "On the public rows" not in browse(ada).get(scored(hand_in(ada), finish, {})).text
