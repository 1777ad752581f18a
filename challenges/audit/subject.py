"""One edition under audit, with what several checks look at and what takes long to work out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from challenges.anchors import ceiling, floor
from challenges.evaluation import Evaluation
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.spec import Size


@dataclass(frozen=True)
class Subject:
    challenge: Challenge
    paper: Minted
    size: Size

    @cached_property
    def floor(self) -> Evaluation | None:
        """The answer or the player without skill; None where the mint gives none."""
        return floor(self.challenge, self.paper, self.size)

    @cached_property
    def ceiling(self) -> Evaluation | None:
        """The best answer that the generator knows; None where that is the truth, or nothing."""
        return ceiling(self.challenge, self.paper, self.size)
