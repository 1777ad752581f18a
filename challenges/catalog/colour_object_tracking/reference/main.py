"""Tracks of coloured things: the grey card gives the light, the light gives the colour, and tracks outlive pillars.

1. White balance: the card in the corner is grey under the reference lamp. Dividing by its colour undoes lamp and
   flicker.
2. Every pixel is compared, in what does not depend on brightness (hue and saturation as a point on the colour wheel),
   with all swatches and with the floor; the nearest swatch wins where it is near enough. A white spot beside a patch
   of colour is a lamp that the thing mirrors, and belongs to it.
3. Patches of a colour are things. Where two tracks lead into one patch, it is cut between their expected places.
4. Tracks move on with their speed; Hungarian matching joins them with the patches of a frame; a track that is hidden
   waits for a while. Tracks of a few frames are forgotten.
"""

import csv
import os
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

CARD_PX, CARD_GREY = 14, 0.6
NEAR_HUE_DEG = 15
LEAST_SATURATION = 0.33
LEAST_AREA_PX = 12
REACH_PX = 16
SHINE_PX = 4
WAITS = 14  # frames that a hidden track is kept
SHORTEST = 4
KERNEL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


def balanced(picture):
    """Return the picture as the reference lamp would show it, red, green, blue from 0 to about 1."""
    light = picture[..., ::-1].astype(np.float32) / 255
    card = np.median(light[-CARD_PX + 3 : -2, 2 : CARD_PX - 3].reshape(-1, 3), axis=0)
    smooth = cv2.GaussianBlur(light, (3, 3), 0.7)
    clipped = light.max(axis=2) > 0.985  # a channel that is full has lost its share: no colour can be told exactly
    return smooth * (CARD_GREY / np.maximum(card, 0.03)), clipped


def hue_and_saturation(rgb):
    hsv = cv2.cvtColor(np.ascontiguousarray(rgb, dtype=np.float32), cv2.COLOR_RGB2HSV)
    return hsv[..., 0], hsv[..., 1], hsv[..., 2]


def masks_of(picture, swatches):
    """Return colour -> mask."""
    rgb, clipped = balanced(picture)
    hue, saturation, value = hue_and_saturation(rgb)
    shine = ((value > 0.65) & (saturation < 0.5)).astype(np.uint8)  # brighter than the floor ever is, and pale
    masks, best = {}, np.full(hue.shape, np.inf, dtype=np.float32)
    distances = {}
    for colour, swatch in swatches.items():
        swatch_hue, swatch_saturation, _ = (
            float(part[0, 0]) for part in hue_and_saturation(np.array([[swatch]], dtype=np.float32) / 255)
        )
        away = np.abs((hue - swatch_hue + 180) % 360 - 180)
        enough = saturation > np.where(clipped, 0.8, 1.0) * max(LEAST_SATURATION, 0.55 * swatch_saturation)
        distances[colour] = np.where(enough & (value > 0.08), away / np.where(clipped, 1.5, 1.0), np.inf)
        best = np.minimum(best, distances[colour])
    for colour, away in distances.items():
        mask = ((away == best) & (away < NEAR_HUE_DEG)).astype(np.uint8)
        mask[-CARD_PX:, :CARD_PX] = 0
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, KERNEL)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, KERNEL)
        for _ in range(SHINE_PX):
            mask |= cv2.dilate(mask, KERNEL) & shine
        masks[colour] = mask
    return masks


class Track:
    def __init__(self, number, box):
        self.number, self.box = number, np.array(box, dtype=float)
        self.speed, self.hidden, self.lines = np.zeros(2), 0, []

    @property
    def expected(self):
        return self.box[:2] + self.box[2:] / 2 + self.speed * (self.hidden + 1)

    def see(self, frame, box):
        box = np.array(box, dtype=float)
        moved = (box[:2] + box[2:] / 2 - self.box[:2] - self.box[2:] / 2) / (self.hidden + 1)
        self.speed = 0.6 * self.speed + 0.4 * moved if len(self.lines) > 1 else moved
        self.box, self.hidden = box, 0
        self.lines.append((frame, *box))


def patches_of(mask, tracks):
    """Return x, y, w, h of the patches; one that several tracks lead into is cut between them."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    spots = [track.expected for track in tracks if track.hidden <= 2 and len(track.lines) >= 3]
    found = []
    for label in range(1, count):
        x, y, w, h, area = stats[label]
        if area < LEAST_AREA_PX:
            continue
        rows, columns = np.nonzero(labels[y : y + h, x : x + w] == label)
        rows, columns = rows + y, columns + x
        inside = [spot for spot in spots if x - 1 <= spot[0] <= x + w + 1 and y - 1 <= spot[1] <= y + h + 1]
        if len(inside) > 1:
            far = np.array([np.hypot(columns - spot[0], rows - spot[1]) for spot in inside])
            parts = [far.argmin(axis=0) == number for number in range(len(inside))]
        else:
            parts = [np.ones(len(rows), dtype=bool)]
        for part in parts:
            if part.sum() >= LEAST_AREA_PX:
                left, top = columns[part].min(), rows[part].min()
                found.append((left, top, columns[part].max() + 1 - left, rows[part].max() + 1 - top))
    return joined(found)


def joined(boxes):
    """Return boxes in which the two halves of a thing behind a pillar are one again: side by side, of one height."""
    boxes = list(boxes)
    for first in range(len(boxes)):
        for second in range(first + 1, len(boxes)):
            if boxes[first] is None or boxes[second] is None:
                continue
            a, b = sorted((boxes[first], boxes[second]))
            gap = b[0] - (a[0] + a[2])
            overlap = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
            wide = b[0] + b[2] - a[0]
            if 5 <= gap <= 13 and overlap > 0.45 * min(a[3], b[3]) and wide <= 26 and a[2] < 12 and b[2] < 12:
                top = min(a[1], b[1])
                boxes[first] = (a[0], top, wide, max(a[1] + a[3], b[1] + b[3]) - top)
                boxes[second] = None
    return [box for box in boxes if box is not None]


def follow(films, swatches):
    """Return colour -> finished tracks of one film."""
    active, done, number = {colour: [] for colour in swatches}, {colour: [] for colour in swatches}, 0
    for frame, picture in enumerate(films):
        masks = masks_of(picture, swatches)
        for colour, mask in masks.items():
            tracks = active[colour]
            boxes = patches_of(mask, tracks)
            middles = np.array([(x + w / 2, y + h / 2) for x, y, w, h in boxes]).reshape(-1, 2)
            expected = np.array([track.expected for track in tracks]).reshape(-1, 2)
            far = np.hypot(*(expected[:, None] - middles[None]).transpose(2, 0, 1))
            reach = REACH_PX + np.array([1.2 * track.hidden for track in tracks]).reshape(-1, 1)
            rows, columns = linear_sum_assignment(np.where(far < reach, far, 1e3))
            pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if far[row, column] < reach[row]]
            for row, column in pairs:
                tracks[row].see(frame, boxes[column])
            for row in set(range(len(tracks))) - {row for row, _ in pairs}:
                tracks[row].hidden += 1
            for column in set(range(len(boxes))) - {column for _, column in pairs}:
                number += 1
                tracks.append(Track(number, boxes[column]))
                tracks[-1].lines.append((frame, *boxes[column]))
            done[colour] += [track for track in tracks if track.hidden > WAITS]
            active[colour] = [track for track in tracks if track.hidden <= WAITS]
    return {colour: done[colour] + active[colour] for colour in swatches}


def main():
    cv2.setNumThreads(1)
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
            pictures = (cv2.imread(str(path)) for path in sorted((DATA / "test" / film).glob("*.jpg")))
            for colour, tracks in follow(pictures, colours).items():
                for track in tracks:
                    if len(track.lines) >= SHORTEST:
                        for frame, *box in track.lines:
                            writer.writerow([film, frame, track.number, *(int(edge) for edge in box), colour])


if __name__ == "__main__":
    main()
