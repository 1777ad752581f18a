"""Lets a finished reader do the work."""

from pyzbar import pyzbar

print(pyzbar.decode)
