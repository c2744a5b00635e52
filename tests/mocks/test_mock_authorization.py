"""The authorization server and the bearer checks of 031."""

import time
from collections.abc import Callable

import pytest
from mock_consumer import BASE, REQUEST, Consumer

from mocks.authority import FUBAN_SCOPE, SHOKAI_SCOPE
from mocks.jutogai.endpoint import FUBAN_PATH

Start = Callable[..., Consumer]
FOREIGN_SCOPE = "032:app_submit/v10/dantainaitogoatenabango:Create"
UNAUTHORIZED = {
    "title": "住登外者宛名番号付番",
    "detail": "アクセストークンが無効です。",
    "_links": {"self": {"href": FUBAN_PATH}},
}


class LaterClock:
    """The time of the authorization server, some seconds ahead."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def time(self) -> float:
        """Now and a little more."""
        return time.time() + self._seconds


def test_a_token_is_a_bearer_token_without_refresh_token(start: Start) -> None:
    """client_secret_jwt gives a Bearer token with its life and scope, and nothing else."""
    answer = start().ask_token().json()

    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 5, FUBAN_SCOPE)


def test_basic_is_taken_by_a_vendor_that_claims_it_only(start: Start) -> None:
    """alpha takes client_secret_basic, gamma refuses it."""
    for name, status in (("alpha", 200), ("gamma", 401)):
        consumer = start(vendor_name=name)
        one = consumer.clients[0]
        answer = consumer.http.post(
            "/oauth2/token", data={"grant_type": "client_credentials"}, auth=(one.client_id, one.client_secret)
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"jti": None},
        {"aud": "https://elsewhere.example/oauth2/token"},
        {"aud": f"{BASE}/oauth2/revoke"},
        {"iss": "somebody"},
        {"sub": None},
    ],
)
def test_a_wrong_assertion_gets_no_token(start: Start, changes: dict[str, object]) -> None:
    """An assertion that is expired, unnamed, for another audience or of another issuer is refused."""
    consumer = start()

    answer = consumer.ask_token(assertion=consumer.assertion(**changes))

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"


def test_an_assertion_is_good_once(start: Start) -> None:
    """The same jti is refused the second time."""
    consumer = start()
    assertion = consumer.assertion()

    assert [consumer.ask_token(assertion=assertion).status_code for _ in range(2)] == [200, 400]


def test_a_token_is_for_one_provider(start: Start) -> None:
    """Scopes of two providers are refused, those of another provider alone are granted."""
    consumer = start()

    assert consumer.ask_token(f"{FUBAN_SCOPE} {FOREIGN_SCOPE}").json()["error"] == "invalid_scope"
    assert consumer.ask_token(FOREIGN_SCOPE).status_code == 200


@pytest.mark.parametrize("scope", ["031:unknown/v1/x:Read", "nonsense", "031:app_submit/v10/abc:Drop"])
def test_an_unknown_scope_is_refused(start: Start, scope: str) -> None:
    """A scope that is not registered or has another form gets no token."""
    assert start().ask_token(scope).json()["error"] == "invalid_scope"


def test_revocation_shows_in_introspection_and_at_the_resource(start: Start) -> None:
    """A revoked token is inactive and refused."""
    consumer = start()
    token = consumer.token()
    active = consumer.http.post("/oauth2/introspect", data=consumer.form(token=token)).json()
    assert (active["active"], active["scope"]) == (True, FUBAN_SCOPE)

    consumer.http.post("/oauth2/revoke", data=consumer.form(token=token))

    assert consumer.http.post("/oauth2/introspect", data=consumer.form(token=token)).json() == {"active": False}
    assert consumer.call(token).status_code == 401


def test_introspection_needs_a_client(start: Start) -> None:
    """Nobody is told about a token without authenticating."""
    consumer = start()

    assert consumer.http.post("/oauth2/introspect", data={"token": consumer.token()}).status_code == 401


def test_an_expired_token_is_refused(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its life a token is good for nothing."""
    consumer = start()
    token = consumer.token()
    assert consumer.call(token).status_code == 200

    monkeypatch.setattr("mocks.authority.time", LaterClock(6))

    assert consumer.call(token).status_code == 401


def test_the_401_body_is_the_fixed_one(start: Start) -> None:
    """A missing token is answered with title, detail and link, and with the content type of the standard."""
    answer = start().http.post(FUBAN_PATH, json=REQUEST)

    assert answer.json() == UNAUTHORIZED
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"


def test_a_token_is_taken_from_the_header_only(start: Start) -> None:
    """Query string, body, and two places at once are refused."""
    consumer = start()
    token = consumer.token()
    header = {"Authorization": f"Bearer {token}"}
    in_query = f"{FUBAN_PATH}?access_token={token}"

    answers = (
        consumer.http.post(in_query, json=REQUEST),
        consumer.http.post(FUBAN_PATH, json={**REQUEST, "access_token": token}),
        consumer.http.post(in_query, json=REQUEST, headers=header),
        consumer.call("garbage"),
        consumer.call(consumer.token(SHOKAI_SCOPE)),
        consumer.call(consumer.token(FOREIGN_SCOPE)),
    )

    assert [answer.status_code for answer in answers] == [401] * 6


def test_client_ids_have_the_form_of_the_standard_and_secrets_stay_out_of_sight(start: Start) -> None:
    """32 letters and digits; the secret of 32 characters or more is in no representation."""
    for one in start().clients:
        assert len(one.client_id) == 32
        assert one.client_id.isalnum()
        assert len(one.client_secret) >= 32
        assert one.client_secret not in repr(one)
