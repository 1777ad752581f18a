"""Rename me to restore.py and fill me in."""


def fill(rows, most_rank):
    """Return the table with a number in the place of every None; it is a constant for each column, plus a product of
    thin matrices of at most `most_rank` columns, plus noise."""


def subspace(points, k):
    """Return k vectors that span the directions in which all but a few stray points spread."""
