"""The starter as a notebook: what is asked, the data, the starter's cells, and handing in. It never holds a token."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.loader import Challenge
from challenges.notebooks import Cell, cells_of, notebook_bytes, starter_source
from challenges.spec import ChallengeSpec
from judge import catalogue
from judge.errors import Refused
from web.pages import words
from web.pages.lookup import learner

# In the judge's sandbox DATA_DIR is set: there the first cell does nothing, and the notebook can be handed in as it is.
DATA = Template(
    """\
import os
import shutil
import urllib.request
import zipfile
from pathlib import Path

if "DATA_DIR" not in os.environ and not Path("data").is_dir():
    if "JUDGE_TOKEN" not in os.environ:
        raise FileNotFoundError($missing)
    request = urllib.request.Request($archive, headers={"Authorization": "Token " + os.environ["JUDGE_TOKEN"]})
    with urllib.request.urlopen(request) as answer, open("data.zip", "wb") as file:
        shutil.copyfileobj(answer, file)
    with zipfile.ZipFile("data.zip") as archive:
        archive.extractall("data.partial")
    Path("data.partial").rename("data")"""
)
HAND_IN = Template(
    """\
HAND_IN = False

import json
import os
import urllib.error
import urllib.request
import uuid
from pathlib import Path

if HAND_IN:
    file = Path(os.environ.get("OUTPUT_DIR", "."), $file)
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\\r\\nContent-Disposition: form-data; name="file"; filename="{file.name}"\\r\\n'
    body = f"{head}Content-Type: application/octet-stream\\r\\n\\r\\n".encode() + file.read_bytes()
    headers = {
        "Authorization": "Token " + os.environ["JUDGE_TOKEN"],
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    request = urllib.request.Request($submit, body + f"\\r\\n--{boundary}--\\r\\n".encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            print("Submission", json.load(answer)["id"], "is in: " + $follow)
    except urllib.error.HTTPError as refused:
        told = json.load(refused)
        print(told["sentence"], *(finding["message"] for finding in told["findings"]), sep="\\n")"""
)


@dataclass(frozen=True)
class Hub:
    """The operator's notebook server."""

    name: str
    address: str
    """Leads there and opens the notebook."""


@require_safe
def notebook(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the starter as a notebook, to everybody: a notebook server comes without anybody's session."""
    challenge = catalogue.open_files(slug, learner(request)).challenge
    source = starter_source(challenge)
    if source is None:
        raise Refused("no_notebook", zip_only(challenge.spec), status=404)
    headers = {
        "Content-Disposition": content_disposition_header(True, name_of(slug)) or "attachment",
        "Access-Control-Allow-Origin": "*",  # JupyterLab fetches it in the visitor's browser
    }
    data = notebook_bytes(_cells(request, challenge, source))
    return HttpResponse(data, content_type="application/x-ipynb+json", headers=headers)


def name_of(slug: str) -> str:
    return f"{slug}.ipynb"


def hub_of(request: HttpRequest, slug: str) -> Hub | None:
    """Return where the operator lets people open the notebook; None where nothing is set."""
    template: str | None = settings.NOTEBOOK_URL
    if template is None:
        return None
    at = request.build_absolute_uri(reverse("pages:notebook", args=[slug]))
    return Hub(urlsplit(template).netloc, template.replace("{url}", quote(at, safe="")))


def zip_only(spec: ChallengeSpec) -> str:
    """Return why there is no notebook."""
    if spec.program is not None and "ipynb" not in spec.program.accepts:
        return _("The starter comes as a zip only, since this challenge takes no notebooks.")
    return _("The starter comes as a zip only, since it has several files.")


def _cells(request: HttpRequest, challenge: Challenge, source: str) -> list[Cell]:
    spec = challenge.spec
    cells = [
        Cell("markdown", _introduction(request, spec)),
        Cell("markdown", _about_data(request, spec)),
        Cell("code", _data_code(request, spec)),
        *cells_of(source),
    ]
    if spec.program is not None or spec.answer is None:
        return cells
    hand_in = HAND_IN.substitute(
        file=repr(spec.answer.file),
        submit=repr(request.build_absolute_uri(reverse("api:submissions", args=[spec.slug]))),
        follow=repr(request.build_absolute_uri(reverse("pages:submissions", args=[spec.slug]))),
    )
    return [*cells, Cell("markdown", _about_handing_in(spec.answer.file)), Cell("code", hand_in)]


def _introduction(request: HttpRequest, spec: ChallengeSpec) -> str:
    address = request.build_absolute_uri(reverse("pages:challenge", args=[spec.slug]))
    back = _("[To the challenge](%(address)s)") % {"address": address}
    asked = _("**You hand in:** %(what)s") % {"what": words.expected_file(spec)}
    if spec.program is None:
        way = _("Run the cells from top to bottom. The last one hands in, as soon as you let it.")
    else:
        way = _(
            "You can hand this notebook in as it is. The judge runs its cells from top to bottom on hidden data, "
            "without a network."
        )
    return f"# {_(spec.title)}\n\n{_(spec.summary)} {back}\n\n{asked}\n\n{way}"


def _about_data(request: HttpRequest, spec: ChallengeSpec) -> str:
    told = _(
        "The files belong into the folder `data` beside this notebook: [download the zip](%(data)s) and unpack it "
        "there, or let the next cell do it. It needs a token in the environment variable `JUDGE_TOKEN`; you make one "
        "on [the page of your account](%(account)s). Never write it into the notebook itself."
    ) % {
        "data": request.build_absolute_uri(reverse("pages:data", args=[spec.slug])),
        "account": request.build_absolute_uri(reverse("account")),
    }
    return f"## {_('Data')}\n\n{told}"


def _data_code(request: HttpRequest, spec: ChallengeSpec) -> str:
    data = request.build_absolute_uri(reverse("pages:data", args=[spec.slug]))
    return DATA.substitute(
        archive=repr(request.build_absolute_uri(reverse("api:archive", args=[spec.slug]))),
        missing=repr(f"Unpack the zip of {data} into the folder data, or set JUDGE_TOKEN"),
    )


def _about_handing_in(file: str) -> str:
    told = _(
        "Set `HAND_IN = True` and run the cell: it hands in `%(file)s` with the token in `JUDGE_TOKEN`. Every hand-in "
        "counts against today's limit, so it waits for your word."
    ) % {"file": file}
    return f"## {_('Hand in')}\n\n{told}"
