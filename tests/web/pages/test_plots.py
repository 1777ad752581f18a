"""Plots on the page of a submission: figures for the script that draws them, and the same as tables."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import override

from challenges import plots
from challenges.scoring import Scores
from judge.models import Submission
from judge.reports import Report
from judge.verdicts import Verdict
from tests.web.pages.conftest import split_scores
from web.pages.plots import SAID, drawings

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


def carried(page: Any) -> list[Any]:
    """Return the figures that a page carries for its script, in order."""
    return [json.loads(figures["data-figures"]) for figures in page.all("div") if "data-figures" in figures]


def test_a_curve_is_carried_as_figures_with_the_same_as_a_table(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    page = browse(ada).get(scored(hand_in(ada), finish, {"plots": [ROC], "missing": []}))
    (picture,) = page.all("div", role="img")
    assert picture["aria-label"] == (
        "ROC curve: true positive rate by false positive rate; the figures follow as a table"
    )
    assert carried(page) == [
        {
            "kind": "curves",
            "x": "false positive rate",
            "y": "true positive rate",
            "lines": [{"name": "roc_auc", "points": [[0, 0], [0.25, 0.75], [1, 1]]}],
            "marks": [{"name": "at 0.5", "x": 0.25, "y": 0.75}],
            "diagonal": "chance",
        }
    ]
    assert "roc_auc 0.25 0.75" in page.text
    assert "at 0.5 0.25 0.75" in page.text


def test_the_table_is_open_until_the_script_folds_it(browse: Browse, ada: User, hand_in: HandIn, finish: Any) -> None:
    page = browse(ada).get(scored(hand_in(ada), finish, {"plots": [ROC, RESIDUALS], "missing": []}))
    assert [attributes for attributes in page.all("details") if "open" in attributes] == [{"open": None}] * 2
    assert len(page.all("input", type="range")) == 2
    assert all("hidden" in slider for slider in page.all("input", type="range"))


def test_a_name_cannot_end_the_attribute_that_carries_it(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    hostile = "\"'></div><script>alert(1)</script><!--"
    roc = {**ROC, "lines": [{"name": hostile, "points": [[0, 0], [1, 1]]}], "marks": []}
    page = browse(ada).get(scored(hand_in(ada), finish, {"plots": [roc], "missing": []}))
    assert "<script>alert" not in page.html
    assert carried(page)[0]["lines"][0]["name"] == hostile
    assert all(script.get("src") for script in page.all("script"))
    assert f"{hostile} 0 0" in page.text


def test_no_private_score_is_among_the_figures(browse: Browse, ada: User, hand_in: HandIn, finish: Any) -> None:
    submission = hand_in(ada)
    scores = Scores(public=split_scores(0.9, 0.01, {}), private=split_scores(0.1234, 0.01, {}))
    plots = {"plots": [ROC, RESIDUALS], "missing": []}
    finish(submission, Report(verdict=Verdict.SCORED, scores=scores, plots=plots))
    page = browse(ada).get(f"/submissions/{submission.pk}/")
    assert len(carried(page)) == 2
    assert "0.1234" not in page.html


def test_a_stranger_is_carried_no_figures(browse: Browse, ada: User, bob: User, hand_in: HandIn, finish: Any) -> None:
    address = scored(hand_in(ada), finish, {"plots": [ROC], "missing": []})
    for stranger in (bob, None):
        page = browse(stranger).get(address)
        assert page.status in (302, 404)  # on to the sign-in, or nothing there
        assert carried(page) == []
        assert "roc_auc" not in page.html


def test_a_confusion_matrix_is_a_table_and_its_names_are_text(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    page = browse(ada).get(scored(hand_in(ada), finish, {"plots": [CONFUSION], "missing": []}))
    assert "elm 75% 25% <b>oak – –" in page.text
    assert page.all("td", **{"class": "num shade-8"})
    assert "<b>oak" not in page.html


def test_bars_are_told_by_the_ends_of_their_bins() -> None:
    open_ends = {**RESIDUALS, "bars": [{"low": None, "high": 5, "value": -1230.4, "band": None}, *RESIDUALS["bars"]]}
    (drawing,) = drawings({"plots": [open_ends]})
    assert drawing.figures is not None
    assert drawing.figures["bars"][0]["told"] == "below 5"
    assert drawing.figures["bars"][2] == {"low": 5, "high": 9, "value": 2, "band": [1, 2], "told": "5 to 9"}
    assert drawing.table is not None
    assert drawing.table.rows == [["below 5", "-1230"], ["0 to 5", "-1", "-2", "0"], ["5 to 9", "2", "1", "2"]]


def test_a_plot_without_points_is_not_drawn() -> None:
    empty = {**ROC, "lines": [{"name": "roc_auc", "points": []}], "marks": []}
    assert [drawing.figures for drawing in drawings({"plots": [empty, {**RESIDUALS, "bars": []}]})] == [None, None]


def test_every_shape_is_shown_without_inline_style_or_script(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    plots = {"plots": [ROC, RESIDUALS, CONFUSION, WORST], "missing": []}
    page = browse(ada).get(scored(hand_in(ada), finish, plots))
    for title in ("ROC curve", "Residuals", "Confusion matrix", "Worst rows"):
        assert title in page.text
    assert "h17 250 40.5" in page.text
    assert [figures["kind"] for figures in carried(page)] == ["curves", "bars"]  # the others are tables by themselves
    for tag, attributes in page.tags:
        assert [name for name in attributes if name == "style" or name.startswith("on")] == [], tag
    assert all(script.get("src") for script in page.all("script"))


def test_titles_and_axes_are_said_in_the_readers_language_and_names_are_not() -> None:
    named = {**ROC, "lines": [{"name": "roc_auc", "points": [[0, 0], [1, 1]]}]}
    with override("zh-hans"):
        (drawing,) = drawings({"plots": [named]})
    assert (drawing.title, drawing.x, drawing.y) == ("ROC 曲线", "假阳性率", "真阳性率")
    assert drawing.figures is not None
    assert drawing.figures["x"] == "假阳性率"
    assert drawing.figures["diagonal"] == "随机猜测"
    assert drawing.figures["lines"] == named["lines"]


def test_every_title_and_axis_of_the_plots_can_be_said_in_another_language() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(plots.__file__).parent.glob("*.py"))
    written = set(re.findall(r'(?:\btitle|\bx|\by)="([^"]+)"', sources))
    assert {"ROC curve", "recall", "share found"} <= written
    assert written - SAID == set()


def test_the_library_is_loaded_where_there_are_plots_alone(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any
) -> None:
    with_plots = browse(ada).get(scored(hand_in(ada), finish, {"plots": [ROC], "missing": []}))
    without = browse(ada).get(scored(hand_in(ada), finish, {}))
    assert "uPlot.iife.min.js" in with_plots.html
    for page in (without, browse(ada).get("/challenges/iris-new-meadow/")):
        assert "uPlot" not in page.html
        assert "plots.js" not in page.html


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
