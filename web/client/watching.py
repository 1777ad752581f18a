"""A submission while it runs and what came of it, line by line."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from web.client.door import Door, Json
from web.client.errors import NoAnswer
from web.client.tables import printable, when

POLL_S = 1.0
PATIENCE_S = 120.0
"""How long a judge that went away in the middle is asked again."""

STEPS = {
    "queued": "waiting",
    "claimed": "taken by a worker",
    "waiting_for_gpu": "waiting for a GPU",
    "staging": "laying out files",
    "executing": "running",
    "scoring": "scoring",
    "finished": "done",
    "retrying": "again, after a failure of ours",
    "cancel_asked": "asked to stop",
}


def watch(door: Door, submission: Json) -> Iterator[str | Json]:
    """Yield a line for each new step or queue position, and at last the finished submission."""
    seen, position = 0, ""
    while True:
        for step in submission["steps"][seen:]:
            detail = f" ({printable(step['detail'])})" if step["detail"] else ""
            yield f"{when(step['at']):%H:%M:%S}  {STEPS.get(step['step'], step['step'])}{detail}"
        seen = len(submission["steps"])
        if submission["state"] == "done":
            yield submission
            return
        if submission["wait"] is not None and (now := place(submission["wait"])) != position:
            position = now
            yield f"          {position}"
        time.sleep(POLL_S)
        submission = _again(door, submission["id"])


def place(wait: Json) -> str:
    """Return where a submission stands in its queue, in words."""
    ahead = "next in the queue" if wait["ahead"] == 0 else f"{wait['ahead']} ahead"
    if wait["estimate_s"] is None:
        return f"{ahead}; no worker is there at the moment, it will start as soon as one is"
    return f"{ahead}, about {wait['estimate_s']:.0f} s"


def outcome(submission: Json, metric: Json, secondary: list[Json]) -> list[str]:
    """Return verdict, score with error, rank, findings and log of a finished submission."""
    lines = [f"{submission['verdict']}: {submission['sentence']}"]
    lines += [f"  {said(finding)}" for finding in submission["findings"]]
    if submission["log_tail"]:
        lines += ["--- log", *(printable(line) for line in submission["log_tail"].splitlines()), "---"]
    for board in ("public", "private"):
        if submission[board] is not None:
            lines.append(f"{board:<8}{score(submission[board], metric, secondary)}")
    if submission["verdict"] == "scored" and submission["rank"] is not None:
        lines.append(f"rank    {submission['rank']} of the public board, with your team's counting submission")
    quota = submission["quota"]
    lines.append(f"{quota['left']} of {quota['limit']} submissions left today; new ones at {clock(quota['resets_at'])}")
    return lines


def score(of: Json, metric: Json, secondary: list[Json]) -> str:
    """Return `accuracy 0.9123 ± 0.0040 (95 %: 0.9045 to 0.9201)` and the secondary scores."""
    digits = metric["digits"]
    low, high = of["interval"]
    main = f"{metric['name']} {of['value']:.{digits}f} ± {of['standard_error']:.{digits}f}"
    others = [
        f"{use['name']} {of['secondary'][use['name']]:.{use['digits']}f}"
        for use in secondary
        if use["name"] in of["secondary"]
    ]
    return ", ".join([f"{main} (95 %: {low:.{digits}f} to {high:.{digits}f})", *others])


def said(finding: Mapping[str, Any]) -> str:
    """Return a finding as one line that says where it is, what was found and how often."""
    message = printable(str(finding["message"]))
    row, column, file = finding.get("row"), finding.get("column"), finding.get("file")
    place = [file] if file and file not in message else []
    if row is not None and f"row {row}" not in message and f"line {row}" not in message:
        place.append(f"row {row}")
    if column and column not in message:
        place.append(f"column {column}")
    more = finding.get("count") or 1
    times = f" (in {more} places)" if more > 1 and str(more) not in message else ""
    prefix = f"{', '.join(printable(part) for part in place)}: " if place else ""
    return f"{prefix}{message}{times} [{finding['code']}]"


def clock(text: str) -> str:
    """Return a time of the API as `2026-03-01 00:00 UTC`."""
    return f"{when(text):%Y-%m-%d %H:%M} UTC"


def _again(door: Door, number: int) -> Json:
    """Return the submission, asking on while the judge is away for a moment."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            return door.get(f"submissions/{number}")
        except NoAnswer:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(POLL_S)
