"""The conversation with the payment desk. You write `decide(tx) -> action`, and end your main.py with `run(decide)`.

    from desk_kit import run

    def decide(tx):
        return "challenge" if tx["amount"] > 1000 else "approve"

    run(decide)

`decide` may also return (action, score) with a score from 0 (surely honest) to 1 (surely fraud). What you print goes
to the error stream, so it never disturbs the conversation.
"""

import json
import os
import sys
from pathlib import Path

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
"""Where history.csv and costs.json lie."""


def run(decide, learn=None):
    """Answer until the referee says bye; `learn(tx_id, fraud)` is told every label, if given."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    for line in sys.stdin:
        message = json.loads(line)
        kind = message["type"]
        if kind == "tx":
            decision = decide(message["tx"])
            action, score = decision if isinstance(decision, tuple) else (decision, None)
            answer = {"action": action} if score is None else {"action": action, "score": float(score)}
        elif kind == "label":
            if learn is not None:
                learn(message["tx"], message["fraud"])
            continue
        elif kind == "hello":
            answer = {"type": "ready"}
        elif kind == "ping":
            answer = {"type": "pong"}
        else:
            break
        answers.write(json.dumps({"seq": message["seq"], **answer}) + "\n")
        answers.flush()


def cost(action, amount, fraud, costs):
    """What a decision costs in euros, by the table of costs.json."""
    entry = costs[action]["fraud" if fraud else "honest"]
    return entry["fixed"] + entry["share"] * amount
