"""A consumer that talks to a mock in the test's own process."""

import asyncio
import time
import uuid
from collections.abc import Coroutine
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey

from mocks.application import build
from mocks.authority import FUBAN_SCOPE, SHOKAI_SCOPE
from mocks.jutogai.endpoint import FUBAN_PATH, SHOKAI_PATH
from mocks.town import Town

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BASE = "https://testserver"
REQUEST = {
    "shorikubun": "0",
    "shikuchosonkodo": "993018",
    "shimei": "佐藤　一郎",
    "seibetsu": "1",
    "seinengappi": "1964-07-01",
    "jusho_choazakodo": "0011001",
    "jusho_todofuken": "東京都",
    "jusho_shikugunchosonmei": "千代田区",
    "gyomuid": "019",
    "nayosemotofuragu": "0",
    "tagyomusanshofukafuragu": "0",
    "sosashaid": "123456",
    "sosanengappi": "2026-04-01",
    "sosajikoku": "09:00:00",
}


class Http:
    """A client of the application in the same process and, whenever it is asked, in one event loop of its own."""

    def __init__(self, town: Town) -> None:
        self._runner = asyncio.Runner()
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(build(town)), base_url=BASE)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The result of a coroutine in that loop."""
        return self._runner.run(work)

    def get(self, url: str, **facts: Any) -> httpx.Response:
        """GET."""
        answer: httpx.Response = self.run(self.client.get(url, **facts))
        return answer

    def post(self, url: str, **facts: Any) -> httpx.Response:
        """POST."""
        answer: httpx.Response = self.run(self.client.post(url, **facts))
        return answer

    def close(self) -> None:
        """The loop ends."""
        self._runner.close()


class Consumer:
    """利用側業務システム: gets tokens and calls the two interfaces."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.http = Http(town)
        self.clients = town.settings.clients

    def assertion(self, *, secret: str = "", algorithm: str = "HS256", **changes: Any) -> str:
        """A client assertion; further keyword arguments replace claims, None removes one."""
        one = self.clients[0]
        claims = {
            "iss": one.client_id,
            "sub": one.client_id,
            "aud": f"{BASE}/oauth2/token",
            "jti": uuid.uuid4().hex,
            "exp": int(time.time()) + 60,
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = OctKey.import_key(secret or one.client_secret)
        return jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])

    def form(self, assertion: str | None = None, **members: str) -> dict[str, str]:
        """A form authenticated with client_secret_jwt."""
        return {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
            **members,
        }

    def ask_token(self, scope: str = FUBAN_SCOPE, assertion: str | None = None) -> Any:
        """The token endpoint's answer."""
        form = self.form(assertion, grant_type="client_credentials", scope=scope)
        return self.http.post("/oauth2/token", data=form)

    def token(self, scope: str = FUBAN_SCOPE) -> str:
        """A fresh token."""
        value: str = self.ask_token(scope).json()["access_token"]
        return value

    def _bearer(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(scope)}"}

    def fuban(self, **changes: Any) -> Any:
        """付番 of an ordinary person; None removes a member."""
        body = {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}
        return self.http.post(FUBAN_PATH, json=body, headers=self._bearer(FUBAN_SCOPE))

    def call(self, token: str) -> Any:
        """付番 with that token."""
        return self.http.post(FUBAN_PATH, json=REQUEST, headers={"Authorization": f"Bearer {token}"})

    def number(self, **changes: Any) -> str:
        """The number that a 付番 gave."""
        value: str = self.fuban(**changes).json()["result"][0]["atenabango"]
        return value

    def shokai(self, **changes: Any) -> Any:
        """照会 with exact match in the present rows."""
        body = {
            "shikuchosonkodo": "993018",
            "kensakuhoho": "1",
            "rirekikensaku": "0",
            "gyomuid": "019",
            "dokujishisakushisutemutoid": "000",
            "sosashaid": "123456",
            "sosanengappi": "2026-04-01",
            "sosajikoku": "09:00",
            **changes,
        }
        return self.http.post(SHOKAI_PATH, json=body, headers=self._bearer(SHOKAI_SCOPE))

    def found(self, **changes: Any) -> list[dict[str, Any]]:
        """The rows of a 照会."""
        rows: list[dict[str, Any]] = self.shokai(**changes).json()["result"]
        return rows
