"""Parts by many thresholds: every table gets the one that suits it, and a forest learns which contour is a part.

1. The photo is smoothed by as much as its own noise asks for, and the table's brightness, a wide median, is taken off.
2. Candidates: outer contours of the brighter and of the darker pixels at four levels, in units of what is left of the
   table's unevenness, and of Canny's edges with thresholds from the same.
3. Each candidate is described: how full it is of its hull, its circle, its turned box, its ellipse; its corners at
   three tolerances; how strong and how even the edge below it is. A forest that was trained on the train photos says
   which shape it is, if any.
4. Of candidates that overlap, the surest stays. Boxes and measures are corrected by what the train photos tell.
"""

import csv
import json
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

LEVELS = (1.5, 2.5, 4.0, 7.0)
LEAST_AREA_PX, MOST_AREA_PX = 40, 4500
SAME_PART = 0.8
SURE = 0.35  # a part is measured from this score on


def candidates(picture):
    """Return the contours of a photo that may be parts, and what they are judged by."""
    grey = picture.astype(np.float32)
    noise = np.median(np.abs(cv2.Laplacian(grey, cv2.CV_32F))) / 0.6745 / np.sqrt(20)
    blur = float(np.clip(0.12 * noise, 0.5, 1.6))
    smooth = cv2.GaussianBlur(grey, (0, 0), blur)
    small = cv2.resize(smooth, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    table = cv2.medianBlur(cv2.copyMakeBorder(small, 20, 20, 20, 20, cv2.BORDER_REFLECT).astype(np.uint8), 41)
    table = cv2.resize(table[20:-20, 20:-20].astype(np.float32), grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    off = smooth - cv2.GaussianBlur(table, (0, 0), 5)
    unevenness = max(1.4826 * float(np.median(np.abs(off))), 1.0)
    right, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8
    edge = cv2.magnitude(right, down)
    usual_edge = float(np.median(edge)) + 0.5
    masks = [(sign * off > level * unevenness).astype(np.uint8) for level in LEVELS for sign in (1, -1)]
    masks += [(np.abs(off) > level * unevenness).astype(np.uint8) for level in (2.2, 4.5)]
    for share in (3.0, 6.0):
        lines = (edge > share * usual_edge).astype(np.uint8)
        masks.append(cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
    found = []
    for number, mask in enumerate(masks):
        if number < len(LEVELS) * 2 + 2:
            mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for contour in contours:
            area = cv2.contourArea(contour)
            if LEAST_AREA_PX <= area <= MOST_AREA_PX and len(contour) >= 12:
                found.append(
                    (
                        contour,
                        number >= len(LEVELS) * 2 + 2,
                        described(contour, area, off, edge, unevenness, usual_edge),
                    )
                )
    return found


def described(contour, area, off, edge, unevenness, usual_edge):
    points = contour[:, 0].astype(np.float32)
    around = cv2.arcLength(contour, True)
    hull = cv2.convexHull(contour)
    hull_area, hull_around = max(cv2.contourArea(hull), 1.0), cv2.arcLength(hull, True)
    _, (one, other), _ = cv2.minAreaRect(contour)
    wide, high = max(one, other) + 1, min(one, other) + 1
    _, radius = cv2.minEnclosingCircle(contour)
    triangle = cv2.minEnclosingTriangle(hull)[0] if len(hull) >= 3 else 1.0
    _, axes, _ = cv2.fitEllipse(hull if len(hull) >= 5 else contour)
    corners = [len(cv2.approxPolyDP(hull, share * hull_around, True)) for share in (0.025, 0.04, 0.06)]
    far = np.hypot(*(points - points.mean(axis=0)).T)
    turns = np.abs(np.fft.rfft(np.interp(np.linspace(0, len(far), 64, endpoint=False), np.arange(len(far)), far)))
    moments = cv2.HuMoments(cv2.moments(hull)).ravel()[:4]
    rows, columns = points[:, 1].astype(int), points[:, 0].astype(int)
    strength = edge[rows, columns]
    x, y, w, h = cv2.boundingRect(contour)
    inside = np.zeros((h, w), np.uint8)
    cv2.drawContours(inside, [contour], -1, 1, -1, offset=(-x, -y))
    within = off[y : y + h, x : x + w][inside > 0]
    at_border = x <= 1 or y <= 1 or x + w >= off.shape[1] - 1 or y + h >= off.shape[0] - 1
    return [
        area, around**2 / area, hull_around**2 / hull_area, area / hull_area, hull_area / (wide * high), high / wide,
        hull_area / (np.pi * radius**2), hull_area / max(triangle or 1.0, 1.0), *corners,
        4 * hull_area / (np.pi * max(axes[0] * axes[1], 1.0)), min(axes) / max(*axes, 1.0),
        *(turns[1:9] / turns[0]), far.min() / far.max(), far.std() / far.mean(),
        *(np.sign(moments) * np.log10(np.abs(moments) + 1e-12)),
        strength.mean() / usual_edge, np.quantile(strength, 0.1) / usual_edge, strength.std() / (strength.mean() + 0.1),
        abs(within.mean()) / unevenness, within.std() / unevenness, unevenness, usual_edge, at_border,
    ]  # fmt: skip


def box_of(contour, is_edge):
    """Return x, y, width, height of the part below a contour; edges have a width of their own."""
    x, y, w, h = cv2.boundingRect(contour)
    shrink = 0.9 if is_edge else 0.0
    return np.array([x + shrink, y + shrink, w - 2 * shrink, h - 2 * shrink], dtype=float)


def measured(contour, is_edge):
    """Return area and perimeter of the part below a contour: its pixels' middles lie half a pixel inside the rim."""
    hull = cv2.convexHull(contour)
    area, around = cv2.contourArea(contour), cv2.arcLength(contour, True)
    out = -0.4 if is_edge else 0.5
    is_hollow = area < 0.8 * cv2.contourArea(hull)
    smooth = cv2.arcLength(cv2.approxPolyDP(contour, 1.2, True), True) if is_hollow else cv2.arcLength(hull, True)
    return area + out * around, smooth + 2 * np.pi * out


def overlap(box, others):
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    return common / (box[2:].prod() + others[:, 2:].prod(axis=1) - common)


def train():
    document = json.loads((DATA / "train.json").read_text())
    rows, labels, ratios = [], [], {False: [], True: []}
    with zipfile.ZipFile(DATA / "train.zip") as archive:
        for image in document["images"]:
            data = np.frombuffer(archive.read(image["file_name"]), np.uint8)
            parts = [part for part in document["annotations"] if part["image_id"] == image["id"]]
            boxes = np.array([part["bbox"] for part in parts])
            for contour, is_edge, description in candidates(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)):
                common = overlap(box_of(contour, is_edge), boxes)
                best = int(common.argmax())
                if 0.5 < common[best] < SAME_PART:
                    continue  # neither a part nor none
                is_part = common[best] >= SAME_PART
                rows.append([*description, is_edge])
                labels.append(parts[best]["category_id"] if is_part else 0)
                if is_part:
                    truth = np.array([parts[best]["area"], parts[best]["perimeter"]])
                    ratios[is_edge].append(truth / measured(contour, is_edge))
    model = ExtraTreesClassifier(150, min_samples_leaf=2, class_weight="balanced_subsample", random_state=0)
    model.fit(np.array(rows), labels)
    return model, {is_edge: np.median(found, axis=0) for is_edge, found in ratios.items()}


def parts_of(found, chances, ratios):
    """Return [(category, score, box, area, perimeter)] of a photo, the surest first."""
    if not found:
        return []
    boxes = np.array([box_of(contour, is_edge) for contour, is_edge, _ in found])
    is_part = 1 - chances[:, 0]
    # Candidates that agree on a box support each other.
    support = np.array([(is_part * (overlap(box, boxes) > 0.85)).sum() for box in boxes])
    order = [place for place in np.argsort(-(is_part + 0.05 * support)) if is_part[place] > 0.03]
    parts = []
    while order:
        best = order[0]
        alike = [place for place in order if overlap(boxes[best], boxes[[place]])[0] > 0.7]
        weights = is_part[alike] ** 2 + 1e-6
        named = np.average(chances[alike], axis=0, weights=weights)
        box = np.average(boxes[alike], axis=0, weights=weights)
        sizes = [np.array(measured(*found[place][:2])) * ratios[found[place][1]] for place in alike]
        area, perimeter = np.average(sizes, axis=0, weights=weights)
        category = int(named[1:].argmax()) + 1
        parts.append((category, float(is_part[best] * named[category] / named[1:].sum()), box, area, perimeter))
        parts += [
            (other, float(0.5 * is_part[best] * named[other] / named[1:].sum()), box, 0.0, 0.0)
            for other in range(1, 9)
            if other != category and named[other] > 0.15
        ]
        low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        common = np.clip(
            np.minimum(high, box[:2] + box[2:]) - np.maximum(low, box[:2]), 0, None
        ).prod(axis=1) / boxes[:, 2:].prod(axis=1)  # fmt: skip
        order = [place for place in order if common[place] < 0.3 and overlap(box, boxes[[place]])[0] < 0.1]
    return parts


def main():
    cv2.setNumThreads(1)
    model, ratios = train()
    images = json.loads((DATA / "test.json").read_text())["images"]
    found = [candidates(cv2.imread(str(DATA / "test" / image["file_name"]), cv2.IMREAD_GRAYSCALE)) for image in images]
    # The forest is asked once for all photos: asking costs more than answering.
    rows = [[*description, is_edge] for of_photo in found for _, is_edge, description in of_photo]
    chances = np.split(model.predict_proba(np.array(rows)), np.cumsum([len(of_photo) for of_photo in found])[:-1])
    answer = []
    with (OUTPUT / "measures.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image_id", "area", "perimeter"])
        for image, of_photo, chance in zip(images, found, chances, strict=True):
            parts = parts_of(of_photo, chance, ratios)[:50]
            answer += [
                {"image_id": image["id"], "category_id": category, "bbox": box.round(2).tolist(), "score": score}
                for category, score, box, _, _ in parts
            ]
            sure = [part for part in parts if part[1] >= SURE]
            writer.writerow(
                [image["id"], round(sum(part[3] for part in sure), 1), round(sum(part[4] for part in sure), 1)]
            )
    (OUTPUT / "parts.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
