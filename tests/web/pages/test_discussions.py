"""Discussions: threads in Markdown, answers of instructors, reports, and notices by e-mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from judge import departures
from judge.discussions import threads
from judge.discussions.models import Post, Thread
from judge.models import Edition
from web.accounts.models import Profile

Browse = Callable[..., Any]
LIST = "/challenges/iris-new-meadow/discussion/"
HOSTILE = (
    "<script>alert(1)</script> [go](javascript:alert(1)) <img src=x onerror=alert(1)> ![spy](https://x.example/p.png)"
)


@pytest.fixture
def thread(edition: Edition, ada: User) -> Thread:
    return threads.start(ada, edition, title="Sepals?", body="Which unit is **that**?")


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    return make_user("tutor", is_staff=True)


def verify(user: User, *, verified: bool) -> None:
    EmailAddress.objects.update_or_create(
        user=user, primary=True, defaults={"email": "ada@example.org", "verified": verified}
    )


def address(thread: Thread, rest: str = "") -> str:
    return f"{LIST}{thread.pk}/{rest}"


def test_a_learner_begins_a_thread_and_everybody_reads_it(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).post(f"{LIST}start/", title="  Sepals   or petals? ", body="I mean *length*.")
    assert "Sepals or petals?" in page.text
    assert "<em>length</em>" in page.html
    listed = browse().get(LIST)
    assert "Sepals or petals? 0 replies · ada" in listed.text
    assert "Sign in to write." in listed.text


def test_a_reply_lifts_its_thread_and_says_who_is_an_instructor(
    edition: Edition, browse: Browse, ada: User, staff: User, thread: Thread
) -> None:
    threads.start(ada, edition, title="Newer", body="x")
    page = browse(staff).post(address(thread, "reply/"), body="Centimetres.")
    assert "tutor instructor" in page.text
    assert "Centimetres." in page.text
    listed = browse().get(LIST).text
    assert listed.index("Sepals?") < listed.index("Newer")
    assert "Sepals? 1 reply · ada" in listed


def test_a_pinned_thread_stands_first(edition: Edition, browse: Browse, ada: User, staff: User, thread: Thread) -> None:
    threads.start(ada, edition, title="Newer", body="x")
    browse(staff).post(address(thread, "pin/"), pinned="yes")
    listed = browse().get(LIST).text
    assert listed.index("Sepals? pinned") < listed.index("Newer")
    browse(staff).post(address(thread, "pin/"), pinned="no")
    assert "pinned" not in browse().get(LIST).text


def test_what_does_not_fit_comes_back_with_its_texts(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).post(f"{LIST}start/", title="", body="a long text that nobody wants to write twice")
    assert page.status == 400
    assert "A title has 1 to 120 characters. bad_title" in page.text
    assert "a long text that nobody wants to write twice" in page.text
    page = browse(ada).post(f"{LIST}start/", title="Kept", body="x" * 10_001)
    assert "A post has 1 to 10000 characters; this one has 10001." in page.text
    assert page.all("input", id="title")[0]["value"] == "Kept"
    assert not Thread.objects.exists()


def test_text_of_a_learner_is_never_code(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).post(f"{LIST}start/", title=HOSTILE[:120], body=HOSTILE)
    for html in (page.html, browse().get(LIST).html):
        assert "<script>alert" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
    assert "&lt;script&gt;alert(1)" in page.html


def test_three_reports_of_different_learners_hide_a_post_until_an_instructor_lets_it_stand(
    edition: Edition, browse: Browse, thread: Thread, staff: User, make_user: Callable[..., User]
) -> None:
    post = thread.posts.get()
    readers = [make_user(f"reader{number}") for number in range(3)]
    for _ in range(5):
        browse(readers[0]).post(f"/posts/{post.pk}/report/", reason="again and again")
    browse(readers[1]).post(f"/posts/{post.pk}/report/")
    assert "Which unit is" in browse().get(address(thread)).text
    browse(readers[2]).post(f"/posts/{post.pk}/report/")
    page = browse().get(address(thread)).text
    assert "This post is hidden." in page
    assert "Which unit is" not in page
    assert "3 reports" not in page
    assert "3 reports" in browse(staff).get(address(thread)).text
    browse(staff).post(f"/posts/{post.pk}/hide/", hidden="no")
    threads.report(make_user("late"), post, reason="")
    assert "Which unit is" in browse().get(address(thread)).text


def test_an_instructor_hides_a_post_and_nobody_reports_their_own(
    edition: Edition, browse: Browse, ada: User, staff: User, thread: Thread
) -> None:
    post = thread.posts.get()
    assert "This post is your own." in browse(ada).post(f"/posts/{post.pk}/report/").text
    assert post.reports.count() == 0
    browse(staff).post(f"/posts/{post.pk}/hide/", hidden="yes")
    assert "Which unit is" not in browse(ada).get(address(thread)).text


def test_learners_neither_pin_nor_hide(browse: Browse, bob: User, thread: Thread) -> None:
    post = thread.posts.get()
    for path in (address(thread, "pin/"), f"/posts/{post.pk}/hide/"):
        assert browse(bob).post(path, pinned="yes", hidden="yes").status == 403
    thread.refresh_from_db()
    post.refresh_from_db()
    assert (thread.is_pinned, post.is_hidden) == (False, False)


def test_nobody_floods_a_thread(edition: Edition, browse: Browse, bob: User, thread: Thread) -> None:
    for number in range(20):
        threads.reply(bob, thread, body=str(number))
    page = browse(bob).post(address(thread, "reply/"), body="one more")
    assert (page.status, "too_many_posts" in page.text) == (429, True)
    Post.objects.filter(author=bob).update(created_at=timezone.now() - timedelta(hours=2))
    assert browse(bob).post(address(thread, "reply/"), body="one more").status == 200


def test_long_threads_have_pages_and_an_answer_leads_to_its_own(
    edition: Edition, browse: Browse, ada: User, staff: User, thread: Thread
) -> None:
    for number in range(50):
        threads.reply(staff, thread, body=f"answer {number}")
    first = browse().get(address(thread))
    assert ("answer 48" in first.text, "answer 49" in first.text) == (True, False)
    assert "?page=2" in first.links
    response = browse(ada).client.post(address(thread, "reply/"), {"body": "thanks"})
    assert response["Location"].startswith(f"{address(thread)}?page=2#post-")


def test_a_thread_belongs_to_its_challenge(edition: Edition, browse: Browse, thread: Thread) -> None:
    assert browse().get("/challenges/titanic-survival/discussion/").status == 404
    assert browse().get(f"{LIST}{thread.pk + 1}/").status == 404
    for odd in ("-1", "x", "9" * 30):
        assert browse().get(LIST, page=odd).status == 200


def test_pages_cost_few_queries(
    edition: Edition, browse: Browse, ada: User, bob: User, thread: Thread, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        threads.reply(bob if number % 2 else ada, thread, body=f"{number}") if number < 38 else None
    browser = browse(ada)
    with django_assert_max_num_queries(8):
        browser.get(LIST)
    with django_assert_max_num_queries(8):
        browser.get(address(thread))


def test_whoever_began_a_thread_is_told_by_mail_of_replies(
    browse: Browse, ada: User, bob: User, thread: Thread
) -> None:
    verify(ada, verified=True)
    browse(ada).post(address(thread, "reply/"), body="I found it myself")
    assert mail.outbox == []
    browse(bob).post(address(thread, "reply/"), body="It is cm")
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.org"], "Reply: Sepals?")
    assert "bob wrote in your thread" in sent.body
    assert f"http://testserver{address(thread)}#post-" in sent.body


def test_notices_can_be_switched_off_and_go_to_verified_addresses_only(
    browse: Browse, ada: User, bob: User, thread: Thread
) -> None:
    verify(ada, verified=False)
    browse(bob).post(address(thread, "reply/"), body="one")
    verify(ada, verified=True)
    browse(ada).post("/accounts/profile/", shown_name="", about="")
    browse(bob).post(address(thread, "reply/"), body="two")
    assert mail.outbox == []
    assert Profile.objects.get(user=ada).wants_notices is False
    browse(ada).post("/accounts/profile/", wants_notices="yes")
    browse(bob).post(address(thread, "reply/"), body="three")
    assert len(mail.outbox) == 1


def test_whoever_leaves_takes_their_words_along(
    edition: Edition, browse: Browse, ada: User, bob: User, thread: Thread
) -> None:
    threads.reply(bob, thread, body="It is cm")
    departures.depart(ada)
    page = browse(bob).get(address(thread)).text
    assert ("It is cm" in page, "Which unit is" in page, "Sepals?" in page) == (True, False, False)
    assert "deleted learner" in page
