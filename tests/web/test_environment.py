"""Settings: typed, from variables or secret files, and wrong ones stop the start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from web import environment

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
COMPLETE = {
    "JUDGE_MODE": "production",
    "JUDGE_SECRET_KEY": SECRET,
    "JUDGE_MINT_SECRET": SECRET[::-1],
    "JUDGE_DATABASE_URL": "postgres://judge:pw@db:5432/judge",
    "JUDGE_BROKER_URL": "redis://redis:6379/0",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("JUDGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUDGE_SECRETS_DIR", str(tmp_path / "none"))


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.read()
    return str(refused.value)


def test_without_any_variable_the_embedded_mode_starts() -> None:
    found = environment.read()
    assert (found.mode, found.size, found.sandbox, found.port) == ("embedded", "small", "auto", 8000)
    assert found.database_url is None
    assert found.broker_url is None


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch,
        {
            "JUDGE_SIZE": "huge",
            "JUDGE_LEASE_S": "1",
            "JUDGE_UPLOAD_MB": "many",
            "JUDGE_SANDBOX": "chroot",
            "JUDGE_PORT": "0",
            "JUDGE_DEBUG": "perhaps",
            "JUDGE_BROKER_URL": "kafka://somewhere",
            "JUDGE_DATABASE_URL": "somewhere",
            "JUDGE_EMAIL_URL": "pigeon://home",
        },
    )
    named = {line.split(":")[0].strip() for line in refusal().splitlines()[1:]}
    assert named == {
        "JUDGE_SIZE",
        "JUDGE_LEASE_S",
        "JUDGE_UPLOAD_MB",
        "JUDGE_SANDBOX",
        "JUDGE_PORT",
        "JUDGE_DEBUG",
        "JUDGE_BROKER_URL",
        "JUDGE_DATABASE_URL",
        "JUDGE_EMAIL_URL",
    }


def test_a_refusal_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {"JUDGE_SECRET_KEY": "too-short-4711", "JUDGE_DATABASE_URL": "mysql://root:hunter2@db/x"})
    said = refusal()
    assert "JUDGE_SECRET_KEY: Value error, expected at least 32 characters" in said
    assert "4711" not in said
    assert "hunter2" not in said


@pytest.mark.parametrize("missing", ["JUDGE_SECRET_KEY", "JUDGE_MINT_SECRET", "JUDGE_DATABASE_URL", "JUDGE_BROKER_URL"])
def test_production_does_not_start_without(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {name: value for name, value in COMPLETE.items() if name != missing})
    assert f"mode production needs {missing}" in refusal()


def test_production_names_everything_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_MODE", "production")
    assert (
        "mode production needs JUDGE_SECRET_KEY, JUDGE_MINT_SECRET, JUDGE_DATABASE_URL, JUDGE_BROKER_URL" in refusal()
    )


def test_production_does_not_run_with_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {**COMPLETE, "JUDGE_DEBUG": "1"})
    assert "mode production cannot run with JUDGE_DEBUG" in refusal()


def test_production_starts_when_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, COMPLETE)
    assert environment.read().kept_secret("secret_key") == SECRET


def test_secrets_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in COMPLETE.items():
        if name != "JUDGE_MODE":
            (tmp_path / name.lower()).write_text(value + "\n")
    set_all(monkeypatch, {"JUDGE_MODE": "production", "JUDGE_SECRETS_DIR": str(tmp_path)})
    found = environment.read()
    assert found.kept_secret("mint_secret") == SECRET[::-1]
    assert found.database_url is not None
    assert found.database_url.get_secret_value() == "postgres://judge:pw@db:5432/judge"


def test_a_variable_wins_over_a_secret_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "judge_secret_key").write_text(SECRET)
    set_all(monkeypatch, {"JUDGE_SECRETS_DIR": str(tmp_path), "JUDGE_SECRET_KEY": SECRET[::-1]})
    assert environment.read().kept_secret("secret_key") == SECRET[::-1]


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "judge_secret_key").write_text(SECRET)
    empty = {"JUDGE_S3_BUCKET": "", "JUDGE_SECRET_KEY": "", "JUDGE_LEASE_S": ""}
    set_all(monkeypatch, {"JUDGE_SECRETS_DIR": str(tmp_path), **empty})
    found = environment.read()
    assert found.s3_bucket is None
    assert found.lease_s == 60.0
    assert found.kept_secret("secret_key") == SECRET


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch,
        {"JUDGE_ALLOWED_HOSTS": "judge.example.org, 127.0.0.1,", "JUDGE_TRUSTED_ORIGINS": "https://judge.example.org"},
    )
    found = environment.read()
    assert found.allowed_hosts == ("judge.example.org", "127.0.0.1")
    assert found.trusted_origins == ("https://judge.example.org",)


def test_the_embedded_secret_is_made_once_and_is_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUDGE_DATA_DIR", str(tmp_path))
    first = environment.read().kept_secret("mint_secret")
    assert environment.read().kept_secret("mint_secret") == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secrets" / "mint_secret").stat().st_mode) == 0o600


def test_a_wrong_value_stops_the_command_line_before_anything_is_done(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, str(environment.ROOT / "manage.py"), "migrate"],
        env={**os.environ, "JUDGE_LEASE_S": "soon", "JUDGE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "JUDGE_LEASE_S: Input should be a valid number" in done.stderr
    assert not data_dir.exists()


def test_throttles_of_all_web_processes_count_together_where_there_is_a_redis(tmp_path: Path) -> None:
    script = "from django.conf import settings; print(settings.CACHES['default']['BACKEND'].rpartition('.')[2])"

    def backend(**env: str) -> str:
        settings = {"DJANGO_SETTINGS_MODULE": "web.settings", "JUDGE_DATA_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", script], env=os.environ | settings | env, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert backend(JUDGE_BROKER_URL="redis://127.0.0.1:6379/0") == "RedisCache"
    assert backend(JUDGE_BROKER_URL="") == "LocMemCache"


def test_signing_in_by_another_site_needs_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {"JUDGE_GITHUB_CLIENT_ID": "an-id"})
    assert "JUDGE_GITHUB_CLIENT_SECRET" in refusal()


def test_an_issuer_is_an_https_address(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch,
        {
            "JUDGE_OIDC_ISSUER": "http://id.example.org",
            "JUDGE_OIDC_CLIENT_ID": "judge",
            "JUDGE_OIDC_CLIENT_SECRET": "a secret",
        },
    )
    assert "JUDGE_OIDC_ISSUER: Value error, expected an address that begins with https://" in refusal()


def test_nobody_signs_in_by_another_site_unless_it_is_set() -> None:
    found = environment.read()
    assert (found.github_client_id, found.oidc_issuer) == (None, None)


def test_a_notebook_server_is_an_address_with_a_place_for_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://hub.example.org/hub/user-redirect/lab?fromURL={url}"
    monkeypatch.setenv("JUDGE_NOTEBOOK_URL", address)
    assert environment.read().notebook_url == address


@pytest.mark.parametrize(
    "address",
    ["https://hub.example.org/lab", "hub.example.org/{url}", "javascript:alert({url})", "https://h/{url}{url}"],
)
def test_any_other_notebook_server_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("JUDGE_NOTEBOOK_URL", address)
    assert "JUDGE_NOTEBOOK_URL: Value error, expected an address that begins with https:// and holds {url}" in refusal()
