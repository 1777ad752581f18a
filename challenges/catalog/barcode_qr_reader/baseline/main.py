"""Starter: ask OpenCV's two readers once about every photo. They know QR and EAN-13, but no Code 128.

It runs as it is: put the files of the challenge into the folder `data`, with a folder `test` of photos and a `test.csv`
that lists them (photos of train.zip will do), and write `codes.csv`.
"""

import csv
import os
from pathlib import Path

import cv2

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))


def codes_in(photo):
    """Return the set of (symbology, text) that can be read."""
    readable, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(photo)
    codes = {("qr", text) for text in texts if text} if readable else set()
    readable, texts, types, _ = cv2.barcode.BarcodeDetector().detectAndDecodeWithType(photo)
    if readable:
        codes |= {("ean13", text) for text, kind in zip(texts, types, strict=True) if kind == "EAN_13"}
    return codes


def main():
    with (DATA / "test.csv").open(newline="") as file:
        images = [row["image"] for row in csv.DictReader(file)]
    with (OUTPUT / "codes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "symbology", "text"])
        for image in images:
            photo = cv2.imread(str(DATA / "test" / f"{image}.jpg"))
            for symbology, text in sorted(codes_in(photo)):
                writer.writerow([image, symbology, text])


if __name__ == "__main__":
    main()
