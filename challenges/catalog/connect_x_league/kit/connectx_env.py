"""The rules of Connect X, written to be read: lists, no tricks. Make your own faster ones if you need them."""

LINES = ((0, 1), (1, 0), (1, 1), (1, -1))


class Game:
    """A position. `board` holds rows * cols numbers, the top row first: 0 empty, 1 and 2 the players; `me` moves."""

    def __init__(self, rows, cols, inarow, board, me, clock_s=None, number=0):
        self.rows, self.cols, self.inarow = rows, cols, inarow
        self.board, self.me = list(board), me
        self.clock_s = clock_s
        self.number = number

    @property
    def opponent(self):
        return 3 - self.me

    def at(self, row, col):
        return self.board[row * self.cols + col]

    def legal(self):
        """Columns with room, left to right."""
        return [col for col in range(self.cols) if self.board[col] == 0]

    def landing_row(self, col):
        """Row where a disc would come to rest, or None when the column is full."""
        for row in range(self.rows - 1, -1, -1):
            if self.at(row, col) == 0:
                return row
        return None

    def after(self, col):
        """The position after `me` plays a column; the other player is to move."""
        board = list(self.board)
        board[self.landing_row(col) * self.cols + col] = self.me
        return Game(self.rows, self.cols, self.inarow, board, self.opponent)

    def wins(self, col, player):
        """Whether a disc of `player` in a column would complete a line."""
        row = self.landing_row(col)
        return any(
            1 + self.count(row, col, step, 1, player) + self.count(row, col, step, -1, player) >= self.inarow
            for step in LINES
        )

    def count(self, row, col, step, sign, player):
        """How many discs of a player lie side by side, from a cell (not counted) in one direction."""
        found = 0
        while True:
            row, col = row + sign * step[0], col + sign * step[1]
            if not (0 <= row < self.rows and 0 <= col < self.cols) or self.at(row, col) != player:
                return found
            found += 1

    def __str__(self):
        rows = [" ".join(".XO"[self.at(row, col)] for col in range(self.cols)) for row in range(self.rows)]
        return "\n".join(rows)
