"""YAML -> a strict, frozen type: unknown keys are refused, and every fault names the file, the line and the key."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from challenges.errors import InvalidChallenge


class Strict(BaseModel):
    """Base of every part of such a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=Strict)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Return a file as a model. Raises InvalidChallenge with every fault, one a line."""
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text)
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InvalidChallenge(f"{path.name}, line {line}: not YAML: {getattr(error, 'problem', error)}") from error
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = [
            f"{path.name}, line {_line_of(node, found['loc'])}: {'.'.join(map(str, found['loc']))}: {found['msg']}"
            for found in error.errors()
        ]
        raise InvalidChallenge("\n".join(problems)) from error


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Return the 1-based line of the deepest part of `location` that stands in the file."""
    line = 1 if node is None else node.start_mark.line + 1
    for key in location:
        child = _child(node, key)
        if child is None:
            continue  # pydantic names union branches (csv, number) that the file does not spell
        node = child
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, key: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item: yaml.Node = node.value[key]
        return item
    return None
