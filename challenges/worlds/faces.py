"""People that do not exist: a face is 26 numbers, a look at it is a pose, an expression and what is worn that day.

    secret ──> Folk (how 26 numbers become a face) ──> draw_person ──> Person
                                                                          │
                               draw_moment ──> Moment (turn, smile, hat) ──> portrait ──> Portrait (patch, truth)

A face is measured in half heights of the head: x right, y down, z towards the camera, the middle of the head at 0. The
head is an egg, and eyes, nose and mouth lie on it, so that they wander when it turns. Everything is filled polygons,
drawn three times as fine as the picture. Truth comes from the model, never from the drawn pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from challenges.worlds.stage import Patch, colour_of

Floats = NDArray[np.float64]

FINE = 3
TRAITS = 26
ROOM = (-1.75, -1.65, 1.75, 2.0)
"""What a portrait shows around the middle of the head: left, top, right, bottom in half heights of the head."""
ROUND = np.linspace(0, 2 * np.pi, 33)[:-1]


@dataclass(frozen=True, kw_only=True)
class Folk:
    """How a face follows from its numbers in one edition: mean and spread of every measure."""

    mean: Floats
    """(MEASURES,)"""
    basis: Floats
    """(MEASURES, TRAITS)"""
    skins: Floats
    hairs: Floats
    """(k, 3) colours between which people lie."""
    glasses: float
    beards: float
    hats: float
    long_hair: float


@dataclass(frozen=True, kw_only=True)
class Person:
    """One identity, drawn from its 26 numbers."""

    width: float
    jaw: float
    eye_x: float
    eye_y: float
    eye_width: float
    eye_height: float
    brow_y: float
    brow_thick: float
    brow_tilt: float
    nose_length: float
    nose_width: float
    mouth_y: float
    mouth_width: float
    lip: float
    ear: float
    hairline: float
    parting: float
    skin: Floats
    hair: Floats
    iris: Floats
    has_beard: bool
    has_glasses: bool
    has_long_hair: bool


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One look at a person; angles in radians."""

    yaw: float
    pitch: float
    roll: float
    smile: float
    mouth_open: float
    eyes_open: float
    gaze: tuple[float, float]
    light: float
    """Direction the light comes from."""
    contrast: float
    shades: bool
    hat: NDArray[Any] | None
    """Colour of the hat, where one is worn."""
    clothes: Floats


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """A drawn person; places are in pixels from the middle of the patch, which is the middle of the head."""

    patch: Patch
    face: tuple[float, float, float, float]
    """left, top, right, bottom of the head without hair, ears and hat."""
    eyes: Floats
    """(2, 2) x, y of the eye on the left of the picture and of the one on the right."""
    eye_side: float
    """Half the distance of the eyes seen from the front: the side of the box of an eye."""
    eyes_show: bool
    """Whether they are not behind dark glasses."""


MEASURES: tuple[tuple[str, float, float], ...] = (
    ("width", 0.75, 0.045),
    ("jaw", 0.30, 0.10),
    ("eye_x", 0.335, 0.025),
    ("eye_y", -0.06, 0.035),
    ("eye_width", 0.145, 0.015),
    ("eye_height", 0.066, 0.012),
    ("brow_y", -0.25, 0.03),
    ("brow_thick", 0.04, 0.012),
    ("brow_tilt", 0.0, 0.08),
    ("nose_length", 0.36, 0.04),
    ("nose_width", 0.13, 0.022),
    ("mouth_y", 0.55, 0.03),
    ("mouth_width", 0.27, 0.03),
    ("lip", 0.05, 0.014),
    ("ear", 0.2, 0.03),
    ("hairline", -0.58, 0.08),
    ("parting", 0.0, 0.35),
    ("skin", 0.5, 0.28),
    ("hair", 0.4, 0.3),
    ("iris", 0.4, 0.25),
    ("shade", 0.0, 0.06),
    ("beard", 0.0, 1.0),
    ("glasses", 0.0, 1.0),
    ("long_hair", 0.0, 1.0),
)
"""Name, usual value and spread among people."""


def draw_folk(rng: Generator) -> Folk:
    """Return the people of one edition."""
    usual = np.array([value for _, value, _ in MEASURES])
    spread = np.array([sd for _, _, sd in MEASURES])
    basis = rng.normal(0, 1, (len(MEASURES), TRAITS))
    basis *= (spread * rng.uniform(0.8, 1.2, len(MEASURES)) / np.linalg.norm(basis, axis=1))[:, None]
    dark, light = rng.uniform(0.26, 0.36), rng.uniform(0.85, 0.95)
    skins = [colour_of(0.055 + rng.normal(0, 0.008), s, v) for s, v in ((0.58, dark), (0.5, 0.62), (0.33, light))]
    hairs = [
        colour_of(h, s, v) for h, s, v in ((0.06, 0.4, 0.1), (0.06, 0.55, 0.32), (0.11, 0.5, 0.7), (0.1, 0.05, 0.6))
    ]
    return Folk(
        mean=usual + 0.3 * rng.normal(0, spread),
        basis=basis,
        skins=np.array(skins),
        hairs=np.array(hairs),
        glasses=rng.uniform(0.2, 0.35),
        beards=rng.uniform(0.15, 0.3),
        hats=rng.uniform(0.1, 0.2),
        long_hair=rng.uniform(0.35, 0.5),
    )


def draw_person(rng: Generator, folk: Folk) -> Person:
    """Return somebody."""
    return person_of(folk, rng.standard_normal(TRAITS))


def person_of(folk: Folk, traits: Floats) -> Person:
    """Return the person that has these 26 numbers."""
    values = dict(zip((name for name, _, _ in MEASURES), (folk.mean + folk.basis @ traits).tolist(), strict=True))
    colours = {
        "skin": np.clip(_between(folk.skins, values.pop("skin")) * (1 + values.pop("shade")), 0.05, 0.97),
        "hair": _between(folk.hairs, values.pop("hair")),
        "iris": _between(np.array([[0.2, 0.12, 0.06], [0.35, 0.4, 0.25], [0.35, 0.5, 0.65]]), values.pop("iris")),
    }
    habits = {
        "has_beard": values.pop("beard") > _above(folk.beards),
        "has_glasses": values.pop("glasses") > _above(folk.glasses),
        "has_long_hair": values.pop("long_hair") > _above(folk.long_hair),
    }
    return Person(**values, **colours, **habits)


def draw_moment(rng: Generator, folk: Folk, *, tilted: float = 0.1) -> Moment:
    """Return a look at somebody; a share of `tilted` holds the head far to one side."""
    return Moment(
        yaw=float(np.clip(rng.normal(0, 0.28), -0.7, 0.7)),
        pitch=float(np.clip(rng.normal(0, 0.12), -0.35, 0.35)),
        roll=rng.uniform(-0.44, 0.44) if rng.random() < tilted else float(np.clip(rng.normal(0, 0.12), -0.44, 0.44)),
        smile=float(np.clip(rng.normal(0.25, 0.4), -0.5, 1)),
        mouth_open=max(0.0, rng.normal(-0.1, 0.3)),
        eyes_open=0.15 if rng.random() < 0.06 else rng.uniform(0.7, 1.15),
        gaze=(rng.uniform(-0.4, 0.4), rng.uniform(-0.2, 0.2)),
        light=rng.uniform(0, 2 * np.pi),
        contrast=rng.uniform(0.05, 0.35),
        shades=bool(rng.random() < 0.06),
        hat=colour_of(rng.uniform(), rng.uniform(0.1, 0.8), rng.uniform(0.15, 0.8))
        if rng.random() < folk.hats
        else None,
        clothes=colour_of(rng.uniform(), rng.uniform(0.05, 0.8), rng.uniform(0.15, 0.85)).astype(np.float64),
    )


def portrait(person: Person, moment: Moment, *, height_px: float) -> Portrait:
    """Return a person at one moment, the head `height_px` high before it is tilted."""
    head = _Head(person, moment)
    sheet = Sheet(height_px / 2)
    for shape, colour in head.shapes():
        sheet.fill(shape, colour)
    scale = height_px / 2
    outline = head.outline() * scale
    eyes = np.array([head.place(side * person.eye_x, person.eye_y) for side in (-1, 1)]) * scale
    return Portrait(
        patch=_lit(sheet.patch(), moment),
        face=(*outline.min(axis=0).tolist(), *outline.max(axis=0).tolist()),
        eyes=eyes[np.argsort(eyes[:, 0])],
        eye_side=person.eye_x * scale,
        eyes_show=not moment.shades,
    )


class _Head:
    """Where the parts of a face are at one moment."""

    def __init__(self, person: Person, moment: Moment) -> None:
        self.person, self.moment = person, moment

    def outline(self) -> Floats:
        """Return (n, 2) the edge of the head: an egg that narrows towards the chin."""
        p = self.person
        y = -np.cos(ROUND)
        x = p.width * np.sin(ROUND) * (1 - p.jaw * np.clip(y, 0, 1) ** 2)
        return self._rolled(np.stack([x, y], axis=1))

    def place(self, x: float, y: float) -> Floats:
        """Return where a point of the face is seen."""
        return np.asarray(self._seen(np.array([[x, y]]))[0])

    def shapes(self) -> list[tuple[Floats, Floats]]:
        """Return polygons and their colours, the farthest first."""
        p, m = self.person, self.moment
        dark, lips = p.skin * 0.72, p.skin * np.array([0.95, 0.62, 0.62])
        body = np.array(
            [[-0.32, 0.7], [0.32, 0.7], [0.36, 1.15], [1.2, 1.45], [1.4, 2.1], [-1.4, 2.1], [-1.2, 1.45], [-0.36, 1.15]]
        )
        shapes: list[tuple[Floats, Floats]] = []
        if p.has_long_hair:
            shapes.append((self._rolled(oval(0, 0.05, p.width + 0.2, 1.15)), p.hair * 0.85))
        shapes += [(body, m.clothes), (np.array([[-0.3, 0.6], [0.3, 0.6], [0.34, 1.2], [0, 1.4], [-0.34, 1.2]]), dark)]
        for side in (-1, 1):
            shapes.append((self._rolled(oval(side * (p.width - 0.02) - 0.25 * m.yaw, 0.02, 0.1, p.ear)), p.skin * 0.88))
        shapes.append((self.outline(), p.skin))
        if p.has_beard:
            jaw = self._edge(np.linspace(np.pi / 2, 3 * np.pi / 2, 15))
            cheeks = np.array(
                [[-0.62, 0.12], [-0.5, 0.36], [-0.2, 0.4], [0, 0.36], [0.2, 0.4], [0.5, 0.36], [0.62, 0.12]]
            )
            shapes.append((np.concatenate([jaw, self._seen(cheeks)]), p.hair * 0.9))
        shapes += self._mouth(lips) + self._nose(dark)
        for side in (-1, 1):
            shapes += self._eye(side)
        shapes += self._hair()
        if p.has_glasses or m.shades:
            shapes += self._glasses()
        if m.hat is not None:
            shapes += self._hat(m.hat)
        return shapes

    def _mouth(self, lips: Floats) -> list[tuple[Floats, Floats]]:
        p, m = self.person, self.moment
        x = np.linspace(-1, 1, 11)
        middle = p.mouth_y - 0.09 * m.smile * x**2 + 0.02
        wide = p.mouth_width * (1 + 0.15 * m.smile) * x
        upper, lower = middle - p.lip * (1 - x**2), middle + (p.lip + 0.28 * m.mouth_open) * (1 - x**2)
        outer = np.concatenate([np.stack([wide, upper], 1), np.stack([wide, lower], 1)[::-1]])
        gap = middle + (0.012 + 0.24 * m.mouth_open) * (1 - x**2)
        inner = np.concatenate([np.stack([wide, middle], 1), np.stack([wide, gap], 1)[::-1]])
        return [(self._seen(outer), lips), (self._seen(inner), lips * 0.3)]

    def _nose(self, dark: Floats) -> list[tuple[Floats, Floats]]:
        p = self.person
        top, tip = p.eye_y + 0.02, p.eye_y + p.nose_length
        # It stands out of the face, so it wanders more than the rest when the head turns.
        side = np.array(
            [[-0.03, top], [0.03, top], [0.5 * p.nose_width, tip - 0.05], [-0.5 * p.nose_width, tip - 0.05]]
        )
        wings = oval(0, tip - 0.02, p.nose_width, 0.055)
        return [(self._seen(side, out=0.12), self.person.skin * 0.92), (self._seen(wings, out=0.16), dark)]

    def _eye(self, side: int) -> list[tuple[Floats, Floats]]:
        p, m = self.person, self.moment
        x, y = side * p.eye_x, p.eye_y
        high = p.eye_height * m.eyes_open
        gaze_x, gaze_y = m.gaze[0] * p.eye_width * 0.6, m.gaze[1] * p.eye_height
        iris = min(0.075, p.eye_height * 1.05)
        white, black = np.array([0.93, 0.92, 0.9]), np.array([0.03, 0.03, 0.03])
        lid = np.concatenate([_arc_over(x, y, p.eye_width, -high), _arc_over(x, y, p.eye_width, high)[::-1]])
        tilt = side * p.brow_tilt
        brow_x = np.linspace(-0.19, 0.19, 7)
        bow = p.brow_y - 0.05 * (1 - (brow_x / 0.19) ** 2) + tilt * brow_x * side
        brow = np.concatenate(
            [np.stack([x + brow_x, bow - p.brow_thick / 2], 1), np.stack([x + brow_x, bow + p.brow_thick / 2], 1)[::-1]]
        )
        socket = oval(x, y - 0.01, p.eye_width * 1.3, p.eye_height * 2)
        shapes = [(self._seen(socket), p.skin * 0.87), (self._seen(lid), p.skin * 0.45)]
        if m.eyes_open > 0.4:
            inside = np.concatenate(
                [
                    _arc_over(x, y, p.eye_width * 0.92, -high * 0.8),
                    _arc_over(x, y, p.eye_width * 0.92, high * 0.8)[::-1],
                ]
            )
            reach = min(iris, high)
            shapes += [
                (self._seen(inside), white * 0.95),
                (self._seen(oval(x + gaze_x, y + gaze_y, iris, reach)), p.iris),
                (self._seen(oval(x + gaze_x, y + gaze_y, iris * 0.45, min(iris * 0.45, reach))), black),
            ]
        return [*shapes, (self._seen(brow), p.hair * 0.8)]

    def _hair(self) -> list[tuple[Floats, Floats]]:
        p = self.person
        over = np.linspace(-0.52 * np.pi, 0.52 * np.pi, 15)
        top = np.stack([(p.width + 0.07) * np.sin(over), -1.12 * np.cos(over) + 0.0], axis=1)
        x = np.linspace(1, -1, 9)
        line = p.hairline + 0.45 * np.abs(x - p.parting) ** 2 * 0.5
        fringe = np.stack([x * (p.width - 0.02), np.minimum(line, -0.12)], axis=1)
        return [
            (
                self._rolled(
                    np.concatenate([top, fringe + np.array([0.2 * self.moment.yaw, 0.2 * self.moment.pitch])])
                ),
                p.hair,
            )
        ]

    def _glasses(self) -> list[tuple[Floats, Floats]]:
        p, m = self.person, self.moment
        frame = np.array([0.08, 0.07, 0.07])
        shapes = [
            (
                self._seen(
                    np.array(
                        [[-0.1, p.eye_y - 0.02], [0.1, p.eye_y - 0.02], [0.1, p.eye_y + 0.02], [-0.1, p.eye_y + 0.02]]
                    ),
                    out=0.1,
                ),
                frame,
            )
        ]
        for side in (-1, 1):
            rim = oval(side * p.eye_x, p.eye_y + 0.02, 0.22, 0.17)
            if m.shades:
                shapes.append((self._seen(rim, out=0.1), frame))
                continue
            inner = oval(side * p.eye_x, p.eye_y + 0.02, 0.19, 0.14)
            ring = np.concatenate([rim, rim[:1], inner[:1], inner[::-1]])
            shapes.append((self._seen(ring, out=0.1), frame))
        return shapes

    def _hat(self, colour: Floats) -> list[tuple[Floats, Floats]]:
        p = self.person
        crown = np.array(
            [[-p.width - 0.05, -0.55], [-0.8 * p.width, -1.4], [0.8 * p.width, -1.4], [p.width + 0.05, -0.55]]
        )
        brim = np.array(
            [[-p.width - 0.35, -0.48], [p.width + 0.35, -0.48], [p.width + 0.3, -0.6], [-p.width - 0.3, -0.6]]
        )
        return [(self._rolled(crown), np.asarray(colour)), (self._rolled(brim), np.asarray(colour) * 0.8)]

    def _edge(self, angles: Floats) -> Floats:
        p = self.person
        y = -np.cos(angles)
        x = p.width * np.sin(angles) * (1 - p.jaw * np.clip(y, 0, 1) ** 2)
        return self._rolled(np.stack([x, y], axis=1))

    def _seen(self, points: Floats, *, out: float = 0.0) -> Floats:
        """Return where points on the face are seen once the head is turned; `out` is how far they stand out of it."""
        p, m = self.person, self.moment
        x, y = points[:, 0], points[:, 1]
        z = 0.75 * np.sqrt(np.clip(1 - (x / (p.width * 1.05)) ** 2 - (0.8 * y) ** 2, 0.05, 1)) + out
        turned = x * np.cos(m.yaw) + z * np.sin(m.yaw)
        nodded = y * np.cos(m.pitch) + z * np.cos(m.yaw) * np.sin(m.pitch)
        return self._rolled(np.stack([turned, nodded], axis=1))

    def _rolled(self, points: Floats) -> Floats:
        cos, sin = np.cos(self.moment.roll), np.sin(self.moment.roll)
        return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


class Sheet:
    """Paper on which polygons are filled, and how much of each pixel they cover."""

    def __init__(self, scale_px: float) -> None:
        left, top, right, bottom = ROOM
        self.half = int(np.ceil(scale_px * max(-left, right, -top, bottom))) + 1
        side = (2 * self.half + 1) * FINE
        self.scale = scale_px * FINE
        self.middle = side / 2
        self.colour, self.cover = Image.new("RGB", (side, side)), Image.new("L", (side, side))
        self.pens = ImageDraw.Draw(self.colour), ImageDraw.Draw(self.cover)

    def fill(self, points: Floats, colour: Floats) -> None:
        corners = [(x, y) for x, y in (points * self.scale + self.middle).tolist()]
        red, green, blue = (int(part) for part in np.clip(np.asarray(colour) * 255 + 0.5, 0, 255))
        self.pens[0].polygon(corners, fill=(red, green, blue))
        self.pens[1].polygon(corners, fill=255)

    def patch(self) -> Patch:
        alpha = np.asarray(self.cover.reduce(FINE), dtype=np.float32) / np.float32(255)
        weighted = np.asarray(self.colour.reduce(FINE), dtype=np.float32) / np.float32(255)
        colour = np.clip(weighted / np.maximum(alpha, np.float32(1e-3))[..., None], 0, 1)
        return Patch(alpha=alpha.astype(np.float32), colour=colour.astype(np.float32))


def _lit(patch: Patch, moment: Moment) -> Patch:
    """Return a patch that is brighter on the side of the light."""
    steps = np.linspace(-1.6, 1.6, patch.alpha.shape[0], dtype=np.float32)
    toward = np.float32(np.cos(moment.light)) * steps[None, :] + np.float32(np.sin(moment.light)) * steps[:, None]
    light = 1 + np.float32(moment.contrast) * np.clip(toward, -1, 1)
    return Patch(alpha=patch.alpha, colour=np.clip(patch.colour * light[..., None], 0, 1))


def oval(x: float, y: float, wide: float, high: float) -> Floats:
    """Return (32, 2) corners of an ellipse."""
    return np.stack([x + wide * np.cos(ROUND), y + high * np.sin(ROUND)], axis=1)


def _arc_over(x: float, y: float, wide: float, high: float) -> Floats:
    steps = np.linspace(-1, 1, 9)
    return np.stack([x + wide * steps, y + high * (1 - steps**2)], axis=1)


def _between(colours: Floats, place: float) -> Floats:
    """Return the colour at a place from 0, the first, to 1, the last."""
    at = float(np.clip(place, 0, 1)) * (len(colours) - 1)
    lower = min(int(at), len(colours) - 2)
    return np.asarray(colours[lower] + (at - lower) * (colours[lower + 1] - colours[lower]))


def _above(share: float) -> float:
    """Return the value that a standard normal number exceeds with this chance, by a logistic that is near enough."""
    return float(np.log((1 - share) / share) / 1.702)
