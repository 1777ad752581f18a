"""The seven players of the league, from a coin tosser to a deep searcher.

Each thinks by counting positions, never by the clock, so that a game's outcome depends on nothing but its seeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from challenges.catalog.connect_x_league.board import Shape, cells, column_of, completing, has_line, landings

Bot = Callable[[Shape, int, int, Random], int]
"""(shape, own discs, the opponent's discs, chance) -> the cell to take."""

WON = 1000.0


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How a searcher values what it cannot see to the end."""

    middle: float = 0.3
    """For every disc in the middle columns."""
    threat: float = 1.0
    """For every empty cell that would complete a line."""


def random_mover(shape: Shape, mine: int, theirs: int, rng: Random) -> int:
    return rng.choice(list(cells(landings(shape, mine | theirs))))


def one_ply(shape: Shape, mine: int, theirs: int, rng: Random) -> int:
    """Win if that is possible, else block, else toss a coin."""
    free = landings(shape, mine | theirs)
    for discs in (mine, theirs):
        hits = completing(shape, discs) & free
        if hits:
            return rng.choice(list(cells(hits)))
    return rng.choice(list(cells(free)))


def searcher(*, depth: int, most_nodes: int, weights: Weights, blunder_rate: float = 0.0) -> Bot:
    """Return a negamax player of a depth, cut short after `most_nodes` positions a move."""

    def play(shape: Shape, mine: int, theirs: int, rng: Random) -> int:
        if rng.random() < blunder_rate:
            return random_mover(shape, mine, theirs, rng)
        search = Search(shape=shape, weights=weights, most_nodes=most_nodes)
        return search.best(mine, theirs, depth=depth, rng=rng)

    return play


class OutOfNodes(Exception):
    """The budget of a move is spent; the last finished depth stands."""


@dataclass(kw_only=True)
class Search:
    """Negamax with alpha-beta, deepened step by step, with a table of positions seen."""

    shape: Shape
    weights: Weights
    most_nodes: int
    nodes: int = 0
    value: float = 0.0
    """Of the last finished depth, for the player to move; beyond half of WON it is proven."""
    seen: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    """(own, opposing discs) -> bounds of the value at the present depth."""

    def best(self, mine: int, theirs: int, *, depth: int, rng: Random) -> int:
        moves = list(cells(landings(self.shape, mine | theirs)))
        rng.shuffle(moves)
        moves.sort(key=self._from_middle)
        for reach in range(1, depth + 1):
            self.seen.clear()
            try:
                scored = self._root(mine, theirs, moves, reach)
            except OutOfNodes:
                break
            moves = [move for _, move in sorted(scored, key=lambda pair: -pair[0])]
            self.value = max(value for value, _ in scored)
            if abs(self.value) > WON / 2:
                break  # decided: deeper search changes nothing
        return moves[0]

    def _root(self, mine: int, theirs: int, moves: list[int], reach: int) -> list[tuple[float, int]]:
        best, scored = -math.inf, []
        for move in moves:
            value = -self._value(theirs, mine | move, reach - 1, -math.inf, -best)
            scored.append((value, move))
            best = max(best, value)
        return scored

    def _value(self, mine: int, theirs: int, reach: int, low: float, high: float) -> float:
        """Return the value for the player to move; `theirs` has just moved."""
        self.nodes += 1
        if self.nodes > self.most_nodes:
            raise OutOfNodes
        if has_line(self.shape, theirs):
            return -WON - reach
        free = landings(self.shape, mine | theirs)
        if not free:
            return 0.0
        if reach == 0:
            return self._estimate(mine, theirs, free)
        lowest, highest = self.seen.get((mine, theirs), (-math.inf, math.inf))
        if lowest >= high or lowest == highest:
            return lowest
        if highest <= low:
            return highest
        best, floor = -math.inf, low
        for column in self.shape.middle_first:
            move = free & self.shape.columns[column]
            if not move:
                continue
            best = max(best, -self._value(theirs, mine | move, reach - 1, -high, -max(floor, best)))
            if best >= high:
                break
        self.seen[mine, theirs] = (best if best > low else lowest, best if best < high else highest)
        return best

    def _estimate(self, mine: int, theirs: int, free: int) -> float:
        empty = self.shape.full & ~(mine | theirs)
        own, other = completing(self.shape, mine) & empty, completing(self.shape, theirs) & empty
        if own & free:
            return WON - 1
        threats = own.bit_count() - other.bit_count()
        middle = (mine & self.shape.middle).bit_count() - (theirs & self.shape.middle).bit_count()
        return self.weights.threat * threats + self.weights.middle * middle

    def _from_middle(self, move: int) -> int:
        return self.shape.middle_first.index(column_of(self.shape, move))


def tree_sampler(*, playouts: int) -> Bot:
    """Return a Monte Carlo tree searcher with random playouts."""

    def play(shape: Shape, mine: int, theirs: int, rng: Random) -> int:
        root = Node(mine=theirs, theirs=mine)
        for _ in range(playouts):
            _sample(shape, root, rng)
        return max(root.children, key=lambda move: root.children[move].visits)

    return play


EXPLORE = 1.0


@dataclass(kw_only=True)
class Node:
    """A position after a move by the owner of `mine`; `points` are that player's."""

    mine: int
    theirs: int
    visits: int = 0
    points: float = 0.0
    children: dict[int, Node] = field(default_factory=dict)
    untried: list[int] | None = None


def _sample(shape: Shape, root: Node, rng: Random) -> None:
    """Walk down, add one node, play out at random, and credit the path."""
    node, path = root, [root]
    while True:
        if node.untried is None:
            over = has_line(shape, node.mine)
            node.untried = [] if over else list(cells(landings(shape, node.mine | node.theirs)))
            rng.shuffle(node.untried)
        if node.untried:
            move = node.untried.pop()
            node.children[move] = Node(mine=node.theirs | move, theirs=node.mine)
            node = node.children[move]
            path.append(node)
            break
        if not node.children:
            break
        node = _promising(node)
        path.append(node)
    points = _playout(shape, node.mine, node.theirs, rng)
    for visited in reversed(path):
        visited.visits += 1
        visited.points += points
        points = 1 - points


def _promising(node: Node) -> Node:
    log_visits = math.log(node.visits)
    return max(
        node.children.values(),
        key=lambda child: child.points / child.visits + EXPLORE * math.sqrt(log_visits / child.visits),
    )


def _playout(shape: Shape, moved: int, to_move: int, rng: Random) -> float:
    """Return 1, 0.5 or 0 for the player who has just moved."""
    if has_line(shape, moved):
        return 1.0
    sign = 0
    while True:
        free = list(cells(landings(shape, moved | to_move)))
        if not free:
            return 0.5
        to_move |= free[int(rng.random() * len(free))]
        if has_line(shape, to_move):
            return float(sign)
        moved, to_move = to_move, moved
        sign = 1 - sign
