"""Three players of the league in plain source; four stronger or odder ones stay hidden."""

import random


def random_mover(game):
    return random.choice(game.legal())


def one_ply(game):
    """Win if that is possible, else block, else toss a coin."""
    for player in (game.me, game.opponent):
        hits = [col for col in game.legal() if game.wins(col, player)]
        if hits:
            return random.choice(hits)
    return random.choice(game.legal())


def negamax_3(game):
    """Look three moves ahead; where nothing is decided, prefer the middle."""
    moves = game.legal()
    random.shuffle(moves)
    return max(moves, key=lambda col: value_of(game, col, 3))


def value_of(game, col, depth):
    """What playing a column is worth to the player to move."""
    if game.wins(col, game.me):
        return 1000 + depth
    after = game.after(col)
    if not after.legal():
        return 0
    if depth == 1:
        return -abs(2 * col - game.cols + 1)
    return -max(value_of(after, reply, depth - 1) for reply in after.legal())


BOTS = {"random": random_mover, "one-ply": one_ply, "negamax-3": negamax_3}
