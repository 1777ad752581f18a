"""Exact histograms; a rescue whose tones are predicted from those of the print; search by ranks of colour.

rescue:  divide by the sunlight's falling off ──> predict the clean quantiles of each channel from the faded ones
         (extra trees on the training pairs) ──> map tones quantile to quantile ──> take out the grain, more of it
         where tones were stretched
search:  ranks instead of values in each channel, which no gain, gamma or cast changes; small, and slid over every
         picture of the gallery and its mirror image
"""

import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))
SHARES = np.array([0.5, 3, 10, 25, 50, 75, 90, 97, 99.5])
SMALL, MARGIN_X, MARGIN_Y = (32, 24), 6, 5
"""Pictures are compared at this size; the outer part of a query may have left the view."""


def pictures(name):
    with zipfile.ZipFile(DATA / name) as archive:
        return {
            entry.removesuffix(".png"): cv2.imdecode(np.frombuffer(archive.read(entry), np.uint8), cv2.IMREAD_COLOR)
            for entry in archive.namelist()
        }


def matched(picture, target):
    planes = []
    for plane in range(3):
        below = np.cumsum(np.bincount(picture[..., plane].ravel(), minlength=256))
        wanted = np.cumsum(np.bincount(target[..., plane].ravel(), minlength=256))
        planes.append(np.minimum(np.searchsorted(wanted, below), 255)[picture[..., plane]])
    return np.stack(planes, axis=-1).astype(np.uint8)


def evened(picture):
    """Light from 0 to 1 without the slow part of its brightness, half of the way."""
    light = picture.astype(np.float32) / 255
    slow = cv2.GaussianBlur(light.mean(axis=2), (0, 0), 22, borderType=cv2.BORDER_REFLECT)
    return light * ((slow.mean() / np.maximum(slow, 0.02)) ** 0.5)[..., None]


def tones(light):
    return np.percentile(light.reshape(-1, 3), SHARES, axis=0)


def told(picture):
    light = evened(picture)
    found = tones(light)
    span = np.maximum(found[-1] - found[0], 1e-3)
    return np.concatenate([((found - found[0]) / span).ravel(), found[[0, 4, -1]].ravel(), np.log(span)])


def learned(bad, good):
    names = sorted(bad)
    X = np.array([told(bad[name]) for name in names])
    y = np.array([tones(good[name].astype(np.float32) / 255).ravel() for name in names])
    return ExtraTreesRegressor(300, min_samples_leaf=2, max_features=0.4, random_state=0).fit(X, y)


def rescued(picture, model):
    light = evened(picture)
    found = tones(light)
    wanted = np.sort(model.predict([told(picture)])[0].reshape(len(SHARES), 3), axis=0)
    stretch = float(np.median((wanted[-2] - wanted[1]) / np.maximum(found[-2] - found[1], 0.01)))
    smooth = cv2.bilateralFilter(light, 5, 0.05 + 0.02 * np.clip(4 / max(stretch, 1), 0, 2), 1.0)
    planes = []
    for plane in range(3):
        x = np.maximum.accumulate(found[:, plane] + 1e-5 * np.arange(len(SHARES)))
        planes.append(np.interp(smooth[..., plane], x, wanted[:, plane]))
    picture = np.clip(np.stack(planes, axis=-1) * 255 + 0.5, 0, 255).astype(np.uint8)
    if stretch > 2:
        picture = cv2.fastNlMeansDenoisingColored(picture, None, min(2 * stretch, 9), min(2 * stretch, 9), 3, 9)
    return picture


def ranks(picture):
    """Each channel by rank: brightness, gamma and casts leave ranks alone."""
    small = cv2.resize(cv2.GaussianBlur(picture, (0, 0), 1.5), SMALL, interpolation=cv2.INTER_AREA)
    order = small.reshape(-1, 3).astype(np.float64).argsort(axis=0, kind="stable").argsort(axis=0)
    return (order.reshape(small.shape) / order.max()).astype(np.float32)


def likeness(query, other):
    """The best correlation of the query's middle with any place of the other picture or its mirror image."""
    middle = query[MARGIN_Y:-MARGIN_Y, MARGIN_X:-MARGIN_X]
    return max(
        cv2.matchTemplate(view, middle, cv2.TM_CCOEFF_NORMED).max()
        for view in (other, np.ascontiguousarray(other[:, ::-1]))
    )


def png(picture):
    return cv2.imencode(".png", picture)[1].tobytes()


test, gallery = pictures("test.zip"), pictures("gallery.zip")
model = learned(pictures("train_faded.zip"), pictures("train_clean.zip"))
names = list(gallery)
known = [ranks(gallery[name]) for name in names]
prints = pd.read_csv(DATA / "test.csv", dtype=str)
clahe = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 3))
lines, colours = [], []
with zipfile.ZipFile(OUTPUT / "answer.zip", "w") as answer:
    for image, target in prints.itertuples(index=False):
        picture = test[image]
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        colours.append(cv2.calcHist([picture], [2, 1, 0], None, [4, 4, 4], [0, 256] * 3))  # OpenCV reads blue first
        answer.writestr(f"equalised/{image}.png", png(cv2.equalizeHist(grey)))
        answer.writestr(f"clahe/{image}.png", png(clahe.apply(grey)))
        answer.writestr(f"matched/{image}.png", png(matched(picture, gallery[target])))
        answer.writestr(f"rescued/{image}.png", png(rescued(picture, model)))
        own = ranks((255 * np.clip(evened(picture), 0, 1)).astype(np.uint8))
        order = np.argsort([-likeness(own, other) for other in known], kind="stable")[:5]
        lines += [(image, rank, names[place]) for rank, place in enumerate(order, start=1)]
    with answer.open("colours.npz", "w") as file:
        np.savez_compressed(file, colours=np.array(colours).astype(np.int32))
    answer.writestr("matches.csv", pd.DataFrame(lines, columns=["image", "rank", "found"]).to_csv(index=False))
