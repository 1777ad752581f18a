"""docker-compose.yml and .env.example as texts: nothing a deployment can set is missing from either."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from web.environment import ROOT, Environment

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

EMBEDDED_ONLY = {"JUDGE_PORT"}
"""Settings of `manage.py demo`; in the production set the port is that of the host."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE)
    return loaded


def test_every_setting_reaches_the_containers(compose: dict[str, Any]) -> None:
    settings = {f"JUDGE_{name.upper()}" for name in Environment.model_fields}
    for service in ("migrate", "web", "events", "worker-cpu", "worker-gpu", "beat"):
        assert settings - EMBEDDED_ONLY - set(compose["services"][service]["environment"]) == set(), service


def test_every_secret_can_come_from_a_file(compose: dict[str, Any]) -> None:
    secret = {name for name, field in Environment.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert {f"judge_{name}" for name in secret} <= set(compose["services"]["web"]["secrets"])


def test_every_variable_of_the_compose_file_is_documented() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE))
    documented = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", EXAMPLE))
    proxies = {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}  # "the proxy variables"
    assert used - documented - proxies == set()


def test_every_variable_of_the_example_is_used() -> None:
    offered = set(re.findall(r"^([A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE))
    assert {name for name in offered if f"${{{name}" not in COMPOSE} == set()


def test_the_set_is_complete(compose: dict[str, Any]) -> None:
    expected = {"web", "events", "worker-cpu", "worker-gpu", "beat", "postgres", "redis", "objects", "migrate"}
    assert expected <= set(compose["services"])


def test_everything_that_serves_starts_again_by_itself(compose: dict[str, Any]) -> None:
    once = {"migrate", "sandbox-cpu", "sandbox-gpu"}
    policies = {name: service["restart"] for name, service in compose["services"].items()}
    assert {name for name, policy in policies.items() if policy == "no"} == once
    assert {name for name, policy in policies.items() if policy == "unless-stopped"} == set(policies) - once


def test_nothing_starts_before_the_settings_were_read(compose: dict[str, Any]) -> None:
    for service in ("web", "events", "worker-cpu", "worker-gpu", "beat"):
        needs = compose["services"][service]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}, service


def test_only_workers_reach_the_docker_engine(compose: dict[str, Any]) -> None:
    reach = {name for name, service in compose["services"].items() if "docker.sock" in str(service.get("volumes"))}
    assert reach == {"worker-cpu", "worker-gpu"}


def test_the_gpu_worker_reserves_a_gpu_and_starts_only_when_asked_for(compose: dict[str, Any]) -> None:
    worker = compose["services"]["worker-gpu"]
    assert worker["profiles"] == ["gpu"]
    devices = worker["deploy"]["resources"]["reservations"]["devices"]
    assert devices == [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]
