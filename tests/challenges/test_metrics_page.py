"""docs/metrics.md says what the registry says."""

from __future__ import annotations

from challenges import metrics_page
from challenges.metrics.registry import METRICS


def test_the_page_is_current() -> None:
    current = metrics_page.PAGE.read_text(encoding="utf-8") == metrics_page.page()
    assert current, f"docs/metrics.md is out of date; renew it by `{metrics_page.COMMAND}`"


def test_every_metric_has_its_place_in_one_family() -> None:
    listed = [metric.id for metrics in metrics_page.by_family().values() for metric in metrics]
    assert listed == list(METRICS)
    assert "" not in metrics_page.by_family()


def test_every_kind_of_input_is_described() -> None:
    page = metrics_page.page()
    assert "| Takes | `probabilities`: Truth 0 or 1, predictions the probability of 1. |" in page


def test_a_metric_is_told_with_parameters_direction_and_links() -> None:
    text = metrics_page.page()
    told = text[text.index("### balanced_accuracy") : text.index("### f1_macro")]
    assert "| Better | higher; best 1, worst 0 |" in told
    assert "| Parameter `threshold` | number, none unless given |" in told
    assert "see [`accuracy`](#accuracy)" in told
    assert "**Balanced accuracy.** The mean, over the classes of the truth" in told


def test_sections_of_a_docstring_are_told_apart() -> None:
    assert metrics_page.sections("Return x.\n\nMore.\n\nReturns\n-------\nfloat\n\nEdge cases\n----------\nNone.") == {
        "": "Return x.\n\nMore.",
        "Returns": "float",
        "Edge cases": "None.",
    }
