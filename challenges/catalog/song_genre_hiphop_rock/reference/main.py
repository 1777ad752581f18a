"""Reference: each recording once, scaled figures, SVM and logistic regression, and artists who seldom change genre."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

DATA_DIR = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT_DIR = Path(os.environ.get("OUTPUT_DIR", "."))

NOT_HEARD = ("track_id", "artist_id", "genre", "listens", "bit_rate")


def joined(tracks_csv: str, features_json: str) -> pd.DataFrame:
    tracks = pd.read_csv(DATA_DIR / tracks_csv, dtype={"track_id": str, "artist_id": str})
    features = pd.DataFrame(json.loads((DATA_DIR / features_json).read_text()))
    return tracks.merge(features, on="track_id")


def one_tag_each(train: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return each recording once, and those not at all whose re-release bears the other tag.

    Gaps fall on other figures in a re-release, so recordings are recognised by any four figures that are there.
    """
    same = np.arange(len(train))
    for start in range(0, len(columns) - 3, 4):
        four = train[["artist_id", *columns[start : start + 4]]]
        known = four.notna().all(axis=1)
        first = four[known].groupby(list(four)).ngroup()
        names = pd.Series(same[known]).groupby(first.to_numpy()).transform("min").to_numpy()
        same[known] = names
    agreed = train.groupby(same)["genre"].transform("nunique") == 1
    return train[agreed & ~pd.Series(same, index=train.index).duplicated()]


train, test = joined("tracks.csv", "features.json"), joined("test_tracks.csv", "test_features.json")
columns = [name for name in train if name not in NOT_HEARD]
train = one_tag_each(train, columns)
X, y, artists = train[columns], (train["genre"] == "Hip-Hop").to_numpy().astype(int), train["artist_id"].to_numpy()

scaled = [SimpleImputer(strategy="median"), StandardScaler()]
models = [
    make_pipeline(*scaled, PCA(12), SVC(C=1.0, gamma=0.03, class_weight="balanced")),
    make_pipeline(*scaled, LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)),
]


def leanings(fitted: list, tracks: pd.DataFrame) -> np.ndarray:
    """Return how far each track leans to Hip-Hop: the mean of the models' margins."""
    return np.mean([model.decision_function(tracks) for model in fitted], axis=0)


def with_artist(leaning: np.ndarray, artist: np.ndarray, weight: float) -> np.ndarray:
    """Return leanings moved towards those of the artist's other tracks: artists seldom change their genre."""
    by_artist = pd.Series(leaning).groupby(artist)
    others = by_artist.transform("sum") - leaning
    count = by_artist.transform("size") - 1
    return leaning + weight * (others / (count + 1)).to_numpy()


# An artist's tracks sound alike: unless whole artists are held out, the models are judged on what they know.
leaning = np.empty(len(y))
for known, held in GroupKFold(5).split(X, y, artists):
    fitted = [clone(model).fit(X.iloc[known], y[known]) for model in models]
    leaning[held] = leanings(fitted, X.iloc[held])

# f1_macro has its own best threshold; it and the artist's weight are chosen on held-out artists.
choices = [(weight, threshold) for weight in (0, 0.5, 1, 1.5, 2) for threshold in np.linspace(-0.5, 2, 26)]
weight, threshold = max(
    choices, key=lambda choice: f1_score(y, with_artist(leaning, artists, choice[0]) > choice[1], average="macro")
)

fitted = [model.fit(X, y) for model in models]
hip_hop = with_artist(leanings(fitted, test[columns]), test["artist_id"].to_numpy(), weight) > threshold
submission = pd.DataFrame({"track_id": test["track_id"], "genre": np.where(hip_hop, "Hip-Hop", "Rock")})
submission.to_csv(OUTPUT_DIR / "submission.csv", index=False)
