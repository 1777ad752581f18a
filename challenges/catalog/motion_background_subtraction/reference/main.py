"""A background that knows how much each pixel varies, brought to the light of the moment; then tracks.

The first two seconds are empty: they give each pixel's mean and variance. Wind and shaking show as variance, so one
threshold suits all conditions. A global gain follows lamps and clouds. A pixel that is only darker, in the same
colour, is shadow. Blobs are joined to tracks with a speed of their own; a track that changes sides is a crossing.
"""

import cv2
import numpy as np
from yard_kit import right_of, run

EMPTY_FRAMES = 30
SMALLEST_PX = 45
FARTHEST_PX = 14
LOST_FRAMES = 8
BALL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
BIG_BALL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


def start(film):
    global total, squares, brightness, mean, var, tracks, line
    total, squares, brightness, mean, tracks, line = 0, 0, [], None, [], film["line"]


def see(t, frame):
    global total, squares
    smooth = planes_of(cv2.GaussianBlur(frame, (0, 0), 0.9))
    if t < EMPTY_FRAMES:
        brightness.append(smooth.mean())
        level = smooth * (brightness[0] / brightness[-1])
        total, squares = total + level, squares + level**2
        return np.zeros(frame.shape[:2], dtype=bool), []
    if mean is None:
        learn()
    gain = float(np.median(smooth[:, ::3, ::3] / mean[:, ::3, ::3]))
    mask = foreground(smooth, gain * mean)
    follow_light(smooth / gain, mask)
    return mask, crossed(mask)


def planes_of(picture):
    """(3, height, width): sums over the colours are far quicker this way round."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32)


def learn():
    """Mean and variance of each pixel and colour; neighbours sway as far."""
    global mean, var
    mean = np.maximum(total / EMPTY_FRAMES, 1)
    spread = np.maximum(squares / EMPTY_FRAMES - mean**2, 0)
    var = np.stack([cv2.dilate(cv2.GaussianBlur(plane, (0, 0), 1.0), BALL) for plane in spread]) + 3.0**2


def foreground(smooth, still):
    candidates = ((smooth - still) ** 2 / var).sum(axis=0) > 22
    ratio = smooth / np.maximum(still, 2)
    darker = ratio.mean(axis=0)
    tint = ratio.max(axis=0) - ratio.min(axis=0)
    noise = np.sqrt(var.mean(axis=0)) / np.maximum(still.mean(axis=0), 8)
    shadow = (darker > 0.5) & (darker < 0.95) & (tint < 0.06 + 1.6 * noise)
    mask = cv2.medianBlur((candidates & ~shadow).astype(np.uint8), 5)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, BIG_BALL, iterations=2)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    large = stats[:, cv2.CC_STAT_AREA] >= SMALLEST_PX
    large[0] = False
    return large[labels]


def follow_light(level, mask):
    """The ground changes slowly; what is foreground does not sink into it."""
    global mean
    free = cv2.dilate(mask.astype(np.uint8), BIG_BALL) == 0
    mean += np.float32(0.03) * free * (level - mean)


def crossed(mask):
    """Join blobs to tracks, nearest first, and return the directions of the tracks that changed sides."""
    _, _, stats, middles = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    blobs, areas = middles[1:], stats[1:, cv2.CC_STAT_AREA]
    for track in tracks:
        track["at"] = track["at"] + track["speed"]
        track["lost"] += 1
    pairs = sorted(
        (float(np.hypot(*(track["at"] - blob))), i, j) for i, track in enumerate(tracks) for j, blob in enumerate(blobs)
    )
    taken, joined = set(), set()
    for distance, i, j in pairs:
        if distance > FARTHEST_PX or i in taken or j in joined:
            continue
        taken.add(i)
        joined.add(j)
        track = tracks[i]
        track["lost"], track["age"] = 0, track["age"] + 1
        if track["age"] > 5 and areas[j] > 1.5 * track["area"]:
            continue  # two things have become one blob, whose middle is neither's: go on as before
        share = max(0.2, 1 / track["age"])
        track["speed"] = track["speed"] + share * (blobs[j] - track["at"]) * 0.6
        track["at"] = blobs[j]
        track["area"] = 0.9 * track["area"] + 0.1 * areas[j]
    height, width = mask.shape
    for i, track in enumerate(tracks):
        x, y = (int(part) for part in track["at"])
        if i not in taken and 0 <= x < width and 0 <= y < height and mask[y, x]:
            track["lost"] = 0  # behind another thing
    tracks[:] = [track for track in tracks if track["lost"] <= LOST_FRAMES]
    for j, blob in enumerate(blobs):
        if j not in joined:
            side = right_of(line, *blob)
            tracks.append({"at": blob, "speed": np.zeros(2), "lost": 0, "side": side, "area": areas[j], "age": 1})
    return [way for track in tracks for way in changed_sides(track)]


def changed_sides(track):
    side = right_of(line, *track["at"])
    if side == track["side"] or track["age"] < 3 or track["lost"]:
        return []
    track["side"] = side
    return [1 if side else -1]


run(start, see)
