"""The conversation with the exchange. You write `predict(day, bars, events)`, and end your main.py with `run(predict)`.

    from exchange_kit import run

    def predict(day, bars, events):
        return {bar["share"]: 0.5 for bar in bars}

    run(predict)

It is evening. `bars` holds today's prices, `events` what was announced before today's open. Return for each share the
probability that it closes higher tomorrow than today. What you print goes to the error stream, so it never disturbs
the conversation.
"""

import json
import os
import sys
from pathlib import Path

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
"""Where prices.csv, events.csv and shares.csv lie."""

BAR = ("share", "open", "high", "low", "close", "volume")
EVENT = ("share", "event", "value")


def run(predict):
    """Answer every evening until the referee says bye."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    for line in sys.stdin:
        message = json.loads(line)
        kind = message["type"]
        if kind == "day":
            bars = [dict(zip(BAR, bar, strict=True)) for bar in message["bars"]]
            events = [dict(zip(EVENT, event, strict=True)) for event in message["events"]]
            said = predict(message["day"], bars, events)
            answer = {"up": {share: float(chance) for share, chance in said.items()}}
        elif kind == "hello":
            answer = {"type": "ready"}
        elif kind == "ping":
            answer = {"type": "pong"}
        else:
            break
        answers.write(json.dumps({"seq": message["seq"], **answer}) + "\n")
        answers.flush()
