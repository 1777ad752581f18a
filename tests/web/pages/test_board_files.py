"""A board for other programs and other people's pages: csv, JSON, a frame, an Atom feed."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge.models import Edition, Standing, Submission, Team
from web.pages import board_files
from web.pages.board_files import harmless

Browse = Callable[..., Any]
Scored = Callable[..., Submission]
BOARD = "/challenges/iris-new-meadow/leaderboard/"
ATOM = "{http://www.w3.org/2005/Atom}"
PUBLIC = [f"{BOARD}{name}" for name in ("embed/", "feed.atom", "rows.csv", "rows.json")]


def table(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_csv_has_the_rows_of_the_board(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    scored(ada, 0.7)
    scored(bob, 0.9)
    response = browse().raw(f"{BOARD}rows.csv")
    first, second = table(response)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="iris-new-meadow-v1-public.csv"'
    assert (first["rank"], first["place"], first["team"], first["score"]) == ("1", "1", "bob", "0.9")
    assert (second["rank"], second["team"], second["standard_error"], second["entries"]) == ("2", "ada", "0.0125", "2")
    assert (round(float(first["low"]), 4), round(float(first["high"]), 4)) == (0.8728, 0.9219)  # Wilson, 576 rows
    assert second["host"] == "False"


def test_rows_that_cannot_be_told_apart_share_a_rank_in_the_files(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    noise = np.linspace(-0.1, 0.1, 50, dtype="<f4")
    for user, score, sign in ((ada, 0.90, 1), (bob, 0.89, -1)):
        submission = scored(user, score)
        submission.public_spread = (score + sign * noise).astype("<f4").tobytes()
        submission.save(update_fields=["public_spread"])
    rows = json.loads(browse().raw(f"{BOARD}rows.json").content)["rows"]
    assert [(row["rank"], row["place"], row["team"]) for row in rows] == [(1, 1, "ada"), (1, 2, "bob")]


def test_the_json_tells_metric_version_and_anchors(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    edition.anchors = {"floor": {"value": 0.25, "standard_error": 0.01}}
    edition.save()
    scored(ada, 0.8)
    body = json.loads(browse().raw(f"{BOARD}rows.json").content)
    assert (body["challenge"], body["version"], body["board"]) == ("iris-new-meadow", 1, "public")
    assert (body["metric"], body["better"], body["teams"]) == ("accuracy", "higher", 1)
    assert body["anchors"] == {"floor": {"value": 0.25, "standard_error": 0.01}}
    assert [row["team"] for row in body["rows"]] == ["ada"]
    assert body["next"] is None


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("ada", "ada"),
    ],
)
def test_no_team_name_is_a_formula(name: str, cell: str) -> None:
    assert harmless(name) == cell


def test_a_formula_for_a_name_is_text_in_the_csv_and_itself_in_json(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    Team.objects.update(name='=cmd|"/c calc"!A1,2')
    (row,) = table(browse().raw(f"{BOARD}rows.csv"))
    assert row["team"] == """'=cmd|"/c calc"!A1,2"""
    assert row["score"] == "0.8"
    assert json.loads(browse().raw(f"{BOARD}rows.json").content)["rows"][0]["team"] == '=cmd|"/c calc"!A1,2'


def test_long_boards_come_in_several_files_that_say_so(
    edition: Edition, browse: Browse, make_user: Any, scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        scored(make_user(f"u{number}"), 0.9 - number / 10)
    monkeypatch.setattr(board_files, "ROWS", 2)
    address, teams, names = f"{BOARD}rows.json", [], []
    while address:
        response = browse().raw(address)
        body = json.loads(response.content)
        teams += [row["team"] for row in body["rows"]]
        names.append(response["Content-Disposition"].rpartition("-v1-public")[2])
        assert response.headers.get("Link") == (f'<{body["next"]}>; rel="next"' if body["next"] else None)
        address = body["next"]
    assert teams == ["u0", "u1", "u2", "u3", "u4"]
    assert names == ['.json"', '-from-3.json"', '-from-5.json"']
    assert 'rel="next"' in browse().raw(f"{BOARD}rows.csv")["Link"]
    assert "A file has 2 rows" in browse().get(BOARD).text


@pytest.mark.parametrize("name", ["rows.csv", "rows.json"])
def test_the_files_of_the_private_board_are_for_staff_until_the_deadline(
    edition: Edition, browse: Browse, ada: User, make_user: Callable[..., User], scored: Scored, name: str
) -> None:
    scored(ada, 0.9, private=0.8123)
    for visitor in (None, ada):
        assert browse(visitor).raw(BOARD + name, board="private").status_code == 404
        assert b"0.8123" not in browse(visitor).raw(BOARD + name).content
    seen = browse(make_user("grace", is_staff=True)).raw(BOARD + name, board="private")
    assert b"0.8123" in seen.content
    assert "no-store" in seen["Cache-Control"]
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    assert b"0.8123" in browse().raw(BOARD + name, board="private").content


@pytest.mark.parametrize("query", [{"after": "nonsense"}, {"board": "secret"}, {"version": "-1"}])
def test_a_file_that_is_not_ours_is_not_found(edition: Edition, browse: Browse, query: dict[str, str]) -> None:
    assert browse().raw(f"{BOARD}rows.csv", **query).status_code == 404


@pytest.mark.parametrize("address", PUBLIC)
def test_caches_may_keep_what_everybody_sees_for_a_minute(edition: Edition, browse: Browse, address: str) -> None:
    response = browse().raw(address)
    assert response.status_code == 200
    assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=60"}


@pytest.mark.parametrize("address", PUBLIC)
def test_nothing_that_caches_keep_depends_on_who_asks(
    edition: Edition, browse: Browse, ada: User, scored: Scored, address: str
) -> None:
    scored(ada, 0.8)
    assert browse().raw(address).content == browse(ada).raw(address).content


def test_only_the_frame_may_be_framed(edition: Edition, browse: Browse) -> None:
    frame = browse().raw(f"{BOARD}embed/")
    assert "frame-ancestors *" in frame["Content-Security-Policy"]
    assert "script-src" not in frame["Content-Security-Policy"]
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    for address in (BOARD, *PUBLIC[1:]):
        response = browse().raw(address)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


def test_the_frame_shows_the_first_rows_and_leads_to_the_board(
    edition: Edition, browse: Browse, make_user: Any, scored: Scored
) -> None:
    for number in range(12):
        scored(make_user(f"u{number}"), 0.95 - number / 100)
    page = browse().get(f"{BOARD}embed/")
    assert "12 teams." in page.text
    assert "u9" in page.text
    assert "u10" not in page.text
    assert page.links == {"http://testserver/challenges/iris-new-meadow/leaderboard/"}
    assert page.all("form") == []
    assert len(page.all("h1")) == 1


def test_the_frame_runs_no_script_of_a_name(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    scored(ada, 0.8)
    Team.objects.update(name="<script>alert(1)</script>")
    page = browse().get(f"{BOARD}embed/")
    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.text


def entries(browse: Browse) -> list[Any]:
    return ElementTree.fromstring(browse().raw(f"{BOARD}feed.atom").content).findall(f"{ATOM}entry")


def text_of(entry: Any, name: str) -> str:
    found = entry.find(f"{ATOM}{name}")
    assert found is not None
    return str(found.text)


def test_the_feed_tells_new_bests_newest_first(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(bob, 0.9)
    scored(ada, 0.8)
    response = browse().raw(f"{BOARD}feed.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert [text_of(entry, "title") for entry in entries(browse)] == ["ada reached 0.8000", "bob leads with 0.9000"]
    assert text_of(entries(browse)[0], "summary") == "accuracy 0.8000 ± 0.0125"


def test_an_entry_keeps_its_name_until_the_team_is_better(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    before = [text_of(entry, "id") for entry in entries(browse)]
    scored(ada, 0.7)
    assert [text_of(entry, "id") for entry in entries(browse)] == before
    scored(ada, 0.9)
    assert [text_of(entry, "id") for entry in entries(browse)] != before


def test_a_feed_survives_names_that_xml_cannot_carry(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    Team.objects.update(name="a\x08\ufffe\ud7ff<b>&amp;\x1b")
    assert [text_of(entry, "title") for entry in entries(browse)] == ["a\ud7ff<b>&amp; leads with 0.8000"]


def test_the_feed_needs_few_queries_however_many_entries(
    edition: Edition, browse: Browse, make_user: Any, scored: Scored, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        scored(make_user(f"u{number}"), 0.95 - number / 100)
    with django_assert_max_num_queries(4):
        assert len(entries(browse)) == 6


def test_no_private_score_is_in_what_everybody_sees(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.8, private=0.8123)
    for address in PUBLIC:
        assert b"0.8123" not in browse().raw(address).content


def test_a_challenge_that_is_not_there_has_no_frame_or_feed(edition: Edition, browse: Browse) -> None:
    Standing.objects.all().delete()
    for name in ("embed/", "feed.atom", "rows.csv", "rows.json"):
        assert browse().raw(f"/challenges/no-such/leaderboard/{name}").status_code == 404
