"""Starter: how generous is the viewer, how good is the film - nobody's own taste yet.

Run it beside the folder `data` with the downloaded files; it writes submission.zip, ready to hand in.
"""

import os
import zipfile
from pathlib import Path

import pandas as pd

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))
TEXT = {"user": str, "film": str, "pair_id": str}

ratings = pd.read_csv(DATA_DIR / "ratings.csv", dtype=TEXT)
pairs = pd.read_csv(DATA_DIR / "test_pairs.csv", dtype=TEXT)
users = pd.read_csv(DATA_DIR / "users.csv", dtype=TEXT)

# stars = mean + film + user. A film with two ratings says little, so its mean is drawn towards 0 (damping).
DAMPING = 8
mean = ratings["rating"].mean()
above = ratings["rating"] - mean
film = above.groupby(ratings["film"]).sum() / (ratings.groupby("film").size() + DAMPING)
above = above - ratings["film"].map(film)
user = above.groupby(ratings["user"]).sum() / (ratings.groupby("user").size() + DAMPING)

predicted = mean + pairs["film"].map(film).fillna(0) + pairs["user"].map(user).fillna(0)
answer = pairs[["user", "pair_id"]].assign(rating=predicted.clip(0.5, 5).round(4))

# The shelf: the best films that the user has not rated and that no test pair of theirs names.
best = film.sort_values(ascending=False).index
known = pd.concat([ratings, pairs]).groupby("user")["film"].agg(set)
rows = []
for name in users["user"]:
    shelf = [one for one in best if one not in known[name]][:10]
    rows += [(name, rank, one) for rank, one in enumerate(shelf, start=1)]
top = pd.DataFrame(rows, columns=["user", "rank", "film"])

with zipfile.ZipFile(OUTPUT_DIR / "submission.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("ratings.csv", answer.to_csv(index=False))
    archive.writestr("top10.csv", top.to_csv(index=False))
