"""The observing proxy before a whole mock vendor, with TLS and certificates of its own on both sides."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from renkei.adapters.h11.transport import PinnedTransport
from renkei.cli.between import Observed, Record, observing
from renkei.cli.wiring import load_bundle
from renkei.errors import PlanError
from renkei.events import Event, ExchangeSeen
from renkei.flow.exchange import Exchange, Request
from renkei.flow.plan import RestAccess
from renkei.redaction import Redactor

ROOT = Path(__file__).parents[2]
FUBAN, SHOKAI = "jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai"
SCOPES = {
    name: f"031:app_submit/v10/{name}:{right}" for name, right in ((FUBAN, "Create"), (SHOKAI, "Read"))
}  # fmt: skip


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A mock vendor in a process of its own: its readiness line, and its first client's secret."""
    folder = tmp_path_factory.mktemp("vendor")
    options = ["--vendor", "beta", "--system", "031", "--port", "0", "--tls", str(folder / "tls"), "--seed", "1"]
    clients = folder / "clients.json"
    command = [sys.executable, "-m", "mocks", *options, "--token-seconds", "600", "--clients", str(clients)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            kept = json.loads(clients.read_text("utf-8"))
            rows = kept["clients"] if isinstance(kept, dict) else kept
            yield {**ready, "secret": rows[0]["client_secret"]}
        finally:
            process.terminate()


class Consumer:
    """A small consumer that knows the provider only as the proxy shows it."""

    def __init__(self, rest: RestAccess, client: str, secret: str) -> None:
        self.rest, self._client, self._secret = rest, client, secret
        self._transport = PinnedTransport(frozenset({rest.base_url}), ca_file=rest.ca_file, deadline=10)
        self.exchanges: list[Exchange] = []

    def form(self, url: str, **members: str) -> Exchange:
        """A form to the token service, by client_secret_basic."""
        pair = base64.b64encode(f"{self._client}:{self._secret}".encode()).decode()
        headers = (("Authorization", f"Basic {pair}"), ("Content-Type", "application/x-www-form-urlencoded"))
        return self._send(
            Request(method="POST", url=url, headers=headers, body=urllib.parse.urlencode(members).encode())
        )

    def call(self, operation: str, body: Any, token: str) -> Exchange:
        """An operation."""
        headers = (("Content-Type", "application/json"), ("Authorization", f"Bearer {token}"))
        data = json.dumps(body, ensure_ascii=False).encode()
        url = f"{self.rest.base_url}/app_submit/v10/{operation}"
        return self._send(Request(method="POST", url=url, headers=headers, body=data))

    def _send(self, request: Request) -> Exchange:
        exchange = self._transport.send(request)
        assert exchange.response is not None, exchange.error
        self.exchanges.append(exchange)
        return exchange


def searching(municipality: str, **more: str) -> dict[str, str]:
    """A search as the contract wants it."""
    return {
        "shikuchosonkodo": municipality,
        "kensakuhoho": "1",
        "rirekikensaku": "0",
        "gyomuid": "010",
        "dokujishisakushisutemutoid": "000",
        "sosashaid": "A1",
        "sosanengappi": "2026-04-01",
        "sosajikoku": "09:00:00",
        **more,
    }


def registering(municipality: str) -> dict[str, str]:
    """A registration as the contract wants it."""
    body = searching(
        municipality, shorikubun="0", nayosemotofuragu="0", tagyomusanshofukafuragu="0", shimei="佐藤　一郎"
    )
    return {name: value for name, value in body.items() if name not in ("kensakuhoho", "rirekikensaku")}


def journey(consumer: Consumer, municipality: str) -> str:
    """A token, a registration, the search for it, the token's state; the token."""
    told = consumer.form(consumer.rest.token_url, grant_type="client_credentials", scope=" ".join(SCOPES.values()))
    assert told.status == 200, told.text()
    token = str(told.json()["access_token"])
    made = consumer.call(FUBAN, registering(municipality), token)
    assert made.status == 200, made.text()
    number = made.json()["result"][0]["atenabango"]
    found = consumer.call(SHOKAI, searching(municipality, atenabango=number), token)
    assert found.status == 200 and found.json()["result"], found.text()
    assert consumer.form(consumer.rest.introspection_url, token=token).status == 200
    return token


class World:
    """Everything that came of one run through the proxy."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.observed: Observed | None = None
        self.texts: list[str] = []
        self.exchanges: list[Exchange] = []
        self.tokens: list[str] = []


@pytest.fixture(scope="module")
def world(vendor: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> World:
    """Conforming traffic over TLS on both sides, then one request with a wrong token and one broken one."""
    folder, authority, found = tmp_path_factory.mktemp("proxy"), trustme.CA(), World()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "own.pem"))
    rest = RestAccess(
        base_url=vendor["base_url"],
        token_url=vendor["token_url"],
        introspection_url=vendor["introspection_url"],
        revocation_url=vendor["revocation_url"],
        ca_file=vendor["ca_file"],
    )
    redactor = Redactor({})
    record = Record(folder=folder / "evidence", redactor=redactor, emit=found.events.append, case="c", test="t")
    with observing(rest, load_bundle(), "031", record=record, certificate=str(folder / "own.pem")) as observed:
        found.observed = observed
        shown = RestAccess(
            base_url=observed.rest.base_url,
            token_url=observed.rest.token_url,
            introspection_url=observed.rest.introspection_url,
            ca_file=str(folder / "ca.pem"),
        )
        consumer = Consumer(shown, vendor["client_id"], vendor["secret"])
        found.tokens.append(journey(consumer, vendor["municipality"]))
        found.exchanges = list(consumer.exchanges)
        assert (
            consumer.call(SHOKAI, searching(vendor["municipality"], atenabango="1"), "made-up-0123456789").status == 401
        )
        assert consumer.call(SHOKAI, {}, found.tokens[0]).status == 400
    found.texts = [path.read_text("utf-8") for path in (folder / "evidence").iterdir()]
    return found


def test_conforming_traffic_gives_no_finding(world: World) -> None:
    """Token, registration, search and introspection are judged and put on nobody; the others on whom they concern."""
    assert world.observed is not None and world.observed.account is not None
    account = world.observed.account

    assert account.whole
    assert (account.seen, account.judged, dict(account.unjudged)) == (6, 6, {})
    assert {str(party): count for party, count in account.parties.items()} == {"": 4, "configuration": 1, "consumer": 1}


def test_both_sides_have_the_same_bytes(world: World) -> None:
    """What the consumer sent and got has the digests of what the proxy passed on, and each exchange is an event."""
    digests = [
        hashlib.sha256(
            f"{exchange.status} {hashlib.sha256(exchange.request.body).hexdigest()} "
            f"{hashlib.sha256(exchange.response.body if exchange.response else b'').hexdigest()}".encode()
        ).hexdigest()
        for exchange in world.exchanges
    ]
    seen = [event for event in world.events if isinstance(event, ExchangeSeen)]

    assert len(seen) == 6
    assert [event.kept for event in seen] == [True] * 6
    assert len(set(digests)) == 4
    for exchange in world.exchanges:
        # the kept evidence holds the body that the consumer has, but for what is redacted
        assert exchange.response is not None
        words = [word for word in exchange.text().split('"') if "atenabango" in word]
        assert all(any(word in text for text in world.texts) for word in words)


def test_no_token_or_secret_is_kept(world: World, vendor: dict[str, Any]) -> None:
    """Neither the token nor the client's secret is in any file of evidence, event or account."""
    assert world.observed is not None
    everything = " ".join([*world.texts, str(world.events), str(world.observed.account)])

    assert world.texts
    assert [one for one in (*world.tokens, vendor["secret"]) if one in everything] == []


@pytest.mark.parametrize("origin", ["ftp://a:1", "http://a:1/x", "http://u@a:1", "http://:1", "http://a:x", "//a"])
def test_only_an_origin_can_be_stood_before(origin: str) -> None:
    """Anything but scheme, host and port is refused with a diagnosis."""
    from renkei.adapters.httptools.proxy import ObservingProxy, Stand

    with pytest.raises(PlanError) as refused:
        ObservingProxy(Stand(origin=origin), lambda _: None)

    assert refused.value.code == "proxy-origin-malformed"


def test_an_unusable_certificate_or_address_is_a_diagnosis(tmp_path: Path) -> None:
    """A certificate that is none, and an address that is taken, are told before anything is served."""
    from renkei.adapters.httptools.proxy import ObservingProxy, Stand

    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(PlanError) as refused:
        ObservingProxy(Stand(origin="http://a:1", certificate=str(tmp_path / "none.pem")), lambda _: None)
    taken = ObservingProxy(Stand(origin="http://a:1", host="192.0.2.1"), lambda _: None).running()
    with pytest.raises(PlanError) as elsewhere, taken:
        pass

    assert (refused.value.code, elsewhere.value.code) == ("proxy-certificate-unusable", "proxy-not-startable")
