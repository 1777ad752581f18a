"""A file between its upload and its hand-in: the client sends it to an address of its own, then names it.

StartSubmissionUpload  -> a signed key: whose, for which challenge, name, length; good for an hour
PUT .../uploads/<key>  -> the bytes, kept in the deployment's storage, for the client sends no token with them
CreateSubmission       -> the bytes are taken out and go to the front desk

Nobody keeps more than MOST_WAITING of them here: starting another one clears away what is older than an hour.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Protocol

from django.contrib.auth.models import User
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from web.kaggle.errors import INCOMPLETE, Problem

KEPT_FOR = timedelta(hours=1)
"""Longer than the slowest upload of what a challenge takes."""

MOST_WAITING = 5
"""Uploads of one learner that were not handed in: more than anybody sends at the same time."""

SALT = "web.kaggle.parcels"
CHUNK = 256 * 1024


class Stream(Protocol):
    """Where the bytes of an upload come from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What is known of a file before it arrives."""

    user_id: int
    slug: str
    file_name: str
    size_bytes: int
    number: str

    @property
    def place(self) -> str:
        return f"{_shelf(self.user_id)}/{self.number}"


def announce(user: User, *, slug: str, file_name: str, size_bytes: int) -> str:
    """Return the key of a parcel to come. Raises Problem when too many wait already."""
    _check_shelf(user.pk)
    parcel = Parcel(
        user_id=user.pk, slug=slug, file_name=file_name, size_bytes=size_bytes, number=secrets.token_hex(16)
    )
    return signing.dumps(asdict(parcel), salt=SALT, compress=True)


def of_key(key: str) -> Parcel:
    """Return the parcel that a key was given for. Raises Problem for one that is not ours or too old."""
    try:
        return Parcel(**signing.loads(key, salt=SALT, max_age=KEPT_FOR))
    except signing.BadSignature as error:
        raise Problem("unknown_upload", _("This upload is unknown or older than an hour."), status=404) from error


def keep(parcel: Parcel, stream: Stream) -> None:
    """Keep the bytes of a parcel, in place of those that came before. Raises Problem unless all of them arrive."""
    if not default_storage.exists(parcel.place):
        _check_shelf(parcel.user_id)  # again: keys cost nothing, so more than a few may have been given
    data = bytearray()
    while len(data) < parcel.size_bytes and (chunk := stream.read(min(CHUNK, parcel.size_bytes - len(data)))):
        data += chunk
    if len(data) != parcel.size_bytes:
        raise Problem("upload_incomplete", str(INCOMPLETE))
    default_storage.delete(parcel.place)
    default_storage.save(parcel.place, ContentFile(bytes(data)))


def take(parcel: Parcel) -> bytes:
    """Return the bytes of a parcel and drop them here. Raises Problem when they never came."""
    try:
        with default_storage.open(parcel.place, "rb") as file:
            data: bytes = file.read()
    except FileNotFoundError as error:
        message = _("Of this upload nothing is here, or it was handed in already. Send it again.")
        raise Problem("no_upload", message, status=404) from error
    default_storage.delete(parcel.place)
    return data


def _check_shelf(user_id: int) -> None:
    if _clear_shelf(user_id) >= MOST_WAITING:
        message = _("%(count)d of your uploads wait for their hand-in; they are dropped after an hour.")
        raise Problem("too_many_uploads", message % {"count": MOST_WAITING}, status=429)


def _clear_shelf(user_id: int) -> int:
    """Drop the user's parcels that are too old and return how many are left."""
    try:
        _folders, names = default_storage.listdir(_shelf(user_id))
    except FileNotFoundError:
        return 0
    oldest = timezone.now() - KEPT_FOR
    places = [f"{_shelf(user_id)}/{name}" for name in names]
    old = [place for place in places if default_storage.get_modified_time(place) < oldest]
    for place in old:
        default_storage.delete(place)
    return len(places) - len(old)


def _shelf(user_id: int) -> str:
    return f"uploads/{user_id}"
