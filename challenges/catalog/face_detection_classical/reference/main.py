"""A face finder in two stages, then eyes: HOG and colour, hard negatives, box and eye regression.

1. Cells of gradients (HOG) and of colour, at scales a fifth apart. A linear SVM looks at every window; it is trained
   twice, the second time with what it first took for faces (hard negatives).
2. Where it says perhaps, a second look: the window is cut out finer, an SVM with RBF kernel judges it, and ridge
   regression moves the box to where the face really is, and says where the eyes are.
3. Each eye is looked at once more from near: moved, and judged whether it shows at all.
"""

import json
import os
import zipfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from threadpoolctl import threadpool_limits

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

CELL, ANGLES = 4, 9
ROWS, COLUMNS = 8, 6  # cells of the first look: 32 x 24 pixels around a face 24 pixels high
FACE_PX = 24
SCALES = FACE_PX / (21 * 1.22 ** np.arange(8))
NEAR = (52, 40, 36)  # height and width of the second look, and of the face in it
EYE_LOOK = 24  # side of the look at an eye; the eye's box takes a third of it
RATIO = 0.74  # width of a face by its height
FACE, EYE = 1, 2


@cache
def cells_of_pixels(rows, columns):
    y, x = np.divmod(np.arange(rows * columns * CELL**2, dtype=np.int32), columns * CELL)
    return y // CELL * columns + x // CELL


def channels_of(picture):
    """Return (rows, columns, ANGLES + 3) cells: edges by direction, and colour, both compared with the neighbours."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    right, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=1)
    strength, angle = cv2.cartToPolar(right, down)
    rows, columns = grey.shape[0] // CELL, grey.shape[1] // CELL
    size = (columns * CELL, rows * CELL)
    # Every edge counts for the two directions next to its own.
    place = (angle * (ANGLES / np.pi))[: size[1], : size[0]].ravel()
    strength = strength[: size[1], : size[0]].ravel() / CELL**2
    lower = place.astype(np.int32)
    share = (place - lower) * strength
    cell = cells_of_pixels(rows, columns) * ANGLES
    bins = rows * columns * ANGLES
    votes = np.bincount(cell + lower % ANGLES, strength - share, bins) + np.bincount(
        cell + (lower + 1) % ANGLES, share, bins
    )
    cells = np.empty((rows, columns, ANGLES + 3), dtype=np.float32)
    cells[..., :ANGLES] = votes.reshape(rows, columns, ANGLES)
    edges = cells[..., :ANGLES]
    around = np.sqrt(cv2.blur((edges**2).sum(axis=2), (3, 3)) + 4)
    edges /= around[..., None]
    colour = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)[: size[1], : size[0]]
    colour = cv2.resize(colour, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    cells[..., ANGLES] = 0.5 * (colour[..., 0] - cv2.blur(colour[..., 0], (7, 7))) / 30
    cells[..., ANGLES + 1 :] = 0.5 * (colour[..., 1:] - 128) / 15
    return cells


def windows_of(picture):
    views = np.lib.stride_tricks.sliding_window_view(channels_of(picture), (ROWS, COLUMNS), axis=(0, 1))
    return views.reshape(*views.shape[:2], -1)


def cut(picture, middle, scale, size):
    """Return what is around `middle` (x, y), `scale` times as large, in a picture of `size` (height, width)."""
    height, width = size
    move = np.array([[scale, 0, width / 2 - scale * middle[0]], [0, scale, height / 2 - scale * middle[1]]])
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    if scale < 0.6:  # warpAffine takes single pixels; shrink first, so that none is left out
        step = 1 / int(1 / scale + 0.5)
        picture = cv2.resize(picture, None, fx=step, fy=step, interpolation=cv2.INTER_AREA)
        move[:, :2] /= step
    return cv2.warpAffine(picture, move, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def far_look(picture, box):
    return windows_of(cut(picture, box[:2] + box[2:] / 2, FACE_PX / box[3], (ROWS * CELL, COLUMNS * CELL)))[0, 0]


def near_look(picture, box):
    return channels_of(cut(picture, box[:2] + box[2:] / 2, NEAR[2] / box[3], NEAR[:2])).ravel()


def eye_look(picture, eye, side):
    return channels_of(cut(picture, eye, EYE_LOOK / 3 / side, (EYE_LOOK, EYE_LOOK))).ravel()


def applied(model, look):
    """Return what a ridge regression says about one look."""
    return model.coef_ @ look + model.intercept_


def overlaps(box, others):
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    return common / (box[2:].prod() + others[:, 2:].prod(axis=1) - common)


def best_ones(boxes, scores, limit):
    order, kept = np.argsort(-scores), []
    while len(order):
        kept.append(order[0])
        order = order[1:][overlaps(boxes[order[0]], boxes[order[1:]]) < limit]
    return np.array(kept, dtype=int)


def candidates(picture, weights, bias, least, most):
    """Return (n, 4) boxes and (n,) scores of the windows that may be faces, best first."""
    boxes, scores = [np.empty((0, 4))], [np.empty(0)]
    for scale in SCALES:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = windows_of(small)
        score = found @ weights + bias
        row, column = np.nonzero(score > least)
        high = np.full(len(row), FACE_PX / scale)
        x, y = (column + COLUMNS / 2) * CELL / scale, (row + ROWS / 2) * CELL / scale
        boxes.append(np.stack([x - RATIO / 2 * high, y - high / 2, RATIO * high, high], axis=1))
        scores.append(score[row, column])
    boxes, scores = np.concatenate(boxes), np.concatenate(scores)
    first = np.argsort(-scores)[: 6 * most]
    boxes, scores = boxes[first], scores[first]
    kept = best_ones(boxes, scores, 0.45)[:most]
    return boxes[kept], scores[kept]


def shaken(box, rng, by):
    """Return a box as a window might catch it: a little aside, a little too large or small."""
    high = box[3] * np.exp(rng.normal(0, by))
    middle = box[:2] + box[2:] / 2 + rng.normal(0, by, 2) * 0.7 * high
    return np.array([middle[0] - RATIO / 2 * high, middle[1] - high / 2, RATIO * high, high])


def mirrored(picture, box):
    return picture[:, ::-1].copy(), np.array([picture.shape[1] - box[0] - box[2], *box[1:]])


class Finder:
    def __init__(self, photos, faces, eyes):
        """Learn from photos, (k, 4) faces of each, and for each face its two eyes: x, y or NaN where it is hidden."""
        rng = np.random.default_rng(0)
        self.learn_first_look(photos, faces, rng)
        self.learn_second_look(photos, faces, eyes, rng)
        self.learn_eyes(photos, faces, eyes, rng)

    def learn_first_look(self, photos, faces, rng):
        positive, negative = [], []
        for picture, boxes in zip(photos, faces, strict=True):
            for box in boxes:
                for _ in range(2):
                    positive.append(far_look(picture, shaken(box, rng, 0.05)))
                    positive.append(far_look(*mirrored(picture, shaken(box, rng, 0.05))))
            for _ in range(15):
                high = FACE_PX / rng.choice(SCALES)
                x, y = rng.uniform(0, picture.shape[1] - RATIO * high), rng.uniform(0, picture.shape[0] - high)
                window = np.array([x, y, RATIO * high, high])
                if overlaps(window, boxes).max(initial=0) < 0.3:
                    negative.append(far_look(picture, window))
        for number in range(2):
            labels = np.repeat([1, 0], [len(positive), len(negative)])
            model = LinearSVC(C=0.01, dual=False, tol=1e-3).fit(np.array(positive + negative), labels)
            self.weights, self.bias = model.coef_[0].astype(np.float32), model.intercept_[0]
            if number == 0:
                for picture, boxes in list(zip(photos, faces, strict=True))[::2]:
                    found, _ = candidates(picture, self.weights, self.bias, -1.0, 40)
                    negative += [far_look(picture, box) for box in found if overlaps(box, boxes).max(initial=0) < 0.3]

    def learn_second_look(self, photos, faces, eyes, rng):
        looks, labels, shifts, places = [], [], [], []
        for picture, boxes, pairs in zip(photos, faces, eyes, strict=True):
            found, _ = candidates(picture, self.weights, self.bias, -1.0, 30)
            for box in found:
                if overlaps(box, boxes).max(initial=0) < 0.3:
                    looks.append(near_look(picture, box))
                    labels.append(0)
            for box, pair in zip(boxes, pairs, strict=True):
                for flip in (False, True) * 2:
                    window = shaken(box, rng, 0.09)
                    image, seen, truth, points = picture, window, box, pair
                    if flip:
                        image, seen = mirrored(picture, window)
                        truth = mirrored(picture, box)[1]
                        points = np.array([[picture.shape[1] - x, y] for x, y in pair[::-1]])
                    looks.append(near_look(image, seen))
                    labels.append(1)
                    middle = seen[:2] + seen[2:] / 2
                    shifts.append([*((truth[:2] + truth[2:] / 2 - middle) / seen[3]), *np.log(truth[2:] / seen[2:])])
                    places.append(((points - middle) / seen[3]).ravel())
        looks, labels, places = np.array(looks), np.array(labels), np.array(places)
        self.judge = make_pipeline(StandardScaler(), PCA(80, random_state=0), SVC(C=3, gamma=0.001)).fit(looks, labels)
        self.mover = Ridge(300).fit(looks[labels == 1], shifts)
        whole = np.isfinite(places).all(axis=1)
        self.eyes = Ridge(300).fit(looks[labels == 1][whole], places[whole])

    def learn_eyes(self, photos, faces, eyes, rng):
        looks, shows, shifts, moved = [], [], [], []
        for picture, boxes, pairs in zip(photos, faces, eyes, strict=True):
            for box, pair in zip(boxes, pairs, strict=True):
                side = 0.17 * box[3]
                guess = self.guess_eyes(picture, box)
                for number, eye in enumerate(pair):
                    there = np.isfinite(eye).all()
                    for _ in range(3):
                        spot = (eye if there else guess[number]) + rng.normal(0, 0.25 * side, 2)
                        looks.append(eye_look(picture, spot, side))
                        shows.append(there)
                        if there:
                            moved.append(looks[-1])
                            shifts.append((eye - spot) / side)
        self.eye_judge = make_pipeline(StandardScaler(), PCA(40, random_state=0), SVC(C=1, gamma=0.002)).fit(
            np.array(looks), np.array(shows)
        )
        self.eye_mover = Ridge(100).fit(np.array(moved), np.array(shifts))

    def guess_eyes(self, picture, box):
        middle = box[:2] + box[2:] / 2
        return applied(self.eyes, near_look(picture, box)).reshape(2, 2) * box[3] + middle

    def moved(self, picture, box):
        x, y, wide, high = applied(self.mover, near_look(picture, box))
        middle = box[:2] + box[2:] / 2 + np.array([x, y]) * box[3]
        size = box[2:] * np.exp(np.clip([wide, high], -0.4, 0.4))
        return np.concatenate([middle - size / 2, size])

    def find(self, picture):
        """Return [(category, box, score)] of a photo."""
        boxes, _ = candidates(picture, self.weights, self.bias, -0.9, 25)
        if len(boxes) == 0:
            return []
        boxes = np.array([self.moved(picture, box) for box in boxes])
        looks = np.array([near_look(picture, box) for box in boxes])
        scores = self.judge.decision_function(looks)
        kept = best_ones(boxes, scores, 0.3)
        found = []
        for box, score in zip(boxes[kept], scores[kept], strict=True):
            box = self.moved(picture, box)
            chance = 1 / (1 + np.exp(-2 * score))
            found.append((FACE, box, chance))
            if score < -1:
                continue
            side = 0.17 * box[3]
            for eye in self.guess_eyes(picture, box):
                for _ in range(2):
                    eye = eye + np.clip(applied(self.eye_mover, eye_look(picture, eye, side)), -0.8, 0.8) * side
                shows = self.eye_judge.decision_function(eye_look(picture, eye, side)[None])[0]
                corners = np.array([eye[0] - side / 2, eye[1] - side / 2, side, side])
                found.append((EYE, corners, chance / (1 + np.exp(-3 * shows - 1))))
        return found


def load_train():
    train = json.loads((DATA / "train.json").read_text())
    photos, faces, eyes = [], [], []
    with zipfile.ZipFile(DATA / "train.zip") as archive:
        for image in train["images"]:
            data = np.frombuffer(archive.read(image["file_name"]), np.uint8)
            photos.append(cv2.imdecode(data, cv2.IMREAD_COLOR))
            mine = [box for box in train["annotations"] if box["image_id"] == image["id"]]
            faces.append(np.array([box["bbox"] for box in mine if box["category_id"] == FACE]).reshape(-1, 4))
            spots = np.array([box["bbox"] for box in mine if box["category_id"] == EYE]).reshape(-1, 4)
            eyes.append([pair_of(face, spots[:, :2] + spots[:, 2:] / 2) for face in faces[-1]])
    return photos, faces, eyes


def pair_of(face, spots):
    """Return (2, 2) the eyes of a face, left of the picture first; NaN for one that is hidden."""
    inside = spots[((spots > face[:2]) & (spots < face[:2] + face[2:])).all(axis=1)]
    pair = np.full((2, 2), np.nan)
    if len(inside) >= 2:
        pair[:] = inside[np.argsort(inside[:, 0])][:2]
    elif len(inside) == 1:  # which of the two is it?
        pair[int(inside[0, 0] > face[0] + face[2] / 2)] = inside[0]
    return pair


def main():
    cv2.setNumThreads(1)  # thousands of tiny pictures: threads only wait for each other
    threadpool_limits(1)
    finder = Finder(*load_train())
    answer = []
    for image in json.loads((DATA / "test.json").read_text())["images"]:
        picture = cv2.imread(str(DATA / "test" / image["file_name"]))
        edge = np.array([image["width"], image["height"]])
        for category, box, score in finder.find(picture):
            low, high = np.clip(box[:2], 0, edge), np.clip(box[:2] + box[2:], 0, edge)
            if (high - low).min() > 0.5:
                corners = [round(float(value), 2) for value in (*low, *(high - low))]
                answer.append(
                    {"image_id": image["id"], "category_id": category, "bbox": corners, "score": float(score)}
                )
    (OUTPUT / "detections.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
