"""What learners are told by e-mail, unless they switched it off."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.core.mail import send_mail

from judge.discussions.models import Post
from web.accounts.models import Profile

log = logging.getLogger(__name__)

REPLY = """{writer} wrote in your thread "{title}":

{body}

Answer here: {address}

You get this because you began the thread. Switch such messages off on your account page: {account}
"""
MOST_QUOTED = 2000


def tell_of_reply(post: Post, address: str, *, account: str) -> bool:
    """Write to whoever began the thread and return whether a message left; a mail server that fails stops nothing."""
    beginner, writer = post.thread.author, post.author
    if beginner is None or writer is None or beginner == writer or not _wants(beginner.pk):
        return False
    verified = EmailAddress.objects.filter(user=beginner, verified=True).order_by("-primary").first()
    if verified is None:
        return False
    text = REPLY.format(
        writer=writer.get_username(), title=post.thread.title, body=post.body[:MOST_QUOTED], address=address,
        account=account,
    )  # fmt: skip
    try:
        send_mail(f"Reply: {post.thread.title}", text, None, [verified.email])
    except (OSError, SMTPException) as error:
        log.warning("a notice of post %s was not sent: %s", post.pk, error)
        return False
    return True


def _wants(user_id: int) -> bool:
    return not Profile.objects.filter(user_id=user_id, wants_notices=False).exists()
