"""Starter: the largest outline with four corners is the page; one threshold for all of it makes it black on white.

It gives up where an outline is broken by a thumb or a shadow, takes the corner nearest to the upper left of the photo
for the page's first one, and loses what lies in a shadow.
"""

import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))


def find_corners(photo):
    grey = cv2.GaussianBlur(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    edges = cv2.dilate(cv2.Canny(grey, 50, 150), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        polygon = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, True), True)
        if len(polygon) == 4 and cv2.contourArea(polygon) > 0.1 * grey.size:
            return in_order(polygon[:, 0].astype(np.float32))
    height, width = grey.shape
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)


def in_order(points):
    """Top left, top right, bottom right, bottom left."""
    sums, differences = points.sum(axis=1), points[:, 0] - points[:, 1]
    return points[[sums.argmin(), differences.argmax(), sums.argmax(), differences.argmin()]]


def scan(photo, corners, width, height):
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    page = cv2.warpPerspective(photo, cv2.getPerspectiveTransform(corners, flat), (width, height))
    _, clean = cv2.threshold(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return clean


test = pd.read_csv(DATA / "test.csv")
(OUTPUT / "pages").mkdir(parents=True, exist_ok=True)
found = []
with zipfile.ZipFile(DATA / "test_photos.zip") as photos:
    for image, width, height in test.itertuples(index=False):
        photo = cv2.imdecode(np.frombuffer(photos.read(f"{image}.jpg"), np.uint8), cv2.IMREAD_COLOR)
        corners = find_corners(photo)
        found.append(corners)
        cv2.imwrite(str(OUTPUT / "pages" / f"{image}.png"), scan(photo, corners, width, height))
np.savez(OUTPUT / "corners.npz", corners=np.array(found, dtype=np.float64))
