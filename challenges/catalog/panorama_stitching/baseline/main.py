"""Starter: SIFT keypoints of a photo and of its reference, the ratio test, one homography by RANSAC.

Photos that do not touch their reference cannot be matched with it; here they are said to lie right on it. Exposure is
guessed from how bright both photos are as a whole, whatever they show.
"""

import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))
SIFT = cv2.SIFT_create()
MATCHER = cv2.BFMatcher(cv2.NORM_L2)


def homography(photo, reference):
    """The matrix that leads from the photo's pixels to the reference's; None where there are too few matches."""
    (points, features), (there, others) = (SIFT.detectAndCompute(grey, None) for grey in (photo, reference))
    if features is None or others is None or len(others) < 2:
        return None
    matches = [
        best for best, second in MATCHER.knnMatch(features, others, k=2) if best.distance < 0.75 * second.distance
    ]
    if len(matches) < 8:
        return None
    source = np.array([points[match.queryIdx].pt for match in matches])
    target = np.array([there[match.trainIdx].pt for match in matches])
    matrix, inliers = cv2.findHomography(source, target, cv2.RANSAC, 3.0)
    return matrix if matrix is not None and inliers.sum() >= 8 else None


cv2.setRNGSeed(0)
test = pd.read_csv(DATA / "test.csv", dtype=str)
corners, stops = [], []
with zipfile.ZipFile(DATA / "test_photos.zip") as photos:
    for name, _, first in test.itertuples(index=False):
        photo, reference = (
            cv2.imdecode(np.frombuffer(photos.read(f"{id_}.jpg"), np.uint8), cv2.IMREAD_GRAYSCALE)
            for id_ in (name, first)
        )
        height, width = photo.shape
        frame = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], dtype=np.float64)
        matrix = homography(photo, reference)
        if matrix is not None:
            frame = cv2.perspectiveTransform(frame[None], matrix)[0]
        corners.append(np.clip(np.nan_to_num(frame), -5000, 5000))
        stops.append(np.log2(photo.mean() / reference.mean()))
np.savez(OUTPUT / "register.npz", corners=np.array(corners), stops=np.array(stops))
