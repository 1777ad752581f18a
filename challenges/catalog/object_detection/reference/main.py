"""A small detector without anchors: a heat map of centres, and at every centre the distances to the four edges.

Needs torch (CPU is enough). Trains in about a minute on two cores.
"""

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

DATA = Path(os.environ.get("DATA_DIR", "data"))
OUTPUT = Path(os.environ.get("OUTPUT_DIR", "."))

STRIDE = 4
EPOCHS = int(os.environ.get("EPOCHS", "10"))
BATCH = 16
CLASSES = 8
MOST = 100


def load_images(archive_name, images):
    with zipfile.ZipFile(DATA / archive_name) as archive:
        pictures = [np.asarray(Image.open(io.BytesIO(archive.read(image["file_name"])))) for image in images]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()


def load_boxes(train):
    """Return for each image an (n, 6) array: class, x0, y0, x1, y1, crowd."""
    rows = {image["id"]: [] for image in train["images"]}
    for annotation in train["annotations"]:
        x, y, width, height = annotation["bbox"]
        place = [annotation["category_id"] - 1, x, y, x + width, y + height, annotation["iscrowd"]]
        rows[annotation["image_id"]].append(place)
    return [np.array(rows[image["id"]], dtype=np.float32).reshape(-1, 6) for image in train["images"]]


def block(inputs, outputs, *, stride=1, kernel=3):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(block(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False),
                                  nn.BatchNorm2d(width))  # fmt: skip

    def forward(self, x):
        return F.relu(x + self.body(x))


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(block(3, 24, stride=2, kernel=5), block(24, 40, stride=2), Residual(40))
        self.coarse = nn.Sequential(block(40, 80, stride=2), Residual(80), Residual(80))
        self.coarser = nn.Sequential(block(80, 96, stride=2), Residual(96))
        self.from_coarser = nn.Conv2d(96, 80, 1)
        self.from_coarse = nn.Conv2d(80, 40, 1)
        self.merge = nn.Sequential(Residual(40), block(40, 64))
        self.heat = nn.Conv2d(64, CLASSES, 1)
        self.edges = nn.Conv2d(64, 4, 1)
        nn.init.constant_(self.heat.bias, -4.0)  # most places hold nothing

    def forward(self, x):
        fine = self.stem(x)
        coarse = self.coarse(fine)
        coarse = coarse + F.interpolate(self.from_coarser(self.coarser(coarse)), scale_factor=2.0)
        merged = self.merge(fine + F.interpolate(self.from_coarse(coarse), scale_factor=2.0))
        return self.heat(merged), self.edges(merged)


def targets(boxes, side):
    """Return heat (C, h, w), log distances (4, h, w), where distances count (h, w), where heat is ignored (h, w)."""
    cells = side // STRIDE
    heat = np.zeros((CLASSES, cells, cells), dtype=np.float32)
    edges = np.zeros((4, cells, cells), dtype=np.float32)
    counts = np.zeros((cells, cells), dtype=np.float32)
    ignored = np.zeros((cells, cells), dtype=np.float32)
    centre = (np.arange(cells, dtype=np.float32) + 0.5) * STRIDE
    for kind, x0, y0, x1, y1, crowd in sorted(boxes.tolist(), key=lambda box: -(box[3] - box[1]) * (box[4] - box[2])):
        if crowd:
            ignored[int(y0 / STRIDE) : int(np.ceil(y1 / STRIDE)), int(x0 / STRIDE) : int(np.ceil(x1 / STRIDE))] = 1
            continue
        middle_x, middle_y, width, height = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
        column, row = (min(int(middle / STRIDE), cells - 1) for middle in (middle_x, middle_y))
        spread = np.maximum([0.12 * width, 0.12 * height], 1.5)
        bump = np.exp(-(((centre[column] - centre) / spread[0]) ** 2)[None, :] / 2
                      - (((centre[row] - centre) / spread[1]) ** 2)[:, None] / 2)  # fmt: skip
        heat[int(kind)] = np.maximum(heat[int(kind)], bump)
        near = bump > 0.25
        across, down = np.meshgrid(centre, centre)
        distances = (across - x0, down - y0, x1 - across, y1 - down)
        edges[:, near] = np.stack([np.log(np.maximum(far[near], 0.5)) for far in distances])
        counts[near] = 1
    return heat, edges, counts, ignored


def turned(pictures, boxes, rng):
    """Return a batch turned and mirrored at random, with its boxes; seen from above, every turn is as likely."""
    side = pictures.shape[-1]
    turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
    pictures = torch.rot90(pictures, turns, (2, 3))
    moved = []
    for rows in boxes:
        kind, x0, y0, x1, y1, crowd = rows.T
        for _ in range(turns):
            x0, y0, x1, y1 = y0, side - x1, y1, side - x0
        if mirror:
            x0, x1 = side - x1, side - x0
        moved.append(np.stack([kind, x0, y0, x1, y1, crowd], axis=1))
    return (pictures.flip(3) if mirror else pictures), moved


def loss_of(heat, edges, goal_heat, goal_edges, counts, ignored):
    """Focal loss on the heat map, one minus IoU plus L1 of log distances on the edges."""
    chance = torch.sigmoid(heat).clamp(1e-4, 1 - 1e-4)
    peak = (goal_heat > 0.99).float()
    hit = peak * (1 - chance) ** 2 * -torch.log(chance)
    miss = (1 - peak) * (1 - goal_heat) ** 4 * chance**2 * -torch.log(1 - chance) * (1 - ignored)[:, None]
    focal = (hit + miss).sum() / peak.sum().clamp(min=1)
    found, goal = edges.clamp(max=6).exp(), goal_edges.exp()
    overlap = torch.minimum(found, goal)
    common = (overlap[:, 0] + overlap[:, 2]) * (overlap[:, 1] + overlap[:, 3])
    areas = [(far[:, 0] + far[:, 2]) * (far[:, 1] + far[:, 3]) for far in (found, goal)]
    iou = common / (areas[0] + areas[1] - common)
    l1 = (edges - goal_edges).abs().mean(1)
    return focal + 2 * (((1 - iou) + 0.5 * l1) * counts).sum() / counts.sum().clamp(min=1)


def train_model(pictures, boxes):
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    model = Detector().to(memory_format=torch.channels_last)
    steps = EPOCHS * (len(pictures) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps, pct_start=0.2)
    model.train()
    for _ in range(EPOCHS):
        order = rng.permutation(len(pictures))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            batch, rows = turned(pictures[chosen].float() / 255, [boxes[place] for place in chosen], rng)
            light = np.exp(rng.normal(0, 0.15, (BATCH, 1, 1, 1)) + rng.normal(0, 0.05, (BATCH, 3, 1, 1)))
            batch = ((batch * torch.from_numpy(light).float()).clamp(0, 1) - 0.35) / 0.25
            goals = [torch.from_numpy(np.stack(part)) for part in
                     zip(*(targets(row, batch.shape[-1]) for row in rows), strict=True)]  # fmt: skip
            heat, edges = model(batch.to(memory_format=torch.channels_last))
            loss = loss_of(heat, edges, *goals)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.step()
    return model.eval()


def iou_with(box, others):
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    return common / (np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - common)


def suppressed(boxes, scores, limit=0.55):
    """Return the places that survive non-maximum suppression, best first."""
    order, kept = np.argsort(-scores), []
    while len(order):
        kept.append(order[0])
        order = order[1:][iou_with(boxes[order[0]], boxes[order[1:]]) < limit]
    return np.array(kept, dtype=int)


@torch.no_grad()
def predict(model, pictures):
    """Return heat and distances, the mean over the four mirror images."""
    x = (pictures.float() / 255 - 0.35) / 0.25
    heats, edges = [], []
    for axes, order in (((), [0, 1, 2, 3]), ((3,), [2, 1, 0, 3]), ((2,), [0, 3, 2, 1]), ((2, 3), [2, 3, 0, 1])):
        heat, edge = model(x.flip(axes) if axes else x)
        heats.append(torch.sigmoid(heat.flip(axes) if axes else heat))
        edges.append((edge.flip(axes) if axes else edge)[:, order])
    return torch.stack(heats).mean(0), torch.stack(edges).mean(0).exp()


def detections(heat, edges, side):
    """Return (category, box, score) of one frame."""
    peaks = heat * (F.max_pool2d(heat[None], 3, 1, 1)[0] == heat)
    scores, places = peaks.flatten().topk(MOST)
    cells = heat.shape[-1]
    kind, row, column = places // cells**2, places // cells % cells, places % cells
    x, y = (column + 0.5) * STRIDE, (row + 0.5) * STRIDE
    far = edges[:, row, column]
    corners = torch.stack([x - far[0], y - far[1], x + far[2], y + far[3]], dim=1).clamp(0, side).numpy()
    scores, kind = scores.numpy(), kind.numpy()
    found = []
    for category in range(CLASSES):
        sizes = corners[:, 2:] - corners[:, :2]
        mine = np.flatnonzero((kind == category) & (scores > 0.01) & (sizes.min(axis=1) > 1))
        kept = mine[suppressed(corners[mine], scores[mine])]
        found += [(category + 1, corners[place], float(scores[place])) for place in kept]
    return found


def main():
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    train = json.loads((DATA / "train.json").read_text())
    test = json.loads((DATA / "test.json").read_text())
    model = train_model(load_images("train.zip", train["images"]), load_boxes(train))
    pictures = load_images("test.zip", test["images"])
    answer = []
    for start in range(0, len(pictures), 50):
        heats, edges = predict(model, pictures[start : start + 50])
        for image, heat, edge in zip(test["images"][start : start + 50], heats, edges, strict=True):
            for category, (x0, y0, x1, y1), score in detections(heat, edge, image["width"]):
                box = [round(float(value), 2) for value in (x0, y0, x1 - x0, y1 - y0)]
                answer.append({"image_id": image["id"], "category_id": category, "bbox": box, "score": round(score, 5)})
    (OUTPUT / "detections.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
