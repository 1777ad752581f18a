"""Lies over a banned module that must seem not to be installed."""

raise ModuleNotFoundError(f"{__name__} may not be used in this challenge", name=__name__)
