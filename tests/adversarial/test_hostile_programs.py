"""Every hostile program on every real backend: it is held or stopped, and the next honest program is served."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import bubblewrap
from sandbox.bubblewrap import BubblewrapSandbox
from sandbox.contract import Sandbox
from tests.adversarial.bait import Bait
from tests.adversarial.families import FAMILIES
from tests.adversarial.hostile import Hostile
from tests.adversarial.trial import complaints
from tests.adversarial.weakened import weakened

PROGRAMS = [
    pytest.param(hostile, id=f"{family}-{hostile.name}")
    for family, programs in FAMILIES.items()
    for hostile in programs
]
HOSTILE = [hostile for programs in FAMILIES.values() for hostile in programs]


@pytest.mark.parametrize("hostile", PROGRAMS)
def test_a_hostile_program_is_held_and_the_next_honest_one_is_served(
    sandbox: Sandbox, hostile: Hostile, bait: Bait
) -> None:
    assert complaints(sandbox, hostile, bait) == [], f"It tries {hostile.tries}; {hostile.must}."


@pytest.mark.bubblewrap
@pytest.mark.parametrize(
    "hostile", [hostile for hostile in HOSTILE if hostile.without], ids=lambda hostile: hostile.name
)
def test_an_attack_would_be_noticed_if_its_wall_were_missing(
    hostile: Hostile, bait: Bait, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bubblewrap.arguments

    def arguments(*given: Any, **named: Any) -> list[str]:
        return weakened(whole(*given, **named), hostile.without, bait.exposed)

    monkeypatch.setattr(bubblewrap, "arguments", arguments)
    assert complaints(BubblewrapSandbox(), hostile, bait) != []


@pytest.mark.bubblewrap
@pytest.mark.parametrize(
    "hostile", [hostile for hostile in HOSTILE if hostile.relaxed], ids=lambda hostile: hostile.name
)
def test_a_waste_would_be_noticed_if_its_limit_were_missing(hostile: Hostile, bait: Bait) -> None:
    assert complaints(BubblewrapSandbox(), hostile, bait, limits=hostile.relaxed) != []


def test_there_are_programs_of_every_family() -> None:
    assert list(FAMILIES) == ["network", "files", "processes", "resources", "privileges", "cheating"]
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) >= 84
    assert min(len(programs) for programs in FAMILIES.values()) >= 12


def test_every_program_says_what_it_tries_and_what_must_happen() -> None:
    assert [hostile.name for hostile in HOSTILE if len(hostile.tries) < 20 or len(hostile.must) < 10] == []
