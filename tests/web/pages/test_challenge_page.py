import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from challenges.loader import Challenge, load, slugs
from challenges.spec import BoardSpec
from judge import editions
from judge.models import Edition, Submission
from web.pages import words

Browse = Callable[..., Any]
IRIS = "/challenges/iris-new-meadow/"


def test_the_overview_shows_statement_metric_and_limits(edition: Edition, browse: Browse) -> None:
    page = browse().get(IRIS)
    assert page.status == 200
    assert len(page.all("h1")) == 1
    for text in (
        "Name the other 6000 from four measurements.",
        "Higher is better. The best possible is 1.",
        "A csv file like submission.csv, at most 2 MB.",
        "Your best public score stands on both boards.",
        "Submissions a day 10",
    ):
        assert text in page.text


def in_chinese(browser: Any, path: str) -> Any:
    browser.client.post("/language/", {"language": "zh-hans", "next": "/"})
    return browser.get(path)


def test_the_overview_shows_the_statement_in_the_language_of_the_page(edition: Edition, browse: Browse) -> None:
    page = in_chinese(browse(), IRIS)
    assert "请根据四项测量，说出其余 6000 朵花的种类。" in page.text
    assert "Name the other 6000" not in page.text
    assert page.all("div", lang="zh-hans")
    assert "该题面只有英文版" not in page.text


def test_a_statement_without_translation_is_shown_in_english_and_says_so(
    edition: Edition, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Challenge, "translations", ())
    page = in_chinese(browse(), IRIS)
    assert "该题面只有英文版" in page.text
    assert "Name the other 6000" in page.text
    assert page.all("div", lang="en")
    assert "English only" not in browse().get(IRIS).text


def test_the_data_page_tells_units_and_meanings_in_the_language_of_the_page(edition: Edition, browse: Browse) -> None:
    assert "内层有色叶片（花瓣）的长度" in in_chinese(browse(), f"{IRIS}data/").text
    assert "length of the inner, coloured leaf" in browse().get(f"{IRIS}data/").text


def test_the_overview_says_when_the_board_is_a_ladder() -> None:
    plain, ladder = (words.counts(BoardSpec(ladder=ladder)) for ladder in (False, True))
    assert plain == "Your best public score stands on both boards."
    assert ladder == f"{plain} {words.LADDER}"


def test_the_scale_names_floor_and_ceiling_with_their_values(edition: Edition, browse: Browse) -> None:
    edition.anchors = {
        "floor": {"value": 0.3333, "standard_error": 0.01},
        "baseline": {"value": 0.91, "standard_error": 0.01},
        "ceiling": {"value": 0.97, "standard_error": 0.01},
    }
    edition.save()
    text = browse().get(IRIS).text
    assert "F floor 0.3333 no skill at all" in text
    assert "B baseline 0.9100 the starter, as it is" in text
    assert "C ceiling 0.9700" in text


def test_a_learner_reads_where_they_stand_and_what_is_left_today(
    edition: Edition, browse: Browse, ada: User, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.875)
    text = browse(ada).get(IRIS).text
    assert "0.8750 ± 0.0125 Rank 1 on the public board" in text
    assert "9 of 10 submissions left today; the count starts afresh at 00:00 UTC." in text


def test_an_unknown_challenge_is_a_page_that_suggests_the_one_meant(edition: Edition, browse: Browse) -> None:
    page = browse().get("/challenges/iris-new-meadw/")
    assert page.status == 404
    assert "did you mean iris-new-meadow?" in page.text


def test_the_data_page_lists_files_with_sizes_and_a_look_inside(edition: Edition, browse: Browse) -> None:
    page = browse().get(f"{IRIS}data/")
    sizes = editions.minted(edition).public_files()
    assert set(sizes) == {"train.csv", "test.csv", "sample_submission.csv"}
    for name in sizes:
        assert f"{IRIS}data/files/{name}" in page.links
    assert "id sepal_length sepal_width petal_length petal_width species" in page.text
    assert f"{IRIS}data/all.zip" in page.links
    assert f"{IRIS}data/starter.zip" in page.links


def test_a_download_is_the_minted_file(edition: Edition, browse: Browse, ada: User) -> None:
    response = browse(ada).raw(f"{IRIS}data/files/train.csv")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content == (editions.minted(edition).public / "train.csv").read_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="train.csv"'


@pytest.mark.parametrize("name", ["truth.json", "../truth.json", "..%2ftruth.json", "nothing.csv", "/etc/passwd"])
def test_only_published_files_can_be_downloaded(edition: Edition, browse: Browse, ada: User, name: str) -> None:
    assert browse(ada).raw(f"{IRIS}data/files/{name}").status_code == 404


def test_download_all_is_a_zip_of_every_public_file(edition: Edition, browse: Browse, ada: User) -> None:
    response = browse(ada).raw(f"{IRIS}data/all.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    assert sorted(archive.namelist()) == ["sample_submission.csv", "test.csv", "train.csv"]


def test_the_starter_is_the_baseline(edition: Edition, browse: Browse, ada: User) -> None:
    response = browse(ada).raw(f"{IRIS}data/starter.zip")
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.namelist() == ["main.py"]
    assert archive.read("main.py") == edition.challenge.files("baseline")["main.py"]


def test_a_challenge_without_a_kit_offers_none(edition: Edition, browse: Browse, ada: User) -> None:
    assert f"{IRIS}data/kit.zip" not in browse(ada).get(f"{IRIS}data/").links
    assert browse(ada).raw(f"{IRIS}data/kit.zip").status_code == 404


@pytest.mark.parametrize("path", ["files/train.csv", "all.zip", "starter.zip"])
def test_nothing_is_downloaded_before_the_challenge_opens(
    edition: Edition, browse: Browse, ada: User, path: str
) -> None:
    edition.opens_at = timezone.now() + timedelta(hours=1)
    edition.save()
    page = browse(ada).get(f"{IRIS}data/{path}")
    assert page.status == 403
    assert "not_open" in page.text
    overview = browse(ada).get(f"{IRIS}data/")
    assert f"{IRIS}data/files/train.csv" not in overview.links
    assert "sepal_length" not in overview.text


def test_whoever_is_not_signed_in_is_sent_to_the_login_and_back(edition: Edition, browse: Browse) -> None:
    response = browse().raw(f"{IRIS}data/files/train.csv")
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={IRIS}data/files/train.csv"


def test_an_overview_needs_few_queries(
    edition: Edition, browse: Browse, ada: User, scored: Callable[..., Submission], django_assert_max_num_queries: Any
) -> None:
    scored(ada, 0.9)
    browser = browse(ada)
    with django_assert_max_num_queries(8):
        browser.get(IRIS)


def test_the_metric_is_explained_to_a_learner(edition: Edition, browse: Browse) -> None:
    assert "The share of rows whose class is right." in browse().get(IRIS).text


def test_the_data_page_tells_what_each_column_holds_and_means(edition: Edition, browse: Browse) -> None:
    text = browse().get(f"{IRIS}data/").text
    assert "The 6 columns of train.csv" in text
    assert "sepal_length number cm, to 0.1 4" in text
    assert "length of the outer leaf of the flower" in text
    assert "species class setosa, versicolor, virginica" in text
    assert "Types and values are those of its first 2000 rows" in text  # of test.csv


def test_the_overview_says_exactly_how_the_metric_is_worked_out(edition: Edition, browse: Browse) -> None:
    text = browse().get(IRIS).text
    assert "Value 0 to 1 (best)." in text
    assert "A constant prediction reaches the share of its class." in text
    assert "Source sklearn.metrics.accuracy_score." in text


def test_the_parts_of_a_composite_are_named_with_their_weights() -> None:
    from web.pages.challenges import _metric_words

    words_of = _metric_words(load("movie-recommender").spec.metric.primary)
    assert words_of.parts == [
        "rmse (Mean columnwise RMSE) as a share of the way from no skill to the best, weight 1",
        "ndcg@10 (NDCG@k) as a share of the way from no skill to the best, weight 1",
    ]


@pytest.mark.parametrize("slug", slugs())
def test_every_metric_is_explained_in_whole_sentences(slug: str) -> None:
    from web.pages.challenges import _metric_words

    for use in (load(slug).spec.metric.primary, *load(slug).spec.metric.secondary):
        said = _metric_words(use)
        assert not said.explanation[0].islower()
        assert said.explanation.endswith(".")
        assert said.details
