"""A first answer, as in every tutorial: Canny, contours, and the number of corners names the shape.

1. Blur against noise, Canny with fixed thresholds, and a dilation that closes small gaps.
2. Every outer contour that is large enough is a part.
3. approxPolyDP counts corners: three are a triangle, four a square or a rectangle, and so on.

Ideas to beat it: one pair of thresholds does not suit every table - which does, can be seen from the photo; grain of
wood has edges too; how full a contour fills its box or its circle tells more than its corners.
"""

import csv
import json
import os
from pathlib import Path

import cv2

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

LOW, HIGH = 50, 150
LEAST_AREA_PX = 60
CIRCLE, ELLIPSE, TRIANGLE, SQUARE, RECTANGLE, PENTAGON, HEXAGON, STAR = range(1, 9)


def shape_of(contour):
    corners = len(cv2.approxPolyDP(contour, 0.04 * cv2.arcLength(contour, True), True))
    (_, (wide, high), _) = cv2.minAreaRect(contour)
    longish = min(wide, high) < 0.8 * max(wide, high)
    if cv2.contourArea(contour) < 0.7 * cv2.contourArea(cv2.convexHull(contour)):
        return STAR
    if corners == 3:
        return TRIANGLE
    if corners == 4:
        return RECTANGLE if longish else SQUARE
    if corners == 5:
        return PENTAGON
    if corners == 6:
        return HEXAGON
    return ELLIPSE if longish else CIRCLE


def parts_of(picture):
    """Return the contours of the parts of a photo."""
    edges = cv2.Canny(cv2.GaussianBlur(picture, (5, 5), 0), LOW, HIGH)
    edges = cv2.dilate(edges, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    contours, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [contour for contour in contours if cv2.contourArea(contour) >= LEAST_AREA_PX]


def main():
    images = json.loads((DATA / "test.json").read_text())["images"]
    answer = []
    with (OUTPUT / "measures.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image_id", "area", "perimeter"])
        for image in images:
            contours = parts_of(cv2.imread(str(DATA / "test" / image["file_name"]), cv2.IMREAD_GRAYSCALE))
            for contour in contours:
                box = [float(edge) for edge in cv2.boundingRect(contour)]
                answer.append({"image_id": image["id"], "category_id": shape_of(contour), "bbox": box, "score": 0.5})
            area = sum(cv2.contourArea(contour) for contour in contours)
            perimeter = sum(cv2.arcLength(contour, True) for contour in contours)
            writer.writerow([image["id"], area, perimeter])
    (OUTPUT / "parts.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
