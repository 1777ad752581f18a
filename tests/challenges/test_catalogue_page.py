"""docs/challenges.md says what the catalogue says."""

from __future__ import annotations

import re

import pytest

from challenges import catalogue_page
from challenges.errors import InvalidChallenge
from challenges.loader import load, slugs
from challenges.made_page import anchor


def test_the_page_is_current() -> None:
    current = catalogue_page.PAGE.read_text(encoding="utf-8") == catalogue_page.page()
    assert current, f"docs/challenges.md is out of date; renew it by `{catalogue_page.COMMAND}`"


def test_every_challenge_stands_in_a_table_and_has_one_section() -> None:
    text = catalogue_page.page()
    for slug in slugs():
        title = load(slug).spec.title
        assert f"](#{anchor(title)}) | `{slug}` |" in text
        assert text.count(f"\n### {title}\n") == 1


def test_a_challenge_of_two_roadmaps_stands_in_both_by_the_level_of_each() -> None:
    text = catalogue_page.page()
    assert "| expert | [The experiment desk](#the-experiment-desk) | `ab-test-analyzer` | V-15 |" in text
    assert "| beginner | [The experiment desk](#the-experiment-desk) | `ab-test-analyzer` | ML-10 |" in text


def test_every_link_to_a_file_leads_to_one() -> None:
    links = re.findall(r"\]\((\.\./[^)#]+)\)", catalogue_page.page())
    assert len(links) == 2 * len(slugs())
    assert [link for link in links if not (catalogue_page.PAGE.parent / link).exists()] == []


def test_a_composite_names_the_metrics_of_its_parts_once_and_those_of_the_registry_are_links() -> None:
    text = catalogue_page.page()
    assert "| weighted: [coco_map](metrics.md#coco_map), [mape](metrics.md#mape) |" in text
    assert "| weighted: [ari](metrics.md#ari), [profit_ratio](metrics.md#profit_ratio) |" in text
    assert "| [roc_auc](metrics.md#roc_auc) |" in text


def test_a_design_is_told_without_the_words_of_its_planning() -> None:
    for slug in slugs():
        design = load(slug).spec.design or ""
        assert not re.search(r"\b(?:the|planning|catalogue) row\b|\bissue\b|\bbrief\b", design), slug
        assert design == "" or design.endswith("."), slug


def test_what_a_challenge_trains_is_the_first_sentence_of_its_section() -> None:
    statement = "# Title\n\n## What it trains\n\nThe project *Spam* (ML-04): text,\nF1. More of it.\n\n## Hints\n"
    assert catalogue_page.trains(statement) == "The project *Spam* (ML-04): text, F1."
    assert catalogue_page.trains("## What it trains\n\nLines at 0.5 px.\n") == "Lines at 0.5 px."


def test_a_statement_that_does_not_say_what_it_trains_is_refused() -> None:
    with pytest.raises(InvalidChallenge, match="no section '## What it trains'"):
        catalogue_page.trains("# Title\n\n## Hints\n")
