"""What a score amounts to: own best, the row above, tier, limits; and two submissions side by side."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from challenges.loader import load
from challenges.scoring import Score, Scores, SplitScores
from judge import teams
from judge.models import Edition, Submission
from judge.reports import Report
from judge.verdicts import Verdict

Browse = Callable[..., Any]
HandIn = Callable[..., Submission]

WAVES = np.array([1.0, -1.0] * 50)


@pytest.fixture
def resampled(hand_in: HandIn, finish: Any) -> HandIn:
    """Hand in and record a score with a hundred resamples whose standard deviation is about `error`."""

    def make(user: User, score: float, error: float, **fields: Any) -> Submission:
        submission = hand_in(user, **fields)
        value = Score(value=score, standard_error=error)
        split = SplitScores(primary=value, secondary={"f1_macro": score}, rows=1000, spread=score + error * WAVES)
        finish(
            submission,
            Report(
                verdict=Verdict.SCORED,
                scores=Scores(public=split, private=split),
                usage={"wall_s": 1.5, "cpu_s": None, "peak_memory_mb": 64.0},
                provenance={
                    "challenge_version": 3,
                    "data_digest": "d16e57",
                    "metric": "accuracy",
                    "metric_version": 2,
                    "image_digest": "sha256:1ma6e",
                },
            ),
        )
        return submission

    return make


def path(submission: Submission, more: str = "") -> str:
    return f"/submissions/{submission.pk}/{more}"


def test_a_score_is_told_against_ones_own_best_with_its_interval(browse: Browse, ada: User, resampled: HandIn) -> None:
    first = resampled(ada, 0.80, 0.01)
    assert "Against your best before it your first score here" in browse(ada).get(path(first)).text
    text = browse(ada).get(path(resampled(ada, 0.85, 0.03))).text
    # 0.05 -+ 1.96 * 0.0201: the interval ends above zero
    assert "Against your best before it +0.0500 (+0.0106 to +0.0894) better by more than chance explains" in text
    text = browse(ada).get(path(resampled(ada, 0.83, 0.01))).text
    assert "Against your best before it −0.0200 (−0.0594 to +0.0194) level: chance alone may have" in text


def test_a_score_is_told_against_the_row_above(browse: Browse, ada: User, bob: User, resampled: HandIn) -> None:
    top = resampled(bob, 0.9, 0.01)
    below = resampled(ada, 0.8, 0.02)
    text = browse(ada).get(path(below)).text
    assert "Against the row above −0.1000 (−0.1197 to −0.0803) worse by more than chance explains team bob" in text
    assert "Against the row above" not in browse(bob).get(path(top)).text


def test_without_resamples_a_difference_has_no_interval(browse: Browse, ada: User, scored: HandIn) -> None:
    scored(ada, 0.8)
    text = browse(ada).get(path(scored(ada, 0.9))).text
    assert "Against your best before it +0.1000 how much of it is chance is not known" in text


def test_the_tier_stands_beside_the_score(edition: Edition, browse: Browse, ada: User, resampled: HandIn) -> None:
    values = {"floor": 0.3, "baseline": 0.5, "reference": 0.9, "ceiling": 1.0}
    edition.anchors = {name: {"value": value, "standard_error": 0.0} for name, value in values.items()}
    edition.save()
    assert "Tier Bronze" in browse(ada).get(path(resampled(ada, 0.75, 0.01))).text  # half-way to 0.9 is 0.7
    assert "Tier Gold" in browse(ada).get(path(resampled(ada, 0.96, 0.01))).text


def test_provenance_names_challenge_data_metric_and_image(browse: Browse, ada: User, resampled: HandIn) -> None:
    text = browse(ada).get(path(resampled(ada, 0.8, 0.01))).text
    for words in ("challenge version 3", "data digest d16e57", "metric version 2", "image digest sha256:1ma6e"):
        assert words in text


def test_what_a_run_used_stands_beside_its_limits(
    browse: Browse, ada: User, resampled: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = resampled(ada, 0.8, 0.01)
    iris, league = load("iris-new-meadow"), load("connect-x-league")
    assert league.spec.program is not None
    program = league.spec.program.model_copy(update={"memory_mb": 256})
    changed = dataclasses.replace(iris, spec=iris.spec.model_copy(update={"program": program}))
    monkeypatch.setattr("judge.models.edition.load", lambda slug: changed)
    page = browse(ada).get(path(submission))
    assert "Peak memory 64 MB of 256 MB" in page.text
    assert page.all("meter", **{"aria-label": "Peak memory"})[0]["value"] == "0.250"


def test_a_held_score_is_compared_with_nothing(browse: Browse, ada: User, resampled: HandIn, make_spec: Any) -> None:
    make_spec(ladder=True)
    best, held = resampled(ada, 0.80, 0.01), resampled(ada, 0.8005, 0.02)
    assert held.public_held
    assert "What it amounts to" not in browse(ada).get(path(held)).text
    page = browse(ada).get(path(held, "compare/"), **{"with": str(best.pk)})
    assert "not told: the public score of one of them is held" in page.text
    assert "0.8005" not in page.text
    assert "f1_macro –" in page.text


def test_two_submissions_side_by_side(browse: Browse, ada: User, resampled: HandIn) -> None:
    one = resampled(ada, 0.80, 0.01, file_name="tree.csv", description="a tree")
    two = resampled(ada, 0.85, 0.03, file_name="forest.csv", description="a forest")
    text = browse(ada).get(path(two, "compare/"), **{"with": str(one.pk)}).text
    assert "File forest.csv tree.csv the very same file" in text
    assert "Note a forest a tree" in text
    assert "Public accuracy 0.8500 0.8000 +0.0500 (+0.0106 to +0.0894) better by more than chance explains" in text
    assert "f1_macro 0.8500 0.8000" in text
    assert "Peak memory 64 MB 64 MB" in text
    assert "Private accuracy" not in text


def test_private_scores_are_compared_after_the_deadline_only(
    edition: Edition, browse: Browse, ada: User, resampled: HandIn
) -> None:
    one, two = resampled(ada, 0.80, 0.01), resampled(ada, 0.85, 0.03)
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    text = browse(ada).get(path(two, "compare/"), **{"with": str(one.pk)}).text
    assert "Private accuracy 0.8500 0.8000 +0.0500" in text


def test_scores_by_another_version_of_the_metric_are_not_subtracted(
    browse: Browse, ada: User, resampled: HandIn
) -> None:
    one, two = resampled(ada, 0.80, 0.01), resampled(ada, 0.85, 0.03)
    one.provenance = {**one.provenance, "metric_version": 1}
    one.save()
    text = browse(ada).get(path(two, "compare/"), **{"with": str(one.pk)}).text
    assert "scored on other data or by another version of the metric" in text
    assert "+0.0500" not in text


def test_without_a_second_one_a_form_offers_the_others(browse: Browse, ada: User, bob: User, resampled: HandIn) -> None:
    one, two, strange = resampled(ada, 0.8, 0.01), resampled(ada, 0.85, 0.01), resampled(bob, 0.9, 0.01)
    page = browse(ada).get(path(two, "compare/"))
    assert [option["value"] for option in page.all("option")] == [str(one.pk)]
    assert "There is no other scored submission" in browse(bob).get(path(strange, "compare/")).text


def test_a_strangers_submission_cannot_be_drawn_into_a_comparison(
    browse: Browse, ada: User, bob: User, resampled: HandIn, make_user: Callable[..., User]
) -> None:
    mine, strange = resampled(ada, 0.8, 0.01), resampled(bob, 0.9, 0.01)
    browser = browse(ada)
    assert browser.raw(path(mine, "compare/"), **{"with": str(strange.pk)}).status_code == 404
    assert browser.raw(path(strange, "compare/"), **{"with": str(mine.pk)}).status_code == 404
    assert browser.raw(path(mine, "compare/"), **{"with": "x"}).status_code == 404
    staff = browse(make_user("grace", is_staff=True))
    assert staff.raw(path(mine, "compare/"), **{"with": str(strange.pk)}).status_code == 200


def test_names_that_learners_give_are_text(
    browse: Browse, edition: Edition, ada: User, bob: User, resampled: HandIn
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    teams.create(bob, edition, name=evil)
    resampled(bob, 0.9, 0.01)
    one = resampled(ada, 0.8, 0.01, file_name="a<b>.csv", description=evil)
    two = resampled(ada, 0.85, 0.01)
    browser = browse(ada)
    for page in (browser.get(path(two)), browser.get(path(two, "compare/"), **{"with": str(one.pk)})):
        assert evil in page.text
        assert "<img src=x" not in page.html
        assert "a<b>" not in page.html


def test_a_result_costs_few_queries(
    browse: Browse, ada: User, bob: User, resampled: HandIn, django_assert_max_num_queries: Any
) -> None:
    resampled(bob, 0.9, 0.01)
    one = resampled(ada, 0.8, 0.01)
    two = resampled(ada, 0.85, 0.01)
    browser = browse(ada)
    with django_assert_max_num_queries(14):
        browser.raw(path(two))
    with django_assert_max_num_queries(9):
        browser.raw(path(two, "compare/"), **{"with": str(one.pk)})
