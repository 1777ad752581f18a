"""One round of hand-ins: every starter that has no score yet, the wait with its progress, the boards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from web.demo.learner import Json, Learner, NotAnswered, StarterFailed

Say = Callable[[str], None]

POLL_S = 0.25
TELL_EVERY_S = 10.0
ROWS = 5
SHOWN_FINDINGS = 5


def play(learner: Learner, *, say: Say, check: Callable[[], None]) -> list[str]:
    """Hand in what has no score yet, wait for the verdicts, show them; return the slugs that were not scored.

    `check` is called while waiting and raises when waiting has become useless.
    """
    challenges = learner.challenges()
    # Programs first: they run in the sandbox while the starters of the others run here.
    programs_first = sorted(challenges, key=lambda challenge: challenge["kind"] == "predictions")
    waiting: dict[str, int] = {}
    failed: list[str] = []
    for challenge in programs_first:
        slug = challenge["slug"]
        earlier = learner.earlier(slug)
        if earlier is not None and earlier["verdict"] == "scored":
            continue
        try:
            submission = learner.hand_in_starter(challenge) if earlier is None else earlier
        except (NotAnswered, StarterFailed) as error:
            say(f"  {slug}: not handed in: {error}")
            failed.append(slug)
            continue
        say(f"  {slug}: {'handed in' if earlier is None else 'under way since the last time'}")
        waiting[slug] = submission["id"]
    if not waiting and not failed:
        say("Every baseline is scored already.")
    failed += _wait(learner, waiting, say=say, check=check)
    return sorted(failed)


def show_boards(learner: Learner, *, say: Say) -> None:
    """Print the top of every public leaderboard."""
    for challenge in learner.challenges():
        board = learner.board(challenge["slug"])
        metric = board["metric"]
        say(f"\n{challenge['title']} - {metric['name']}, {metric['better']} is better")
        for row in board["rows"][:ROWS]:
            score = f"{row['score']:.{metric['digits']}f} ± {row['standard_error']:.{metric['digits']}f}"
            say(f"  {row['rank']:3}. {row['team']:24.24} {score:>24}")
        if not board["rows"]:
            say("  nobody yet")


def _wait(learner: Learner, waiting: dict[str, int], *, say: Say, check: Callable[[], None]) -> list[str]:
    started = told = time.monotonic()
    open_numbers = dict(waiting)
    failed = []
    while open_numbers:
        check()
        seen = {slug: learner.watch(number) for slug, number in open_numbers.items()}
        now = time.monotonic()
        for slug, submission in seen.items():
            if submission["verdict"] is None:
                continue
            del open_numbers[slug]
            done = len(waiting) - len(open_numbers)
            say(f"  {done:2}/{len(waiting)}  {now - started:4.0f} s  {slug}: {_outcome(submission)}")
            if submission["verdict"] != "scored":
                failed.append(slug)
        if open_numbers and now - told > TELL_EVERY_S:
            told = now
            say(f"         {now - started:4.0f} s  {_progress([seen[slug] for slug in open_numbers])}")
        time.sleep(POLL_S)
    return failed


def _outcome(submission: Json) -> str:
    if submission["verdict"] == "scored":
        return f"{submission['public']['value']:.4f}, rank {submission['rank']}"
    lines = [f"{submission['verdict']}: {submission['sentence']}"]
    lines += [f"        {_finding(finding)}" for finding in submission["findings"][:SHOWN_FINDINGS]]
    lines += [f"        | {line}" for line in submission["log_tail"].splitlines()[-SHOWN_FINDINGS:]]
    return "\n".join(lines)


def _finding(finding: Json) -> str:
    where = ", ".join(f"{name} {finding[name]}" for name in ("row", "column") if finding.get(name) is not None)
    return f"{finding.get('code')}: {where + ': ' if where else ''}{finding.get('message', '')}"


def _progress(submissions: Sequence[Json]) -> str:
    """Return e.g. "2 running (connect-x-league executing, ...), 3 waiting"."""
    running = [f"{s['challenge']} {s['steps'][-1]['step']}" for s in submissions if s["state"] == "running"]
    states = Counter(submission["state"] for submission in submissions)
    parts = [f"{states['running']} running ({', '.join(running)})"] if running else []
    if states["queued"]:
        parts.append(f"{states['queued']} waiting")
    return ", ".join(parts)
