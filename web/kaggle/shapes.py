"""What the client sends. Fields that are not here are ignored: the protocol is another's and grows without us."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from rest_framework.request import Request

from web.kaggle.errors import Problem

MOST_ROWS = 200
"""Of one page, whatever is asked for."""

LONGEST_UPLOAD = 2**50
"""Only keeps nonsense out; how much a challenge takes is for the judge to say."""

PageSize = Annotated[int, Field(ge=1)]
PageNumber = Annotated[int, Field(ge=1, le=1000)]


class Asked(BaseModel):
    """Base of every request; the client leaves out what has its default value."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, strict=True)


class OfCompetition(Asked):
    competition_name: Annotated[str, Field(min_length=1, max_length=200)]


class Paged(Asked):
    page_size: PageSize = 20
    page_token: str | None = None

    @property
    def size(self) -> int:
        return min(self.page_size, MOST_ROWS)

    @property
    def token(self) -> str | None:
        return self.page_token or None


class ListCompetitions(Paged):
    group: str | None = None
    category: str | None = None
    sort_by: str | None = None
    search: str | None = None
    page: PageNumber = 1


class ListPages(OfCompetition):
    page_name: str | None = None


class ListFiles(OfCompetition, Paged):
    pass


class DownloadFile(OfCompetition):
    file_name: str


class StartUpload(OfCompetition):
    file_name: Annotated[str, Field(min_length=1, max_length=500)]
    content_length: Annotated[int, Field(ge=0, le=LONGEST_UPLOAD)] = 0


class CreateSubmission(OfCompetition):
    blob_file_tokens: str
    submission_description: str | None = None
    sandbox: bool | None = None


class ListSubmissions(OfCompetition, Paged):
    group: str | None = None
    sort_by: str | None = None
    page: PageNumber = 1


class GetSubmission(Asked):
    ref: Annotated[int, Field(ge=1, lt=2**63)]


class GetLeaderboard(OfCompetition, Paged):
    override_public: bool | None = None


class Introspect(Asked):
    token: Annotated[str, Field(min_length=1, max_length=500)]


AskedT = TypeVar("AskedT", bound=Asked)


def read(request: Request, shape: type[AskedT]) -> AskedT:
    """Return what a request asks. Raises Problem, naming every field that does not fit."""
    try:
        return shape.model_validate(request.data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'request'}: {e['msg']}" for e in error.errors())
        raise Problem("invalid_input", f"The request does not fit: {wrong}.") from error


def choice(name: str | None, prefix: str) -> str | None:
    """Return the value of an enumeration, which the client sends by its full name: COMPETITION_SORT_BY_BEST -> BEST."""
    return None if name is None else name.upper().removeprefix(prefix)
