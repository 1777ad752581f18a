"""The whole room once more on a real PostgreSQL, whose constraints, locks and order of NaN differ."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.postgres
@pytest.mark.slow
def test_the_judge_keeps_its_promises_on_postgresql(tmp_path: Path) -> None:
    env = os.environ | {"JUDGE_DATABASE_URL": os.environ["JUDGE_TEST_POSTGRES_URL"], "JUDGE_DATA_DIR": str(tmp_path)}
    quick = "not docker and not bubblewrap and not postgres and not redis and not browser"
    command = [sys.executable, "-m", "pytest", "tests/judge", "-q", "-m", quick, "--create-db"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    counted = re.search(r"(\d+) passed", done.stdout)
    assert counted is not None and int(counted[1]) > 90
