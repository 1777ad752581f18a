"""A first answer, as in every tutorial: a window in HSV, morphology, contours, and the nearest box goes on.

1. The swatch's hue, 10 degrees more or less, with enough colour and brightness, is the mask.
2. Opening takes away specks, closing fills holes.
3. Every contour that is large enough is a thing.
4. A box belongs to the track of the same colour whose box was nearest in the frame before.

Ideas to beat it: the lamps change, and with them every hue - a grey card lies in the corner; things that touch become
one box; a track that goes behind a pillar comes out as a new one.
"""

import csv
import os
from pathlib import Path

import cv2
import numpy as np

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

HUE = 5  # OpenCV counts hue from 0 to 179, so this is 10 degrees
LEAST_SATURATION, LEAST_VALUE = 90, 40
LEAST_AREA_PX = 30
NEAR_PX = 15
KERNEL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


def boxes_of(picture, swatch):
    """Return x, y, w, h of everything in the swatch's colour."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(int)
    hue = cv2.cvtColor(np.uint8([[swatch]]), cv2.COLOR_RGB2HSV)[0, 0, 0]
    away = np.abs((hsv[..., 0] - int(hue) + 90) % 180 - 90)
    mask = (away <= HUE) & (hsv[..., 1] >= LEAST_SATURATION) & (hsv[..., 2] >= LEAST_VALUE)
    mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, KERNEL)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, KERNEL)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [cv2.boundingRect(contour) for contour in contours if cv2.contourArea(contour) >= LEAST_AREA_PX]


def main():
    swatches = {}
    with (DATA / "test_swatches.csv").open() as file:
        for row in csv.DictReader(file):
            swatches.setdefault(row["film"], {})[int(row["colour"])] = [
                int(row[name]) for name in ("red", "green", "blue")
            ]
    with (OUTPUT / "tracks.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["film", "frame", "track", "x", "y", "w", "h", "colour"])
        for film, colours in swatches.items():
            next_track, before = 0, {colour: [] for colour in colours}
            for frame, path in enumerate(sorted((DATA / "test" / film).glob("*.jpg"))):
                picture = cv2.imread(str(path))
                for colour, swatch in colours.items():
                    tracked = []
                    for x, y, w, h in boxes_of(picture, swatch):
                        middle = np.array([x + w / 2, y + h / 2])
                        far = [np.hypot(*(middle - other)) for _, other in before[colour]]
                        if far and min(far) < NEAR_PX:
                            track, _ = before[colour].pop(int(np.argmin(far)))
                        else:
                            track, next_track = next_track, next_track + 1
                        tracked.append((track, middle))
                        writer.writerow([film, frame, track, x, y, w, h, colour])
                    before[colour] = tracked


if __name__ == "__main__":
    main()
