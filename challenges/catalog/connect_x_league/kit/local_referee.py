"""Practise at home: your main.py against the three open bots, on the rehearsal openings, with the real clock.

    python local_referee.py [rehearsal_openings.json]

Needs main.py, the kit's files and rehearsal_openings.json (in the data download) beside it.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from bots import BOTS
from connectx_env import Game

HERE = Path(__file__).resolve().parent
MOVE_S, RESERVE_S = 0.150, 2.0


class Learner:
    """Your main.py at the other end of a pipe."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "main.py")],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seq = 0

    def ask(self, **message):
        self.tell(seq=self.seq, **message)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("main.py stopped; its last words are above")
        self.seq += 1
        return json.loads(line)

    def tell(self, **message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def close(self):
        self.tell(type="bye")
        self.process.stdin.close()
        self.process.wait()


def play(learner, number, opening, bot, learner_begins):
    """Play one game and return your result: 1, 0.5 or 0."""
    game = Game(opening["rows"], opening["cols"], opening["inarow"], opening["board"], opening["to_move"])
    me = game.me if learner_begins else game.opponent
    clock_s = RESERVE_S
    while game.legal():
        if game.me == me:
            clock_s += MOVE_S
            asked = time.perf_counter()
            col = ask_for_a_move(learner, game, number, clock_s)
            clock_s -= time.perf_counter() - asked
            if clock_s < 0 or col not in game.legal():
                print(f"  game {number} lost: {'out of time' if clock_s < 0 else 'illegal move'}")
                return 0.0
        else:
            col = bot(game)
        if game.wins(col, game.me):
            return float(game.me == me)
        game = game.after(col)
    return 0.5


def ask_for_a_move(learner, game, number, clock_s):
    message = {"game": number, "rows": game.rows, "cols": game.cols, "inarow": game.inarow, "board": game.board}
    return learner.ask(type="move", me=game.me, clock_s=round(clock_s, 3), **message)["col"]


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "rehearsal_openings.json"
    openings = json.loads(path.read_text(encoding="utf-8"))
    learner = Learner()
    learner.ask(type="hello", challenge="connect-x-league", games=len(openings) * 2 * len(BOTS))
    number = 0
    for name, bot in BOTS.items():
        results = []
        for opening in openings:
            for learner_begins in (True, False):
                results.append(play(learner, number, opening, bot, learner_begins))
                learner.tell(type="over", game=number, result=results[-1])
                number += 1
        counts = {word: results.count(value) for word, value in (("won", 1.0), ("drawn", 0.5), ("lost", 0.0))}
        print(f"{name:10} {counts}")
    learner.close()


if __name__ == "__main__":
    main()
