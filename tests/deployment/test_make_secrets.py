"""scripts/make_secrets.py."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from web.environment import ROOT


def make(folder: Path) -> dict[str, str]:
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make_secrets.py"), str(folder)], check=True)
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_files_fit_together_and_into_the_settings(tmp_path: Path) -> None:
    made = make(tmp_path / "secrets")
    assert made["judge_database_url"] == f"postgres://judge:{made['postgres_password']}@postgres:5432/judge"
    assert made["judge_broker_url"] == f"redis://:{made['redis_password']}@redis:6379/0"
    assert made["judge_s3_secret_key"] in made["s3_identities"]
    assert made["judge_secret_key"] != made["judge_mint_secret"]
    assert min(len(made["judge_secret_key"]), len(made["judge_mint_secret"])) >= 32


def test_a_second_call_changes_nothing(tmp_path: Path) -> None:
    assert make(tmp_path / "secrets") == make(tmp_path / "secrets")


def test_two_deployments_share_no_secret(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    assert {name for name in one if one[name] == other[name]} == {"judge_email_url"}  # mail goes to the log


def test_the_folder_is_closed_to_others_on_the_host(tmp_path: Path) -> None:
    make(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
