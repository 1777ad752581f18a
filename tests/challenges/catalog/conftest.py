"""An edition and a run of its programs, for the tests of the catalogue; each is made once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from challenges.answers import BundleAnswer
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset
from challenges.packing import zip_bytes
from challenges.spec import Size

SECRET = b"a secret that is used in tests only"

AnswerOf = Callable[[str, str], bytes]
RunProgram = Callable[[str, str], pd.DataFrame]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is about a challenge of the catalogue: each costs a mint, and `make quick` takes two minutes only."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.catalog)


@cache
def _minted(slug: str) -> Dataset:
    return load(slug).mint(SECRET, edition="tests", size=Size.SMALL)


@pytest.fixture(scope="module")
def dataset(request: pytest.FixtureRequest) -> Dataset:
    """The test edition of the challenge that a test module names as SLUG."""
    return _minted(request.module.SLUG)


@pytest.fixture(scope="module")
def truth(dataset: Dataset) -> Truth:
    assert dataset.truth is not None
    return dataset.truth


@pytest.fixture(scope="session")
def answer_of(tmp_path_factory: pytest.TempPathFactory) -> AnswerOf:
    """Return (slug, "baseline" or "reference") -> its answer to the test edition, as the judge reads it."""

    @cache
    def run(slug: str, part: str) -> bytes:
        challenge, dataset = load(slug), _minted(slug)
        root = tmp_path_factory.mktemp(f"{slug}-{part}")
        trees = {"data": {**dataset.public, **dataset.inputs}, "program": challenge.files(part), "output": {}}
        for folder, files in trees.items():
            (root / folder).mkdir()
            for name, content in files.items():
                target = root / folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        environment = os.environ | {
            "DATA_DIR": str(root / "data"),
            "OUTPUT_DIR": str(root / "output"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        subprocess.run([sys.executable, "main.py"], cwd=root / "program", env=environment, check=True, timeout=240)
        answer, output = challenge.spec.answer, root / "output"
        assert answer is not None
        if isinstance(answer, BundleAnswer) and challenge.spec.program is not None:
            written = [path for path in output.rglob("*") if path.is_file()]
            return zip_bytes({path.relative_to(output).as_posix(): path.read_bytes() for path in written})
        return (output / answer.file).read_bytes()

    return run


@pytest.fixture(scope="session")
def run_program(answer_of: AnswerOf) -> RunProgram:
    """Return (slug, "baseline" or "reference") -> its csv answer to the test edition, every cell a text."""

    @cache
    def run(slug: str, part: str) -> pd.DataFrame:
        return pd.read_csv(BytesIO(answer_of(slug, part)), dtype=str)

    return run
