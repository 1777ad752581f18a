import hashlib
import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from challenges.minting import Minted
from challenges.readers import AnswerFormat, read
from judge.models import Edition

IRIS = "challenges/iris-new-meadow"
pytestmark = pytest.mark.usefixtures("edition")


def slugs(answer: Any) -> list[str]:
    return [item["slug"] for item in answer.json()["items"]]


def test_the_list_is_open_to_everybody(api: Any) -> None:
    answer = api().get("challenges")

    assert answer.status_code == 200
    assert answer.json()["next_cursor"] is None
    item = answer.json()["items"][0]
    assert item["slug"] == "iris-new-meadow"
    assert item["title"] == "Irises of a new meadow"
    assert (item["level"], item["domain"], item["kind"]) == ("beginner", "tabular", "predictions")
    assert item["roadmap"] == ["V-02"]
    assert (item["metric"]["id"], item["metric"]["better"], item["metric"]["best"]) == ("accuracy", "higher", 1.0)
    assert (item["teams"], item["my_team"], item["my_rank"], item["deadline"]) == (0, None, None, None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"level": "beginner"}, ["iris-new-meadow"]),
        ({"level": "expert"}, []),
        ({"kind": "predictions"}, ["iris-new-meadow"]),
        ({"kind": "code"}, []),
        ({"domain": "tabular"}, ["iris-new-meadow"]),
        ({"domain": "speech"}, []),
        ({"search": "MEADOW iris"}, ["iris-new-meadow"]),
        ({"search": "v-02"}, ["iris-new-meadow"]),
        ({"search": "meadow whales"}, []),
        ({"roadmap": "video"}, ["iris-new-meadow"]),
        ({"roadmap": "topics"}, []),
        ({"metric": "classes"}, ["iris-new-meadow"]),
        ({"metric": "texts"}, []),
        ({"gpu": "none", "sort": "teams"}, ["iris-new-meadow"]),
        ({"gpu": "required"}, []),
    ],
)
def test_the_list_can_be_narrowed(api: Any, query: dict[str, str], found: list[str]) -> None:
    assert slugs(api().get("challenges", query)) == found


def test_the_statement_comes_in_the_language_asked_for(api: Any) -> None:
    english = api().get("challenges/iris-new-meadow").json()
    chinese = api().get("challenges/iris-new-meadow", **{"Accept-Language": "zh-CN,zh;q=0.9"})
    body = chinese.json()

    assert (english["statement_language"], body["statement_language"]) == ("en", "zh-hans")
    assert body["statement"].startswith("# 新草地的鸢尾花")
    assert (chinese["Content-Language"], "Accept-Language" in chinese["Vary"]) == ("zh-hans", True)


def test_an_unknown_level_is_refused_with_the_known_ones(api: Any) -> None:
    refused = api().get("challenges", {"level": "wizard"})

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter")
    assert "beginner, intermediate, advanced, expert" in refused.json()["sentence"]


def test_the_list_knows_how_far_i_have_come(api: Any, ada: User) -> None:
    assert api().get("challenges").json()["items"][0]["my_tier"] is None
    assert api(ada).get("challenges").json()["items"][0]["my_tier"] == "not_tried"
    assert slugs(api(ada).get("challenges", {"tried": "not_tried", "sort": "progress"})) == ["iris-new-meadow"]
    assert slugs(api(ada).get("challenges", {"tried": "gold"})) == []


@pytest.mark.parametrize(("query", "name"), [({"tried": "gold"}, "tried"), ({"sort": "progress"}, "sort")])
def test_nobodys_progress_is_refused(api: Any, query: dict[str, str], name: str) -> None:
    refused = api().get("challenges", query)

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter")
    assert refused.json()["sentence"].startswith(f"{name}: ")


def test_retired_editions_are_not_listed(api: Any, edition: Edition) -> None:
    edition.retired_at = timezone.now()
    edition.save()

    assert slugs(api().get("challenges")) == []
    assert api().get(IRIS).status_code == 404


def test_a_challenge_comes_with_all_that_its_page_needs(api: Any, edition: Edition) -> None:
    body = api().get(IRIS).json()

    assert body["statement"].startswith("# Irises of a new meadow")
    assert body["edition"] == {"name": "open", "version": 1, "size": "small", "digest": edition.digest}
    assert body["answer"]["columns"]["species"]["values"] == ["setosa", "versicolor", "virginica"]
    assert (body["file_name"], body["max_mb"], body["program"]) == ("submission.csv", 2.0, None)
    assert body["board"] == {"counts": "best", "chosen_max": 2, "per_day": 10}
    assert [metric["id"] for metric in body["secondary"]] == ["f1_macro"]
    assert body["anchors"]["floor"]["value"] == pytest.approx(1 / 3)
    assert (body["quota"]["limit"], body["quota"]["used"], body["quota"]["left"]) == (10, 0, 10)


def test_the_quota_says_when_it_resets(api: Any) -> None:
    resets_at = datetime.fromisoformat(api().get(IRIS).json()["quota"]["resets_at"])

    assert (resets_at.hour, resets_at.minute, resets_at.tzinfo) == (0, 0, UTC)
    assert timedelta(0) < resets_at - timezone.now() <= timedelta(days=1)


@pytest.mark.parametrize("slug", ["iris", "iris-new-medow", "iris_new_meadow"])
def test_a_mistyped_name_is_answered_with_near_ones(api: Any, slug: str) -> None:
    refused = api().get(f"challenges/{slug}")

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_challenge")
    assert refused.json()["sentence"] == f"No challenge is called {slug!r}; did you mean iris-new-meadow?"


def test_a_name_unlike_any_other_points_to_the_list(api: Any) -> None:
    sentence = api().get("challenges/whales").json()["sentence"]

    assert sentence == "No challenge is called 'whales'; the list of challenges has all names."


def test_files_are_listed_with_size_and_digest(api: Any, ada: User, iris_paper: Minted) -> None:
    body = api(ada).get(f"{IRIS}/files").json()

    assert [item["name"] for item in body["items"]] == ["sample_submission.csv", "test.csv", "train.csv"]
    train = body["items"][2]
    content = (iris_paper.public / "train.csv").read_bytes()
    assert (train["size_bytes"], train["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert train["url"] == "/api/v1/challenges/iris-new-meadow/files/train.csv"
    assert body["size_bytes"] == sum(path.stat().st_size for path in iris_paper.public.iterdir())


@pytest.mark.parametrize("path", ["files", "files/train.csv", "archive", "baseline", "answer-format"])
def test_files_ask_for_a_login(api: Any, path: str) -> None:
    assert api().get(f"{IRIS}/{path}").status_code == 401


@pytest.mark.parametrize("path", ["files", "files/train.csv", "archive", "baseline", "answer-format"])
def test_files_stay_closed_until_the_challenge_opens(
    api: Any, ada: User, make_user: Any, edition: Edition, path: str
) -> None:
    edition.opens_at = timezone.now() + timedelta(hours=1)
    edition.save()
    refused = api(ada).get(f"{IRIS}/{path}")

    assert (refused.status_code, refused.json()["code"]) == (403, "not_open")
    assert 3590 <= int(refused.headers["Retry-After"]) <= 3600
    admitted = api(make_user("teacher", is_staff=True)).get(f"{IRIS}/{path}")
    assert admitted.status_code == 200
    list(admitted)  # a download closes its file at its end


@pytest.mark.parametrize(
    "name",
    [
        "truth.json",
        "../truth.json",
        "..%2Ftruth.json",
        "%2e%2e/truth.json",
        "../public/train.csv",
        "./train.csv",
        "/etc/passwd",
        "train.csv/",
        "train.csv%00",
        "..\\truth.json",
        "TRAIN.CSV",
    ],
)
def test_only_names_of_the_manifest_are_ever_opened(api: Any, ada: User, name: str) -> None:
    refused = api(ada).get(f"{IRIS}/files/{name}")

    assert refused.status_code == 404
    assert refused.json()["code"] in ("unknown_file", "not_found")


def test_a_whole_file_is_served_with_its_digest_as_entity_tag(api: Any, ada: User, iris_paper: Minted) -> None:
    answer = api(ada).get(f"{IRIS}/files/train.csv")
    content = (iris_paper.public / "train.csv").read_bytes()

    assert answer.status_code == 200
    assert answer.getvalue() == content
    assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="train.csv"'


def test_head_and_range_work_on_the_route_too(api: Any, ada: User, iris_paper: Minted) -> None:
    content = (iris_paper.public / "train.csv").read_bytes()
    head = api(ada).head(f"{IRIS}/files/train.csv")
    part = api(ada).get(f"{IRIS}/files/train.csv", Range="bytes=-4")

    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(content)))
    assert (part.status_code, part.getvalue()) == (206, content[-4:])
    assert api(ada).get(f"{IRIS}/files/train.csv", Range="bytes=999999999-").status_code == 416


def test_the_archive_holds_every_public_file_and_no_date(api: Any, ada: User, iris_paper: Minted) -> None:
    answer = api(ada).get(f"{IRIS}/archive")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="iris-new-meadow.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["sample_submission.csv", "test.csv", "train.csv"]
        assert archive.read("train.csv") == (iris_paper.public / "train.csv").read_bytes()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_starter_can_be_downloaded(api: Any, ada: User) -> None:
    answer = api(ada).get(f"{IRIS}/baseline")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["main.py"]
        assert b"DecisionTreeClassifier" in archive.read("main.py")


def test_a_challenge_without_a_kit_says_so(api: Any, ada: User) -> None:
    refused = api(ada).get(f"{IRIS}/kit")

    assert (refused.status_code, refused.json()["code"]) == (404, "no_kit")
    assert api(ada).get(f"{IRIS}/files").json()["kit_url"] is None


def test_the_answer_format_checks_a_file_as_the_judge_does(
    api: Any, ada: User, iris_paper: Minted, ceiling: bytes
) -> None:
    body = api(ada).get(f"{IRIS}/answer-format").json()
    check = AnswerFormat.from_json(body["format"])

    assert (body["kind"], body["program"], body["kit"]) == ("predictions", None, {})
    assert body["digest"] == iris_paper.digest()
    assert len(read(ceiling, check.answer, check.expected)["species"]) == 6000


def test_the_answer_format_tells_nothing_of_the_truth(api: Any, ada: User, iris_paper: Minted) -> None:
    body = api(ada).get(f"{IRIS}/answer-format").json()
    test_ids = [line.split(",")[0] for line in (iris_paper.public / "test.csv").read_text().splitlines()[1:]]

    assert body["format"]["expected"] == {"ids": {"id": test_ids}, "facts": {}}
    assert set(body) == {"digest", "kind", "format", "program", "kit"}


def test_a_whole_catalogue_is_read_in_few_queries(
    api: Any, ada: User, edition: Edition, django_assert_max_num_queries: Any, tmp_path: Path
) -> None:
    mine = api(ada)
    with django_assert_max_num_queries(8):
        mine.get("challenges")
