"""Every setting of a deployment: typed, from JUDGE_* variables or from secret files; a wrong value stops the start.

A secret may be a file named like its variable in lower case (`judge_secret_key`) in the folder JUDGE_SECRETS_DIR,
/run/secrets by default, which is where Docker and Kubernetes put them.
"""

from __future__ import annotations

import os
import secrets as randomness
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32

SCHEMES = {
    "database_url": ("postgres", "postgresql", "sqlite"),
    "broker_url": ("redis", "rediss", "amqp", "amqps"),
    "email_url": ("console", "smtp", "smtp+tls"),
}

Listed = Annotated[tuple[str, ...], NoDecode]
"""Values with commas between them; pydantic would expect JSON."""


class Environment(BaseSettings):
    """The settings; defaults are the embedded ones of `make demo`."""

    # An empty variable counts as unset: compose files and shells cannot leave one out otherwise.
    model_config = SettingsConfigDict(
        env_prefix="JUDGE_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    mode: Literal["embedded", "production"] = "embedded"
    data_dir: Path = ROOT / "var"
    secret_key: SecretStr | None = None
    """Signs sessions. Embedded: made at the first start and kept in data_dir."""
    mint_secret: SecretStr | None = None
    """Mints all hidden data: whoever has it has every answer. Embedded: made at the first start."""
    debug: bool = False
    allowed_hosts: Listed = ("localhost", "127.0.0.1", "[::1]")
    trusted_origins: Listed = ()
    """Origins with scheme for which forms are accepted, e.g. https://judge.example.org."""
    behind_proxy: bool = False
    """Believe X-Forwarded-Proto; only behind a proxy that sets it."""
    database_url: SecretStr | None = None
    """postgres://user:password@host/name; without it SQLite in data_dir."""
    broker_url: SecretStr | None = None
    """redis:// or amqp://; without it workers poll the lease table."""
    s3_bucket: str | None = None
    s3_endpoint_url: str | None = None
    s3_access_key: SecretStr | None = None
    s3_secret_key: SecretStr | None = None
    s3_region: str = "us-east-1"
    size: Literal["small", "full"] = "small"
    sandbox: Literal["auto", "docker", "warm", "bubblewrap", "none"] = "auto"
    lease_s: float = Field(default=60.0, ge=5.0)
    """A worker that is silent for this long has lost its submission."""
    upload_mb: int = Field(default=100, ge=1)
    """Cap on any upload, before a challenge's own cap."""
    email_url: str = "console://"
    """smtp://user:password@host:port, smtp+tls://..., or console://."""
    sign_up: bool = True
    certificate_key: SecretStr | None = None
    """Signs certificates; without it a key made from mint_secret does. Whoever changes it ends all earlier ones."""
    github_client_id: str | None = None
    """With its secret: people may sign in by GitHub."""
    github_client_secret: SecretStr | None = None
    oidc_issuer: str | None = None
    """https:// address of an OpenID Connect server; with client id and secret, people may sign in by it."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "OpenID Connect"
    """What the button says."""
    notebook_url: str | None = None
    """Where starters open as notebooks, e.g. https://hub.example.org/hub/user-redirect/lab?fromURL={url}; {url} stands
    for the address of the notebook."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Where `manage.py demo` serves, on 127.0.0.1; the next free port where it is taken."""

    @model_validator(mode="before")
    @classmethod
    def _empty_counts_as_unset(cls, values: dict[str, object]) -> dict[str, object]:
        """Drop what an empty secret file says; empty variables never come this far."""
        return {name: value for name, value in values.items() if value != ""}

    @field_validator("allowed_hosts", "trusted_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url", "broker_url", "email_url")
    @classmethod
    def _known_scheme(cls, value: str | SecretStr | None, info: ValidationInfo) -> str | SecretStr | None:
        if value is None:
            return value
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        known = SCHEMES[str(info.field_name)]
        if text.partition("://")[0] not in known:
            raise ValueError(f"expected an address that begins with {', '.join(f'{scheme}://' for scheme in known)}")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _over_https(cls, value: str | None) -> str | None:
        if value is not None and (not value.startswith("https://") or not urlsplit(value).hostname):
            raise ValueError("expected an address that begins with https://")
        return value

    @field_validator("notebook_url")
    @classmethod
    def _holds_the_notebook(cls, value: str | None) -> str | None:
        if value is None:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or value.count("{url}") != 1:
            raise ValueError("expected an address that begins with https:// and holds {url} once")
        return value

    @field_validator("secret_key", "mint_secret", "certificate_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"expected at least {SHORTEST_SECRET} characters")
        return value

    @model_validator(mode="after")
    def _providers_are_complete(self) -> Environment:
        for names in (
            ("github_client_id", "github_client_secret"),
            ("oidc_issuer", "oidc_client_id", "oidc_client_secret"),
        ):
            missing = [f"JUDGE_{name.upper()}" for name in names if getattr(self, name) is None]
            if missing and len(missing) < len(names):
                raise ValueError(f"signing in by another site needs {', '.join(missing)} too")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> Environment:
        if self.mode != "production":
            return self
        needed = ("secret_key", "mint_secret", "database_url", "broker_url")
        missing = [f"JUDGE_{name.upper()}" for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"mode production needs {', '.join(missing)}")
        if self.debug:
            raise ValueError("mode production cannot run with JUDGE_DEBUG")
        return self

    def kept_secret(self, name: Literal["secret_key", "mint_secret"]) -> str:
        """Return a secret; the embedded mode makes one at the first start and keeps it in data_dir/secrets."""
        given: SecretStr | None = getattr(self, name)
        if given is not None:
            return given.get_secret_value()
        path = self.data_dir / "secrets" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(path, randomness.token_urlsafe(48))
        return path.read_text(encoding="ascii")


def read() -> Environment:
    """Return the settings. Raises ImproperlyConfigured with every wrong value at once."""
    folder = os.environ.get("JUDGE_SECRETS_DIR", "/run/secrets")
    try:
        return _from_files(folder)() if Path(folder).is_dir() else Environment()
    except ValidationError as error:
        lines = [f"  JUDGE_{'_'.join(map(str, e['loc'])).upper() or '*'}: {e['msg']}" for e in error.errors()]
        raise ImproperlyConfigured("The settings do not fit:\n" + "\n".join(lines)) from None


def _from_files(folder: str) -> type[Environment]:
    """Return the settings' type with secrets of a folder as one more source, behind the variables."""

    class WithSecretFiles(Environment):
        model_config = SettingsConfigDict(secrets_dir=folder)

    return WithSecretFiles


def _write_once(path: Path, text: str) -> None:
    """Create a private file; when two processes start at once, the first one's secret stands for both."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
