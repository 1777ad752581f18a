"""Answers that come as a zip: npz of arrays, zip of masks."""

from __future__ import annotations

import io
import pickle
import struct
import time
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from challenges.answers import ArraySpec, NpzAnswer, PngAnswer
from challenges.errors import InvalidSubmission
from challenges.packing import npz_bytes, png_bytes, zip_bytes
from challenges.readers import Expected, read

ARRAYS = NpzAnswer(
    format="npz",
    file="answer.npz",
    arrays={
        "depth": ArraySpec(dtype="float32", shape=(2,), min=0, max=10),
        "seen": ArraySpec(dtype="bool", min=0, max=1),
    },
)
THREE = Expected(ids={"id": np.array(["a", "b", "c"])})
DEPTH = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32)
SEEN = np.array([True, False, True])


def npy(array: Any, **kwargs: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **kwargs)
    return buffer.getvalue()


def header_only(descr: str, shape: str) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def zipped(**members: bytes) -> bytes:
    return zip_bytes({f"{name}.npy": body for name, body in members.items()})


def findings(data: bytes, answer: Any = ARRAYS, expected: Expected = THREE) -> list[tuple[Any, ...]]:
    with pytest.raises(InvalidSubmission) as refused:
        read(data, answer, expected)
    return [(found.code, found.row, found.column or found.file) for found in refused.value.findings]


@pytest.mark.parametrize("depth", [DEPTH, DEPTH.astype(">f4"), np.asfortranarray(DEPTH)])
def test_arrays_are_read_whatever_their_byte_order_and_layout(depth: Any) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, depth=depth, seen=SEEN)
    arrays = read(buffer.getvalue(), ARRAYS, THREE)
    assert arrays["depth"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert arrays["depth"].dtype == np.float32
    assert arrays["seen"].tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"depth,seen\n", [("not_npz", None, None)]),
        (npy(DEPTH), [("not_npz", None, None)]),
        (zipped(depth=npy(DEPTH)), [("missing_array", None, "seen")]),
        (zipped(depth=npy(DEPTH), seen=npy(SEEN), more=npy(SEEN)), [("unknown_array", None, "more")]),
        (zipped(depth=npy(DEPTH[:2]), seen=npy(SEEN)), [("wrong_shape", None, "depth")]),
        (zipped(depth=npy(DEPTH.T), seen=npy(SEEN)), [("wrong_shape", None, "depth")]),
        (zipped(depth=npy(DEPTH.astype(float)), seen=npy(SEEN)), [("wrong_dtype", None, "depth")]),
        (zipped(depth=npy(DEPTH.astype("U3")), seen=npy(SEEN)), [("wrong_dtype", None, "depth")]),
        (zipped(depth=npy(np.zeros(3, dtype=[("a", "<f4")])), seen=npy(SEEN)),
         [("wrong_dtype", None, "depth"), ("wrong_shape", None, "depth")]),
        (zipped(depth=npy(np.array([[1, "x"]] * 3, dtype=object), allow_pickle=True), seen=npy(SEEN)),
         [("pickle_refused", None, "depth")]),
        (zipped(depth=pickle.dumps(DEPTH), seen=npy(SEEN)), [("not_npz", None, "depth")]),
        (zipped(depth=npy(DEPTH)[:-4], seen=npy(SEEN)), [("not_npz", None, "depth")]),
        (zipped(depth=npy(DEPTH) + b"more", seen=npy(SEEN)), [("not_npz", None, "depth")]),
        (zipped(depth=npy(np.where(DEPTH == 3, np.nan, DEPTH)), seen=npy(SEEN)), [("not_finite", 2, "depth")]),
        (zipped(depth=npy(np.where(DEPTH == 6, np.inf, DEPTH)), seen=npy(SEEN)), [("not_finite", 3, "depth")]),
        (zipped(depth=npy(np.where(DEPTH == 6, np.float32(11), DEPTH)), seen=npy(SEEN)),
         [("out_of_range", 3, "depth")]),
    ],
)  # fmt: skip
def test_faulty_arrays_are_refused(data: bytes, expected: list[tuple[Any, ...]]) -> None:
    assert findings(data) == expected


def test_a_header_that_claims_a_terabyte_is_refused_before_memory_is_taken() -> None:
    claim = zipped(depth=header_only("'<f4'", "(1000000000000, 2)"), seen=npy(SEEN))
    assert findings(claim) == [("wrong_shape", None, "depth")]
    endless = zipped(depth=header_only("'<f4'", f"({'9' * 3000},)"), seen=npy(SEEN))
    assert findings(endless) == [("wrong_shape", None, "depth")]


def test_a_header_is_never_evaluated() -> None:
    sly = zipped(depth=header_only("__import__('os').getcwd()", "(3, 2)"), seen=npy(SEEN))
    assert findings(sly) == [("not_npz", None, "depth")]


def test_a_truth_value_counts_once_whatever_byte_stands_for_it() -> None:
    odd = npy(SEEN)[:-3] + b"\x02\x00\xff"
    seen = read(zipped(depth=npy(DEPTH), seen=odd), ARRAYS, THREE)["seen"]
    assert seen.sum() == 2


def test_all_zeros_pack_well_and_are_no_bomb() -> None:
    rows = 500_000
    answer = NpzAnswer(format="npz", file="a.npz", arrays={"x": ArraySpec(dtype="float64", min=0, max=1)})
    data = npz_bytes({"x": np.zeros(rows)})
    assert len(data) < 10_000
    assert read(data, answer, Expected(ids={"id": np.arange(rows)}))["x"].sum() == 0


def bomb() -> bytes:
    return zip_bytes({"depth.npy": b"\0" * 200_000_000})


@pytest.mark.parametrize("answer", [ARRAYS, PngAnswer(format="zip_png", file="m.zip")])
def test_a_zip_bomb_is_refused_without_being_unpacked(answer: Any) -> None:
    data = bomb()
    assert len(data) < 250_000
    started = time.perf_counter()
    assert [found[0] for found in findings(data, answer, FRAMES)] == ["zip_bomb"]
    assert time.perf_counter() - started < 2  # unpacking 200 MB of zeros alone takes longer than this on two cores


MASKS = PngAnswer(format="zip_png", file="masks.zip", values=(0, 255))
FRAMES = Expected(ids={"id": np.array(["a", "b"])}, facts={"width": np.array([4, 3]), "height": np.array([2, 3])})
A, B = np.full((2, 4), 255, dtype=np.uint8), np.zeros((3, 3), dtype=np.uint8)


def masks(**changes: bytes | None) -> bytes:
    files = {"a.png": png_bytes(A), "b.png": png_bytes(B)}
    for name, body in changes.items():
        if body is None:
            del files[f"{name}.png"]
        else:
            files[f"{name}.png"] = body
    return zip_bytes(files)


def rgb() -> bytes:
    return png_bytes(np.zeros((2, 4, 3), dtype=np.uint8))


def claimed(width: int, height: int) -> bytes:
    """A one-bit picture of any size: its header is all that there is."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def test_masks_come_in_the_published_order_of_ids() -> None:
    found = read(masks(), MASKS, FRAMES)["mask"]
    assert found[0].tolist() == A.tolist()
    assert found[1].tolist() == B.tolist()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"no zip", [("not_zip", None, None)]),
        (masks(b=None), [("missing_file", None, "b.png")]),
        (masks(c=png_bytes(B)), [("unknown_file", None, "c.png")]),
        (masks(a=b"GIF89a" + b"\0" * 50), [("not_png", None, "a.png")]),
        (masks(a=png_bytes(A)[:50]), [("not_png", None, "a.png")]),
        (masks(a=png_bytes(B)), [("wrong_size", None, "a.png")]),
        (masks(a=claimed(30_000, 30_000)), [("wrong_size", None, "a.png")]),
        (masks(a=claimed(4, 2)), [("wrong_type", None, "a.png")]),
        (masks(a=rgb()), [("wrong_type", None, "a.png")]),
        (masks(a=png_bytes(A - 1)), [("out_of_range", None, "a.png")]),
    ],
)
def test_faulty_masks_are_refused(data: bytes, expected: list[tuple[Any, ...]]) -> None:
    assert findings(data, MASKS, FRAMES) == expected


def test_a_text_chunk_that_unpacks_to_a_gigabyte_is_refused() -> None:
    text = zlib.compress(b"\0" * 100_000_000, 9)
    chunk = b"zTXtnote\0\0" + text
    body = png_bytes(A)
    sly = body[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + body[33:]
    roomy = Expected(ids=FRAMES.ids, facts={"width": np.array([400, 300]), "height": np.array([200, 300])})
    assert findings(masks(a=sly), MASKS, roomy)[0][0] in ("not_png", "wrong_size", "zip_bomb")
    assert [found[0] for found in findings(masks(a=sly), MASKS, FRAMES)] == ["zip_bomb"]


def entry(name: str, *, mode: int = 0o644, flags: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, png_bytes(A))
        for good in ("a.png", "b.png"):
            if good != name:
                archive.writestr(good, png_bytes(A if good == "a.png" else B))
    data = buffer.getvalue()
    if flags:
        place = data.index(b"PK\x01\x02") + 8
        data = data[:place] + struct.pack("<H", flags) + data[place + 2 :]
    return data


@pytest.mark.parametrize("name", ["../a.png", "/a.png", "x/../../a.png", "C:a.png", "x\\a.png", "a\x01.png", "./a.png"])
def test_a_name_that_leads_out_of_its_folder_is_refused(name: str) -> None:
    assert findings(entry(name), MASKS, FRAMES)[0][0] == "unsafe_path"


@pytest.mark.parametrize("mode", [0o120777, 0o060644, 0o010644])
def test_links_devices_and_pipes_are_refused(mode: int) -> None:
    assert findings(entry("a.png", mode=mode), MASKS, FRAMES)[0][0] == "not_regular"


def test_an_encrypted_zip_is_refused() -> None:
    assert findings(entry("a.png", flags=1), MASKS, FRAMES)[0][0] == "not_zip"


def test_a_zip_with_thousands_of_entries_is_refused() -> None:
    data = zip_bytes({f"{number}.png": b"" for number in range(3000)})
    assert "too_many_files" in [found[0] for found in findings(data, MASKS, FRAMES)]


def test_what_operating_systems_add_to_a_zip_is_passed_over() -> None:
    files = {"a.png": png_bytes(A), "b.png": png_bytes(B), "__MACOSX/._a.png": b"x", ".DS_Store": b"x"}
    assert len(read(zip_bytes(files), MASKS, FRAMES)["mask"]) == 2


GOOD = {"npz": (npz_bytes({"depth": DEPTH, "seen": SEEN}), ARRAYS, THREE), "png": (masks(), MASKS, FRAMES)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["npz", "png"])
@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_a_good_zip_with_a_few_bytes_changed_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    good, answer, expected = GOOD[kind]
    body = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        body = body[: data.draw(st.integers(0, len(body)))]
    try:
        read(bytes(body), answer, expected)
    except InvalidSubmission as refused:
        assert refused.findings


@given(body=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_inside_a_sound_zip_are_read_or_refused(body: bytes) -> None:
    for data, answer, expected in (
        (zipped(depth=body, seen=npy(SEEN)), ARRAYS, THREE),
        (zipped(depth=b"\x93NUMPY\x01\x00" + body, seen=npy(SEEN)), ARRAYS, THREE),
        (masks(a=body), MASKS, FRAMES),
        (masks(a=png_bytes(A)[:33] + body), MASKS, FRAMES),
    ):
        try:
            read(data, answer, expected)
        except InvalidSubmission as refused:
            assert refused.findings


def test_pillow_keeps_its_own_guard_against_huge_pictures() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
