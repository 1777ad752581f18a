"""Random pictures, shapes and motions for the metrics of vision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pair = tuple[NDArray[Any], NDArray[Any]]
Change = Callable[[NDArray[np.float64]], NDArray[np.float64]]
SIDE_PX = 16


def as_cells(values: list[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = value
    return array


def disc(rng: Generator, *, side: int = SIDE_PX, axes: int = 2) -> NDArray[np.bool_]:
    """Return a filled disc or ball somewhere in the picture, at least one pixel of it."""
    grid = np.stack(np.meshgrid(*[np.arange(side)] * axes, indexing="ij"))
    middle = rng.integers(2, side - 2, axes).reshape(-1, *[1] * axes)
    return np.asarray(((grid - middle) ** 2).sum(axis=0) <= rng.uniform(1.0, 5.0) ** 2)


def moved(rng: Generator, inside: NDArray[Any], most: int = 2) -> NDArray[Any]:
    return np.roll(inside, tuple(rng.integers(-most, most + 1, inside.ndim)), axis=tuple(range(inside.ndim)))


def runs(inside: NDArray[np.bool_]) -> dict[str, Any]:
    """Return COCO's run lengths down the columns, counted one by one."""
    counts, current = [0], False
    for value in inside.T.ravel().tolist():
        if value != current:
            counts.append(0)
            current = value
        counts[-1] += 1
    return {"size": list(inside.shape), "counts": counts}


def masks(rng: Generator, rows: int, *, apart: bool = False) -> Pair:
    """Return images with up to three masks; `apart`, none of the truth covers another."""
    truth, found = [], []
    for _ in range(rows):
        shapes = [(int(rng.integers(1, 4)), disc(rng)) for _ in range(rng.integers(1, 4))]
        if apart:
            cover = np.cumsum([inside for _, inside in shapes], axis=0)
            shapes = [(category, inside & (over == 1)) for (category, inside), over in zip(shapes, cover, strict=True)]
            shapes = [(category, inside) for category, inside in shapes if inside.any()]
        truth.append(
            [
                {
                    "category_id": category,
                    "segmentation": runs(inside),
                    "iscrowd": int(rng.random() < 0.1),
                    "area": 40.0,
                }
                for category, inside in shapes
            ]
        )
        found.append(
            [
                {"category_id": category, "segmentation": runs(moved(rng, inside)), "score": float(rng.random())}
                for category, inside in shapes
                if rng.random() < 0.8
            ]
        )
    return as_cells(truth), as_cells(found)


def as_masks(truth: NDArray[Any]) -> NDArray[Any]:
    """Return what is left of each object by those before it in the list, as panoptic quality has it."""
    answers = []
    for cell in truth:
        answers.append(
            [
                {"category_id": thing["category_id"], "segmentation": thing["segmentation"], "score": 1.0}
                for thing in cell
                if not thing["iscrowd"]
            ]
        )
    return as_cells(answers)


def label_maps(rng: Generator, rows: int) -> Pair:
    """Return maps of the labels 0, 1, 2, of which the predictions get most pixels right."""
    truth = np.zeros((rows, SIDE_PX, SIDE_PX), dtype=np.int64)
    for row in range(rows):
        truth[row][disc(rng)] = 1
        truth[row][disc(rng)] = 2
        truth[row, 0, :3] = [0, 1, 2]
    found = np.stack([moved(rng, row, 1) for row in truth])
    return truth, np.where(rng.random(found.shape) < 0.05, rng.integers(0, 3, found.shape), found)


def scaled_masks(rng: Generator, rows: int) -> Pair:
    truth = [{"mask": disc(rng).astype(np.int64), "spacing_mm": rng.uniform(0.5, 3.0, 2)} for _ in range(rows)]
    return as_cells(truth), as_cells([moved(rng, cell["mask"]) for cell in truth])


def as_mask(truth: NDArray[Any]) -> NDArray[Any]:
    return as_cells([cell["mask"] for cell in truth])


def repeated(truth: NDArray[Any], *, times: int) -> NDArray[Any]:
    return as_cells([np.stack([mask] * times) for mask in truth])


def prompted_masks(rng: Generator, rows: int) -> Pair:
    truth = np.stack([disc(rng) for _ in range(rows)]).astype(np.int64)
    found = [np.stack([moved(rng, mask) for _ in range(rng.integers(1, 6))]) for mask in truth]
    return truth, as_cells(found)


def voxels(rng: Generator, rows: int) -> Pair:
    truth = np.stack([disc(rng, side=8, axes=3) for _ in range(rows)]).astype(np.int64)
    return truth, np.stack([moved(rng, grid, 1) for grid in truth])


def keypoints(rng: Generator, rows: int, *, points: int = 17) -> Pair:
    truth, found = [], []
    for _ in range(rows):
        figures = []
        for _ in range(rng.integers(1, 4)):
            middle, seen = rng.uniform(20, 80, 2), rng.integers(0, 3, points)
            seen[0] = 2
            places = middle + rng.uniform(-15, 15, (points, 2))
            figures.append(np.column_stack([places, seen]))
        truth.append(
            [
                {
                    "keypoints": [float(number) for number in figure.ravel()],
                    "bbox": [*figure[:, :2].min(axis=0).tolist(), *np.ptp(figure[:, :2], axis=0).tolist()],
                    "area": float(rng.uniform(300, 900)),
                    "iscrowd": int(rng.random() < 0.1),
                }
                for figure in figures
            ]
        )
        found.append(
            [
                {
                    "keypoints": [
                        float(n) for n in (figure + rng.normal(0, 1.5, figure.shape) * np.array([1, 1, 0])).ravel()
                    ],
                    "score": float(rng.random()),
                }
                for figure in figures
                if rng.random() < 0.8
            ]
        )
    return as_cells(truth), as_cells(found)


def as_keypoints(truth: NDArray[Any]) -> NDArray[Any]:
    answers = []
    for cell in truth:
        answers.append([{"keypoints": thing["keypoints"], "score": 1.0} for thing in cell if not thing["iscrowd"]])
    return as_cells(answers)


def move_keypoints(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to the places of all keypoints; boxes and areas follow those of the truth."""

    def moved_figure(thing: dict[str, Any]) -> dict[str, Any]:
        figure = np.array(thing["keypoints"]).reshape(-1, 3)
        places = change(figure[:, :2])
        answer = {**thing, "keypoints": np.column_stack([places, figure[:, 2]]).ravel().tolist()}
        if "area" in thing:
            factor = np.ptp(places[:, 0]) / np.ptp(figure[:, 0])
            answer["area"] = thing["area"] * factor**2
            answer["bbox"] = [*places.min(axis=0).tolist(), *np.ptp(places, axis=0).tolist()]
        return answer

    return as_cells([[moved_figure(thing) for thing in cell] for cell in side])


def landmarks(rng: Generator, rows: int) -> Pair:
    truth: list[dict[str, Any]] = []
    for _ in range(rows):
        seen = np.r_[2, rng.integers(0, 3, 6)]
        truth.append({"points": np.column_stack([rng.uniform(0, 50, (7, 2)), seen]), "scale_px": rng.uniform(10, 30)})
    found = [cell["points"][:, :2] + rng.normal(0, 3, (7, 2)) for cell in truth]
    return as_cells(truth), as_cells(found)


def as_landmarks(truth: NDArray[Any]) -> NDArray[Any]:
    return as_cells([cell["points"][:, :2] for cell in truth])


def tracks(rng: Generator, rows: int, *, frames: int = 8, things: int = 4) -> Pair:
    """Return sequences of drifting boxes that often overlap, tracked with noise, gaps, switches and false boxes."""
    truth, found = [], []
    for _ in range(rows):
        start, speed = rng.uniform(0, 40, (things, 2)), rng.normal(0, 2, (things, 2))
        names = rng.permutation(things)
        expected, guesses = [], []
        for frame in range(frames):
            for thing in range(things):
                box = np.r_[start[thing] + frame * speed[thing], 20.0, 15.0]
                if rng.random() < 0.9:
                    expected.append([frame, thing, *box])
                if rng.random() < 0.85:
                    guesses.append([frame, names[thing], *(box + rng.normal(0, 1.2, 4))])
            if rng.random() < 0.2:
                names = rng.permutation(things)
            if rng.random() < 0.3:
                guesses.append([frame, 100 + frame, *rng.uniform(0, 40, 2), *rng.uniform(5, 20, 2)])
        truth.append(np.array(expected))
        found.append(np.array(guesses))
    return as_cells(truth), as_cells(found)


def move_tracks(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to the boxes; frames and tracks stay."""
    return as_cells([np.column_stack([cell[:, :2], change(cell[:, 2:])]) for cell in side])


def rotation(rng: Generator, most: float = np.pi) -> NDArray[np.float64]:
    """Return a turn about a random axis by at most so many radians, after Rodrigues."""
    axis = rng.normal(size=3)
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = rng.uniform(0, most)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def poses(rng: Generator, rows: int) -> Pair:
    truth, found = [], []
    for _ in range(rows):
        turn, place = rotation(rng), rng.normal(0, 1, 3)
        truth.append(
            {"pose": np.column_stack([turn, place]), "points_m": rng.normal(0, 0.05, (20, 3)), "diameter_m": 0.2}
        )
        found.append(np.column_stack([rotation(rng, 0.4) @ turn, place + rng.normal(0, 0.02, 3)]))
    return as_cells(truth), np.stack(found)


def as_poses(truth: NDArray[Any]) -> NDArray[Any]:
    return np.stack([cell["pose"] for cell in truth])


def move_poses(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to everything in metres but the origin of the model; rotations stay."""

    def moved_pose(pose: NDArray[Any]) -> NDArray[Any]:
        return np.column_stack([pose[:, :3], change(pose[:, 3])])

    if side.dtype != object:
        return np.stack([moved_pose(pose) for pose in side])
    origin = change(np.zeros(1))[0]
    return as_cells(
        [{"pose": moved_pose(cell["pose"]), "points_m": change(cell["points_m"]) - origin,
          "diameter_m": float(change(np.array(cell["diameter_m"])) - origin)} for cell in side]
    )  # fmt: skip


def corners(rng: Generator, rows: int) -> Pair:
    truth = rng.uniform(0, 100, (rows, 4, 2))
    return truth, truth + rng.normal(0, 2, truth.shape)


def lanes(rng: Generator, rows: int) -> Pair:
    truth, found = [], []
    for _ in range(rows):
        expected = np.linspace(50, 200, rng.integers(1, 5))[:, None] + np.linspace(0, 40, 12) * rng.uniform(-1, 1)
        expected[:, : rng.integers(0, 4)] = -2.0
        guesses = expected + rng.normal(0, 4, (len(expected), 1)) + rng.normal(0, 2, expected.shape)
        truth.append(np.where(expected < 0, -2.0, expected))
        short = np.where(np.arange(12) < rng.integers(0, 4), -2.0, guesses)
        found.append(np.where(guesses < 0, -2.0, short)[rng.random(len(expected)) < 0.8])
    return as_cells(truth), as_cells(found)


def move_lanes(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to the points of the lanes; where a lane is not, it stays so."""
    return as_cells([np.where(cell < 0, cell, change(cell)) for cell in side])


def depths(rng: Generator, rows: int) -> Pair:
    truth = rng.uniform(1, 10, (rows, 5, 6))
    found = truth * np.exp(rng.normal(0, 0.2, truth.shape))
    truth[rng.random(truth.shape) < 0.1] = 0.0
    truth[:, 0, 0] = 4.0
    return truth, found


def as_depths(truth: NDArray[Any]) -> NDArray[Any]:
    return np.where(truth > 0, truth, 7.0)


def move_depths(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to the depths; what is not known stays so."""
    return np.where(side > 0, change(side), 0.0)


def trajectories(rng: Generator, rows: int) -> Pair:
    truth, found = [], []
    for _ in range(rows):
        path = np.cumsum(rng.normal(0, 1, (rng.integers(5, 12), 3)), axis=0)
        truth.append(path)
        found.append(path @ rotation(rng).T + rng.normal(0, 5, 3) + rng.normal(0, 0.2, path.shape))
    return as_cells(truth), as_cells(found)


def clouds(rng: Generator, rows: int, *, oriented: bool = False) -> Pair:
    """Return points of spheres, of several numbers on both sides, with their normals if asked for."""
    sides = []
    for noise in (0.0, 0.1):
        normals = [rng.normal(size=(rng.integers(20, 40), 3)) for _ in range(rows)]
        normals = [one / np.linalg.norm(one, axis=1, keepdims=True) for one in normals]
        points = [one + rng.normal(0, noise, one.shape) for one in normals]
        sides.append([np.column_stack([p, n]) if oriented else p for p, n in zip(points, normals, strict=True)])
    return as_cells(sides[0]), as_cells(sides[1])


def move_places(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to the points; normals stay."""
    return as_cells([np.column_stack([change(cell[:, :3]), cell[:, 3:]]) for cell in side])
