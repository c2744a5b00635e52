"""A consumer of the boundary systems in the test's own process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from mocks import client, vendor
from mocks.boundary import interface
from mocks.boundary.application import Boundary, Settings
from mocks.boundary.fault import switched_on
from mocks.fault import Faults


class Caller:
    """A consumer of the boundary systems: one call a line, each with a token of its own scope."""

    def __init__(self, systems: Boundary) -> None:
        self.systems = systems
        self.http = TestClient(systems.application(), base_url="https://testserver")
        self._operations = {
            operation: (name, one, verb)
            for name, known in systems.interfaces.items()
            for one in known.collections
            for verb, operation in one.verbs.items()
        }

    def token(self, scope: str) -> str:
        """A token of that scope."""
        first = self.systems.settings.clients[0]
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = self.http.post("/oauth2/token", data=form, auth=(first.client_id, first.client_secret))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def call(self, operation: str, body: Any = None, *, name: str = "", key: str = "", **query: str) -> httpx.Response:
        """The answer of an operation."""
        system, one, verb = self._operations[operation]
        does = {"create": "Create", "update": "Update"}.get(verb, "Read")
        headers = {"Authorization": f"Bearer {self.token(f'{system}:{one.path[1:]}:{does}')}"}
        headers |= {"Idempotency-Key": key} if key else {}
        method = {"create": "POST", "update": "PUT"}.get(verb, "GET")
        path = one.path + (f"/{name}" if name else "")
        return self.http.request(method, path, json=body, headers=headers, params=query)

    def result(self, operation: str, body: Any = None, *, name: str = "", key: str = "", **query: str) -> Any:
        """The one row of a successful answer."""
        answer = self.call(operation, body, name=name, key=key, **query)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["result"][0]


def systems_of(pack: Path, *faults: str, names: tuple[str, ...] = ()) -> Boundary:
    """The boundary systems of a pack."""
    one = vendor.load("alpha")
    settings = Settings(
        vendor=one,
        names=names or interface.names(),
        town=pack,
        seed=1,
        clients=client.derive("alpha", 1, one.style.auth_methods, Faults(())),
        token_seconds=5,
    )
    return Boundary(settings, switched_on(faults))
