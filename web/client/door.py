"""One HTTP call to the judge; whatever goes wrong becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from web.client.errors import NoAnswer, Refused, Usage
from web.client.home import Login, is_local

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
Json = dict[str, Any]


class Door:
    """The API of one judge, as one learner."""

    def __init__(self, login: Login) -> None:
        self.login = login
        headers = {"Accept": "application/json", "User-Agent": "judge-client"}
        if login.token:
            headers["Authorization"] = f"Token {login.token}"
        self._http = httpx.Client(
            base_url=f"{login.server}/api/v1/",
            headers=headers,
            timeout=TIMEOUT,
            trust_env=not is_local(login.server),  # a proxy of the house does not know this machine
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int | None) -> Json:
        """Return what GET answers. Raises NoAnswer, Refused."""
        return self.call("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Json | None = None) -> Json:
        """Return what POST answers. Raises NoAnswer, Refused."""
        return self.call("POST", path, json=body) if body is not None else self.call("POST", path)

    def call(self, method: str, path: str, **more: Any) -> Json:
        """Return the JSON of an answer. Raises NoAnswer, Refused."""
        with self._sentences():
            response = self._http.request(method, path, **more)
        self._check(response)
        return self._json(response) if response.content else {}

    def pages(self, path: str, key: str, **query: str | None) -> Iterator[Json]:
        """Yield every item of a list that comes in pages."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, cursor=cursor)
            yield from page[key]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Open a download. Raises NoAnswer, Refused."""
        with self._sentences(), self._http.stream("GET", path, headers=dict(headers)) as response:
            if response.is_error and response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                response.read()
                self._check(response)
            yield response

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        server = self.login.server
        try:
            yield
        except httpx.ConnectTimeout as error:
            raise NoAnswer(f"No judge answers at {server}: it took too long to connect.") from error
        except httpx.ConnectError as error:
            raise NoAnswer(f"No judge answers at {server}: {error or 'no connection'}.") from error
        except httpx.TransportError as error:
            raise NoAnswer(f"The connection to {server} broke: {error or type(error).__name__}.") from error
        except httpx.InvalidURL as error:
            raise Usage(f"{server} is no address of a judge: {error}.") from error

    def _check(self, response: httpx.Response) -> None:
        if response.has_redirect_location:
            raise Usage(f"{self.login.server} has moved to {response.headers['Location']}; log in there.")
        if not response.is_error:
            return
        if response.status_code == httpx.codes.UNAUTHORIZED and self._is_ours(response):
            body = response.json()
            if body["code"] in ("not_authenticated", "bad_token"):
                raise Usage(f"{body['sentence']} Use: judge login {self.login.server}")
        if response.status_code in (httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT) or (
            response.status_code == httpx.codes.SERVICE_UNAVAILABLE and not self._is_ours(response)
        ):
            raise NoAnswer(f"{self.login.server} is not at its desk just now ({response.status_code}).")
        raise Refused(http_status=response.status_code, body=self._json(response))

    def _is_ours(self, response: httpx.Response) -> bool:
        content_type: str = response.headers.get("Content-Type", "")
        return content_type.startswith("application/json")

    def _json(self, response: httpx.Response) -> Json:
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Usage(f"What answers at {self.login.server} is no judge.")
        return body
