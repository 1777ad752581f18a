"""All pairs of a scene matched, the surest chain from every photo to its reference, then all of them fitted at once.

photos ──> SIFT on an evened picture ──> ratio test ──> homography of each pair by MAGSAC, kept if well borne out
       ──> widest path to the reference (most inliers at its weakest link) ──> first guess of each matrix
       ──> least squares over all inliers of all pairs, robust ──> corners
       ──> brightness ratios where photos overlap, all pairs at once ──> stops
"""

import os
import zipfile
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from scipy.optimize import least_squares

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))
SIFT = cv2.SIFT_create(1200, contrastThreshold=0.015, enable_precise_upscale=True)
EVENED = cv2.createCLAHE(2.0, (4, 4))
ENOUGH = 14
MOST = 120
"""Inliers of a pair that the common fit uses."""


def keypoints(photo):
    grey = EVENED.apply(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY))
    points, features = SIFT.detectAndCompute(grey, None)
    places = np.array([point.pt for point in points], dtype=np.float64).reshape(-1, 2)
    features = np.zeros((0, 128), np.float32) if features is None else features
    return places, np.sqrt(features / np.maximum(features.sum(axis=1, keepdims=True), 1e-9))


def pair(one, other):
    """Points of both photos that one homography explains, and that homography; None where too few are."""
    if min(len(one[0]), len(other[0])) < ENOUGH:
        return None
    closeness = one[1] @ other[1].T
    best, back = closeness.argmax(axis=1), np.ascontiguousarray(closeness.T).argmax(axis=1)
    rows = np.arange(len(best))
    first = closeness[rows, best].copy()
    closeness[rows, best] = -1
    far, farther = np.sqrt(np.maximum(2 - 2 * np.array([first, closeness.max(axis=1)]), 0))
    kept = (back[best] == rows) & (far < 0.85 * farther)
    if kept.sum() < ENOUGH:
        return None
    source, target = one[0][kept], other[0][best[kept]]
    matrix, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 2.0, maxIters=4000, confidence=0.9999)
    if matrix is None or inliers.sum() < max(ENOUGH, 0.15 * kept.sum()) or not plausible(matrix):
        return None
    used = inliers.ravel() > 0
    return source[used], target[used], matrix


def plausible(matrix):
    """Whether a drone can have moved like this: little change of size, no mirror, no horizon."""
    size = np.linalg.det(matrix[:2, :2] / matrix[2, 2])
    return 0.3 < size < 3.3 and np.abs(matrix[2, :2] / matrix[2, 2]).max() < 3e-3


def mapped(matrix, points):
    found = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return found[:, :2] / found[:, 2:]


def chained(pairs, count):
    """A first matrix for each photo that can be reached: always along the pair with most inliers next."""
    matrices = {0: np.eye(3)}
    while True:
        doors = [(len(found[0]), i, j) for (i, j), found in pairs.items() if (i in matrices) != (j in matrices)]
        if not doors:
            return matrices
        _, i, j = max(doors)
        step = pairs[i, j][2]
        if j in matrices:
            matrices[i] = matrices[j] @ step
        else:
            matrices[j] = matrices[i] @ np.linalg.inv(step)
        for index in (i, j):
            matrices[index] = matrices[index] / matrices[index][2, 2]


def together(matrices, pairs):
    """Matrices that explain the inliers of all pairs best; distances are measured in the frame of the second photo."""
    free = [index for index in matrices if index != 0]
    used = []
    for (i, j), (source, target, _) in pairs.items():
        if i in matrices and j in matrices:
            some = np.linspace(0, len(source) - 1, min(MOST, len(source))).astype(int)
            used.append((i, j, source[some], target[some]))
    units = np.array([1, 1, 100, 1, 1, 100, 0.01, 0.01])

    def unpacked(values):
        found = {0: np.eye(3)}
        for index, row in zip(free, values.reshape(-1, 8) * units, strict=True):
            found[index] = np.append(row, 1.0).reshape(3, 3)
        return found

    def errors(values):
        found = unpacked(values)
        return np.concatenate(
            [(mapped(np.linalg.inv(found[j]) @ found[i], source) - target).ravel() for i, j, source, target in used]
        )

    start = np.concatenate([matrices[index].ravel()[:8] / units for index in free])
    return unpacked(least_squares(errors, start, loss="soft_l1", f_scale=0.6, max_nfev=25).x)


def exposures(photos, matrices):
    """Stops of each photo over the first, from the medians of brightness ratios where two photos overlap.

    A photo that lies nowhere is left to the brightness of all of it.
    """
    rows, values = [], []
    height, width = photos[0].shape[:2]
    greys = {index: cv2.GaussianBlur(photos[index], (0, 0), 2).astype(np.float32) for index in matrices}
    for i, j in combinations(sorted(matrices), 2):
        step = (np.linalg.inv(matrices[j]) @ matrices[i]).astype(np.float64)
        moved = cv2.warpPerspective(greys[i], step, (width, height), flags=cv2.INTER_LINEAR, borderValue=(-1, -1, -1))
        good = (np.minimum(moved, greys[j]).min(axis=2) > 12) & (np.maximum(moved, greys[j]).max(axis=2) < 238)
        if good.sum() > 300:
            weight = np.sqrt(good.sum())
            row = np.zeros(len(photos))
            row[i], row[j] = weight, -weight
            rows.append(row)
            values.append(weight * np.median(np.log2(moved[good][:, 1] / greys[j][good][:, 1])))
    for index, photo in enumerate(photos):
        rows.append(np.eye(len(photos))[index] * (1e4 if index == 0 else 0.1))
        values.append((1e4 if index == 0 else 0.1) * np.log2(photo.mean() / photos[0].mean()))
    return np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]


def register(photos):
    found = [keypoints(photo) for photo in photos]
    pairs = {(i, j): pair(found[i], found[j]) for i, j in combinations(range(len(photos)), 2)}
    pairs = {key: value for key, value in pairs.items() if value is not None}
    matrices = chained(pairs, len(photos))
    if len(matrices) > 1:
        matrices = together(matrices, pairs)
    return matrices, exposures(photos, matrices)


cv2.setRNGSeed(0)
test = pd.read_csv(DATA / "test.csv", dtype=str)
corners, stops = {}, {}
with zipfile.ZipFile(DATA / "test_photos.zip") as album:
    for _, rows in test.groupby("scene"):
        names = [rows["reference"].iloc[0], *rows["photo"]]
        photos = [cv2.imdecode(np.frombuffer(album.read(f"{name}.jpg"), np.uint8), cv2.IMREAD_COLOR) for name in names]
        matrices, brighter = register(photos)
        height, width = photos[0].shape[:2]
        frame = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], dtype=np.float64)
        for index, name in enumerate(names):
            corners[name] = np.clip(mapped(matrices.get(index, np.eye(3)), frame), -5000, 5000)
            stops[name] = float(np.clip(brighter[index], -10, 10))
np.savez(
    OUTPUT / "register.npz",
    corners=np.array([corners[name] for name in test["photo"]]),
    stops=np.array([stops[name] for name in test["photo"]]),
)
