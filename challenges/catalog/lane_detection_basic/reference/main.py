"""Lines of the own lane by a search in the bird's-eye view, then a fit of both lines together.

1. Every frame is cast onto the ground: a map of 5 cm x 60 cm cells, 4 to 30 m ahead.
2. A ridge filter across the road answers to a bright stripe as wide as a line, not to edges and not to dark seams.
3. For every bend the four maps are straightened - the earlier ones also by what the car has driven and turned - and
   joined, so that the gaps of dashes fill. For every heading the joined map is summed along the road: a line becomes a
   peak. The best pair of peaks a lane's width apart around the car is the lane, roughly.
4. Around the rough lines the brightest place of every distance is looked for, and both lines are fitted to these places
   at once: they share heading, bend and twist, and drift apart by what the given pitch is wrong.
"""

import csv
import os
from pathlib import Path

import cv2
import numpy as np

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

ROWS = np.arange(70, 131, 6)
FRAMES, STEP_M = 4, 2.0
BEHIND = STEP_M * np.arange(FRAMES - 1, -1, -1)
CELL_M = 0.05
SIDE_M = 6.5
X = np.arange(-SIDE_M, SIDE_M, CELL_M)
Z = np.arange(3.6, 31.0, 0.6)
HEADINGS = np.arange(-0.06, 0.0601, 0.01)
BENDS = np.arange(-0.04, 0.0401, 0.005)
WIDTHS = np.arange(3.0, 4.01, CELL_M)
PITCHES = (-0.005, 0.0, 0.005)  # the calibration is a little off


def onto_ground(grey, camera, pitch, behind):
    """Return (Z, X) what a picture shows of the ground around the lane ahead; places outside it are NaN."""
    focal, high = camera
    z = Z[:, None] + behind
    deep = z * np.cos(pitch) + high * np.sin(pitch)
    v = grey.shape[0] / 2 + focal * (high * np.cos(pitch) - z * np.sin(pitch)) / deep
    u = grey.shape[1] / 2 + focal * X[None, :] / deep
    maps = (u - 0.5).astype(np.float32), np.ascontiguousarray(np.broadcast_to(v - 0.5, u.shape), dtype=np.float32)
    return cv2.remap(grey, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=np.nan)


def ridge(ground):
    """Return how much brighter each cell is than both its sides, in units of its surroundings' unevenness."""
    hidden = np.isnan(ground)
    inner = cv2.blur(np.where(hidden, 0, ground), (3, 1))
    aside = 6  # 0.3 m
    height = inner - np.maximum(np.roll(inner, aside, axis=1), np.roll(inner, -aside, axis=1))
    hidden |= np.roll(hidden, aside + 2, axis=1) | np.roll(hidden, -aside - 2, axis=1)
    hidden[:, [0, -1]] = True
    height[hidden] = 0
    spread = np.sqrt((height**2).sum(axis=1) / np.maximum((~hidden).sum(axis=1), 1)) + 1.0
    return np.clip(height / spread[:, None], 0, 3)


def shifted(values, shift_m):
    """Return a map whose rows are moved to the left by `shift_m`."""
    columns = np.arange(len(X)) + np.round(shift_m / CELL_M).astype(int)[:, None]
    return np.take_along_axis(values, np.clip(columns, 0, len(X) - 1), axis=1)  # the ridge filter left no edge


def joined(ridges, bend):
    """Return the evidence of all frames on a map on which a road of this bend runs straight."""
    maps = [
        shifted(values, bend / 2 * Z**2 + bend * behind * (Z + behind) - bend / 2 * behind**2)
        for values, behind in zip(ridges, BEHIND, strict=True)
    ]
    return 0.6 * np.max(maps, axis=0) + 0.4 * np.mean(maps, axis=0)


def rough_lane(frames, camera, pitch):
    """Return the best (score, left m, width m, heading, bend, pitch)."""
    best = (-np.inf,)
    left = np.arange(round((SIDE_M - 3.2) / CELL_M), round((SIDE_M - 0.6) / CELL_M))
    apart = np.round(WIDTHS / CELL_M).astype(int)[:, None]
    middle = X[left] + WIDTHS[:, None] / 2
    for wrong in PITCHES:
        ridges = [ridge(onto_ground(frame, camera, pitch + wrong, behind))
                  for frame, behind in zip(frames, BEHIND, strict=True)]  # fmt: skip
        for bend in BENDS:
            straight = joined(ridges, bend)
            for heading in HEADINGS:
                profile = shifted(straight, heading * Z).sum(axis=0) / np.sqrt(len(Z))
                profile = np.convolve(profile, [0.25, 0.5, 0.25], mode="same")
                one, other = profile[left][None], profile[left + apart]
                score = one + other + np.minimum(one, other)
                score -= (middle / 0.8) ** 2 + (bend / 0.025) ** 2 + (heading / 0.04) ** 2
                place = np.unravel_index(score.argmax(), score.shape)
                if score[place] > best[0]:
                    best = score[place], X[left[place[1]]], WIDTHS[place[0]], heading, bend, pitch + wrong
    return best


def fitted(frames, camera, rough):
    """Return (left m, right m, heading, bend, twist, drift) of both lines fitted to the brightest places nearby."""
    _, left, width, heading, bend, pitch = rough
    ridges = [ridge(onto_ground(frame, camera, pitch, behind)) for frame, behind in zip(frames, BEHIND, strict=True)]
    seen = joined(ridges, bend)
    guess = np.array([left, left + width, heading, 0.0, 0.0, 0.0])  # bend: what is left after straightening
    zeros = np.zeros(len(Z))
    design = np.concatenate([np.stack([1 + zeros, zeros, Z, Z**2 / 2, Z**3 / 6, -Z], 1),
                             np.stack([zeros, 1 + zeros, Z, Z**2 / 2, Z**3 / 6, Z], 1)])  # fmt: skip
    prior = np.diag(1 / np.array([2.0, 2.0, 0.03, 0.004, 2e-4, 0.008]) ** 2)
    for reach in (0.45, 0.3, 0.2):
        places, weights = [], []
        for line in np.split(design @ guess, 2):
            near = np.abs(X[None, :] - line[:, None]) / reach
            weight = np.where(near < 1, seen * (1 - near**2), 0)
            weight *= weight > 0.6 * weight.max(axis=1, keepdims=True)  # the peak alone
            total = weight.sum(axis=1)
            places.append(np.where(total > 0.2, (weight * X).sum(axis=1) / np.maximum(total, 1e-9), line))
            weights.append(np.where(total > 0.2, np.minimum(weight.max(axis=1), 1.5), 0))
        far = np.concatenate([0.05 + 0.004 * Z] * 2)  # how exactly a place is known
        weighted = design * (np.concatenate(weights) / far**2)[:, None]
        centre = np.array([guess[0], guess[1], heading, 0, 0, 0])
        guess = centre + np.linalg.solve(weighted.T @ design + prior,
                                         weighted.T @ (np.concatenate(places) - design @ centre))  # fmt: skip
    guess[3] += bend
    return guess


def draw(fit, camera, pitch, shape):
    """Return (2, ROWS) columns of both lines in the picture."""
    left, right, heading, bend, twist, drift = fit
    focal, high = camera
    y = (ROWS + 0.5 - shape[0] / 2) / focal
    reach = high / (y * np.cos(pitch) + np.sin(pitch))
    z = reach * (np.cos(pitch) - y * np.sin(pitch))
    centre = heading * z + bend / 2 * z**2 + twist / 6 * z**3
    both = np.stack([left + centre - drift * z, right + centre + drift * z])
    return shape[1] / 2 + focal * both / reach


def main():
    with (DATA / "test_clips.csv").open() as file:
        clips = list(csv.DictReader(file))
    lanes = np.full((len(clips), 2, len(ROWS)), -1, dtype=np.float32)
    for number, clip in enumerate(clips):
        folder = DATA / "test" / clip["clip"]
        pictures = [cv2.imread(str(folder / f"{frame}.jpg")).astype(np.float32) for frame in range(FRAMES)]
        frames = [picture[..., 1:].mean(axis=2) for picture in pictures]  # green and red: yellow lines shine there
        camera = float(clip["focal_px"]), float(clip["camera_height_m"])
        rough = rough_lane(frames, camera, float(clip["pitch_rad"]))
        x = draw(fitted(frames, camera, rough), camera, rough[-1], frames[0].shape)
        lanes[number] = np.where((x >= 0) & (x <= frames[0].shape[1]), x, -1)
    np.savez(OUTPUT / "lanes.npz", lanes=lanes)


if __name__ == "__main__":
    main()
