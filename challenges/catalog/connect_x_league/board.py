"""Boards of any size as two whole numbers, one bit a cell: rules in a few shifts.

Bits run up each column, with one always-empty bit above it, so that no line wraps into the next column:

    row 0 (top)    5 12 19        bit of (row, column) = column * (rows + 1) + (rows - 1 - row)
        ...        . .  .
    bottom row     0  7 14
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Shape:
    """A board's size and how many discs in a line win."""

    rows: int
    cols: int
    inarow: int

    @cached_property
    def height(self) -> int:
        """Bits of one column, the empty one included."""
        return self.rows + 1

    @cached_property
    def bottom(self) -> int:
        """The lowest cell of every column."""
        return sum(1 << column * self.height for column in range(self.cols))

    @cached_property
    def full(self) -> int:
        """Every cell."""
        return sum(((1 << self.rows) - 1) << column * self.height for column in range(self.cols))

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The cells of each column."""
        return tuple(((1 << self.rows) - 1) << column * self.height for column in range(self.cols))

    @cached_property
    def middle_first(self) -> tuple[int, ...]:
        """Column numbers from the middle outwards: the order in which moves tend to be good."""
        return tuple(sorted(range(self.cols), key=lambda column: abs(2 * column - self.cols + 1)))

    @cached_property
    def middle(self) -> int:
        """The cells of the three columns nearest to the middle."""
        return sum(self.columns[column] for column in self.middle_first[:3])

    @cached_property
    def directions(self) -> tuple[int, ...]:
        """Shifts along a column, a row and both diagonals."""
        return 1, self.height, self.height - 1, self.height + 1


def landings(shape: Shape, taken: int) -> int:
    """Return the cells on which a disc can land now."""
    return (taken + shape.bottom) & shape.full


def column_of(shape: Shape, cell: int) -> int:
    return (cell.bit_length() - 1) // shape.height


def cells(mask: int) -> Iterator[int]:
    """Yield the single bits of a mask, lowest first."""
    while mask:
        cell = mask & -mask
        yield cell
        mask ^= cell


def has_line(shape: Shape, discs: int) -> bool:
    """Return whether one player's discs hold a winning line."""
    for shift in shape.directions:
        line = discs
        for _ in range(shape.inarow - 1):
            line &= line >> shift
            if not line:
                break
        else:
            return True
    return False


def completing(shape: Shape, discs: int) -> int:
    """Return the cells, taken ones included, that would complete a line of these discs."""
    found = 0
    reach = shape.inarow - 1
    for shift in shape.directions:
        below, above = [discs << shift], [discs >> shift]  # neighbours on either side, one step at a time
        for step in range(2, reach + 1):
            below.append(below[-1] & (discs << shift * step))
            above.append(above[-1] & (discs >> shift * step))
        found |= below[reach - 1] | above[reach - 1]
        for step in range(1, reach):
            found |= below[step - 1] & above[reach - step - 1]
    return found & shape.full


def to_cells(shape: Shape, first: int, second: int) -> list[int]:
    """Return the board as a learner sees it: row by row from the top, 0 empty, 1 and 2 the players."""
    board = []
    for row in range(shape.rows):
        for column in range(shape.cols):
            bit = 1 << column * shape.height + shape.rows - 1 - row
            board.append(1 if first & bit else 2 if second & bit else 0)
    return board


def from_cells(shape: Shape, board: list[int]) -> tuple[int, int]:
    """Return the discs of players 1 and 2."""
    discs = [0, 0]
    for position, owner in enumerate(board):
        row, column = divmod(position, shape.cols)
        if owner:
            discs[owner - 1] |= 1 << column * shape.height + shape.rows - 1 - row
    return discs[0], discs[1]
