"""What axe-core says about a page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tests.browser.reader import Reader

AXE = (Path(__file__).parent / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
ASK = """async () => {
  const told = ({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`;
  const { violations, passes } = await axe.run(document);
  return [passes.length, violations.map(({ id, impact, nodes }) => [id, impact, nodes.map(told)])];
}"""
SERIOUS = ("serious", "critical")
"""Impacts of faults that a page may not have."""


def faults_at(reader: Reader, path: str, scheme: Literal["light", "dark"]) -> list[tuple[str, str, str, str]]:
    """Open a page in light or dark and return what axe finds serious on it."""
    reader.page.emulate_media(color_scheme=scheme)
    reader.open(path)
    return [(path, scheme, rule, node) for rule, node in faults_here(reader)]


def faults_here(reader: Reader) -> list[tuple[str, str]]:
    """Return rule and node of what axe finds serious on the page as it is now."""
    reader.page.evaluate(AXE)
    passed, violations = reader.page.evaluate(ASK)
    assert passed > 5, f"axe looked at nothing on {reader.path}"
    return [(rule, node) for rule, impact, nodes in violations if impact in SERIOUS for node in nodes]
