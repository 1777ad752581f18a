"""Lies over a banned part of a library that the library itself imports: it loads, and whatever is used of it refuses.

Names that end in Error or Warning are exception classes and other capitalised names are classes, because libraries
derive from them, catch them and test for them.
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
        _MADE[name] = _make(name)
    return _MADE[name]


def _make(name: str) -> object:
    if name.endswith(("Error", "Warning")):
        return type(name, (ValueError,), {})
    refusing = _Refusing(f"{__name__}.{name}")
    if name[:1].isupper():
        return type(name, (), {"__new__": lambda kind, *args, **options: refusing()})
    return refusing
