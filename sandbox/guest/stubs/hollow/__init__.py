"""Lies over a banned part of a library that the library itself imports: it loads, and whatever is used of it refuses.

Names that end in Error or Warning are exception classes, because libraries derive from them and catch them.
"""

from typing import NoReturn


class BannedImport(ImportError):
    """The challenge does not allow this module."""


class _Refusing:
    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *args: object, **options: object) -> NoReturn:
        raise BannedImport(f"{self.__name__} may not be used in this challenge")

    def __getattr__(self, name: str) -> "_Refusing":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Refusing(f"{self.__name__}.{name}")


_MADE: dict[str, object] = {}


def __getattr__(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    if name not in _MADE:
        if name.endswith(("Error", "Warning")):
            _MADE[name] = type(name, (ValueError,), {})
        else:
            _MADE[name] = _Refusing(f"{__name__}.{name}")
    return _MADE[name]
