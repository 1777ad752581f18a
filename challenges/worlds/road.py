"""A road as a dash camera sees it: painted lines that bend, what hides them, what only looks like them.

    secret ──> Country (habits of cameras, bends, paint) ──> draw_drive ──> Drive (camera, lines, marks, cars, weather)
                                                                │
                                     draw_frame(drive, behind_m) ──> picture, as seen some metres before the last frame
                                     line_px(drive, side, rows)  ──> where the two lines of the own lane are, exactly

The ground is flat. Every pixel below the horizon is cast onto it once, and paint, tar and shadows are looked up where
the ray lands, so that a line is right to a fraction of a pixel. x points right, z forward, both in metres from the
camera of the last frame; a line is x = offset + c(z), c(z) = heading z + bend z^2 / 2 + twist z^3 / 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.lens import Lens, photograph
from challenges.worlds.stage import clouds

Floats = NDArray[np.float32]

TILE = 512
TEXEL_M = 0.05
"""Surfaces are looked up in tiles of 512 x 512 texels of 5 cm."""
FURTHEST_M = 150.0


@dataclass(frozen=True, kw_only=True)
class Country:
    """What the roads of one edition are like: all of it comes from the secret."""

    focal: tuple[float, float]
    """Shortest and longest focal length, in widths of the picture."""
    height_m: tuple[float, float]
    bend: float
    """Spread of the bends, 1/m."""
    wear: tuple[float, float]
    dash_m: tuple[float, float]
    gap_m: tuple[float, float]
    night: float
    """Shares of drives at night, in fog, with a yellow line on the left."""
    fog: float
    yellow: float
    marks: float
    """Tar seams and old markings on a road, in the mean."""
    asphalt: Floats
    verge: Floats
    grain: Floats
    """(TILE, TILE) unevenness of surfaces, mean 0."""
    worn: Floats
    """(TILE, TILE) where paint goes first, mean 0."""


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera that looks along the road and a little down."""

    width: int
    height: int
    focal_px: float
    height_m: float
    pitch_rad: float

    def ground(self, rows: NDArray[np.float64], *, nod_rad: float = 0.0) -> tuple[NDArray[np.float64], ...]:
        """Return how far away the ground is that rows (px, from above) show, and metres per px sideways there.

        Above the horizon the distance is infinite.
        """
        y = (rows - self.height / 2) / self.focal_px
        pitch = self.pitch_rad + nod_rad
        down = y * np.cos(pitch) + np.sin(pitch)
        reach = self.height_m / np.where(down > 1e-6, down, np.nan)
        forward = reach * (np.cos(pitch) - y * np.sin(pitch))
        return np.where(np.isnan(forward), np.inf, forward), reach / self.focal_px

    def column(self, x_m: NDArray[np.float64], px_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the column (px) in which a point of the ground lies; `px_m` as `ground` gives it for its row."""
        return self.width / 2 + x_m / px_m


@dataclass(frozen=True, kw_only=True)
class Paint:
    """One line along the road, or what looks like one."""

    offset_m: float
    half_m: float
    colour: Floats
    strength: float
    wear: float
    turn_rad: float = 0.0
    """By how much it leaves the direction of the road: seams do, lines do not."""
    dash_m: float = 0.0
    """Painted length of a dash; 0 is a line without gaps."""
    gap_m: float = 0.0
    phase_m: float = 0.0
    begins_m: float = -np.inf
    ends_m: float = np.inf


@dataclass(frozen=True, kw_only=True)
class Car:
    """A car ahead, seen from behind; it keeps its distance."""

    offset_m: float
    ahead_m: float
    wide_m: float
    high_m: float
    colour: Floats


@dataclass(frozen=True, kw_only=True)
class Drive:
    """One scene: camera, road, light."""

    camera: Camera
    heading: float
    bend: float
    twist: float
    lane_m: float
    left_m: float
    """Where the left line of the own lane is beside the camera; the right one is a lane's width further right."""
    edges_m: tuple[float, float]
    """Where the asphalt ends."""
    paints: tuple[Paint, ...]
    shadows: tuple[tuple[float, float, float, float], ...]
    """Begin and length (m), slant, darkness of shadows across the road."""
    cars: tuple[Car, ...]
    at_night: bool
    fog_m: float
    """Distance at which fog has swallowed 63 % of the light."""
    sky: Floats
    where: tuple[int, int]
    """Place of this road in the tiles."""
    lens: Lens

    def centre(self, z: NDArray[Any]) -> NDArray[Any]:
        """Return by how much the road has gone right at a distance."""
        return self.heading * z + self.bend / 2 * z**2 + self.twist / 6 * z**3


def draw_country(rng: Generator) -> Country:
    """Return the roads of one edition."""
    tone = rng.uniform(0.24, 0.36)
    return Country(
        focal=(rng.uniform(0.72, 0.8), rng.uniform(0.92, 1.0)),
        height_m=(rng.uniform(1.15, 1.3), rng.uniform(1.5, 1.7)),
        bend=rng.uniform(0.012, 0.016),
        wear=(rng.uniform(0.0, 0.2), rng.uniform(0.75, 0.9)),
        dash_m=(rng.uniform(2.0, 2.5), rng.uniform(3.2, 4.0)),
        gap_m=(rng.uniform(3.0, 4.0), rng.uniform(6.0, 8.0)),
        night=rng.uniform(0.2, 0.3),
        fog=rng.uniform(0.1, 0.2),
        yellow=rng.uniform(0.2, 0.4),
        marks=rng.uniform(2.2, 2.8),
        asphalt=(tone * rng.uniform(0.95, 1.05, 3)).astype(np.float32),
        verge=(rng.uniform(0.25, 0.4) * np.array([rng.uniform(0.7, 1.1), 1.0, rng.uniform(0.4, 0.7)])).astype(
            np.float32
        ),
        grain=clouds(rng, TILE, TILE, slope=1.2),
        worn=clouds(rng, TILE, TILE, slope=1.6),
    )


def draw_drive(rng: Generator, country: Country, *, width: int, height: int) -> Drive:
    """Return one scene."""
    lane_m = rng.uniform(3.1, 3.9)
    left_m = -lane_m / 2 + rng.normal(0, 0.3)
    lanes = int(rng.integers(2, 4))
    own = int(rng.integers(lanes))
    edges = (left_m - own * lane_m, left_m + (lanes - own) * lane_m)
    at_night = bool(rng.random() < country.night)
    white = np.float32(rng.uniform(0.75, 0.95)) * np.array([1, 1, rng.uniform(0.9, 1.0)], dtype=np.float32)
    lines = [_line(rng, country, left_m + (number - own) * lane_m, number, lanes, white) for number in range(lanes + 1)]
    marks = [_mark(rng, edges) for _ in range(int(rng.poisson(country.marks)))]
    fog_m = rng.uniform(18, 45) if rng.random() < country.fog else 400.0
    grey = rng.uniform(0.55, 0.9)
    sky = np.array([grey * rng.uniform(0.8, 0.98), grey * rng.uniform(0.9, 1), grey], dtype=np.float32)
    return Drive(
        camera=Camera(
            width=width,
            height=height,
            focal_px=rng.uniform(*country.focal) * width,
            height_m=rng.uniform(*country.height_m),
            pitch_rad=rng.uniform(0.03, 0.07),
        ),
        heading=rng.normal(0, 0.02),
        bend=rng.normal(0, country.bend),
        twist=rng.normal(0, 1.8e-4),
        lane_m=lane_m,
        left_m=left_m,
        edges_m=(edges[0] - rng.uniform(0.2, 1.5), edges[1] + rng.uniform(0.2, 1.5)),
        paints=(*marks, *lines),
        shadows=tuple(_shadow(rng) for _ in range(0 if at_night else int(rng.poisson(2.0)))),
        cars=tuple(_car(rng, left_m, lane_m, own, lanes) for _ in range(int(rng.poisson(0.9)))),
        at_night=at_night,
        fog_m=fog_m,
        sky=sky * np.float32(0.06 if at_night else 1.0),
        where=(int(rng.integers(TILE)), int(rng.integers(TILE))),
        lens=_lens(rng, at_night=at_night),
    )


def line_px(drive: Drive, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (2, rows) the columns of the left and the right line of the own lane in the last frame, in px."""
    z, px_m = drive.camera.ground(rows)
    return np.stack(
        [drive.camera.column(drive.centre(z) + offset, px_m) for offset in (drive.left_m, drive.left_m + drive.lane_m)]
    )


def draw_frame(rng: Generator, country: Country, drive: Drive, *, behind_m: float, nod_rad: float) -> NDArray[np.uint8]:
    """Return the picture that was taken `behind_m` before the last one, the camera tilted by `nod_rad` more."""
    camera = drive.camera
    rows = np.arange(camera.height, dtype=np.float64) + 0.5
    z, px_m = camera.ground(rows, nod_rad=nod_rad)
    first = int(np.argmax(z < FURTHEST_M))
    z, px_m = z[first:, None], px_m[first:, None]
    x = (np.arange(camera.width) + 0.5 - camera.width / 2) * px_m
    # The car followed the bend on its way: where it was, and which way it pointed.
    along = (z - behind_m).astype(np.float32)
    across = (x + drive.bend * behind_m**2 / 2 - (drive.bend * behind_m) * z).astype(np.float32)
    lateral = across - drive.centre(along).astype(np.float32)
    canvas = np.empty((camera.height, camera.width, 3), dtype=np.float32)
    canvas[:first] = _sky(rng, drive, first, camera.width)
    wide_m, step_m = px_m.astype(np.float32), (z * px_m / camera.height_m).astype(np.float32)
    ground = _surface(country, drive, lateral, along, wide_m)
    for paint in drive.paints:
        _paint(ground, country, drive, paint, lateral, along, wide_m, step_m)
    for begin, length, slant, darkness in drive.shadows:
        place = along + np.float32(slant) * across - np.float32(begin)
        ground *= (1 - np.float32(darkness) * np.clip(np.minimum(place, length - place) / 0.15 + 0.5, 0, 1))[..., None]
    canvas[first:] = ground
    depth = np.full(camera.height, np.float32(FURTHEST_M))
    depth[first:] = z[:, 0]
    if drive.at_night:
        canvas[first:] *= _headlights(x, z)[..., None]
    haze = np.exp(-depth / np.float32(drive.fog_m))[:, None, None]
    canvas = canvas * haze + drive.sky * np.float32(0.9) * (1 - haze)
    for car in sorted(drive.cars, key=lambda car: -car.ahead_m):
        _draw_car(canvas, drive, car, nod_rad)
    return photograph(rng, canvas, drive.lens)


def _line(rng: Generator, country: Country, offset_m: float, number: int, lanes: int, white: Floats) -> Paint:
    inner = 0 < number < lanes
    yellow = number == 0 and rng.random() < country.yellow
    dashed = rng.random() < (0.85 if inner else 0.15)
    dash_m, gap_m = rng.uniform(*country.dash_m), rng.uniform(*country.gap_m)
    return Paint(
        offset_m=offset_m,
        half_m=rng.uniform(0.055, 0.09),
        colour=np.array([0.85, 0.65, 0.15], dtype=np.float32) if yellow else white,
        strength=rng.uniform(0.75, 1.0),
        wear=rng.uniform(*country.wear),
        dash_m=dash_m if dashed else 0.0,
        gap_m=gap_m if dashed else 0.0,
        phase_m=rng.uniform(0, dash_m + gap_m),
    )


def _mark(rng: Generator, edges_m: tuple[float, float]) -> Paint:
    """Return a seam of tar, dark, or what is left of an older marking, bright."""
    tar = rng.random() < 0.6
    begins_m = rng.uniform(-5, 15)
    return Paint(
        offset_m=rng.uniform(*edges_m),
        half_m=rng.uniform(0.02, 0.07) if tar else rng.uniform(0.05, 0.09),
        colour=np.full(3, rng.uniform(0.06, 0.14) if tar else rng.uniform(0.45, 0.75), dtype=np.float32),
        strength=rng.uniform(0.5, 0.9),
        wear=rng.uniform(0.0, 0.3) if tar else rng.uniform(0.3, 0.7),
        turn_rad=rng.normal(0, 0.03),
        begins_m=begins_m,
        ends_m=begins_m + rng.uniform(8, 40),
    )


def _shadow(rng: Generator) -> tuple[float, float, float, float]:
    return rng.uniform(-4, 40), rng.uniform(0.4, 5.0), rng.normal(0, 0.4), rng.uniform(0.3, 0.6)


def _car(rng: Generator, left_m: float, lane_m: float, own: int, lanes: int) -> Car:
    lane = int(rng.integers(lanes)) - own
    ahead_m = rng.uniform(16, 45) if lane == 0 else rng.uniform(7, 45)
    return Car(
        offset_m=left_m + (lane + 0.5) * lane_m + rng.normal(0, 0.3),
        ahead_m=ahead_m,
        wide_m=rng.uniform(1.6, 1.95),
        high_m=rng.uniform(1.35, 2.3),
        colour=(rng.uniform(0.08, 0.85) * np.clip(rng.normal(1, 0.18, 3), 0.4, 1.4)).astype(np.float32),
    )


def _lens(rng: Generator, *, at_night: bool) -> Lens:
    warmth = rng.normal(0, 0.05)
    return Lens(
        gain=float(np.exp(rng.normal(0.25 if at_night else 0.1, 0.18))),
        tint=np.array([1 + warmth, 1.0, 1 - warmth], dtype=np.float32),
        slope=rng.uniform(0.0, 0.2),
        toward=0.0 if rng.random() < 0.5 else np.pi,
        vignette=rng.uniform(0.05, 0.3),
        blur_px=rng.uniform(0.3, 0.8),
        motion_px=0.0,
        motion_toward=0.0,
        noise=rng.uniform(0.015, 0.04) if at_night else rng.uniform(0.006, 0.02),
        gamma=1.0,
    )


def _sky(rng: Generator, drive: Drive, rows: int, width: int) -> Floats:
    """Return (rows, width, 3): sky above, a line of trees at the horizon."""
    canvas = np.empty((rows, width, 3), dtype=np.float32)
    canvas[:] = drive.sky
    # Far things look the same in every frame of a drive, so their chance is the drive's own.
    start = drive.where[0]
    skyline = 3 + 5 * np.abs(
        np.sin(np.arange(width) * 0.05 + start) + 0.6 * np.sin(np.arange(width) * 0.13 + 2 * start)
    )
    trees = np.arange(rows, 0, -1)[:, None] <= skyline[None, :]
    canvas[trees] *= np.array([0.35, 0.42, 0.33], dtype=np.float32)
    return canvas * (1 + np.float32(0.02) * rng.standard_normal((rows, 1, 1), dtype=np.float32))


def _lookup(tile: Floats, drive: Drive, lateral: Floats, along: Floats, scale: float = 1.0) -> Floats:
    column = (lateral * np.float32(scale / TEXEL_M)).astype(np.int32) + drive.where[0]
    row = (along * np.float32(scale / TEXEL_M)).astype(np.int32) + drive.where[1]
    return tile[row % TILE, column % TILE]


def _surface(country: Country, drive: Drive, lateral: Floats, along: Floats, px_m: Floats) -> Floats:
    left, right = drive.edges_m
    grain = _lookup(country.grain, drive, lateral, along) / (1 + px_m * 12)  # far away it evens out
    asphalt = country.asphalt * (1 + np.float32(0.12) * grain[..., None])
    verge = country.verge * (1 + np.float32(0.3) * grain[..., None])
    on_road = np.clip(
        np.minimum(lateral - np.float32(left), np.float32(right) - lateral) / np.maximum(px_m, 0.08) + 0.5, 0, 1
    )
    surface: Floats = verge + on_road[..., None] * (asphalt - verge)
    return surface


def _paint(
    ground: Floats, country: Country, drive: Drive, paint: Paint, lateral: Floats, along: Floats, px_m: Floats,
    step_m: Floats,
) -> None:  # fmt: skip
    """Lay paint on the ground: as much of each pixel as the line covers."""
    beside = np.abs(lateral - np.float32(paint.offset_m) - np.float32(paint.turn_rad) * along)
    near = beside < np.float32(paint.half_m) + px_m
    places = np.nonzero(near)
    if len(places[0]) == 0:
        return
    rows = places[0]
    beside, px, step, z = beside[places], px_m[rows, 0], step_m[rows, 0], along[rows, 0]
    cover = np.clip((paint.half_m - beside) / px + 0.5, 0, 1) * np.minimum(1, 2 * paint.half_m / px)
    if paint.dash_m > 0:
        period = np.float32(paint.dash_m + paint.gap_m)
        place = (z + np.float32(paint.phase_m)) % period
        edge = np.minimum(place, paint.dash_m - place)
        edge = np.maximum(edge, place - period)  # the dash after the gap begins where the period ends
        cover *= np.clip(edge / np.maximum(step, 0.02) + 0.5, 0, 1)
    if np.isfinite(paint.begins_m):
        cover *= (z > paint.begins_m) & (z < paint.ends_m)
    worn = _lookup(country.worn, drive, lateral[places], z)
    cover *= np.clip(1.3 - 1.25 * paint.wear + 0.5 * worn * min(1.0, 2 * paint.wear), 0, 1) * paint.strength
    ground[places] += cover[:, None].astype(np.float32) * (paint.colour - ground[places])


def _headlights(x: NDArray[np.float64], z: NDArray[np.float64]) -> Floats:
    """Return how bright the headlights make the ground: a cone that fades with the distance."""
    cone = np.exp(-((x / (0.28 * z + 1.5)) ** 2))
    return np.asarray(0.1 + 1.3 * cone / (1 + (z / 14) ** 2), dtype=np.float32)


def _draw_car(canvas: Floats, drive: Drive, car: Car, nod_rad: float) -> None:
    """Draw the back of a car as boxes: shadow, body, window, lights."""
    camera = drive.camera
    pitch = camera.pitch_rad + nod_rad
    scale = camera.focal_px / car.ahead_m
    foot = camera.height / 2 + camera.focal_px * (camera.height_m / car.ahead_m - pitch)
    middle = camera.width / 2 + scale * (car.offset_m + float(drive.centre(np.array(car.ahead_m))))
    light = np.float32((0.35 if drive.at_night else 1.0) * 1.0)
    haze = np.float32(np.exp(-car.ahead_m / drive.fog_m))
    body = car.colour * light * haze + drive.sky * (1 - haze)
    dark = np.full(3, 0.04, dtype=np.float32) * haze + drive.sky * (1 - haze)
    lamp = np.array([0.9, 0.1, 0.08], dtype=np.float32) * (1 if drive.at_night else 0.6) * haze + drive.sky * (1 - haze)
    half = car.wide_m / 2
    for left, right, low, high, colour in (
        (-half - 0.15, half + 0.15, -0.12, 0.3, dark),
        (-half, half, 0.25, 0.6 * car.high_m, body),
        (-0.85 * half, 0.85 * half, 0.55 * car.high_m, car.high_m, body),
        (-0.72 * half, 0.72 * half, 0.62 * car.high_m, 0.92 * car.high_m, dark),
        (-half, -0.75 * half, 0.4 * car.high_m, 0.52 * car.high_m, lamp),
        (0.75 * half, half, 0.4 * car.high_m, 0.52 * car.high_m, lamp),
    ):
        _fill(canvas, middle + scale * left, middle + scale * right, foot - scale * high, foot - scale * low, colour)


def _fill(canvas: Floats, left: float, right: float, top: float, bottom: float, colour: Floats) -> None:
    rows, columns = np.arange(canvas.shape[0]), np.arange(canvas.shape[1])
    down = np.clip(np.minimum(rows + 1, bottom) - np.maximum(rows, top), 0, 1)
    across = np.clip(np.minimum(columns + 1, right) - np.maximum(columns, left), 0, 1)
    inside = np.ix_(np.flatnonzero(down), np.flatnonzero(across))
    cover = (down[inside[0]] * across[inside[1]])[..., None].astype(np.float32)
    canvas[inside] += cover * (colour - canvas[inside])
