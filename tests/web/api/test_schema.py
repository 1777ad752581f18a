from typing import Any

from django.urls import URLPattern, get_resolver
from openapi_spec_validator import validate

from web.access import Who, who_may
from web.api.urls import urlpatterns

NOT_DESCRIBED = {"schema", "unknown"}
"""The description itself, and the answer to addresses that do not exist."""


def test_the_description_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    validate(description)


def test_every_route_is_described(description: dict[str, Any]) -> None:
    import re

    routes = {p.name: "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(p.pattern)) for p in urlpatterns}
    missing = {name for name, path in routes.items() if path not in description["paths"]}

    assert missing == NOT_DESCRIBED


def test_the_description_asks_for_a_token_exactly_where_the_permission_table_does(
    description: dict[str, Any],
) -> None:
    resolver = get_resolver()
    for path, operations in description["paths"].items():
        match = resolver.resolve(path.replace("{number}", "1").replace("{", "").replace("}", ""))
        for operation in operations.values():
            is_open = {} in operation["security"]
            assert is_open == (who_may(match.view_name) is Who.ANYBODY), path


def test_every_operation_says_what_its_errors_look_like(description: dict[str, Any]) -> None:
    for operations in description["paths"].values():
        for operation in operations.values():
            errors = {s: r for s, r in operation["responses"].items() if s >= "400" and s != "422"}
            shapes = {r["content"]["application/json"]["schema"]["$ref"] for r in errors.values()}
            assert shapes <= {"#/components/schemas/ErrorShape"}, operation["operationId"]


def test_the_description_is_served_to_everybody(api: Any, description: dict[str, Any]) -> None:
    served = api().get("schema")

    assert served.status_code == 200
    assert served.json()["openapi"] == "3.1.0"
    assert set(served.json()["paths"]) == set(description["paths"])


def test_names_of_routes_differ() -> None:
    names = [p.name for p in urlpatterns if isinstance(p, URLPattern)]
    assert len(names) == len(set(names)) == 27
