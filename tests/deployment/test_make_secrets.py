"""scripts/make_secrets.py."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from web.environment import ROOT, read


def make(folder: Path) -> dict[str, str]:
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make_secrets.py"), str(folder)], check=True)
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_files_fit_together_and_into_the_settings(tmp_path: Path) -> None:
    made = make(tmp_path / "secrets")
    assert made["judge_database_url"] == f"postgres://judge:{made['postgres_password']}@postgres:5432/judge"
    assert made["judge_broker_url"] == f"redis://:{made['redis_password']}@redis:6379/0"
    assert made["judge_s3_secret_key"] in made["s3_identities"]
    assert len({made["judge_secret_key"], made["judge_mint_secret"], made["judge_certificate_key"]}) == 3
    assert min(len(made[f"judge_{name}"]) for name in ("secret_key", "mint_secret", "certificate_key")) >= 32


def test_the_settings_read_them_and_take_an_empty_one_for_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(tmp_path / "secrets")
    for name in [name for name in os.environ if name.startswith("JUDGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUDGE_SECRETS_DIR", str(tmp_path / "secrets"))
    monkeypatch.setenv("JUDGE_MODE", "production")
    settings = read()
    assert settings.certificate_key is not None
    assert settings.certificate_key.get_secret_value() == made["judge_certificate_key"]
    assert (settings.github_client_secret, settings.oidc_client_secret) == (None, None)
    (tmp_path / "secrets" / "judge_github_client_secret").chmod(0o600)
    (tmp_path / "secrets" / "judge_github_client_secret").write_text("given by GitHub\n")
    with pytest.raises(ImproperlyConfigured, match="needs JUDGE_GITHUB_CLIENT_ID too"):
        read()


def test_a_second_call_changes_nothing(tmp_path: Path) -> None:
    assert make(tmp_path / "secrets") == make(tmp_path / "secrets")


def test_two_deployments_share_no_secret(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    assert {name for name in one if one[name] == other[name]} == {
        "judge_email_url",  # mail goes to the log
        "judge_github_client_secret",  # empty: nobody signs in by another site yet
        "judge_oidc_client_secret",
    }


def test_the_folder_is_closed_to_others_on_the_host(tmp_path: Path) -> None:
    make(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
