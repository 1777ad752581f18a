"""The tables. State and uniqueness live in their constraints; no logic in save(), no signals."""

from judge.models.edition import Edition
from judge.models.operations import Attempt, Event, Worker
from judge.models.standing import Board, BoardState, Standing
from judge.models.submission import Submission
from judge.models.team import Membership, MergeProposal, QuotaDay, Team

__all__ = [
    "Attempt",
    "Board",
    "BoardState",
    "Edition",
    "Event",
    "Membership",
    "MergeProposal",
    "QuotaDay",
    "Standing",
    "Submission",
    "Team",
    "Worker",
]
