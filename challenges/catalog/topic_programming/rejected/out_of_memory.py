"""Asks for far more memory than there is, and writes on every page of it."""

hoard = [bytearray(b"x" * 100_000_000) for _ in range(100)]
