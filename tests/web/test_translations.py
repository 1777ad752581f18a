"""Two languages: every string of the site is translated, and a page speaks one language throughout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from judge.models import Edition
from judge.verdicts import RULES
from web import translations
from web.pages.facets import LABELS

TEMPLATES = translations.ROOT / "web" / "templates"
SAID = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}|{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
CODE = re.compile(r"<(svg|pre|code|script|style)\b.*?</\1>|{%.*?%}|{{.*?}}|&\w+;|<!--.*?-->", re.DOTALL)
READ_OUT = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')
TAG = re.compile(r"<[^>]*>", re.DOTALL)
NO_WORDS = frozenset({"Judge", "UTC", "MB", "s", "csv", "JSON", "sha", "px", "zip", "API", "did"})
"""What is the same in every language: the name of the site, units, names of formats."""


def spoken(template: str) -> set[str]:
    """Return the words of a template that no catalogue can translate."""
    text = CODE.sub(" ", SAID.sub(" ", template))
    words = " ".join([*READ_OUT.findall(text), TAG.sub(" ", text)])
    return set(re.findall(r"[A-Za-z]{2,}", words)) - NO_WORDS


@pytest.mark.parametrize("language", translations.languages())
def test_no_string_is_missing_stale_or_without_its_placeholders(language: str) -> None:
    assert translations.problems(language) == []


def test_simplified_chinese_is_one_of_the_languages() -> None:
    assert translations.languages() == ["zh-hans"]


@pytest.mark.parametrize(
    "path", [path for path in sorted(TEMPLATES.rglob("*.html")) if path.name != "500.html"], ids=lambda path: path.name
)
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    # 500.html is shown when nothing works, perhaps not even the catalogue
    assert spoken(path.read_text(encoding="utf-8")) == set()


def test_bare_words_of_a_template_would_be_found() -> None:
    assert spoken('<p title="Go">{% translate "Yes" %} {{ name }} no</p><svg><text>x</text></svg>') == {"Go", "no"}


@pytest.mark.django_db
def test_a_visitor_chooses_a_language_and_keeps_it(edition: Edition) -> None:
    client = Client()
    assert "Machine learning" in client.get("/").content.decode()
    moved = client.post("/language/", {"language": "zh-hans", "next": "/roadmaps/"})
    assert (moved.status_code, moved["Location"]) == (302, "/roadmaps/")
    page = client.get("/").content.decode()
    assert '<html lang="zh-hans">' in page
    assert "机器学习" in page
    assert "Machine learning" not in page


@pytest.mark.django_db
def test_a_browser_that_asks_for_chinese_gets_it(edition: Edition) -> None:
    page = Client(HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9,en;q=0.5").get(f"/challenges/{edition.slug}/")
    assert "排行榜" in page.content.decode()
    assert page["Content-Language"] == "zh-hans"


@pytest.mark.django_db
def test_the_choice_of_a_language_leads_to_no_other_site(edition: Edition) -> None:
    moved = Client().post("/language/", {"language": "zh-hans", "next": "https://elsewhere.example/"})
    assert moved["Location"] == "/"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.sentence[:20])
def test_verdicts_are_told_in_chinese(rule: object) -> None:
    from django.utils.translation import gettext

    with override("zh-hans"):
        assert gettext(rule.sentence) != rule.sentence  # type: ignore[attr-defined]


def test_facets_are_labelled_in_chinese() -> None:
    with override("zh-hans"):
        assert [name for name, label in LABELS.items() if str(label).isascii()] == []
