"""OpenCV's readers, QR on several versions of each photo, and a scan line reader of our own for the bars.

Bars are found where the gradients of a neighbourhood all point the same way (the structure tensor says where, and at
which angle). Each such region is turned upright and enlarged; every scan line across it becomes widths of runs, and
widths become digits or values by the nearest row of the table. Only what keeps its check digit is reported, and only
when several scan lines agree.
"""

import csv
import os
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))
cv2.setNumThreads(2)

LEFT = [
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
]  # fmt: skip
PARITY = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"]


def read_tables():
    """Return the widths of the values of Code 128, out of the tables that come with the challenge."""
    rows = [line.split("|")[1:3] for line in (DATA / "symbols.md").read_text().splitlines() if line.startswith("|")]
    widths = {int(value): text.strip() for value, text in rows if value.strip().isdigit() and len(text.strip()) == 6}
    return np.array([[int(width) for width in widths[value]] for value in range(106)], float)


def runs(bits):
    """Return the lengths of the runs of a text of 0 and 1."""
    edges = np.flatnonzero(np.diff([int(bit) for bit in f"{1 - int(bits[0])}{bits}{1 - int(bits[-1])}"]))
    return np.diff(edges)


CODES = read_tables()
# Both kinds of left digits as they read from the left: L, then G (R backwards). R has the widths of L.
DIGITS = np.array([runs(bits) for bits in LEFT] + [runs(bits)[::-1] for bits in LEFT], float)


def edges_of(line):
    """Return where a scan line crosses the middle of its local dark and light, and whether it starts dark."""
    size = 31
    high = cv2.dilate(line[None], np.ones((1, size)))[0]
    low = cv2.erode(line[None], np.ones((1, size)))[0]
    level = cv2.blur(((high + low) / 2)[None], (size, 1))[0]
    tone = line - level
    # Where there is hardly any contrast, the paper goes on.
    tone[(high - low) < 0.35 * np.percentile(high - low, 90)] = 1
    cross = np.flatnonzero((tone[:-1] > 0) != (tone[1:] > 0))
    if not len(cross):
        return np.array([]), False
    before, after = tone[cross], tone[cross + 1]
    return cross + before / (before - after), tone[0] <= 0


def match(scaled, table):
    """Return the nearest row of the table for each group of widths, and how far it is in modules.

    Blur makes all bars wider or all narrower: the excess that the bars of a group share is taken out first.
    """
    sign = np.where(np.arange(table.shape[1]) % 2 == 0, 1.0, -1.0)
    difference = scaled[:, None, :] - table[None]
    grown = (difference * sign).mean(axis=2, keepdims=True).clip(-0.35, 0.35)
    far = np.abs(difference - grown * sign).max(axis=2)
    best = far.argmin(axis=1)
    return best, far[np.arange(len(best)), best]


def code128(widths):
    """Yield texts that start at a bar: widths begin with a dark run."""
    if len(widths) < 6 * 4 + 1:
        return
    groups = np.lib.stride_tricks.sliding_window_view(widths, 6)[::2]
    sums = groups.sum(axis=1)
    values, far = match(groups / sums[:, None] * 11, CODES)
    for start in np.flatnonzero((values == 104) & (far < 0.75)):
        found, place = [104], start + 3
        while place < len(values) and far[place] < 0.9 and 0.6 < sums[place] / sums[place - 3] < 1.6:
            if is_stop(widths, 2 * place):
                break
            found.append(int(values[place]))
            place += 3
        else:
            continue
        *data, check = found
        right = (104 + sum(n * value for n, value in enumerate(data))) % 103 == check
        if right and len(data) > 3 and max(data[1:]) < 95:
            yield "code128", "".join(chr(value + 32) for value in data[1:])


def is_stop(widths, place):
    seven = widths[place : place + 7]
    if len(seven) < 7:
        return False
    return np.abs(seven / seven.sum() * 13 - np.array([2, 3, 3, 1, 1, 1, 2])).max() < 0.9


def ean13(widths):
    """Yield the thirteen digits of 59 runs."""
    for start in range(0, len(widths) - 58, 2):
        part = widths[start : start + 59]
        module = part.sum() / 95
        guards = np.concatenate([part[:3], part[27:32], part[56:]])
        if guards.max() > 2.3 * module or guards.min() < 0.25 * module:
            continue
        around = [*widths[max(start - 1, 0) : start], *widths[start + 59 : start + 60]]
        if min(around, default=np.inf) < 4 * module:
            continue  # no quiet zone
        fours = np.concatenate([part[3:27], part[32:56]]).reshape(12, 4)
        scaled = fours / fours.sum(axis=1, keepdims=True) * 7
        left, far_left = match(scaled[:6], DIGITS)
        right, far_right = match(scaled[6:], DIGITS[:10])
        kinds = "".join("LG"[value // 10] for value in left)
        if max(far_left.max(), far_right.max()) > 0.95 or kinds not in PARITY:
            continue
        digits = [PARITY.index(kinds), *(int(value) % 10 for value in (*left, *right))]
        if sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0:
            yield "ean13", "".join(map(str, digits))


def read_lines(strip):
    """Return how many scan lines of an upright region say what."""
    votes = Counter()
    height = len(strip)
    for centre in np.linspace(0.12, 0.88, 10) * height:
        top = int(max(centre - 2, 0))
        line = strip[top : top + 5].mean(axis=0)
        for tones in (line, 255 - line):
            edges, starts_dark = edges_of(tones.astype(np.float32))
            if len(edges) < 26:
                continue
            widths = np.diff(edges)  # the first run lies before the first edge
            for ordered, dark_first in ((widths, not starts_dark), (widths[::-1], None)):
                if dark_first is None:
                    dark_first = (len(widths) % 2 == 1) == (not starts_dark)
                bars = ordered if dark_first else ordered[1:]
                votes.update(set(code128(bars)) | set(ean13(bars)))
    return votes


def striped_regions(grey):
    """Yield (middle, angle across the bars, length, height) of regions whose gradients all point the same way."""
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    for spread in (5, 9):
        xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), spread) for part in (dx * dx, dy * dy, dx * dy))
        energy = xx + yy
        coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (energy + 1e-3)
        mask = ((coherence > 0.72) & (energy > 0.15 * np.percentile(energy, 98))).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        for label in range(1, count):
            if stats[label, cv2.CC_STAT_AREA] < 700:
                continue
            there = labels == label
            angle = 0.5 * np.arctan2(2 * xy[there].sum(), (xx[there] - yy[there]).sum())
            y, x = np.nonzero(there)
            along = x * np.cos(angle) + y * np.sin(angle)
            across = y * np.cos(angle) - x * np.sin(angle)
            (left, right), (top, bottom) = (np.percentile(part, [0.5, 99.5]) for part in (along, across))
            middle = (left + right) / 2, (top + bottom) / 2
            centre = (
                middle[0] * np.cos(angle) - middle[1] * np.sin(angle),
                middle[0] * np.sin(angle) + middle[1] * np.cos(angle),
            )
            yield centre, angle, right - left, bottom - top


def upright(grey, centre, angle, length, height, zoom=4):
    width, high = int((length + 50) * zoom), int(max(height, 16))
    cos, sin = np.cos(angle), np.sin(angle)
    move = np.array([
        [cos / zoom, -sin, centre[0] - cos * (length + 50) / 2 + sin * high / 2],
        [sin / zoom, cos, centre[1] - sin * (length + 50) / 2 - cos * high / 2],
    ])  # fmt: skip
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grey, move, (width, high), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def bar_codes(grey):
    """Return what at least three scan lines of a region say, and more of them than say anything else."""
    found = set()
    for centre, angle, length, height in striped_regions(grey):
        if length < 60:
            continue
        votes = Counter()
        for lean in (0, 0.035, -0.035):
            votes.update(read_lines(upright(grey, centre, angle + lean, length, height)))
        (code, count), (_, second) = [*votes.most_common(2), (None, 0), (None, 0)][:2]
        if count >= max(3, 2 * second):
            found.add(code)
    return found


def easy_eans(grey):
    """Return what OpenCV's own reader of bars says of the photo as it is; it looks for EAN, not for Code 128."""
    readable, texts, types, _ = cv2.barcode.BarcodeDetector().detectAndDecodeWithType(grey)
    pairs = zip(texts, types, strict=True) if readable else ()
    return {("ean13", text) for text, kind in pairs if kind == "EAN_13"}


def qr_codes(grey):
    """Return what OpenCV reads in the photo as it is, enlarged and sharpened, and inverted."""
    large = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    sharp = cv2.addWeighted(large, 2.0, cv2.GaussianBlur(large, (0, 0), 3), -1.0, 0)
    found = set()
    for version in (grey, sharp, 255 - grey):
        readable, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(version)
        found |= {("qr", text) for text in texts if text} if readable else set()
    return found


def main():
    with (DATA / "test.csv").open(newline="") as file:
        images = [row["image"] for row in csv.DictReader(file)]
    with (OUTPUT / "codes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "symbology", "text"])
        for image in images:
            grey = cv2.imread(str(DATA / "test" / f"{image}.jpg"), cv2.IMREAD_GRAYSCALE)
            for symbology, text in sorted(qr_codes(grey) | bar_codes(grey) | easy_eans(grey)):
                writer.writerow([image, symbology, text])


if __name__ == "__main__":
    main()
