"""Starter: OpenCV's mixture of Gaussians as it comes out of the box, and a blob that changes sides is a crossing.

It takes shadows for things, knows nothing of lamps and wind, and loses who is who when two things meet.
"""

import cv2
import numpy as np
from yard_kit import right_of, run

SMALLEST_PX = 40
FARTHEST_PX = 15


def start(film):
    global model, line, blobs
    model = cv2.createBackgroundSubtractorMOG2()
    line, blobs = film["line"], []


def see(t, frame):
    global blobs
    mask = model.apply(frame) > 0
    count, _, stats, middles = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    now = [middles[k] for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= SMALLEST_PX]
    crossings = []
    for x, y in now:  # the nearest blob of the last frame is taken for the same thing
        before = min(blobs, key=lambda blob: np.hypot(x - blob[0], y - blob[1]), default=None)
        if before is None or np.hypot(x - before[0], y - before[1]) > FARTHEST_PX:
            continue
        if right_of(line, x, y) != right_of(line, *before):
            crossings.append(1 if right_of(line, x, y) else -1)
    blobs = now
    return mask, crossings


run(start, see)
