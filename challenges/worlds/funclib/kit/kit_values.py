"""Python values <-> JSON: what JSON has stays as it is, what it lacks becomes an object whose key starts with $.

    nan, inf      {"$float": "nan"}            tuple   {"$tuple": [1, 2]}        set    {"$set": [1, 2]}
    2 ** 80       {"$int": "1208925..."}       bytes   {"$bytes": "YWI="}        1 + 2j {"$complex": [1.0, 2.0]}
    {1: "a"}      {"$map": [[1, "a"]]}         table   {"$table": [["day", [1, 2]], ["price", [3.5, 4.0]]]}
    numpy array   {"dtype": "<f8", "shape": [2, 3], "b64": "..."}
    times         {"$times": [nanoseconds since 1970 or null], "zone": "UTC" or null}
    anything else {"$object": "name of its type"}, which equals nothing

numpy and pandas are used only where they are there.
"""

from __future__ import annotations

import base64
import math
import re
import sys
from dataclasses import dataclass
from typing import Any

DEEPEST = 60
"""Lists within lists; JSON readers give up somewhere beyond."""
SAFE_INT = 2**63
MOST_EMPTY = 1_000_000
"""An array without numbers costs nothing to send, and its rows a lot to list."""
ARRAY_DTYPE = re.compile(r"[<>|=]?([fiu][48]|[iub]1|[iu]2)")


@dataclass(frozen=True)
class Table:
    """A table without pandas: column name -> values."""

    columns: dict[str, Any]


@dataclass(frozen=True)
class Times:
    """Moments in nanoseconds since 1970 (UTC where there is a zone); None where one is missing."""

    nanoseconds: tuple[int | None, ...]
    zone: str | None = None


@dataclass(frozen=True)
class Ref:
    """Stands for an object that an earlier step has kept."""

    name: str


@dataclass(frozen=True)
class Strange:
    """Something that cannot travel; only the name of its type did."""

    type: str


def encode(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON can hold it. Raises ValueError where it is nested too deep."""
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, int):
        return int(value) if -SAFE_INT <= value < SAFE_INT else {"$int": hex(value)}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, complex):
        return {"$complex": [encode(value.real), encode(value.imag)]}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    return _encode_composed(value, depth + 1)


def _text(value: str) -> Any:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON readers refuse
        return {"$object": "broken text"}
    return value


def _encode_composed(value: Any, depth: int) -> Any:
    if isinstance(value, list):
        return [encode(item, depth) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [encode(item, depth) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"$set": [encode(item, depth) for item in sorted(value, key=repr)]}
    if isinstance(value, dict):
        plain = all(type(key) is str and not key.startswith("$") for key in value) and "b64" not in value
        if plain and all(_text(key) == key for key in value):
            return {key: encode(item, depth) for key, item in value.items()}
        return {"$map": [[encode(key, depth), encode(item, depth)] for key, item in value.items()]}
    if isinstance(value, Table):
        return {"$table": [[str(name), encode(items, depth)] for name, items in value.columns.items()]}
    if isinstance(value, Times):
        return {"$times": list(value.nanoseconds), "zone": value.zone}
    if isinstance(value, Ref):
        return {"$ref": value.name}
    return _encode_of_library(value, depth)


def _encode_of_library(value: Any, depth: int) -> Any:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None:
        if isinstance(value, pandas.DataFrame):
            columns = [[str(name), _column(value.iloc[:, place], depth)] for place, name in enumerate(value.columns)]
            return {"$table": columns}
        if isinstance(value, (pandas.Series, pandas.Index)):
            return _column(value, depth)
        if value is pandas.NaT or value is pandas.NA:
            return None
        if isinstance(value, pandas.Timestamp):
            return _times(pandas.Series([value]))
    if numpy is not None:
        if isinstance(value, numpy.ndarray):
            return _array(numpy, value, depth)
        if isinstance(value, numpy.generic):
            return encode(value.item(), depth)
    return {"$object": type(value).__name__[:40]}


def _array(numpy: Any, value: Any, depth: int) -> Any:
    if value.dtype.kind == "f" and value.dtype.itemsize not in (4, 8):
        value = value.astype(numpy.float64)
    if value.dtype.kind not in "fiub":
        return encode(value.tolist(), depth)
    little = numpy.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
    data = base64.b64encode(little.tobytes()).decode()
    return {"dtype": little.dtype.str, "shape": list(value.shape), "b64": data}


def _column(values: Any, depth: int) -> Any:
    if values.dtype.kind == "M":
        return _times(values)
    if values.dtype.kind in "fiub":
        return encode(values.to_numpy(), depth)
    return encode([None if _is_missing(item) else item for item in values.tolist()], depth)


def _is_missing(item: Any) -> bool:
    pandas = sys.modules["pandas"]
    return item is None or item is pandas.NA or item is pandas.NaT or (isinstance(item, float) and math.isnan(item))


def _times(values: Any) -> Any:
    pandas = sys.modules["pandas"]
    index = pandas.DatetimeIndex(values)
    zone = None if index.tz is None else str(index.tz)
    moments = index.as_unit("ns")
    missing = moments.isna()
    numbers = [None if gone else int(number) for number, gone in zip(moments.asi8, missing, strict=True)]
    return {"$times": numbers, "zone": zone}


def decode(value: Any, *, live: bool = False, kept: dict[str, Any] | None = None) -> Any:
    """Return the value of a message. Raises ValueError, TypeError or KeyError where it is none.

    With `live` tables and times become pandas', and {"$ref": name} what is kept under that name.
    """
    if isinstance(value, list):
        return [decode(item, live=live, kept=kept) for item in value]
    if not isinstance(value, dict):
        return value
    if "b64" in value:
        return _decode_array(value)
    tag = next(iter(value), "")
    if not tag.startswith("$"):
        return {key: decode(item, live=live, kept=kept) for key, item in value.items()}
    if tag == "$times":
        return _decode_times(value, live)
    if tag == "$ref":
        return Ref(value[tag]) if kept is None else kept[value[tag]]
    if tag in ("$tuple", "$set", "$map", "$table"):
        return _decode_composed(tag, value[tag], live, kept)
    return _decode_plain(tag, value[tag])


def _decode_plain(tag: str, inner: Any) -> Any:
    if tag == "$float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[inner]
    if tag == "$int":
        return int(inner, 16)
    if tag == "$complex":
        real, imaginary = (decode(part) for part in inner)
        return complex(real, imaginary)
    if tag == "$bytes":
        return base64.b64decode(inner, validate=True)
    return Strange(str(inner)[:40])


def _decode_composed(tag: str, inner: Any, live: bool, kept: dict[str, Any] | None) -> Any:
    items = [decode(item, live=live, kept=kept) for item in inner]
    if tag == "$tuple":
        return tuple(items)
    if tag == "$set":
        return set(items)
    if tag == "$map":
        return {key: item for key, item in items}  # noqa: C416 - the pairs are lists, which dict() takes but types do not
    columns = {str(name): column for name, column in items}
    if not live:
        return Table(columns)
    import pandas

    return pandas.DataFrame(columns)


def _decode_times(value: Any, live: bool) -> Any:
    times = Times(tuple(None if one is None else int(one) for one in value["$times"]), value.get("zone"))
    if not live:
        return times
    import pandas

    index = pandas.DatetimeIndex([pandas.NaT if one is None else pandas.Timestamp(one) for one in times.nanoseconds])
    index = index.as_unit("ns")
    return pandas.Series(index if times.zone is None else index.tz_localize("UTC").tz_convert(times.zone))


def _decode_array(value: dict[str, Any]) -> Any:
    import numpy

    dtype, shape = value["dtype"], value["shape"]
    if not isinstance(dtype, str) or not ARRAY_DTYPE.fullmatch(dtype):
        raise ValueError(f"dtype {str(dtype)[:20]} is not a kind of number; expected one such as <f8")
    if not isinstance(shape, list) or not all(type(side) is int and 0 <= side < 2**31 for side in shape):
        raise ValueError(f"shape {str(shape)[:40]} is not a list of whole numbers")
    if 0 in shape and max(shape) > MOST_EMPTY:
        raise ValueError(f"shape {str(shape)[:40]} holds no numbers, but too many empty rows")
    raw = base64.b64decode(value["b64"], validate=True)
    return numpy.frombuffer(raw, dtype=numpy.dtype(dtype)).reshape(shape).copy()
