"""Make the secret files of docker-compose.yml: `python3 scripts/make_secrets.py [FOLDER]`, by default ./secrets.

Files that are there already are kept, so a second call changes nothing. The folder is closed to everybody else on the
host; the files in it are open, because the users inside the containers have other numbers.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path("secrets")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = make(folder)
    print(f"{folder}: made {', '.join(made)}" if made else f"{folder}: all there already")
    return 0


def make(folder: Path) -> list[str]:
    """Write every file that is missing and return their names."""
    made = []

    def keep(name: str, text: str) -> str:
        path = folder / name
        if not path.exists():
            path.write_text(text, encoding="ascii")
            path.chmod(0o444)
            made.append(name)
        return path.read_text(encoding="ascii").strip()

    keep("judge_secret_key", secrets.token_urlsafe(48))
    keep("judge_mint_secret", secrets.token_urlsafe(48))
    # Hexadecimal: these stand inside addresses.
    database = keep("postgres_password", secrets.token_hex(24))
    keep("judge_database_url", f"postgres://judge:{database}@postgres:5432/judge")
    doorbell = keep("redis_password", secrets.token_hex(24))
    keep("judge_broker_url", f"redis://:{doorbell}@redis:6379/0")
    keep("judge_certificate_key", secrets.token_urlsafe(48))
    # Given by GitHub or an OpenID Connect server to whoever wants people to sign in by it; empty counts as unset.
    keep("judge_github_client_secret", "")
    keep("judge_oidc_client_secret", "")
    keep("judge_email_url", "console://")  # holds a password as soon as there is a mail server
    keys = {
        "accessKey": keep("judge_s3_access_key", secrets.token_hex(10)),
        "secretKey": keep("judge_s3_secret_key", secrets.token_hex(24)),
    }
    judge = {"name": "judge", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}
    keep("s3_identities", json.dumps({"identities": [judge]}))
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
