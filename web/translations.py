"""The catalogues of translated words: collect every string of the site, keep what is translated, compile.

    python -m web.translations            after any change of a string: updates the .po files, then the .mo files
    python -m web.translations --check    says what is missing or stale and changes nothing

Strings stand in templates as {% translate %} and in Python as gettext calls; both are found by Babel. Titles and
summaries of challenges, and titles of roadmaps and their rows, come from the catalogue itself. A translator edits
web/locale/<language>/LC_MESSAGES/django.po alone. The compiled .mo beside it is kept in the repository, so that a fresh
machine needs no tool for it.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from challenges.loader import load, slugs
from challenges.roadmaps.loader import atlas

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("web", "judge")
LOCALES = ROOT / "web" / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CONTEXT_FIRST = ("pgettext", "npgettext")
WITH_PLURAL = ("ngettext", "ngettext_lazy", "npgettext")
HEADER = (
    "# Words of the judge in another language. `python -m web.translations` keeps this file; edit the msgstr lines."
)

MessageId = tuple[str | None, str | tuple[str, ...]]
"""Context, then the text, or singular and plural."""


class _Dateless(Catalog):
    """A catalogue whose header tells neither times nor tools: the same words give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def collected(root: Path = ROOT) -> dict[MessageId, list[str]]:
    """Return every string of the site, with the files in which it stands."""
    found: dict[MessageId, list[str]] = {}
    for path in _sources(root):
        place = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        source = templatize(text, origin=place) if path.suffix in (".html", ".txt") else text
        for _line, keyword, words, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, (), {}):
            parts = [str(word) for word in (words if isinstance(words, tuple) else (words,)) if word]
            context = parts.pop(0) if keyword in CONTEXT_FIRST else None
            if not parts:
                continue
            text_id = (parts[0], parts[1]) if keyword in WITH_PLURAL else parts[0]
            places = found.setdefault((context, text_id), [])
            if place not in places:
                places.append(place)
    for place, text in _of_the_catalogue():
        found.setdefault((None, text), []).append(place)
    return found


def _of_the_catalogue() -> Iterator[tuple[str, str]]:
    """Yield what challenges and roadmaps are called, and the file that says so."""
    for slug in slugs():
        challenge = load(slug)
        place = (challenge.folder / "challenge.yaml").relative_to(ROOT).as_posix()
        yield place, challenge.spec.title
        yield place, challenge.spec.summary
        yield place, challenge.spec.picture
    for roadmap in atlas().roadmaps:
        place = f"challenges/roadmaps/{roadmap.slug}.yaml"
        yield place, roadmap.title
        yield place, roadmap.summary
        for stage in roadmap.stages:
            yield place, stage.title
            for row in stage.rows:
                yield place, row.title


def read(language: str) -> Catalog:
    """Return what is translated into a language, a Django code such as zh-hans."""
    with _path(language, "po").open("rb") as file:
        return read_po(file, locale=_locale(language))


def updated(catalog: Catalog, found: dict[MessageId, list[str]], language: str) -> Catalog:
    """Return the catalogue of exactly these strings, with the translations that it has already."""
    fresh = _Dateless(locale=_locale(language), fuzzy=False, header_comment=HEADER, charset="utf-8")
    for (context, text_id), places in sorted(found.items(), key=lambda item: (min(item[1]), str(item[0]))):
        known = catalog.get(text_id[0] if isinstance(text_id, tuple) else text_id, context)
        flags = {flag for flag in known.flags if flag != "fuzzy"} if known else set()
        fresh.add(
            text_id, known.string if known else None, locations=[(place, 0) for place in sorted(places)],
            context=context, flags=flags,
        )  # fmt: skip
    return fresh


def untranslated(catalog: Catalog) -> list[str]:
    """Return the strings that have no translation, or half of one."""
    return [str(message.id) for message in _messages(catalog) if not _is_complete(message)]


def faults(catalog: Catalog) -> list[str]:
    """Return the translations that do not hold the same placeholders as the original."""
    wrong = []
    for message in _messages(catalog):
        wrong += [f"{message.id!r}: {error}" for error in message.check(catalog)]
    return wrong


def as_po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=120, include_lineno=False, omit_header=False)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def languages() -> list[str]:
    """Return the languages beside English that have a catalogue."""
    return sorted(path.name.lower().replace("_", "-") for path in LOCALES.iterdir() if path.is_dir())


def problems(language: str) -> list[str]:
    """Return everything that is wrong with a language: stale, untranslated, with other placeholders, not compiled."""
    catalog = read(language)
    current = updated(catalog, collected(), language)
    said = [f"not translated: {text}" for text in untranslated(current)] + faults(current)
    if as_po(current) != _path(language, "po").read_bytes():
        said.append("django.po is not what `python -m web.translations` writes")
    compiled = _path(language, "mo")
    if not compiled.is_file() or as_mo(current) != compiled.read_bytes():
        said.append("django.mo was not compiled from django.po; run `python -m web.translations`")
    return said


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m web.translations", description="Keep the catalogues of words.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is wrong")
    only_check = parser.parse_args(arguments).check
    failed = False
    for language in languages():
        if not only_check:
            catalog = updated(read(language), collected(), language)
            _path(language, "po").write_bytes(as_po(catalog))
            _path(language, "mo").write_bytes(as_mo(catalog))
        wrong = problems(language)
        failed |= bool(wrong)
        print(f"{language}: {len(collected())} strings, {len(wrong)} problems", *wrong, sep="\n  ")
    return int(failed)


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if (
                path.suffix in (".py", ".html", ".txt")
                and "static" not in path.parts
                and "migrations" not in path.parts
            ):
                yield path


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _is_complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(strings)


def _locale(language: str) -> str:
    first, _, rest = language.partition("-")
    return f"{first}_{rest.capitalize()}" if rest else first


def _path(language: str, suffix: str) -> Path:
    return LOCALES / _locale(language) / "LC_MESSAGES" / f"django.{suffix}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
