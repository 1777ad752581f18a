"""The print shop's steps, as the statement defines them: pictures of 8 bits in, pictures of 8 bits out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from challenges.catalog.image_manipulation_toolkit import colours, filters, geometry, layers
from challenges.catalog.image_manipulation_toolkit.layers import Desk
from challenges.catalog.image_manipulation_toolkit.pixels import Impossible, Pixels, Step

ALONE: dict[str, Callable[[Pixels, Step], Pixels]] = {
    "grey": colours.grey,
    "channels": colours.channels,
    "gamma": colours.gamma,
    "saturate": colours.saturate,
    "convert": colours.convert,
    "hue": colours.hue,
    "flip": geometry.flip,
    "turn": geometry.turn,
    "crop": geometry.crop,
    "pad": geometry.pad,
    "resize": geometry.resize,
    "shrink": geometry.shrink,
    "rotate": geometry.rotate,
    "affine": geometry.affine,
    "straighten": geometry.straighten,
    "box": filters.box,
    "gauss": filters.gauss,
    "median": filters.median,
    "unsharp": filters.unsharp,
    "sobel": filters.sobel,
    "canny": filters.canny,
}
TOGETHER: dict[str, Callable[[Pixels, Step, Desk], Pixels]] = {"paste": layers.paste, "sheet": layers.sheet}
"""Steps that need other files of the night."""
OPERATIONS = frozenset(ALONE) | frozenset(TOGETHER)


def carried_out(picture: Pixels, steps: Sequence[Step], desk: Desk | None = None) -> Pixels:
    """Return the picture after all steps. Raises Impossible."""
    for step in steps:
        name = step["op"]
        if name in ALONE:
            picture = ALONE[name](picture, step)
        elif name in TOGETHER:
            picture = TOGETHER[name](picture, step, desk or Desk())
        else:
            raise Impossible(f"there is no step {name}")
    return picture


def files_of(steps: Sequence[Step]) -> list[str]:
    """Return the names of the files that steps lay upon the picture or beside it."""
    return [name for step in steps for name in ([step["source"]] if step["op"] == "paste" else step.get("sources", []))]
