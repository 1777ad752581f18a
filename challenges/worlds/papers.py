"""Printed pages, and photos of them on a desk: where the page's corners lie and where its ink is, both exact.

words (from the secret) ──> draw_sheet ──> Sheet (ink of the flat page)
                                            │ desk, other things, pose, curl, shadow, thumb, lens
                                            └──> draw_photo ──> Photo (pixels, corners)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from challenges.worlds.lens import Habits, draw_lens, photograph
from challenges.worlds.stage import Floats, colour_of, draw_palette, ground

Kind = Literal["letter", "receipt", "form"]
Doubles = NDArray[np.float64]

KINDS: tuple[Kind, ...] = ("letter", "receipt", "form")
SIZES_PX: dict[Kind, tuple[int, int]] = {"letter": (210, 297), "form": (216, 279), "receipt": (150, 330)}
"""Width and height of the flat page: A4, US letter and a till roll."""
FINE = 2
"""A sheet is drawn so many times as fine as it is handed in."""
ONSETS = ("b", "br", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v", "w")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
CODAS = ("", "", "l", "m", "n", "r", "s", "t", "nd", "rk")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    kind: Kind
    ink: Floats
    """(FINE * height, FINE * width) how dark the print is, 0 to 1."""

    @property
    def size_px(self) -> tuple[int, int]:
        return SIZES_PX[self.kind]

    @property
    def clean(self) -> NDArray[np.uint8]:
        """(height, width) black on white, as from a flatbed: 0 where at least half of a pixel is ink, else 255."""
        width, height = self.size_px
        covered = (self.ink > 0.4).reshape(height, FINE, width, FINE).mean(axis=(1, 3))
        return np.where(covered >= 0.5, 0, 255).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class Photo:
    pixels: NDArray[np.uint8]
    corners: Doubles
    """(4, 2) x, y of the page's top left, top right, bottom right and bottom left corner; they may lie outside."""


def draw_words(rng: Generator, count: int) -> tuple[str, ...]:
    """Return the words of one deployment's language."""
    return tuple(
        "".join(f"{rng.choice(ONSETS)}{rng.choice(VOWELS)}" for _ in range(int(rng.integers(1, 3)))) + rng.choice(CODAS)
        for _ in range(count)
    )


def draw_sheet(rng: Generator, kind: Kind, words: tuple[str, ...]) -> Sheet:
    """Return a printed page."""
    whole = tuple(FINE * side for side in SIZES_PX[kind])
    # Margins differ: were all lines in one place, a page would be half known before it is seen.
    width, height = (round(side * rng.uniform(0.84, 1.0)) for side in whole)
    printed = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(printed)
    match kind:
        case "letter":
            _letter(rng, pen, words, width, height)
        case "receipt":
            _receipt(rng, pen, words, width, height)
        case "form":
            _form(rng, pen, words, width, height)
    if kind != "receipt" and rng.random() < 0.5:
        _stamp(rng, pen, words, width, height)
    page = Image.new("L", (whole[0], whole[1]), 0)
    page.paste(printed, (int(rng.integers(whole[0] - width + 1)), int(rng.integers(whole[1] - height + 1))))
    return Sheet(kind=kind, ink=np.asarray(page, dtype=np.float32) / np.float32(255))


def draw_photo(rng: Generator, sheet: Sheet, *, height: int, width: int) -> Photo:
    """Return a photo of a sheet on a desk, taken by hand."""
    scale = width / 300
    is_pale = rng.random() < 0.25
    canvas = _desk(rng, height, width, is_pale=is_pale)
    corners = _pose(rng, sheet, height, width)
    _others(rng, canvas, corners, scale)
    across, down = _on_page(corners, sheet, height, width)
    page_width, page_height = sheet.size_px
    if rng.random() < 0.2:  # a sheet that was rolled up bulges between its corners
        down = down + rng.uniform(2.5, 4.5) * np.sin(np.pi * np.clip(across / page_width, 0, 1)) * rng.choice([-1, 1])
    inside = np.minimum(np.minimum(across, page_width - across), np.minimum(down, page_height - down))
    cover = np.clip(inside * np.sqrt(_area(corners) / (page_width * page_height)) + 0.5, 0, 1).astype(np.float32)
    canvas *= 1 - np.float32(0.35) * ndimage.gaussian_filter(np.roll(cover, (2, 2), axis=(0, 1)), 2.0)[..., None]
    canvas += cover[..., None] * (_printed(rng, sheet, across, down) - canvas)
    _shadow(rng, canvas)
    if rng.random() < 0.25:
        _thumb(rng, canvas, corners, scale)
    habits = Habits(gain=(0.75, 1.05), tint=0.09, slope=(0.05, 0.5), blur_px=(0.4, 0.9), noise=(0.008, 0.025))
    return Photo(pixels=photograph(rng, canvas, draw_lens(rng, habits)), corners=corners)


def homography(source: Doubles, target: Doubles) -> Doubles:
    """Return the (3, 3) homography that takes four points to four points."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source.tolist(), target.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(right)), 1.0).reshape(3, 3)


def _text(pen: ImageDraw.ImageDraw, x: float, y: float, text: str, size: int, *, bold: bool = False) -> float:
    """Write a line and return where it ends; sizes are in pixels of the flat page."""
    font = ImageFont.load_default(size * FINE)
    pen.text((x, y), text, fill=255, font=font, stroke_width=1 if bold else 0)
    return x + float(pen.textlength(text, font=font))


def _pick(rng: Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def _paragraph(
    rng: Generator, pen: ImageDraw.ImageDraw, words: tuple[str, ...], box: tuple[float, float, float, float], size: int
) -> float:
    """Fill a box (left, top, right, bottom) with lines and return where the text ends."""
    left, top, right, bottom = box
    y, bold, spacing = top, bool(rng.random() < 0.5), rng.uniform(1.2, 1.6)
    while y + size * FINE < bottom:
        x, end = left, right - rng.uniform(0, 0.12) * (right - left)
        while x < end:
            word = _pick(rng, words)
            if x + float(pen.textlength(word, font=ImageFont.load_default(size * FINE))) > right:
                break
            x = _text(pen, x, y, word, size, bold=bold) + 0.35 * size * FINE
        y += spacing * size * FINE
    return y


def _letter(rng: Generator, pen: ImageDraw.ImageDraw, words: tuple[str, ...], width: int, height: int) -> None:
    margin, size = 0.09 * width, int(rng.integers(12, 15))
    _text(pen, margin, 0.05 * height, _pick(rng, words).title() + " " + _pick(rng, words).title(), 20, bold=True)
    pen.line([(margin, 0.145 * height), (width - margin, 0.145 * height)], fill=255, width=3)
    y = 0.18 * height
    for _ in range(int(rng.integers(2, 4))):
        end = y + rng.uniform(0.16, 0.28) * height
        y = _paragraph(rng, pen, words, (margin, y, width - margin, min(end, 0.88 * height)), size) + 0.02 * height
    _text(pen, margin, 0.91 * height, _pick(rng, words).title(), size + 2, bold=True)


def _receipt(rng: Generator, pen: ImageDraw.ImageDraw, words: tuple[str, ...], width: int, height: int) -> None:
    margin, size = 0.07 * width, 12
    _text(pen, 0.2 * width, 0.025 * height, _pick(rng, words).upper(), 18, bold=True)
    y, total, spacing = 0.12 * height, 0, rng.uniform(1.25, 1.6)
    for _ in range(int(rng.integers(7, 12))):
        cents = int(rng.integers(50, 3000))
        total += cents
        _text(pen, margin, y, _pick(rng, words)[:9], size, bold=True)
        _text(pen, 0.66 * width, y, f"{cents / 100:.2f}", size, bold=True)
        y += spacing * size * FINE
    pen.line([(margin, y), (width - margin, y)], fill=255, width=3)
    _text(pen, margin, y + 8, "TOTAL", 15, bold=True)
    _text(pen, 0.58 * width, y + 8, f"{total / 100:.2f}", 15, bold=True)
    _text(pen, margin, min(y + 70, 0.92 * height), f"{_pick(rng, words)} {_pick(rng, words)}", size)


def _form(rng: Generator, pen: ImageDraw.ImageDraw, words: tuple[str, ...], width: int, height: int) -> None:
    margin, size = 0.08 * width, 13
    _text(pen, margin, 0.045 * height, _pick(rng, words).title(), 20, bold=True)
    rows, columns = int(rng.integers(5, 8)), int(rng.integers(2, 4))
    top, bottom = 0.15 * height, rng.uniform(0.62, 0.75) * height
    ys, xs = np.linspace(top, bottom, rows + 1), np.linspace(margin, width - margin, columns + 1)
    for y in ys:
        pen.line([(margin, y), (width - margin, y)], fill=255, width=2)
    for x in xs:
        pen.line([(x, top), (x, bottom)], fill=255, width=2)
    for y in ys[:-1]:
        for x in xs[:-1]:
            entry = _pick(rng, words)[: 22 // columns] if rng.random() < 0.6 else f"{rng.integers(1, 9999)}"
            _text(pen, x + 8, y + 8, entry, size, bold=True)
    _paragraph(rng, pen, words, (margin, bottom + 20, width - margin, 0.95 * height), size)


def _stamp(rng: Generator, pen: ImageDraw.ImageDraw, words: tuple[str, ...], width: int, height: int) -> None:
    x, y, radius = rng.uniform(0.55, 0.8) * width, rng.uniform(0.6, 0.88) * height, rng.uniform(26, 40)
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], outline=170, width=4)
    pen.ellipse([x - 0.7 * radius, y - 0.7 * radius, x + 0.7 * radius, y + 0.7 * radius], outline=150, width=3)
    pen.text((x - 0.5 * radius, y - 12), _pick(rng, words)[:4].upper(), fill=170, font=ImageFont.load_default(22))


def _desk(rng: Generator, height: int, width: int, *, is_pale: bool) -> Floats:
    palette = draw_palette(rng, 3, colourful=0.45)
    palette = palette * np.float32(0.25) + np.float32(0.62) if is_pale else palette * np.float32(0.6)
    coarse = ground(rng, height // 2, width // 2, palette, clutter=3)
    fine = np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)
    return np.asarray(ndimage.gaussian_filter(fine, (1.0, 1.0, 0)), dtype=np.float32)


def _pose(rng: Generator, sheet: Sheet, height: int, width: int) -> Doubles:
    """Return where the page's corners lie in the photo: rolled up to 60 degrees, tilted up to 35."""
    page_width, page_height = sheet.size_px
    flat = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * [page_width / 2, page_height / 2, 0]
    roll = np.deg2rad(rng.uniform(-60, 60) if rng.random() < 0.5 else rng.normal(0, 15))
    tilt, axis = np.deg2rad(rng.uniform(0, 35)), rng.uniform(0, 2 * np.pi)
    turned = flat @ _turn(np.array([0, 0, 1.0]), roll).T
    turned = turned @ _turn(np.array([np.cos(axis), np.sin(axis), 0]), tilt).T
    depth = 2.2 * page_height + turned[:, 2]
    seen = turned[:, :2] * (2.2 * page_height / depth)[:, None]
    room = np.array([width, height]) / np.ptp(seen, axis=0)
    seen *= min(rng.uniform(0.7, 0.97) * height / page_height, rng.uniform(0.9, 0.97) * float(room.min()))
    low, high = seen.min(axis=0), seen.max(axis=0)
    spare = np.array([width, height]) - (high - low)
    seen = seen - low + rng.uniform(0.1, 0.9, 2) * spare
    if rng.random() < 0.1:  # one corner a little outside the frame
        corner = seen[int(rng.integers(4))]
        away = np.array([corner[0] < width / 2, corner[1] < height / 2])
        edge = np.where(away, 0, [width, height]) + np.where(away, -1, 1) * rng.uniform(0, 0.05, 2) * [width, height]
        axis_out = int(rng.integers(2))
        seen[:, axis_out] += edge[axis_out] - corner[axis_out]
    return np.asarray(seen)


def _turn(axis: Doubles, angle: float) -> Doubles:
    """Return the rotation about a unit axis."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _area(corners: Doubles) -> float:
    x, y = corners.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _on_page(corners: Doubles, sheet: Sheet, height: int, width: int) -> tuple[Doubles, Doubles]:
    """Return for each pixel of the photo where it lies on the flat page."""
    page_width, page_height = sheet.size_px
    flat = np.array([[0, 0], [page_width, 0], [page_width, page_height], [0, page_height]], dtype=np.float64)
    matrix = homography(corners, flat)
    x, y = np.arange(width)[None, :] + 0.5, np.arange(height)[:, None] + 0.5
    across, down, depth = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return across / depth, down / depth


def _printed(rng: Generator, sheet: Sheet, across: Doubles, down: Doubles) -> Floats:
    """Return the page's colour at each pixel of the photo; outside the page it means nothing."""
    rows = np.clip(down * FINE - 0.5, 0, sheet.ink.shape[0] - 1.001)
    columns = np.clip(across * FINE - 0.5, 0, sheet.ink.shape[1] - 1.001)
    soft = ndimage.gaussian_filter(sheet.ink, 0.6)
    top, left = rows.astype(np.int64), columns.astype(np.int64)
    lower, right = (rows - top).astype(np.float32), (columns - left).astype(np.float32)
    ink = (
        soft[top, left] * (1 - lower) * (1 - right) + soft[top, left + 1] * (1 - lower) * right
        + soft[top + 1, left] * lower * (1 - right) + soft[top + 1, left + 1] * lower * right
    )  # fmt: skip
    paper = colour_of(rng.uniform(0.05, 0.2), rng.uniform(0, 0.12), rng.uniform(0.8, 0.97))
    crease = 1 - 0.07 * np.exp(-(((down / sheet.size_px[1] - rng.uniform(0.3, 0.7)) / 0.012) ** 2))
    darkness = np.float32(rng.uniform(0.65, 0.88))
    tone = (1 - darkness * ink) * crease.astype(np.float32)
    return np.asarray(tone[..., None] * paper, dtype=np.float32)


def _others(rng: Generator, canvas: Floats, corners: Doubles, scale: float) -> None:
    """Lay books, telephones and blank sheets on the desk, partly under the page."""
    middle = corners.mean(axis=0)
    for _ in range(int(rng.integers(1, 4))):
        kind = int(rng.integers(3))
        half = np.array([(50, 70), (26, 50), (60, 85)][kind]) * scale * rng.uniform(0.8, 1.2)
        away = rng.uniform(0, 2 * np.pi)
        place = middle + np.array([np.cos(away), np.sin(away)]) * rng.uniform(110, 190) * scale
        turn = rng.uniform(0, np.pi)
        square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        turned = square @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + place
        colour = [
            colour_of(rng.uniform(), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.7)),
            colour_of(rng.uniform(), 0.1, rng.uniform(0.05, 0.2)),
            colour_of(0.1, 0.04, rng.uniform(0.75, 0.95)),
        ][kind]
        _lay_polygon(canvas, turned, colour, 1.0)


def _lay_polygon(canvas: Floats, points: Doubles, colour: Floats, opacity: float) -> None:
    height, width = canvas.shape[:2]
    mask = Image.new("L", (2 * width, 2 * height), 0)
    ImageDraw.Draw(mask).polygon([(2 * float(x), 2 * float(y)) for x, y in points], fill=255)
    cover = np.asarray(mask, dtype=np.float32).reshape(height, 2, width, 2).mean(axis=(1, 3)) / 255
    canvas += np.float32(opacity) * cover[..., None] * (colour - canvas)


def _shadow(rng: Generator, canvas: Floats) -> None:
    """Darken a side of the photo, as a hand or a head before the lamp does."""
    if rng.random() < 0.35:
        return
    height, width = canvas.shape[:2]
    toward = rng.uniform(0, 2 * np.pi)
    x, y = (
        np.arange(width)[None, :] - rng.uniform(0.25, 0.75) * width,
        np.arange(height)[:, None] - rng.uniform(0.25, 0.75) * height,
    )
    wave = 10 * np.sin((x * -np.sin(toward) + y * np.cos(toward)) / rng.uniform(20, 60))
    beyond = x * np.cos(toward) + y * np.sin(toward) + wave
    dark = np.clip(beyond / rng.uniform(2, 12) + 0.5, 0, 1).astype(np.float32)
    canvas *= 1 - np.float32(rng.uniform(0.3, 0.55)) * dark[..., None]


def _thumb(rng: Generator, canvas: Floats, corners: Doubles, scale: float) -> None:
    """Lay a thumb over an edge of the page, from outside."""
    height, width = canvas.shape[:2]
    side, share = int(rng.integers(4)), rng.uniform(0.0, 1.0)
    tip = corners[side] * (1 - share) + corners[(side + 1) % 4] * share
    middle = corners.mean(axis=0)
    inward = (middle - tip) / np.linalg.norm(middle - tip)
    x, y = np.arange(width)[None, :] + 0.5 - tip[0], np.arange(height)[:, None] + 0.5 - tip[1]
    along, across = x * inward[0] + y * inward[1], y * inward[0] - x * inward[1]
    reach, half = rng.uniform(8, 16) * scale, rng.uniform(9, 13) * scale
    far = np.where(along > reach - half, np.hypot(along - reach + half, across), np.abs(across))
    cover = np.clip(half - far + 0.5, 0, 1).astype(np.float32)
    skin = colour_of(0.06, rng.uniform(0.3, 0.55), rng.uniform(0.35, 0.85))
    shape = (1 - 0.25 * np.clip(np.abs(across) / half, 0, 1)).astype(np.float32)
    canvas += cover[..., None] * (skin * shape[..., None] - canvas)
