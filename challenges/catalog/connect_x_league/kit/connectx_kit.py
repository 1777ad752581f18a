"""The conversation with the referee. You write `act(game) -> column`, and end your main.py with `run(act)`.

    from connectx_kit import run

    def act(game):
        return game.legal()[0]

    run(act)

What you print goes to the error stream, so it never disturbs the conversation.
"""

import json
import os
import sys

from connectx_env import Game


def run(act, over=None):
    """Answer the referee until it says bye; `over(number, result)` is told the result of every game, if given."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    for line in sys.stdin:
        message = json.loads(line)
        kind = message["type"]
        if kind == "bye":
            break
        if kind == "over":
            if over is not None:
                over(message["game"], message["result"])
            continue
        if kind == "hello":
            answer = {"type": "ready"}
        elif kind == "ping":
            answer = {"type": "pong"}
        else:
            answer = {"col": int(act(game_from(message)))}
        answers.write(json.dumps({"seq": message["seq"], **answer}) + "\n")
        answers.flush()


def game_from(message):
    return Game(
        message["rows"],
        message["cols"],
        message["inarow"],
        message["board"],
        message["me"],
        clock_s=message["clock_s"],
        number=message["game"],
    )
