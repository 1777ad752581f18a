"""The snapshots of one scene in the frame of its reference, exposures as they were: a panorama with its seams."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from challenges.minting import Dataset
from challenges.pictures.sheets import Pixels, images, table, unzipped
from challenges.pictures.style import ORANGE, PAPER, SHEET, bare

CORNERS = [f"{axis}_{corner}" for corner in ("ul", "ur", "lr", "ll") for axis in "xy"]
ZOOM = 3


def draw(figure: Figure, dataset: Dataset) -> None:
    told = table(dataset.public["train.csv"])
    photos = images(unzipped(dataset.public["train_photos.zip"]))
    frame = np.array([[0, 0], [239, 0], [239, 179], [0, 179]], dtype=np.float64)
    scenes = [rows for _name, rows in told.groupby("scene")]
    told = max(scenes, key=lambda rows: np.divide(*np.ptp(where(rows, frame), axis=(0, 1))))
    laid = where(told, frame)
    low, high = laid.min(axis=(0, 1)) - 10, laid.max(axis=(0, 1)) + 10
    width, height = (int(side) for side in np.ceil((high - low) * ZOOM))
    panorama = np.full((height, width, 3), np.array(to_rgb(PAPER)) * 255, dtype=np.uint8)
    axes = bare(figure, margin=0.0)
    for name, corners in zip([*told.photo, told.reference.iloc[0]], (laid - low) * ZOOM, strict=True):
        lay(panorama, photos[f"{name}.jpg"], frame, corners)
        around = np.vstack([corners, corners[:1]])
        edge = ORANGE if name == told.reference.iloc[0] else SHEET
        axes.plot(*around.T, color=edge, linewidth=3, solid_joinstyle="round")
    axes.imshow(panorama)


def where(told: pd.DataFrame, frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners of the photos of a scene, its reference last."""
    return np.concatenate([told[CORNERS].to_numpy().reshape(-1, 4, 2), frame[None]])


def lay(panorama: Pixels, photo: Pixels, frame: NDArray[np.float64], corners: NDArray[np.float64]) -> None:
    """Paint a photo over the panorama, where its corners are told to be."""
    matrix = cv2.getPerspectiveTransform(frame.astype(np.float32), corners.astype(np.float32))
    size = (panorama.shape[1], panorama.shape[0])
    there = cv2.warpPerspective(np.full(photo.shape[:2], 255, dtype=np.uint8), matrix, size) > 127
    panorama[there] = cv2.warpPerspective(photo, matrix, size, flags=cv2.INTER_CUBIC)[there]
