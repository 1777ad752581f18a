"""A public board that tells no more than it must, so that nobody climbs it by fitting its rows.

A new score is shown only if it beats the team's best so far by more than the standard error of their paired
difference; otherwise the best so far is shown again. With that, the shown score stays within about
(log of the submissions / rows) ^ (1/3) of the truth, however a learner chooses the next submission by the last score.

Source: Blum and Hardt 2015, "The Ladder", the parameter-free algorithm, figure 3: step s / sqrt(n) with s the standard
deviation of the row-wise difference of losses, shown value rounded to 1 / n.
"""

from __future__ import annotations

from challenges.metrics.types import Better
from challenges.uncertainty.differences import Difference


def climbs(difference: Difference | None, better: Better) -> bool:
    """Return whether a new score is shown, by its difference (new minus best so far); where there is none, it is not.

    Examples
    --------
    >>> climbs(Difference(value=0.02, standard_error=0.01), Better.HIGHER)
    True
    >>> climbs(Difference(value=0.005, standard_error=0.01), Better.HIGHER)
    False
    """
    if difference is None:
        return False
    gain = difference.value if better is Better.HIGHER else -difference.value
    return gain > difference.standard_error


def rounded(score: float, rows: int) -> float:
    """Return a score rounded to 1 / rows: a single row moves an accuracy no less.

    Examples
    --------
    >>> rounded(0.70004, 1000)
    0.7
    """
    return round(score * rows) / rows
