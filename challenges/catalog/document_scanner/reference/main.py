"""Many guesses at the page, the best by edges and contrast, its sides refined to parts of a pixel, light divided out.

photo ──> quads (outlines at several thresholds, pairs of Hough lines)
      ──> score of each: edges along its sides, paper inside brighter than the desk outside, proportions of the page
      ──> sides fitted to the strongest edge near them, with a bulge where the sheet is curled ──> corners
      ──> warp, twice as fine ──> divide by the paper's own brightness ──> threshold ──> clean page
"""

import os
import zipfile
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))
SAMPLES = 40
ACROSS = np.arange(-7, 7.01, 0.5)
"""Pixels to both sides of a guessed side where its edge is looked for."""


def edge_maps(photo):
    """Grey and colour channels, smoothed, each in its Canny edges."""
    lab = cv2.cvtColor(photo, cv2.COLOR_BGR2LAB)
    planes = [cv2.GaussianBlur(plane, (0, 0), 1.6) for plane in cv2.split(lab)]
    return [cv2.Canny(planes[0], 15, 45), cv2.Canny(planes[0], 40, 110), cv2.Canny(planes[1], 8, 24),
            cv2.Canny(planes[2], 8, 24)], planes[0]  # fmt: skip


def outline_quads(maps, light):
    masks = [cv2.dilate(edges, np.ones((3, 3), np.uint8)) for edges in maps]
    for share in (0.35, 0.5, 0.65, 0.8):
        masks.append((light > share * np.percentile(light, 97)).astype(np.uint8) * 255)
    for mask in masks:
        outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:6]:
            if cv2.contourArea(outline) < 0.06 * light.size:
                continue
            hull = cv2.convexHull(outline)
            for share in (0.02, 0.04, 0.07):
                polygon = cv2.approxPolyDP(hull, share * cv2.arcLength(hull, True), True)
                if len(polygon) == 4:
                    yield polygon[:, 0].astype(np.float64)


def strong_lines(maps):
    """(theta, rho) of lines, one for each place and direction."""
    kept = []
    for edges, votes in zip(maps, (60, 50, 50, 50), strict=True):
        lines = cv2.HoughLines(edges, 1, np.pi / 120, votes)
        for rho, theta in [] if lines is None else lines.reshape(-1, lines.shape[-1])[:40, :2]:
            near = any(
                abs(np.sin(theta - other)) < 0.06 and min(abs(rho - place), abs(rho + place)) < 6
                for other, place in kept
            )
            if not near:
                kept.append((float(theta), float(rho)))
            if len(kept) >= 18:
                return kept
    return kept


def line_quads(lines, shape):
    height, width = shape
    pairs = [
        (a, b)
        for a, b in combinations(lines, 2)
        if abs(np.sin(a[0] - b[0])) < 0.5 and gap(a, b, (width / 2, height / 2)) > 0.2 * height
    ]
    for first, second in combinations(pairs, 2):
        if abs(np.sin(first[0][0] - second[0][0])) < 0.6 or {*first} & {*second}:
            continue
        a, b, c, d = first[0], second[0], first[1], second[1]
        yield np.array([cross(a, b), cross(b, c), cross(c, d), cross(d, a)])


def gap(a, b, middle):
    """How far two nearly parallel lines lie apart, near the middle of the photo."""
    ends = [rho - middle[0] * np.cos(theta) - middle[1] * np.sin(theta) for theta, rho in (a, b)]
    return abs(ends[0] - np.sign(np.cos(a[0] - b[0])) * ends[1])


def cross(a, b):
    rows = np.array([[np.cos(a[0]), np.sin(a[0])], [np.cos(b[0]), np.sin(b[0])]])
    return np.linalg.solve(rows, [a[1], b[1]]) if abs(np.linalg.det(rows)) > 0.1 else np.array([-1e4, -1e4])


def oriented(quad, width, height):
    """The page's top left corner first: it is rolled by 60 degrees at most, and has known proportions."""
    (a, b), (c, d) = quad[1] - quad[0], quad[2] - quad[1]
    if a * d < b * c:  # the other way round
        quad = quad[::-1]
    best = None
    for turn in range(4):
        turned = np.roll(quad, turn, axis=0)
        right = turned[1] - turned[0] + turned[2] - turned[3]
        down = turned[3] - turned[0] + turned[2] - turned[1]
        if abs(np.arctan2(right[1], right[0])) > np.deg2rad(72):
            continue
        error = abs(np.log(np.hypot(*right) / max(np.hypot(*down), 1e-6) * height / width))
        if best is None or error < best[0]:
            best = (error, turned)
    return best


def along(quad, shares):
    """Points on the four sides, (4, shares, 2), and the outward normal of each side, (4, 2)."""
    ends = np.roll(quad, -1, axis=0)
    points = quad[:, None] + (ends - quad)[:, None] * shares[None, :, None]
    direction = (ends - quad) / np.maximum(np.linalg.norm(ends - quad, axis=1, keepdims=True), 1e-6)
    return points, np.stack([direction[:, 1], -direction[:, 0]], axis=1)


def looked_up(light, points):
    return cv2.remap(light, points[..., 0].astype(np.float32) - 0.5, points[..., 1].astype(np.float32) - 0.5,
                     cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip


def score_of(quad, light, proportions):
    height, width = light.shape
    size = np.ptp(quad, axis=0)
    if (quad < -0.12 * width).any() or (quad > [1.12 * width, 1.12 * height]).any() or size.min() < 0.25 * width:
        return -1.0
    points, normals = along(quad, np.linspace(0.04, 0.96, SAMPLES))
    steps = np.array([-5.0, -3.0, -1.5, 1.5, 3.0, 5.0])
    values = looked_up(light, (points[:, :, None] + normals[:, None, None] * steps[:, None]).reshape(4, -1, 2))
    values = values.reshape(4, SAMPLES, 6) + 4
    steep = np.log(values[..., 1:3].mean(axis=2) / values[..., 3:5].mean(axis=2))  # inside over outside
    seen = ((points > 2) & (points < [width - 2, height - 2])).all(axis=2)
    support = np.where(seen, np.clip(steep / 0.12, -0.3, 1), 0.35).mean(axis=1)
    area = cv2.contourArea(quad.astype(np.float32)) / light.size
    return support.mean() + 0.7 * support.min() - 1.2 * max(proportions - 0.15, 0) + 0.8 * min(area, 0.6)


def refined(quad, light):
    """Sides moved to the strongest edge near them; returns the corners and how much the sides bulge outwards."""
    for _ in range(2):
        shares = np.linspace(0.03, 0.97, 70)
        points, normals = along(quad, shares)
        probes = points[:, :, None] + normals[:, None, None] * ACROSS[:, None]
        values = looked_up(light, probes.reshape(4, -1, 2)).reshape(4, len(shares), len(ACROSS))
        fall = values[..., :-4] - values[..., 4:]  # over two pixels, brighter inside
        fall = fall * np.exp(-((ACROSS[2:-2] / 6) ** 2))
        offsets, weights = ACROSS[2:-2][fall.argmax(axis=2)], np.clip(fall.max(axis=2), 0.2, 25)
        inside = ((points > 3) & (points < [light.shape[1] - 3, light.shape[0] - 3])).all(axis=2)
        weights = weights * inside + 1e-3
        lines, bulges = [], []
        for side in range(4):
            shift, bulge = fitted(shares, offsets[side], weights[side])
            ends = np.array([quad[side], quad[(side + 1) % 4]]) + shift[:, None] * normals[side]
            lines.append(ends)
            bulges.append(bulge)
        quad = np.array([meeting(lines[side - 1], lines[side]) for side in range(4)])
    return quad, bulges


def fitted(shares, offsets, weights):
    """Offsets of both ends of a side and its bulge: a robust fit of a straight line and half a sine wave."""
    columns = np.stack([1 - shares, shares, np.sin(np.pi * shares)], axis=1)
    best = None
    for use in (2, 3):
        trust = weights.copy()
        for _ in range(12):
            found, *_ = np.linalg.lstsq(
                columns[:, :use] * np.sqrt(trust)[:, None], offsets * np.sqrt(trust), rcond=None
            )
            error = offsets - columns[:, :use] @ found
            trust = weights / (1 + (error / 0.6) ** 2) ** 2
        agreement = (weights * (np.abs(error) < 0.9)).sum() / weights.sum()
        if best is None or agreement > best[0] + 0.08:
            best = (agreement, found)
    return best[1][:2], float(best[1][2]) if len(best[1]) == 3 else 0.0


def meeting(one, other):
    d, e = one[1] - one[0], other[1] - other[0]
    share, _ = np.linalg.solve(np.array([d, -e]).T, other[0] - one[0])
    return one[0] + share * d


def find_page(photo, width, height):
    maps, light = edge_maps(photo)
    light = light.astype(np.float32)
    guesses = [*outline_quads(maps, light), *line_quads(strong_lines(maps), light.shape)]
    scored = []
    for guess in guesses:
        if not np.isfinite(guess).all() or not cv2.isContourConvex(guess.astype(np.float32)):
            continue
        turned = oriented(guess, width, height)
        if turned is not None:
            scored.append((score_of(turned[1], light, turned[0]), turned[1]))
    scored.sort(key=lambda pair: -pair[0])
    sharp = cv2.GaussianBlur(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY), (0, 0), 0.8).astype(np.float32)
    again = []
    for _, guess in scored[:4]:
        quad, bulges = refined(guess, sharp)
        error, turned = oriented(quad, width, height) or (9.0, quad)
        again.append((score_of(turned, light, error), turned, bulges))
    if not again:
        box = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [photo.shape[1], photo.shape[0]]
        return box.astype(np.float64), 0.0
    _, quad, bulges = max(again, key=lambda triple: triple[0])
    return quad, (bulges[2] - bulges[0]) / 2 if abs(bulges[2] - bulges[0]) > 1.5 else 0.0


def scan(photo, corners, bulge, width, height):
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    x, y = np.meshgrid((np.arange(2 * width) + 0.5) / 2, (np.arange(2 * height) + 0.5) / 2)
    longer = height / max(np.linalg.norm(corners[3] - corners[0]), 1)
    y = y + bulge * longer * np.sin(np.pi * x / width)
    at = np.stack([x, y, np.ones_like(x)], axis=-1) @ matrix.T
    at = (at[..., :2] / at[..., 2:] - 0.5).astype(np.float32)
    page = cv2.remap(photo, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (0, 0), 0.7)
    paper = cv2.medianBlur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((17, 17), np.uint8)), 21)
    ratio = np.clip(grey.astype(np.float32) / np.maximum(paper, 8) * 255, 0, 255)
    ratio = cv2.resize(ratio, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    level, _ = cv2.threshold(ratio, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.where(ratio < min(level + 8, 205), 0, 255).astype(np.uint8)


test = pd.read_csv(DATA / "test.csv")
(OUTPUT / "pages").mkdir(parents=True, exist_ok=True)
found = []
with zipfile.ZipFile(DATA / "test_photos.zip") as photos:
    for image, width, height in test.itertuples(index=False):
        photo = cv2.imdecode(np.frombuffer(photos.read(f"{image}.jpg"), np.uint8), cv2.IMREAD_COLOR)
        corners, bulge = find_page(photo, width, height)
        found.append(np.clip(corners, -1000, 3000))
        cv2.imwrite(str(OUTPUT / "pages" / f"{image}.png"), scan(photo, corners, bulge, width, height))
np.savez(OUTPUT / "corners.npz", corners=np.array(found))
