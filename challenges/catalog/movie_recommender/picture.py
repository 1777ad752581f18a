"""A corner of the matrix of viewers and films, likes beside likes: dots for given stars, rings for stars asked for."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import INK, LINE, WARMTH, bare

VIEWERS, FILMS = 20, 36


def draw(figure: Figure, dataset: Dataset) -> None:
    ratings, asked = table(dataset.public["ratings.csv"]), table(dataset.public["test_pairs.csv"])
    viewers = ratings.user.value_counts().index[20 : 20 + 8 * VIEWERS : 8]
    films = ratings.film.value_counts().index[10 : 10 + 3 * FILMS : 3]
    stars = ratings.pivot_table(index="user", columns="film", values="rating").loc[viewers, films]
    wanted = asked.assign(rating=1).pivot_table(index="user", columns="film", values="rating")
    wanted = wanted.reindex(index=viewers, columns=films)
    known = stars.sub(stars.mean(axis=1), axis=0).fillna(0.0).to_numpy()
    left, _sizes, right = np.linalg.svd(known)
    order = np.ix_(np.argsort(left[:, 0]), np.argsort(right[0]))
    rated, ring = stars.to_numpy()[order], ~np.isnan(wanted.to_numpy()[order])
    row, column = np.mgrid[: rated.shape[0], : rated.shape[1]]
    blank = np.isnan(rated)
    axes = bare(figure, margin=0.04)
    axes.scatter(column[blank & ~ring], row[blank & ~ring], s=10, color=LINE)
    axes.scatter(column[~blank], row[~blank], s=110, c=rated[~blank], cmap=WARMTH, vmin=0.5, vmax=5)
    axes.scatter(column[ring], row[ring], s=100, facecolor="none", edgecolor=INK, linewidth=1.8)
