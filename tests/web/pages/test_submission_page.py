import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from challenges.spec import Counts
from judge import bookkeeping, intake, teams
from judge.models import Edition, Submission, Worker
from judge.reports import Report
from judge.verdicts import Verdict

Browse = Callable[..., Any]
HandIn = Callable[..., Submission]


def path(submission: Submission, more: str = "") -> str:
    return f"/submissions/{submission.pk}/{more}"


def test_while_it_waits_the_page_says_how_many_are_ahead_and_how_long(
    browse: Browse, ada: User, bob: User, hand_in: HandIn
) -> None:
    Worker.objects.create(name="w1", resources=["score", "cpu"], seen_at=timezone.now())
    hand_in(bob)
    mine = hand_in(ada)
    text = browse(ada).get(path(mine)).text
    assert "Queued" in text
    assert "1 ahead of it in the queue; about 20 s to go." in text  # two submissions at the first guess of 10 s


def test_without_a_worker_the_page_says_so_and_promises_the_place(browse: Browse, ada: User, hand_in: HandIn) -> None:
    text = browse(ada).get(path(hand_in(ada))).text
    assert "Next in line; no worker that could take it is awake now. It keeps its place" in text


def test_while_it_is_not_done_the_page_follows_with_and_without_javascript(
    browse: Browse, ada: User, hand_in: HandIn, scored: HandIn
) -> None:
    waiting = hand_in(ada)
    page = browse(ada).get(path(waiting))
    (part,) = page.all("div", id="live")
    assert (part["hx-get"], part["hx-select"], part["hx-swap"]) == (path(waiting), "#live", "morph")
    sources = [script["src"] or "" for script in page.all("script")]
    assert [source.rpartition("/")[2] for source in sources if "plot" not in source.lower()] == [
        "htmx.min.js",
        "idiomorph-ext.min.js",
        "swaps.js",
        "live.js",
    ]
    assert page.all("meta", **{"http-equiv": "refresh"}) == [{"http-equiv": "refresh", "content": "3"}]
    done = browse(ada).get(path(scored(ada, 0.9)))
    assert done.all("div", id="live") == [{"id": "live"}]  # an update that says so ends the asking
    assert done.all("meta", **{"http-equiv": "refresh"}) == []


def test_the_page_is_never_kept_and_says_its_state_in_one_line(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any, scored: HandIn
) -> None:
    waiting = hand_in(ada)
    assert browse(ada).raw(path(waiting))["Cache-Control"].startswith("max-age=0")
    assert 'role="status">Queued, next in line.</p>' in browse(ada).get(path(waiting)).html
    finish(waiting, Report(verdict=Verdict.TIMED_OUT, sentence="It ran for 61 s of 60 s."))
    page = browse(ada).get(path(waiting))
    assert 'role="status">Out of time.</p>' in page.html
    assert "It ran for 61 s of 60 s." in page.text


def test_a_score_comes_with_its_error_rank_and_provenance(browse: Browse, ada: User, scored: HandIn) -> None:
    text = browse(ada).get(path(scored(ada, 0.875))).text
    for words in (
        "Public accuracy 0.8750 ± 0.0125",
        "Public f1_macro 0.4321",
        "Your team's rank 1 of 1",
        "This used one of the day's submissions.",
        "Time 1.5 s",
        "Peak memory 64 MB",
        "metric version 1",
    ):
        assert words in text
    assert "image digest" not in text  # there was none


def test_the_rank_says_when_another_submission_earned_it(browse: Browse, ada: User, scored: HandIn) -> None:
    scored(ada, 0.9)
    worse = scored(ada, 0.8)
    assert "Your team's rank 1 of 1, by another submission" in browse(ada).get(path(worse)).text


def test_private_scores_are_hidden_until_the_deadline(
    edition: Edition, browse: Browse, ada: User, scored: HandIn
) -> None:
    submission = scored(ada, 0.875, private=0.8123)
    pages = [path(submission), "/challenges/iris-new-meadow/submissions/", "/submissions/"]
    for page in pages:
        assert "0.8123" not in browse(ada).raw(page).content.decode()
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    assert "Private accuracy 0.8123 ± 0.0087" in browse(ada).get(pages[0]).text
    assert "0.8123" in browse(ada).get(pages[1]).text


@pytest.mark.parametrize(
    ("verdict", "name", "fault"),
    [
        (Verdict.CRASHED, "Crashed", "This one is yours to mend."),
        (Verdict.OUT_OF_MEMORY, "Out of memory", "This one is yours to mend."),
        (Verdict.BANNED_IMPORT, "Banned import", "This one is yours to mend."),
        (Verdict.JUDGE_ERROR, "Our error", "This is our fault, not yours."),
    ],
)
def test_a_verdict_says_whose_fault_it_was(
    browse: Browse, ada: User, hand_in: HandIn, finish: Any, verdict: Verdict, name: str, fault: str
) -> None:
    submission = hand_in(ada)
    finish(submission, Report(verdict=verdict))
    text = browse(ada).get(path(submission)).text
    assert name in text
    assert fault in text


def test_the_end_of_the_log_is_shown_as_text(browse: Browse, ada: User, hand_in: HandIn, finish: Any) -> None:
    submission = hand_in(ada)
    finish(submission, Report(verdict=Verdict.CRASHED, log_tail="<b>Traceback</b>\nValueError: no"))
    page = browse(ada).get(path(submission))
    assert "<b>Traceback</b> ValueError: no" in page.text


def test_the_trace_of_our_own_failure_is_never_shown(
    browse: Browse, ada: User, hand_in: HandIn, make_user: Callable[..., User]
) -> None:
    submission = hand_in(ada)
    lease = bookkeeping.claim(submission.pk, worker="secret-host-17")
    assert lease is not None
    bookkeeping.retry_or_give_up(lease, "Traceback: /srv/judge/grading.py")
    text = browse(ada).get(path(submission)).text
    assert "We failed; trying again our failure, try 1 of 3" in text
    assert "/srv/judge" not in text
    assert "secret-host-17" not in text


def test_a_strangers_submission_does_not_exist(
    browse: Browse, ada: User, bob: User, hand_in: HandIn, make_user: Callable[..., User]
) -> None:
    submission = hand_in(ada)
    assert browse(bob).raw(path(submission)).status_code == 404
    assert browse().raw(path(submission)).status_code == 302
    assert browse(make_user("grace", is_staff=True)).raw(path(submission)).status_code == 200


def test_an_update_after_the_session_has_ended_loads_the_page_anew(browse: Browse, ada: User, hand_in: HandIn) -> None:
    submission = hand_in(ada)
    response = browse().client.get(path(submission), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"], response.content) == (200, "true", b"")


def test_a_team_mate_sees_it(edition: Edition, browse: Browse, ada: User, bob: User, hand_in: HandIn) -> None:
    submission = hand_in(ada)
    teams.join(bob, edition, code=submission.team.join_code)
    assert browse(bob).get(path(submission)).status == 200


def test_cancelling_before_it_starts_gives_the_attempt_back(browse: Browse, ada: User, hand_in: HandIn) -> None:
    submission = hand_in(ada)
    page = browse(ada).post(path(submission, "cancel/"))
    assert "Cancelled before it started." in page.text
    assert "No attempt was used." in page.text
    assert "10 of 10 submissions left" in browse(ada).get("/challenges/iris-new-meadow/submissions/").text


def test_cancelling_what_is_done_changes_nothing(browse: Browse, ada: User, scored: HandIn) -> None:
    submission = scored(ada, 0.9)
    assert "was done already" in browse(ada).post(path(submission, "cancel/")).text
    submission.refresh_from_db()
    assert submission.verdict == Verdict.SCORED


@pytest.mark.parametrize("action", ["cancel/", "choose/"])
def test_nobody_else_changes_a_submission(
    browse: Browse, ada: User, bob: User, hand_in: HandIn, make_user: Callable[..., User], action: str
) -> None:
    submission = hand_in(ada)
    assert browse(bob).post(path(submission, action), chosen="yes").status == 404
    assert browse(make_user("grace", is_staff=True)).post(path(submission, action), chosen="yes").status == 403
    submission.refresh_from_db()
    assert submission.verdict is None
    assert not submission.chosen


@pytest.mark.parametrize("action", ["cancel/", "choose/"])
def test_reading_an_address_changes_nothing(browse: Browse, ada: User, hand_in: HandIn, action: str) -> None:
    submission = hand_in(ada)
    assert browse(ada).raw(path(submission, action)).status_code == 405


def test_choosing_and_unchoosing(browse: Browse, ada: User, scored: HandIn) -> None:
    submission = scored(ada, 0.9)
    assert (
        f"Submission {submission.pk} counts in the end."
        in browse(ada).post(path(submission, "choose/"), chosen="yes").text
    )
    submission.refresh_from_db()
    assert submission.chosen
    browse(ada).post(path(submission, "choose/"), chosen="no")
    submission.refresh_from_db()
    assert not submission.chosen


def test_what_was_not_scored_cannot_be_chosen(browse: Browse, ada: User, hand_in: HandIn) -> None:
    page = browse(ada).post(path(hand_in(ada), "choose/"), chosen="yes")
    assert "Only scored submissions can be chosen. (not_scored)" in page.text


def test_the_history_shows_state_verdict_and_score(
    browse: Browse, ada: User, bob: User, hand_in: HandIn, scored: HandIn
) -> None:
    scored(ada, 0.875, description="a forest")
    hand_in(ada, data=b"id,species\n")
    hand_in(bob, file_name="not-mine.csv")
    text = browse(ada).get("/challenges/iris-new-meadow/submissions/").text
    assert "Scored 0.8750 ± 0.0125 species.csv a forest" in text
    assert "Rejected 1 finding" in text
    assert "not-mine.csv" not in text


def test_my_work_lists_all_challenges_together(browse: Browse, ada: User, bob: User, scored: HandIn) -> None:
    scored(ada, 0.875)
    scored(bob, 0.123)
    text = browse(ada).get("/submissions/").text
    assert "Irises of a new meadow Scored 0.8750" in text
    assert "0.1230" not in text


def test_older_submissions_follow_on_the_next_page(browse: Browse, ada: User, hand_in: HandIn) -> None:
    first = hand_in(ada, data=b"id,species\n", description="the very first")
    for _ in range(50):
        hand_in(ada, data=b"id,species\n")
    page = browse(ada).get("/submissions/")
    assert "the very first" not in page.text
    (link,) = [link for link in page.links if link.startswith("?before=")]
    assert link == f"?before={first.pk + 1}"
    assert "the very first" in browse(ada).get("/submissions/" + link).text


def test_a_history_needs_no_query_for_each_row(
    browse: Browse, ada: User, hand_in: HandIn, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        hand_in(ada, data=b"id,species\n")
    browser = browse(ada)
    with django_assert_max_num_queries(8):
        browser.get("/challenges/iris-new-meadow/submissions/")
    with django_assert_max_num_queries(4):
        browser.get("/submissions/")


def test_polling_costs_few_queries(
    browse: Browse, ada: User, hand_in: HandIn, django_assert_max_num_queries: Any
) -> None:
    submission = hand_in(ada)
    browser = browse(ada)
    with django_assert_max_num_queries(9):
        browser.raw(path(submission))


@pytest.fixture
def by_choice(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Edition:
    """The iris challenge, as if a learner's choice counted in the end."""
    challenge = edition.challenge
    board = challenge.spec.board.model_copy(update={"counts": Counts.CHOSEN, "chosen_max": 2})
    changed = dataclasses.replace(challenge, spec=challenge.spec.model_copy(update={"board": board}))
    monkeypatch.setattr("judge.models.edition.load", lambda slug: changed)
    return edition


def test_where_a_choice_counts_the_history_has_a_box_for_each_scored_submission(
    by_choice: Edition, browse: Browse, ada: User, hand_in: HandIn, scored: HandIn
) -> None:
    first, _second = scored(ada, 0.8), scored(ada, 0.9)
    hand_in(ada)
    intake.choose(first, chosen=True)
    page = browse(ada).get("/challenges/iris-new-meadow/submissions/")
    assert "Choose up to 2 submissions that count in the end; 1 chosen now." in page.text
    boxes = page.all("button", **{"class": "choose"})
    assert [box["aria-pressed"] for box in boxes] == ["false", "true"]  # newest first


def test_after_the_deadline_the_choice_is_shown_but_stands(
    by_choice: Edition, browse: Browse, ada: User, scored: HandIn
) -> None:
    submission = scored(ada, 0.8)
    intake.choose(submission, chosen=True)
    by_choice.closes_at = timezone.now() - timedelta(minutes=1)
    by_choice.save()
    page = browse(ada).get("/challenges/iris-new-meadow/submissions/")
    assert page.all("button", **{"class": "choose"}) == []
    assert "☑ counts" in page.text
    assert "deadline_passed" in browse(ada).post(path(submission, "choose/"), chosen="no").text


def test_one_more_than_may_be_chosen_is_refused_with_a_sentence(
    by_choice: Edition, browse: Browse, ada: User, scored: HandIn
) -> None:
    for score in (0.7, 0.8):
        intake.choose(scored(ada, score), chosen=True)
    page = browse(ada).post(path(scored(ada, 0.9), "choose/"), chosen="yes")
    assert "2 are the most. Unchoose one first. (too_many_chosen)" in page.text
