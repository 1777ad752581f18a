"""Alpha-beta on bitboards: forced moves first, a table of positions, deepened as long as the clock allows."""

import time
from functools import cache

from connectx_kit import run

MOST_NODES = 2500
"""Some 25 ms of one core: a budget in positions plays the same on a slow machine, the clock only guards it."""
THINK_S = 0.12
WON = 10_000
INFINITY = 1_000_000


class Board:
    """The masks of one board size; a column is rows + 1 bits, the top one always empty."""

    def __init__(self, rows, cols, inarow):
        self.rows, self.cols, self.inarow = rows, cols, inarow
        self.height = rows + 1
        self.shifts = (1, self.height, self.height - 1, self.height + 1)
        self.bottom = sum(1 << col * self.height for col in range(cols))
        self.full = self.bottom * ((1 << rows) - 1)
        self.columns = [((1 << rows) - 1) << col * self.height for col in range(cols)]
        self.order = [self.columns[col] for col in sorted(range(cols), key=lambda col: abs(2 * col - cols + 1))]
        self.centre = self.order[0] | self.order[1] | self.order[2]
        self.odd = sum(self.bottom << row for row in range(0, rows, 2))
        self.even = self.full & ~self.odd

    def completing(self, discs):
        """Cells, taken ones included, that would complete a line of these discs."""
        found, reach = 0, self.inarow - 1
        for shift in self.shifts:
            below, above = [discs << shift], [discs >> shift]
            for step in range(2, reach + 1):
                below.append(below[-1] & (discs << shift * step))
                above.append(above[-1] & (discs >> shift * step))
            found |= below[-1] | above[-1]
            for step in range(1, reach):
                found |= below[step - 1] & above[reach - step - 1]
        return found & self.full


board_of = cache(Board)


class OutOfTime(Exception):
    pass


class Search:
    def __init__(self, board, deadline):
        self.board, self.deadline = board, deadline
        self.nodes = 0
        self.seen = {}

    def best(self, mine, theirs):
        board = self.board
        free = (mine | theirs) + board.bottom & board.full
        wins = board.completing(mine) & free
        if wins:
            return wins & -wins
        blocks = board.completing(theirs) & free
        if blocks:
            return blocks & -blocks
        moves = [free & column for column in board.order if free & column]
        best = moves[0]
        try:
            for depth in range(2, 43):
                self.seen.clear()
                low, scored = -INFINITY, []
                for move in moves:
                    value = -self.value(theirs, mine | move, depth - 1, -INFINITY, -low)
                    scored.append(value)
                    low = max(low, value)
                ranked = sorted(range(len(moves)), key=lambda k: -scored[k])
                moves = [moves[k] for k in ranked]
                best = moves[0]
                if abs(low) > WON / 2 or depth > (board.full & ~(mine | theirs)).bit_count():
                    break
        except OutOfTime:
            pass
        return best

    def value(self, mine, theirs, depth, low, high):
        board = self.board
        self.nodes += 1
        if self.nodes > MOST_NODES or (self.nodes & 63 == 0 and time.perf_counter() > self.deadline):
            raise OutOfTime
        taken = mine | theirs
        free = taken + board.bottom & board.full
        if not free:
            return 0
        own = board.completing(mine) & ~taken
        if own & free:
            return WON + depth
        other = board.completing(theirs) & ~taken
        forced = other & free
        if forced:
            if forced & (forced - 1):
                return -WON - depth
            free = forced
        safe = free & ~(other >> 1)  # never play just below a cell where the opponent would win
        if not safe:
            return -WON - depth + 1
        if depth <= 0 and not forced:
            return self.estimate(mine, theirs, own, other)
        key = (mine, theirs)
        held = self.seen.get(key)
        if held is not None:
            lowest, highest = held
            if lowest >= high:
                return lowest
            if highest <= low:
                return highest
            low, high = max(low, lowest), min(high, highest)
        best, floor = -INFINITY, low
        for column in board.order:
            move = safe & column
            if move:
                value = -self.value(theirs, mine | move, depth - 1, -high, -floor)
                if value > best:
                    best = value
                    floor = max(floor, best)
                    if best >= high:
                        break
        if best >= high:
            self.seen[key] = (best, INFINITY)
        elif best <= low:
            self.seen[key] = (-INFINITY, best)
        else:
            self.seen[key] = (best, best)
        return best

    def estimate(self, mine, theirs, own, other):
        """Threats on rows of one's own parity decide full boards: odd rows for who began, even rows for the other."""
        board = self.board
        i_began = mine.bit_count() == theirs.bit_count()
        my_rows, their_rows = (board.odd, board.even) if i_began else (board.even, board.odd)
        value = 10 * (own.bit_count() - other.bit_count())
        value += 12 * ((own & my_rows).bit_count() - (other & their_rows).bit_count())
        return value + 2 * ((mine & board.centre).bit_count() - (theirs & board.centre).bit_count())


def act(game):
    board = board_of(game.rows, game.cols, game.inarow)
    discs = [0, 0]
    for position, owner in enumerate(game.board):
        row, col = divmod(position, game.cols)
        if owner:
            discs[owner - 1] |= 1 << col * board.height + game.rows - 1 - row
    mine, theirs = discs[game.me - 1], discs[2 - game.me]
    deadline = time.perf_counter() + min(THINK_S, game.clock_s / 8)
    move = Search(board, deadline).best(mine, theirs)
    return (move.bit_length() - 1) // board.height


run(act)
