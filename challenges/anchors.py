"""The floor and the ceiling of an edition: what no skill reaches, and what nothing can beat.

Both are answers in the learner's own format (or players in our own process), scored by the very code that scores
learners. Baseline and reference are programs; audit.py runs them.
"""

from __future__ import annotations

from challenges.evaluation import Evaluation, aligned
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.readers import Expected, read
from challenges.referee import Dialogue, InProcess, Player
from challenges.scoring import Score, primary_on_private
from challenges.spec import Size

UNHURRIED_S = 3600.0
"""Our own players are not raced against the clock."""


def in_process_anchors(challenge: Challenge, paper: Minted, size: Size) -> dict[str, Score]:
    """Return the scores of the floor and, where it is not simply the metric's best, the ceiling, on private rows."""
    evaluations = {"floor": floor(challenge, paper, size), "ceiling": ceiling(challenge, paper, size)}
    return {
        name: primary_on_private(challenge.spec.metric.primary, evaluation, seed=paper.digest())[0]
        for name, evaluation in evaluations.items()
        if evaluation is not None
    }


def floor(challenge: Challenge, paper: Minted, size: Size) -> Evaluation | None:
    """Return the answer without skill, aligned with the truth."""
    if challenge.referee is not None:
        episodes = paper.episodes()
        return play(challenge, episodes, size, challenge.referee.floor_player(episodes))
    answer = paper.floor()
    return None if answer is None else evaluate(challenge, paper, answer)


def ceiling(challenge: Challenge, paper: Minted, size: Size) -> Evaluation | None:
    """Return the best answer that the generator itself knows, or None where that is the truth."""
    if challenge.referee is not None:
        episodes = paper.episodes()
        player = challenge.referee.ceiling_player(episodes)
        return None if player is None else play(challenge, episodes, size, player)
    answer = paper.ceiling()
    return None if answer is None else evaluate(challenge, paper, answer)


def evaluate(challenge: Challenge, paper: Minted, answer: bytes) -> Evaluation:
    """Return an answer file aligned with the truth. Raises InvalidSubmission with every finding."""
    if challenge.spec.answer is None:
        raise ValueError(f"{challenge.spec.slug} is a conversation; it takes no answer file")
    truth = paper.truth()
    predictions = read(answer, challenge.spec.answer, Expected.of(truth))
    return aligned(truth, predictions, challenge.spec.answer)


def play(challenge: Challenge, episodes: dict[str, bytes], size: Size, player: Player) -> Evaluation:
    """Return what a player in our own process achieves against the referee."""
    if challenge.referee is None:
        raise ValueError(f"{challenge.spec.slug} has no referee")
    with Dialogue(InProcess(player), bank_s=UNHURRIED_S) as dialogue:
        return challenge.referee.hold(dialogue, episodes, size).evaluation
