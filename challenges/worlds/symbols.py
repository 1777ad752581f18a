"""Printed codes as grids of modules: QR (versions 1 to 4, level M), EAN-13, Code 128 (set B); 1 is dark.

    text ──> codewords or digits ──> check symbols ──> modules, without the quiet zone

All three follow the published standards (ISO/IEC 18004, 15420 and 15417), so that any reader can read them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.uint8]

QR_DATA_BYTES = {1: 16, 2: 28, 3: 44, 4: 64}
QR_CHECKS = {1: (10, 1), 2: (16, 1), 3: (26, 1), 4: (18, 2)}
"""Version -> check codewords of a block, blocks, at level M."""
LONGEST_QR = QR_DATA_BYTES[4] - 2

EAN_LEFT = (
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
"""Digit -> modules of an odd (L) digit; R is L with dark and light exchanged, and G is R backwards."""
EAN_PARITY = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")
"""First digit -> kinds of the six digits of the left half."""

_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
CODE_128 = tuple(_WIDTHS.split())
"""Value -> widths of bar, space, bar ...; 104 starts set B, 106 stops."""
START_B, STOP = 104, 106


def ean13_check(digits: str) -> int:
    """Return the thirteenth digit of twelve."""
    return -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10


def ean13(digits: str) -> Modules:
    """Return the (1, 95) modules of thirteen digits, whether or not the last one is right."""
    if len(digits) != 13 or not digits.isdecimal():
        raise ValueError(f"expected 13 digits, found {digits!r}")
    left = "".join(
        EAN_LEFT[int(digit)] if kind == "L" else _exchanged(EAN_LEFT[int(digit)])[::-1]
        for kind, digit in zip(EAN_PARITY[int(digits[0])], digits[1:7], strict=True)
    )
    right = "".join(_exchanged(EAN_LEFT[int(digit)]) for digit in digits[7:])
    return np.array([[int(module) for module in f"101{left}01010{right}101"]], dtype=np.uint8)


def code128(text: str, *, check_off_by: int = 0) -> Modules:
    """Return the (1, n) modules of a text in set B; `check_off_by` spoils the check symbol."""
    if not text or not all(32 <= ord(letter) < 127 for letter in text):
        raise ValueError(f"expected printable ASCII, found {text!r}")
    values = [START_B, *(ord(letter) - 32 for letter in text)]
    check = (values[0] + sum(place * value for place, value in enumerate(values)) + check_off_by) % 103
    widths = "".join(CODE_128[value] for value in (*values, check, STOP))
    return np.array([[(run + 1) % 2 for run, width in enumerate(widths) for _ in range(int(width))]], dtype=np.uint8)


def qr(text: str, *, mask: int) -> Modules:
    """Return the square modules of the smallest version that holds the text, under mask 0 to 7."""
    content = text.encode("ascii")
    version = next((v for v, room in QR_DATA_BYTES.items() if len(content) <= room - 2), None)
    if version is None:
        raise ValueError(f"expected at most {LONGEST_QR} characters, found {len(content)}")
    side = 17 + 4 * version
    grid, fixed = _qr_frame(version, side)
    bits = np.unpackbits(np.frombuffer(_qr_codewords(content, version), dtype=np.uint8)).tolist()
    row, column = np.indices((side, side))
    flips = (_mask(mask, row, column) == 0).astype(np.uint8)
    for place, (y, x) in enumerate(_qr_path(fixed)):
        grid[y, x] = (bits[place] if place < len(bits) else 0) ^ int(flips[y, x])
    _write_format(grid, mask)
    return grid


def _exchanged(modules: str) -> str:
    return modules.translate(str.maketrans("01", "10"))


def _qr_frame(version: int, side: int) -> tuple[Modules, NDArray[np.bool_]]:
    """Return the fixed patterns, and where they are."""
    grid, fixed = np.zeros((side, side), dtype=np.uint8), np.zeros((side, side), dtype=np.bool_)
    ring = np.maximum(*np.abs(np.indices((7, 7)) - 3))
    finder = (ring != 2).astype(np.uint8)
    for y, x in ((0, 0), (0, side - 7), (side - 7, 0)):
        grid[y : y + 7, x : x + 7] = finder
    fixed[:9, :9] = fixed[:9, -8:] = fixed[-8:, :9] = True
    along = np.arange(8, side - 8)
    grid[6, along] = grid[along, 6] = (along + 1) % 2
    fixed[6, :] = fixed[:, 6] = True
    if version > 1:
        middle = side - 7
        ring = np.maximum(*np.abs(np.indices((5, 5)) - 2))
        grid[middle - 2 : middle + 3, middle - 2 : middle + 3] = ring != 1
        fixed[middle - 2 : middle + 3, middle - 2 : middle + 3] = True
    grid[side - 8, 8] = 1
    return grid, fixed


def _qr_path(fixed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the free places in the order of the bits: pairs of columns from the right, upwards and downwards."""
    side, path, upwards = len(fixed), [], True
    for right in (*range(side - 1, 6, -2), 5, 3, 1):
        rows = range(side - 1, -1, -1) if upwards else range(side)
        path += [(y, x) for y in rows for x in (right, right - 1) if not fixed[y, x]]
        upwards = not upwards
    return path


def _mask(mask: int, y: NDArray[np.int64], x: NDArray[np.int64]) -> NDArray[np.int64]:
    formulas = (
        (y + x) % 2, y % 2, x % 3, (y + x) % 3, (y // 2 + x // 3) % 2,
        y * x % 2 + y * x % 3, (y * x % 2 + y * x % 3) % 2, ((y + x) % 2 + y * x % 3) % 2,
    )  # fmt: skip
    return formulas[mask]


def _write_format(grid: Modules, mask: int) -> None:
    """Write level M and the mask beside the finders, twice."""
    checks = mask << 10  # level M is 00
    for bit in range(14, 9, -1):
        if checks >> bit & 1:
            checks ^= 0x537 << (bit - 10)
    code = (mask << 10 | checks) ^ 0x5412
    bits, side = [code >> place & 1 for place in range(15)], len(grid)
    down = [*range(6), 7, 8, *range(side - 7, side)]
    across = [*range(side - 1, side - 9, -1), 7, *range(5, -1, -1)]
    grid[down, 8] = bits
    grid[8, across] = bits


def _qr_codewords(content: bytes, version: int) -> bytes:
    """Return data and check codewords, blocks interleaved."""
    head = 0b0100 << 8 | len(content)  # bytes, and how many
    number = (head << 8 * len(content) | int.from_bytes(content, "big")) << 4  # four bits of end
    data = number.to_bytes(len(content) + 2, "big")
    data += bytes([0xEC, 0x11] * 32)[: QR_DATA_BYTES[version] - len(data)]
    checks, count = QR_CHECKS[version]
    size = len(data) // count
    blocks = [data[start : start + size] for start in range(0, len(data), size)]
    tails = [reed_solomon(block, checks) for block in blocks]
    return bytes(word for part in (blocks, tails) for words in zip(*part, strict=True) for word in words)


def _powers() -> tuple[list[int], list[int]]:
    exponents, logs, value = [], [0] * 256, 1
    for power in range(255):
        exponents.append(value)
        logs[value] = power
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return exponents * 2, logs


EXPONENTS, LOGS = _powers()


def reed_solomon(data: bytes, checks: int) -> bytes:
    """Return the check codewords: the remainder of the data by (x - 1)(x - a) ... in GF(256)."""
    generator = [1]
    for power in range(checks):
        longer = [*generator, 0]
        for place, factor in enumerate(generator):
            longer[place + 1] ^= EXPONENTS[LOGS[factor] + power]
        generator = longer
    rest = [*data, *[0] * checks]
    for place in range(len(data)):
        if rest[place]:
            power = LOGS[rest[place]]
            for offset, factor in enumerate(generator):
                rest[place + offset] ^= EXPONENTS[LOGS[factor] + power]
    return bytes(rest[len(data) :])
