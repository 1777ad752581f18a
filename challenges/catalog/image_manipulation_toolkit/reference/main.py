"""Every step to the letter with NumPy and OpenCV; files are read with all that they say about themselves.

Nothing stops the batch: a file that cannot be read, or a step that cannot be done, gives the card that was asked for.
"""

import io
import json
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))
LUMA = np.array([0.299, 0.587, 0.114])
UNREADABLE, IMPOSSIBLE = (255, 0, 0), (255, 255, 0)


def opened(data):
    """Return float RGBA: upright and 8 bits deep."""
    image = Image.open(io.BytesIO(data))
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        deep = np.asarray(image, dtype=np.float64)
        return to_8_bits(np.dstack([deep / 257] * 3 + [np.full(deep.shape, 255)]))
    return np.asarray(image.convert("RGBA"), dtype=np.float64)


def laid(below, above, opacity=1.0):
    alpha = opacity * above[..., 3:] / 255
    return alpha * above[..., :3] + (1 - alpha) * below


def read(data, background):
    """Return float RGB: a file on its background."""
    return to_8_bits(laid(np.array(background), opened(data)))


def to_8_bits(values):
    return np.floor(np.clip(values, 0, 255) + 0.5)


def above_zero(step, *names):
    for name in names:
        if step[name] <= 0:
            raise ValueError(f"{step['op']}: {name} is {step[name]}")


def pasted(picture, left, top, width, height, fill):
    """A window of the picture; what lies beyond its edges is filled."""
    canvas = np.empty((height, width, len(fill)))
    canvas[:] = fill
    rows, columns = np.arange(height) + top, np.arange(width) + left
    inside_y, inside_x = (rows >= 0) & (rows < len(picture)), (columns >= 0) & (columns < picture.shape[1])
    canvas[np.ix_(inside_y, inside_x)] = picture[np.ix_(rows[inside_y], columns[inside_x])]
    return canvas


def sampled(picture, x, y, fill=None):
    """Values at places where the middle of the first pixel is (0.5, 0.5)."""
    found = cv2.remap(picture, (x - 0.5).astype(np.float32), (y - 0.5).astype(np.float32), cv2.INTER_LINEAR,
                      borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    if fill is not None:
        outside = (x < 0) | (x >= picture.shape[1]) | (y < 0) | (y >= len(picture))
        found[outside] = fill
    return found


def places(width, height):
    return np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)


def blurred(picture, sigma):
    size = 2 * int(np.ceil(3 * sigma)) + 1
    y = np.pad(picture, [(size // 2, size // 2)] * 2 + [(0, 0)], mode="reflect")  # wide blurs of small pictures too
    smooth = cv2.GaussianBlur(y, (size, size), sigma)
    return smooth[size // 2 : -(size // 2), size // 2 : -(size // 2)]


def resized(picture, width, height, how="linear"):
    x, y = places(width, height)
    x, y = x * picture.shape[1] / width, y * len(picture) / height
    if how == "nearest":
        return picture[np.floor(y).astype(int), np.floor(x).astype(int)]
    return sampled(picture, x, y)


def shrunk(picture, step):
    above_zero(step, "factor")
    factor = step["factor"]
    height, width = len(picture) // factor, picture.shape[1] // factor
    blocks = picture[: height * factor, : width * factor].reshape(height, factor, width, factor, 3)
    return blocks.mean(axis=(1, 3))


def rotated(picture, step):
    height, width = picture.shape[:2]
    x, y = places(width, height)
    x, y, angle = x - width / 2, y - height / 2, np.deg2rad(step["degrees"])
    source_x, source_y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    return sampled(picture, source_x + width / 2, source_y + height / 2, step["fill"])


def mapped(picture, step):
    above_zero(step, "width", "height")
    matrix = np.array(step["matrix"])
    if np.linalg.det(matrix[:, :2]) == 0:
        raise ValueError("affine: no way back")
    back = cv2.invertAffineTransform(matrix)
    at = np.stack([*places(step["width"], step["height"]), np.ones((step["height"], step["width"]))], axis=-1) @ back.T
    return sampled(picture, at[..., 0], at[..., 1], step["fill"])


def straightened(picture, step):
    above_zero(step, "width", "height")
    width, height = step["width"], step["height"]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(step["corners"], dtype=np.float32))
    at = np.stack([*places(width, height), np.ones((height, width))], axis=-1) @ matrix.T
    return sampled(picture, at[..., 0] / at[..., 2], at[..., 1] / at[..., 2], (0, 0, 0))


def sharpened(picture, step):
    above_zero(step, "sigma")
    detail = picture - blurred(picture, step["sigma"])
    return picture + step["amount"] * np.where(np.abs(detail) >= step["threshold"], detail, 0)


def converted(picture, space):
    share = (picture / 255).astype(np.float32)
    if space == "HSV":
        h, s, v = cv2.split(cv2.cvtColor(share, cv2.COLOR_RGB2HSV))
        return cv2.merge([to_8_bits(h / 2) % 180, 255 * s, 255 * v])
    if space == "Lab":
        lightness, a, b = cv2.split(cv2.cvtColor(share, cv2.COLOR_RGB2Lab))
        return cv2.merge([lightness * 255 / 100, a + 128, b + 128])
    return 255 * cv2.cvtColor(share, cv2.COLOR_RGB2YCrCb)


def turned_hue(picture, degrees):
    hsv = cv2.cvtColor((picture / 255).astype(np.float32), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + degrees) % 360
    return 255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def overlaid(picture, step, desk):
    """The other file's picture brought to a transparent sheet as large as this one, and that laid upon it."""
    height, width = picture.shape[:2]
    above = pasted(opened(desk.file(step["source"])), -step["left"], -step["top"], width, height, (0, 0, 0, 0))
    return laid(picture, above, step["opacity"])


def contact_sheet(picture, step, desk):
    above_zero(step, "width", "height", "columns")
    if step["gap"] < 0:
        raise ValueError("sheet: a gap below 0")
    pictures = [picture, *(read(desk.file(name), desk.background) for name in step["sources"])]
    width, height, gap, columns = step["width"], step["height"], step["gap"], step["columns"]
    rows = int(np.ceil(len(pictures) / columns))
    canvas = np.empty((rows * (height + gap) - gap, columns * (width + gap) - gap, 3))
    canvas[:] = step["fill"]
    for number, each in enumerate(pictures):
        small = resized(each, *fitting(each.shape[1], len(each), width, height))
        top = number // columns * (height + gap) + (height - len(small)) // 2
        left = number % columns * (width + gap) + (width - small.shape[1]) // 2
        canvas[top : top + len(small), left : left + small.shape[1]] = small
    return canvas


def fitting(width, height, cell_width, cell_height):
    if width * cell_height >= height * cell_width:
        return cell_width, max(int(height * cell_width / width + 0.5), 1)
    return max(int(width * cell_height / height + 0.5), 1), cell_height


def thin_edges(picture, low, high):
    level = (picture.astype(int) @ np.array([299, 587, 114]) + 500) // 1000
    return cv2.Canny(level.astype(np.uint8), low, high, L2gradient=True)


def edges(picture):
    level = picture @ LUMA
    return np.hypot(cv2.Sobel(level, cv2.CV_64F, 1, 0), cv2.Sobel(level, cv2.CV_64F, 0, 1))


def filtered(picture, step):
    match step["op"]:
        case "box":
            above_zero(step, "radius")
            return cv2.blur(picture, (2 * step["radius"] + 1,) * 2, borderType=cv2.BORDER_REFLECT_101)
        case "gauss":
            above_zero(step, "sigma")
            return blurred(picture, step["sigma"])
        case "median":
            above_zero(step, "radius")
            return cv2.medianBlur(picture.astype(np.uint8), 2 * step["radius"] + 1).astype(np.float64)


def done(picture, step, desk):
    match step["op"]:
        case "grey":
            return np.repeat((picture @ LUMA)[..., None], 3, axis=2)
        case "channels":
            return picture[..., ["RGB".index(letter) for letter in step["order"]]]
        case "gamma":
            above_zero(step, "gamma")
            return 255 * (picture / 255) ** step["gamma"]
        case "saturate":
            level = (picture @ LUMA)[..., None]
            return level + step["factor"] * (picture - level)
        case "convert":
            return converted(picture, step["space"])
        case "hue":
            return turned_hue(picture, step["degrees"])
        case "flip":
            return picture[:, ::-1] if step["axis"] == "left-right" else picture[::-1]
        case "turn":
            return np.rot90(picture, -step["quarters"])
        case "crop":
            above_zero(step, "width", "height")
            return pasted(picture, step["left"], step["top"], step["width"], step["height"], step["fill"])
        case "pad":
            if min(step[side] for side in ("left", "top", "right", "bottom")) < 0:
                raise ValueError("pad: an edge below 0")
            width = picture.shape[1] + step["left"] + step["right"]
            height = len(picture) + step["top"] + step["bottom"]
            return pasted(picture, -step["left"], -step["top"], width, height, step["fill"])
        case "resize":
            above_zero(step, "width", "height")
            return resized(picture, step["width"], step["height"], step["how"])
        case "shrink":
            return shrunk(picture, step)
        case "rotate":
            return rotated(picture, step)
        case "affine":
            return mapped(picture, step)
        case "straighten":
            return straightened(picture, step)
        case "box" | "gauss" | "median":
            return filtered(picture, step)
        case "unsharp":
            return sharpened(picture, step)
        case "sobel":
            return np.repeat(edges(picture)[..., None], 3, axis=2)
        case "canny":
            return np.repeat(thin_edges(picture, step["low"], step["high"])[..., None], 3, axis=2)
        case "paste":
            return overlaid(picture, step, desk)
        case "sheet":
            return contact_sheet(picture, step, desk)
    raise ValueError(f"there is no step {step['op']}")


class Desk:
    """One job's background, and the night's files."""

    def __init__(self, sources, background):
        self.sources, self.background = sources, background

    def file(self, name):
        return self.sources.read(name)


def result(sources, job):
    card = np.empty((job["height"], job["width"], 3))
    desk = Desk(sources, job["background"])
    others = [name for step in job["steps"] for name in step.get("sources", [])]
    others += [step["source"] for step in job["steps"] if "source" in step]
    try:
        picture = read(desk.file(job["source"]), job["background"])
        for name in others:
            opened(desk.file(name))
    except (OSError, SyntaxError, ValueError):
        card[:] = UNREADABLE
        return card
    try:
        for step in job["steps"]:
            picture = np.ascontiguousarray(to_8_bits(done(picture, step, desk)))
    except ValueError:
        card[:] = IMPOSSIBLE
        return card
    return picture


(OUTPUT / "pictures").mkdir(parents=True, exist_ok=True)
with zipfile.ZipFile(DATA / "test_sources.zip") as sources:
    for line in (DATA / "test_jobs.jsonl").read_text(encoding="utf-8").splitlines():
        job = json.loads(line)
        picture = result(sources, job).astype(np.uint8)
        Image.fromarray(picture).save(OUTPUT / "pictures" / f"{job['job']}.png")
