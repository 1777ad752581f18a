"""Translations of statements: found by the loader, and each says what the English one says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from challenges.audit.translations import check_translations, differences
from challenges.loader import ENGLISH, Statement, load, slugs

ENGLISH_TEXT = """# Flowers

Name 30 000 flowers, 30 % of them by `id`; see [the table](https://example.org/2).

| Column | Unit |
| --- | --- |
| `id` | |

```
id,species
1,setosa
```

## How it is scored

At most 0.5 s for `id`.
"""

CHINESE_TEXT = """# 花

请为 30000 朵花命名,其中 30% 按 `id`;参见[表](https://example.org/2)。

| 列 | 单位 |
| --- | --- |
| `id` | |

```
id,species
1,setosa
```

## 如何评分

最多 0.5 秒。
"""


def test_a_translation_with_the_same_facts_goes_with_the_english_statement() -> None:
    assert differences(ENGLISH_TEXT, CHINESE_TEXT) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("0.5 s", "0.7 s"), ["figures missing: 0.7", "figures not in the English one: 0.5"]),
        (("30 000", "40 000"), ["figures missing: 40000", "figures not in the English one: 30000"]),
        (("by `id`", "by `id` or `name`"), ["names in code missing: `name`"]),
        (("\n1,setosa", "\n1,virginica"), None),
        (("## How", "### How"), ["headings missing: ###", "headings not in the English one: ##"]),
        (("| `id` | |", "| `id` | |\n| `id` | m |"), None),
        (("org/2", "org/3"), ["addresses missing: https://example.org/3", None]),
    ],
)
def test_a_change_of_the_english_statement_makes_the_translation_stale(
    change: tuple[str, str], found: list[str | None] | None
) -> None:
    told = differences(ENGLISH_TEXT.replace(*change), CHINESE_TEXT)
    assert len(told) == (2 if found is None else len(found))
    for expected, line in zip(found or [], told, strict=False):
        assert expected is None or line == expected


def test_the_loader_falls_back_to_english(tmp_path: Path) -> None:
    (tmp_path / "statement.md").write_text("# Flowers", encoding="utf-8")
    (tmp_path / "statement.zh-hans.md").write_text("# 花", encoding="utf-8")
    challenge = replace(load("iris-new-meadow"), folder=tmp_path)
    assert challenge.translations == ("zh-hans",)
    assert challenge.statement_in("zh-hans") == Statement("# 花", "zh-hans")
    for language in ("en", "fr", "../../etc/passwd"):
        assert challenge.statement_in(language) == Statement("# Flowers", ENGLISH)


def test_the_audit_names_what_a_stale_translation_lacks(tmp_path: Path) -> None:
    (tmp_path / "statement.md").write_text(ENGLISH_TEXT.replace("0.5", "0.7"), encoding="utf-8")
    (tmp_path / "statement.zh-hans.md").write_text(CHINESE_TEXT, encoding="utf-8")
    (check,) = check_translations(replace(load("iris-new-meadow"), folder=tmp_path))
    assert (check.name, check.passed) == ("statement_zh-hans_is_up_to_date", False)
    assert check.explanation == "figures missing: 0.7; figures not in the English one: 0.5"


TRANSLATED = [(slug, language) for slug in slugs() for language in load(slug).translations]


@pytest.mark.parametrize(("slug", "language"), TRANSLATED)
def test_no_translation_of_the_catalogue_is_stale(slug: str, language: str) -> None:
    challenge = load(slug)
    assert differences(challenge.statement, challenge.statement_in(language).text) == []


def test_the_first_challenges_of_a_beginner_are_there_in_chinese() -> None:
    first = {"iris-new-meadow", "titanic-survival", "house-price-prediction", "linear-regression-from-scratch"}
    assert first <= {slug for slug, language in TRANSLATED if language == "zh-hans"}
