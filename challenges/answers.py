"""What an answer may look like, as challenge.yaml says it and as it travels to a learner's machine.

Answer
 ├── csv       columns by id; lines that share an id as one cell; any number of lines for an id
 ├── json      detections | values | whole
 ├── npz       arrays
 ├── zip_png   a picture for each id
 └── bundle    several of these in one zip, all of the same rows
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, model_validator

from challenges.strict import Strict


class NumberColumn(Strict):
    type: Literal["number"]
    min: float
    max: float
    """Both ends are allowed values; predictions outside are refused before any metric sees them."""


class IntegerColumn(Strict):
    type: Literal["integer"]
    min: int
    max: int


class CategoryColumn(Strict):
    type: Literal["category"]
    values: tuple[str, ...] = Field(min_length=2)


class TextColumn(Strict):
    type: Literal["text"]
    max_length: int = 1000
    pattern: str | None = None
    """Regular expression that the whole cell must match; an empty cell is an empty text."""


Column = Annotated[NumberColumn | IntegerColumn | CategoryColumn | TextColumn, Field(discriminator="type")]


class AnswerBase(Strict):
    file: str
    """Name of the answer: suggested for an upload, required in /output of a program."""
    max_mb: float = 10.0
    optional: bool = False
    """Of a part of a bundle only: it may be left out. Its cells are then None, and no metric of it is shown."""


class FreeLines(Strict):
    """Any number of lines for an id, none of them known before: boxes of an image, a list of ten films."""

    name: str
    """The one column that they become: for each id a list of {column: value}, in the order of the file."""
    item: str | None = None
    """A column whose values alone make the list, as a ranking of items is read."""
    order_by: str | None = None
    """A column that puts the list in order, lowest first; no two lines of an id share a value of it."""
    max_rows: int = Field(ge=1)
    """How many lines an id may have."""
    distinct: tuple[str, ...] = ()
    """Columns that together name a line; no two lines of an id may agree in all of them."""


class CsvAnswer(AnswerBase):
    format: Literal["csv"]
    ids: tuple[str, ...] = Field(min_length=1)
    columns: dict[str, Column] = Field(min_length=1)
    group_by: str | None = None
    """One of the ids; rows that share it become ONE evaluation row whose columns are arrays (a tray, a query)."""
    free: FreeLines | None = None
    distributions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name -> columns with the probabilities of classes 0, 1, ...: they sum to 1 in every row, within 0.001, and stand
    in the evaluation together as one column of that name."""

    @model_validator(mode="after")
    def _distributions_are_of_probabilities(self) -> CsvAnswer:
        for name, parts in self.distributions.items():
            columns = [self.columns.get(part) for part in parts]
            if len(parts) < 2 or name in self.columns:
                raise ValueError(f"distribution {name} needs two columns at least and a name of its own")
            if not all(isinstance(c, NumberColumn) and c.min >= 0 and c.max <= 1 for c in columns):
                raise ValueError(f"distribution {name} is made of number columns from 0 to 1")
        return self

    @model_validator(mode="after")
    def _free_lines_are_of_one_id(self) -> CsvAnswer:
        if self.free is None:
            return self
        if len(self.ids) != 1 or self.group_by is not None or self.distributions:
            raise ValueError("free lines belong to one id, without `group_by` and `distributions`")
        named = {*self.free.distinct, *filter(None, (self.free.item, self.free.order_by))}
        if not named <= set(self.columns):
            raise ValueError("free lines name columns of the file in `item`, `order_by` and `distinct`")
        return self

    @property
    def gives(self) -> tuple[str, ...]:
        """Names of the columns that its reader returns."""
        if self.free is not None:
            return (self.free.name,)
        merged = {part for parts in self.distributions.values() for part in parts}
        return (*(name for name in self.columns if name not in merged), *self.distributions)


class DetectionsAnswer(AnswerBase):
    """A COCO results list: {image_id, category_id, bbox [x, y, w, h] in pixels, score 0..1}."""

    format: Literal["json"]
    shape: Literal["detections"]
    categories: tuple[int, ...] = Field(min_length=1)
    max_per_image: int = 100
    border_px: float = 1.0
    """How far a box may reach beyond its frame."""

    @property
    def gives(self) -> tuple[str, ...]:
        return ("detections",)


class ValuesAnswer(AnswerBase):
    """A JSON object id -> value, every value of one column type."""

    format: Literal["json"]
    shape: Literal["values"]
    value: Column
    name: str = "value"

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.name,)


class WholeAnswer(AnswerBase):
    """ONE JSON value for the whole edition, which stands in every row: a value, or a list of values."""

    format: Literal["json"]
    shape: Literal["whole"]
    value: Column
    max_items: int | None = Field(default=None, ge=1)
    """Asks for a list of at most so many values, names and texts each at most once; None asks for a lone value."""
    name: str = "value"

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.name,)


class ArraySpec(Strict):
    dtype: Literal["float32", "float64", "int32", "int64", "uint8", "bool"]
    shape: tuple[int, ...] = ()
    """Shape behind the first axis; the first axis is the published order of ids."""
    min: float
    max: float
    distribution: bool = False
    """Whether the numbers along the last axis are probabilities that sum to 1, within 0.001."""

    @model_validator(mode="after")
    def _a_distribution_has_classes(self) -> ArraySpec:
        if self.distribution and (not self.shape or self.shape[-1] < 2 or self.min < 0 or self.max > 1):
            raise ValueError("a distribution has two classes at least along its last axis, from 0 to 1")
        return self


class NpzAnswer(AnswerBase):
    format: Literal["npz"]
    arrays: dict[str, ArraySpec] = Field(min_length=1)

    @property
    def gives(self) -> tuple[str, ...]:
        return tuple(self.arrays)


class Pictures(AnswerBase):
    """One 8-bit PNG for each id, `<id>.png`, of the width and height that the truth's facts say."""

    channels: Literal[1, 3] = 1
    """1: grey, cells of (height, width); 3: RGB, cells of (height, width, 3)."""
    values: tuple[int, ...] | None = None
    """Allowed values of a channel; None allows 0..255."""
    name: str = "mask"

    @property
    def gives(self) -> tuple[str, ...]:
        return (self.name,)


class PngAnswer(Pictures):
    """A zip with the pictures at its top."""

    format: Literal["zip_png"]


class PngFolder(Pictures):
    """The pictures in a bundle: `file` names their folder."""

    format: Literal["png_folder"]


JsonAnswer = Annotated[DetectionsAnswer | ValuesAnswer | WholeAnswer, Field(discriminator="shape")]
BundlePart = Annotated[CsvAnswer | JsonAnswer | NpzAnswer | PngFolder, Field(discriminator="format")]


class BundleAnswer(AnswerBase):
    """A zip of several answers to the same rows. A program leaves the parts in /output, unzipped.

    Each part's `file` is its path inside. The columns of all parts stand in one evaluation, so their names differ.
    """

    format: Literal["bundle"]
    id: str
    """The id that names a row. A csv part has it as its only id, or groups its lines by it."""
    parts: tuple[BundlePart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _parts_speak_of_the_same_rows(self) -> BundleAnswer:
        for part in self.parts:
            if isinstance(part, CsvAnswer) and self.id not in (part.group_by, *part.ids[: len(part.ids) == 1]):
                raise ValueError(f"{part.file}: expected the only id or `group_by` to be {self.id}")
        if all(part.optional for part in self.parts):
            raise ValueError("one part of a bundle at least is not optional")
        return self

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> BundleAnswer:
        paths = [PurePosixPath(part.file) for part in self.parts]
        for place, path in enumerate(paths):
            if path.is_absolute() or ".." in path.parts or str(path) != self.parts[place].file:
                raise ValueError(f"{self.parts[place].file}: expected a plain relative path")
            if any(path == other or path in other.parents for other in paths[:place] + paths[place + 1 :]):
                raise ValueError(f"{path}: two parts lie at the same place")
        columns = [name for part in self.parts for name in part.gives]
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two parts give a column {twice}; one of them needs another name")
        return self

    @property
    def gives(self) -> tuple[str, ...]:
        return tuple(name for part in self.parts for name in part.gives)


Answer = Annotated[CsvAnswer | JsonAnswer | NpzAnswer | PngAnswer | BundleAnswer, Field(discriminator="format")]


def grouped_by(answer: Answer) -> str | None:
    """Return the id whose lines make ONE evaluation row; None where every line is its own."""
    match answer:
        case CsvAnswer():
            return answer.group_by
        case BundleAnswer():
            return answer.id if any(isinstance(p, CsvAnswer) and p.group_by is not None for p in answer.parts) else None
        case _:
            return None
