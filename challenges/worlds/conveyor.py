"""A camera above a conveyor belt: frames with parcels, tools and toys, and the true box of every one of them.

    secret ──> World (looks of 8 classes, belt) ──┐
                         Mood (light, camera) ────┼──> draw_frame ──> Frame (pixels, Things)
                         chance of one frame ─────┘

A thing is 2-5 convex parts (superellipses) that are drawn three times as fine as the frame in a patch of their own and
then averaged down, so only the patch pays for the smooth edges. Truth comes from the drawn masks, never from the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from challenges.worlds.conveyor_looks import CLASSES, Colour, Look, Part, draw_look, material

Floats = NDArray[np.float32]

FINE = 3
"""Samples per pixel and axis inside the patch of a thing."""
SHOWN_AT_LEAST = 0.25
"""A thing with less of its area in sight is taken out of the frame: nobody could be asked to find it."""
TILE = 512


@dataclass(frozen=True, kw_only=True)
class World:
    """What one deployment's warehouse looks like: all of it comes from the secret."""

    looks: tuple[Look, ...]
    shares: NDArray[np.float64]
    """How common each class is."""
    belt: Floats
    """(TILE, TILE, 3) texture that tiles; a frame is a window of it."""
    mark: Colour
    """Colour of the paint, tape and labels that are no object."""


@dataclass(frozen=True, kw_only=True)
class Mood:
    """One shift of the warehouse: light and camera stay, the belt moves on."""

    light: float
    """Direction the light comes from, in radians."""
    tint: Floats
    exposure: float
    falloff: float
    height: float
    """Length of the shadows relative to the size of a thing."""
    softness: float
    darkness: float
    blur_px: float
    noise: float
    quality: int
    rails: tuple[float, float]
    """How much of the frame the steel rails take at the top and at the bottom."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One annotation: a visible thing, or a heap that nobody can count (`crowd`)."""

    category: int
    """Index into CLASSES."""
    box: tuple[int, int, int, int]
    """x, y, width, height of the visible mask in pixels."""
    area: int
    crowd: bool


@dataclass(frozen=True, kw_only=True)
class Frame:
    pixels: NDArray[np.uint8]
    things: tuple[Thing, ...]


@dataclass(frozen=True, kw_only=True)
class Sprite:
    """Something drawn, not yet laid on the belt; `top` and `left` may lie outside the frame."""

    top: int
    left: int
    alpha: Floats
    colour: Floats
    category: int | None = None
    heap: bool = False


def draw_world(rng: np.random.Generator) -> World:
    """Return the secret look of a warehouse, redrawn until every class stands out from the belt."""
    belt_colour = rng.uniform(0.16, 0.34) * rng.uniform(0.85, 1.15, 3)
    while True:
        shapes, palettes = draw_look(rng)
        contrasts = [np.abs(palette.main - belt_colour).sum(axis=1).min() for palette in palettes]
        if min(contrasts) > 0.30:  # a class in the colour of the belt would be luck, not difficulty
            break
    shares = rng.dirichlet(np.full(len(CLASSES), 12.0))
    return World(
        looks=tuple(Look(parts=parts, palette=palette) for parts, palette in zip(shapes, palettes, strict=True)),
        shares=shares,
        belt=_belt(rng, belt_colour),
        mark=np.clip(rng.uniform(0.7, 0.95) * rng.uniform(0.9, 1.05, 3), 0, 1).astype(np.float32),
    )


def draw_mood(rng: np.random.Generator) -> Mood:
    """Return the light and the camera of one shift."""
    warmth = rng.normal(0, 0.08)
    return Mood(
        light=rng.uniform(0, 2 * np.pi),
        tint=np.array([1 + warmth, 1 + rng.normal(0, 0.02), 1 - warmth], dtype=np.float32),
        exposure=float(np.exp(rng.normal(0, 0.18))),
        falloff=rng.uniform(0.05, 0.4),
        height=rng.uniform(0.1, 0.35),
        softness=rng.uniform(0.6, 2.2),
        darkness=rng.uniform(0.2, 0.55),
        blur_px=rng.uniform(0.2, 0.8),
        noise=rng.uniform(0.008, 0.03),
        quality=int(rng.integers(60, 96)),
        rails=(rng.uniform(0, 0.07), rng.uniform(0, 0.07)),
    )


def draw_frame(rng: np.random.Generator, world: World, mood: Mood, *, side: int) -> Frame:
    """Return one frame of `side` x `side` pixels with the truth about what can be seen on it."""
    sprites, shown = _in_sight(_plan(rng, world, mood, side), side)
    canvas = _background(rng, world, mood, side)
    for sprite in _clutter(rng, world, side):
        _lay(canvas, sprite)
    for sprite in sprites:
        _cast_shadow(canvas, sprite, mood)
        _lay(canvas, sprite)
    return Frame(pixels=_photograph(rng, canvas, mood), things=_things(sprites, shown))


def _plan(rng: np.random.Generator, world: World, mood: Mood, side: int) -> list[Sprite]:
    count = 0 if rng.random() < 0.05 else min(int(rng.poisson(3.5)), 9)  # with Poisson's own zeros: 8 % empty
    sprites: list[Sprite] = []
    spots: list[tuple[float, float, float]] = []
    for _ in range(count):
        half = float(np.clip(np.exp(rng.normal(np.log(0.115), 0.38)), 0.045, 0.24)) * side
        x, y = _spot(rng, spots, half, side)
        spots.append((x, y, half))
        category = int(rng.choice(len(CLASSES), p=world.shares))
        sprites.append(_thing_sprite(rng, world, mood, category, (x, y), half))
    if rng.random() < 0.03:
        sprites = _heap(rng, world, mood, side) + sprites[:4]
    return sprites


def _spot(
    rng: np.random.Generator, spots: list[tuple[float, float, float]], half: float, side: int
) -> tuple[float, float]:
    """Return a place: mostly free, one in four on top of a neighbour, one in ten across the border."""
    if rng.random() < 0.10:
        along, across = rng.uniform(0, side), rng.uniform(-0.3, 0.3) * half
        x, y = (along, across) if rng.random() < 0.5 else (across, along)
        return (x, y) if rng.random() < 0.5 else (side - x, side - y)
    if spots and rng.random() < 0.25:
        near_x, near_y, near_half = spots[int(rng.integers(len(spots)))]
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 0.9) * (half + near_half)
        x, y = near_x + reach * np.cos(angle), near_y + reach * np.sin(angle)
        return float(np.clip(x, half, side - half)), float(np.clip(y, half, side - half))
    for _ in range(12):
        x, y = rng.uniform(half, side - half, 2)
        if all(np.hypot(x - other_x, y - other_y) > half + other for other_x, other_y, other in spots):
            break
    return float(x), float(y)


def _heap(rng: np.random.Generator, world: World, mood: Mood, side: int) -> list[Sprite]:
    """Return a heap of 9 to 14 small things of one class."""
    category = int(rng.choice(len(CLASSES), p=world.shares))
    half = rng.uniform(0.045, 0.065) * side
    middle = rng.uniform(0.25 * side, 0.75 * side, 2)
    heap = []
    for _ in range(int(rng.integers(9, 15))):
        x, y = middle + rng.normal(0, 1.3 * half, 2)
        heap.append(_thing_sprite(rng, world, mood, category, (x, y), half, heap=True))
    return heap


def _thing_sprite(
    rng: np.random.Generator,
    world: World,
    mood: Mood,
    category: int,
    middle: tuple[float, float],
    half: float,
    *,
    heap: bool = False,
) -> Sprite:
    look = world.looks[category]
    main, second = look.palette.pick(rng)
    stretch = np.exp(rng.normal(0, 0.06, 2)).astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    phase = rng.uniform(0, 1)
    return _draw(
        look.parts, (main, second), middle, half, angle, stretch, phase, mood.light, category=category, heap=heap
    )


def _draw(
    parts: tuple[Part, ...],
    colours: tuple[Colour, Colour],
    middle: tuple[float, float],
    half: float,
    angle: float,
    stretch: Floats,
    phase: float,
    light: float | None,
    *,
    category: int | None = None,
    heap: bool = False,
) -> Sprite:
    """Draw parts in a patch of their own; one unit of the parts is `half` pixels."""
    farthest = max(np.hypot(*part.at) + np.hypot(*part.half) for part in parts if not part.cut)  # corners are in
    reach = float(farthest * half * stretch.max())
    left, top = int(np.floor(middle[0] - reach)), int(np.floor(middle[1] - reach))
    size = int(np.ceil(2 * reach)) + 2
    steps = (np.arange(size * FINE, dtype=np.float32) + 0.5) / FINE
    x = (steps[None, :] + np.float32(left - middle[0])) / np.float32(half)
    y = (steps[:, None] + np.float32(top - middle[1])) / np.float32(half)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u, v = (cos * x + sin * y) / stretch[0], (cos * y - sin * x) / stretch[1]
    toward = (0.0, 0.0) if light is None else (float(np.cos(light - angle)), float(np.sin(light - angle)))
    mask = np.zeros(u.shape, dtype=np.bool_)
    colour = np.zeros((*u.shape, 3), dtype=np.float32)
    for part in parts:
        part_u, part_v, inside = _inside(part, u, v)
        if part.cut:
            mask &= ~inside
            continue
        blend, brightness = material(part.material, part_u[inside], part_v[inside], phase, part)
        lit = 1 + part.roundness * (toward[0] * part_u[inside] + toward[1] * part_v[inside])
        mixed = colours[0] + blend[:, None] * (colours[1] - colours[0])
        colour[inside] = mixed * (brightness * lit)[:, None]
        mask |= inside
    colour *= mask[..., None]
    cells = (size, FINE, size, FINE)
    alpha = mask.reshape(cells).mean(axis=(1, 3), dtype=np.float32)
    mean = colour.reshape(*cells, 3).mean(axis=(1, 3), dtype=np.float32) / np.maximum(alpha, 1e-6)[..., None]
    return Sprite(top=top, left=left, alpha=alpha, colour=mean, category=category, heap=heap)


def _inside(part: Part, u: Floats, v: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return a part's own coordinates, -1..1 from edge to edge, and its mask."""
    u, v = u - np.float32(part.at[0]), v - np.float32(part.at[1])
    if part.angle:
        cos, sin = np.float32(np.cos(part.angle)), np.float32(np.sin(part.angle))
        u, v = cos * u + sin * v, cos * v - sin * u
    u, v = u / np.float32(part.half[0]), v / np.float32(part.half[1])
    far_u, far_v = u * u, v * v
    for _ in range(part.squareness):
        far_u, far_v = far_u * far_u, far_v * far_v
    return u, v, far_u + far_v <= 1


def _in_sight(sprites: list[Sprite], side: int) -> tuple[list[Sprite], list[NDArray[np.bool_]]]:
    """Return the sprites that stay, with their visible masks: those hidden too much are taken away one by one."""
    while True:
        shown = _visible_masks(sprites, side)
        shares = [mask.sum() / max((sprite.alpha > 0.5).sum(), 1) for mask, sprite in zip(shown, sprites, strict=True)]
        hidden = [
            place
            for place, (share, mask) in enumerate(zip(shares, shown, strict=True))
            if not sprites[place].heap and (share < SHOWN_AT_LEAST or min(np.ptp(np.nonzero(mask), axis=1)) < 3)
        ]
        if not hidden:
            return sprites, shown
        worst = min(hidden, key=lambda place: shares[place])
        sprites = sprites[:worst] + sprites[worst + 1 :]


def _visible_masks(sprites: list[Sprite], side: int) -> list[NDArray[np.bool_]]:
    owner = np.full((side, side), -1)
    for place, sprite in enumerate(sprites):
        window, part = _overlap(sprite.top, sprite.left, sprite.alpha.shape, side)
        owner[window][sprite.alpha[part] > 0.5] = place
    return [owner == place for place in range(len(sprites))]


def _things(sprites: list[Sprite], shown: list[NDArray[np.bool_]]) -> tuple[Thing, ...]:
    things = []
    for sprite, mask in zip(sprites, shown, strict=True):
        if not sprite.heap and sprite.category is not None:
            things.append(_thing(sprite.category, mask, crowd=False))
    heap = [(sprite, mask) for sprite, mask in zip(sprites, shown, strict=True) if sprite.heap and mask.any()]
    if heap and heap[0][0].category is not None:
        things.append(_thing(heap[0][0].category, np.any([mask for _, mask in heap], axis=0), crowd=True))
    return tuple(things)


def _thing(category: int, mask: NDArray[np.bool_], *, crowd: bool) -> Thing:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = int(columns[0]), int(rows[0])
    box = (x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)
    return Thing(category=category, box=box, area=int(mask.sum()), crowd=crowd)


def _belt(rng: np.random.Generator, colour: NDArray[np.float64]) -> Floats:
    """Return a rubber belt: weave, seams, worn patches and stains."""
    y, x = np.mgrid[0:TILE, 0:TILE].astype(np.float32)
    turns_x, turns_y = rng.integers(60, 170, 2)  # whole turns across the tile, so that it tiles
    weave = np.cos(2 * np.pi * turns_x * x / TILE) * np.cos(2 * np.pi * turns_y * y / TILE)
    wear = _value_noise(rng, (4, 11, 33))
    stains = np.clip(_value_noise(rng, (9, 21)) - 1.1, 0, 1.2)
    tone: Floats = 1 + rng.uniform(0.04, 0.12) * weave + rng.uniform(0.07, 0.13) * wear - rng.uniform(0.2, 0.5) * stains
    for seam in rng.choice(TILE, size=int(rng.integers(3, 6)), replace=False):
        distance = np.abs((x - seam + 6 * np.sin(2 * np.pi * y / TILE) + TILE / 2) % TILE - TILE / 2)
        tone *= 1 - 0.35 * np.exp(-((distance / 1.2) ** 2)) + 0.15 * np.exp(-(((distance - 3) / 1.2) ** 2))
    hue = 1 + 0.03 * np.stack([_value_noise(rng, (5,)) for _ in range(3)], axis=-1)
    return (colour.astype(np.float32) * tone[..., None] * hue).astype(np.float32)


def _value_noise(rng: np.random.Generator, cells: tuple[int, ...]) -> Floats:
    """Return (TILE, TILE) smooth noise of mean 0 and sd 1 that tiles."""
    total = np.zeros((TILE, TILE), dtype=np.float32)
    places = np.arange(TILE) / TILE
    for octave, count in enumerate(cells):
        grid = np.pad(rng.normal(size=(count, count)).astype(np.float32), 2, mode="wrap")
        at = np.meshgrid(places * count + 2, places * count + 2, indexing="ij")
        total += 0.6**octave * ndimage.map_coordinates(grid, at, order=3, prefilter=False)
    scaled: Floats = ((total - total.mean()) / total.std()).astype(np.float32)
    return scaled


def _background(rng: np.random.Generator, world: World, mood: Mood, side: int) -> Floats:
    top, left = rng.integers(0, TILE, 2)
    rows, columns = np.arange(top, top + side) % TILE, np.arange(left, left + side) % TILE
    canvas: Floats = world.belt[rows][:, columns]
    for edge, share in enumerate(mood.rails):
        width = round(share * side)
        if width < 2:
            continue
        shine = (0.42 + 0.22 * np.cos(np.linspace(0, 2 * np.pi, width)))[:, None, None] * np.array([0.95, 1, 1.05])
        canvas[(slice(0, width), slice(side - width, side))[edge]] = shine
    return canvas


def _clutter(rng: np.random.Generator, world: World, side: int) -> list[Sprite]:
    """Return labels, tape, paint and stray shadows: they lie flat, cast no shadow and are no object."""
    sprites = []
    for _ in range(int(rng.poisson(1.3))):
        kind = ("label", "tape", "paint", "shade")[int(rng.integers(4))]
        half = rng.uniform(0.06, 0.2) * side
        across = {"label": rng.uniform(0.5, 0.8), "tape": 0.13, "paint": rng.uniform(0.1, 0.3), "shade": 0.7}[kind]
        part = Part(at=(0, 0), half=(1, across), squareness=0 if kind == "shade" else 2, material=kind)
        colours = (world.mark, np.full(3, 0.12, dtype=np.float32))
        sprite = _draw((part,), colours, tuple(rng.uniform(0, side, 2)), half, rng.uniform(0, 2 * np.pi),
                       np.ones(2, dtype=np.float32), rng.uniform(), None)  # fmt: skip
        opacity = {"label": 0.95, "tape": rng.uniform(0.3, 0.7), "paint": rng.uniform(0.4, 0.8), "shade": 0.35}[kind]
        alpha = sprite.alpha * np.float32(opacity)
        if kind == "shade":
            alpha = ndimage.gaussian_filter(alpha, 0.12 * half)
        sprites.append(Sprite(top=sprite.top, left=sprite.left, alpha=alpha, colour=sprite.colour))
    return sprites


def _cast_shadow(canvas: Floats, sprite: Sprite, mood: Mood) -> None:
    length = mood.height * 0.35 * sprite.alpha.shape[0]
    pad = int(np.ceil(3 * mood.softness))
    soft = ndimage.gaussian_filter(np.pad(sprite.alpha, pad), mood.softness, truncate=3.0)
    top = sprite.top - pad - round(length * np.sin(mood.light))
    left = sprite.left - pad - round(length * np.cos(mood.light))
    window, part = _overlap(top, left, soft.shape, canvas.shape[0])
    canvas[window] *= 1 - mood.darkness * soft[part][..., None]


def _lay(canvas: Floats, sprite: Sprite) -> None:
    window, part = _overlap(sprite.top, sprite.left, sprite.alpha.shape, canvas.shape[0])
    alpha = sprite.alpha[part][..., None]
    canvas[window] += alpha * (sprite.colour[part] - canvas[window])


def _overlap(top: int, left: int, shape: tuple[int, ...], side: int) -> tuple[Any, Any]:
    """Return the window of the frame and the part of a patch that lie on each other."""
    rows = slice(max(top, 0), max(min(top + shape[0], side), 0))
    columns = slice(max(left, 0), max(min(left + shape[1], side), 0))
    part = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    return (rows, columns), part


def _photograph(rng: np.random.Generator, canvas: Floats, mood: Mood) -> NDArray[np.uint8]:
    side = canvas.shape[0]
    steps = np.linspace(-1, 1, side, dtype=np.float32)
    slope = np.float32(np.cos(mood.light)) * steps[None, :] + np.float32(np.sin(mood.light)) * steps[:, None]
    light = np.float32(mood.exposure) * (1 + np.float32(mood.falloff / 1.4) * slope)
    photo = canvas * light[..., None] * mood.tint
    photo = ndimage.gaussian_filter(photo, (mood.blur_px * side / 128, mood.blur_px * side / 128, 0), truncate=3.0)
    grain = rng.standard_normal(photo.shape, dtype=np.float32)
    photo += grain * (np.float32(mood.noise) * (np.float32(0.5) + np.sqrt(np.clip(photo, 0, 1))))
    return (np.clip(photo, 0, 1) * 255 + 0.5).astype(np.uint8)
