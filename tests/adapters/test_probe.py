"""A target that cannot be judged is told by its obstacle, in ten seconds and with two requests."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import jsonschema_rs
import pytest
import trustme
from certificate import YESTERDAY, context
from hostile import answer, peer, read_request, silent

from renkei.adapters.fsspec import bucket, folder
from renkei.adapters.fsspec.place import open_place
from renkei.adapters.h11.transport import PinnedTransport
from renkei.adapters.pyjwt.signer import JwtSigner
from renkei.adapters.tls.handshake import Handshaker
from renkei.catalogue import LANGUAGES, Catalogue
from renkei.cli import doctor, wiring
from renkei.errors import Owner, UsageError
from renkei.events import TargetProbed
from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.plan import Claims, FilesAccess, Plan, Profile, RestAccess, Target
from renkei.flow.requirement import Transport
from renkei.kit.target import Client, Tools
from renkei.probe import Prober
from renkei.redaction import Redactor
from renkei.wirecode import CODES

EDITION = "2026-04"
SECRET = "0123456789abcdef0123456789abcdef"
JSON = "Content-Type: application/json;charset=UTF-8"
TOKEN = {"access_token": "t" * 40, "token_type": "Bearer", "expires_in": 5}


def linkage(id_: str, transport: Transport, **more: str) -> Linkage:
    """A linkage of the sample systems."""
    return Linkage(id=id_, name_ja=id_, name_en=id_, system="031", consumers=(), transport=transport, **more)


SYSTEM = System(
    id="031",
    romaji="x",
    name_ja="x",
    name_en="x",
    linkages=(
        linkage("create", Transport.REST, path="/app/create", scope="031:create:Create"),
        linkage("read", Transport.REST, path="/app/read", scope="031:read:Read"),
        linkage("001o005", Transport.FILE),
        linkage("001o006", Transport.FILE),
        linkage("001o009", Transport.FILE, option="shien"),
    ),
    items=(),
    document={},
)
BUNDLE = Bundle(
    edition=EDITION,
    title_ja="",
    title_en="",
    systems=(SYSTEM,),
    requirements=(),
    ambiguities=(),
    codes={},
    file_profile={},
    auth_document={},
    digests={},
)


class Vendor:
    """A small vendor: answers by path, counts requests."""

    def __init__(self, **answers: bytes) -> None:
        self.answers = {"token": answer(json.dumps(TOKEN).encode(), JSON), "read": answer(b"{}", JSON)} | answers
        self.seen: list[bytes] = []

    def __call__(self, sock: socket.socket) -> None:
        while request := read_request(sock):
            self.seen.append(request)
            path = request.split(b" ")[1].decode()
            known = self.answers.get(path.rpartition("/")[2], answer(b"", status="404 Not Found"))
            date = known.replace(b"\r\n", b"\r\nDate: " + email.utils.formatdate(usegmt=True).encode() + b"\r\n", 1)
            sock.sendall(known if b"\r\nDate:" in known else date)


def target(url: str = "", place: str = "", ca_file: str = "", **claims: object) -> Target:
    """A target at that URL or place."""
    access = RestAccess(base_url=url, token_url=url + "/oauth2/token", client_id="c" * 32, ca_file=ca_file)
    return Target(
        id="alpha-031",
        vendor="alpha",
        product="p",
        version="1",
        system="031",
        rest=access if url else None,
        files=FilesAccess(url=place) if place else None,
        claims=Claims(**claims),
    )


def probe(subject: Target, seconds: float = 10.0) -> TargetProbed:
    """The probe of a target with the real adapters."""
    origins = frozenset({subject.rest.base_url}) if subject.rest else frozenset[str]()
    tools = Tools(
        transport=PinnedTransport(origins, ca_file=subject.rest.ca_file if subject.rest else ""),
        signer=JwtSigner(),
        tls=Handshaker(deadline=1),
        place=lambda one: open_place(one.files.url if one.files else "", {}),
        generator=lambda _: pytest.fail("no generator needed"),
        clients=(Client(id="c" * 32, secret=SECRET, gyomuid="010"),),
    )
    found = Prober(tools, BUNDLE, EDITION, seconds=seconds).probe(subject)
    tools.transport.close()
    return found


def test_a_good_target_costs_two_requests() -> None:
    """One token and one empty inquiry are enough; clock and token life are noted."""
    vendor = Vendor()
    with peer(vendor) as server:
        found = probe(target(server.url))

    assert (found.code, found.facts["token_seconds"]) == ("", "5")
    assert abs(int(found.facts["clock_offset"])) <= 2
    assert [request.split(b" ")[1] for request in vendor.seen] == [b"/oauth2/token", b"/app/read"]


def page(status: str = "200 OK", body: bytes = b"<html>", *lines: str) -> bytes:
    """An HTML page."""
    return answer(body, "Content-Type: text/html", *lines, status=status)


def refusal(error: str, status: str = "400 Bad Request") -> bytes:
    """An OAuth error."""
    return answer(json.dumps({"error": error}).encode(), JSON, status=status)


LATE = "Date: " + email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"token": page("404 Not Found")}, "token-endpoint-wrong"),
        ({"token": page()}, "token-endpoint-wrong"),
        ({"token": answer(b"[" * 5000, JSON)}, "token-endpoint-wrong"),
        ({"token": answer(b"{}", JSON)}, "token-endpoint-wrong"),
        ({"token": page("405 Method Not Allowed")}, "token-endpoint-wrong"),
        ({"token": page("503 Service Unavailable")}, "unavailable"),
        ({"token": page("429 Too Many Requests")}, "unavailable"),
        ({"token": page("302 Found", b"", "Location: https://u:p@other/login?x=1")}, "redirected"),
        ({"token": refusal("invalid_client", "401 Unauthorized")}, "credentials-refused"),
        ({"token": refusal("invalid_client")}, "credentials-refused"),
        ({"token": page("401 Unauthorized")}, "credentials-refused"),
        ({"token": refusal("invalid_scope")}, "token-refused"),
        ({"token": answer(json.dumps(TOKEN).encode(), JSON, LATE)}, "clock-skew"),
        ({"token": answer(b'{"error":"invalid_client"}', JSON, LATE, status="401 X")}, "clock-skew"),
        ({"read": answer(b"", status="404 Not Found")}, "base-path-wrong"),
        ({"read": page("301 Moved Permanently", b"", "Location: http://[::1")}, "redirected"),
        ({"token": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}, "framing"),
        ({"read": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"}, "deadline"),
    ],
)
def test_every_obstacle_has_its_code(answers: dict[str, bytes], code: str) -> None:
    """What is wrong at the token URL, the base path or the clock is told apart."""
    with peer(Vendor(**answers)) as server:
        found = probe(target(server.url), seconds=1.0 if code == "deadline" else 10.0)

    assert found.code == code
    assert "u:p" not in str(found.values)
    explained(found)


def test_an_unjudged_answer_is_no_obstacle() -> None:
    """An operation that refuses, fails or has no date can be judged."""
    for status in ("400 Bad Request", "401 Unauthorized", "500 Oops"):
        with peer(Vendor(read=answer(b"{}", JSON, "Date: soon", status=status))) as server:
            assert probe(target(server.url)).code == ""


def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    """Nobody listening, no such name, nobody answering."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    refused = probe(target(f"http://127.0.0.1:{port}"))

    assert (refused.code, refused.values) == ("connect-refused", {"url": f"http://127.0.0.1:{port}/oauth2/token"})
    assert probe(target("http://no-such-host.invalid:80")).code == "dns"
    started = time.monotonic()
    with peer(silent) as server:
        assert probe(target(server.url), seconds=0.5).code == "deadline"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({}, ""),
        ({"name": "other.example"}, "tls-wrong-name"),
        ({"not_before": YESTERDAY - dt.timedelta(days=9), "not_after": YESTERDAY}, "tls-expired"),
        (None, "tls-unknown-ca"),
    ],
)
def test_a_certificate_that_is_not_trusted_says_why(how: dict[str, object] | None, code: str, tmp_path: Path) -> None:
    """Unknown CA, expired and wrong name are told apart; a good one shows its TLS version."""
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    made = context(authority, **how) if how is not None else context(other)
    with peer(Vendor(), made) as server:
        found = probe(target(server.url, ca_file=str(tmp_path / "ca.pem")))

    assert found.code == code
    assert found.facts.get("tls") == (None if code else "1.3")
    explained(found)


@pytest.mark.parametrize(("highest", "code", "fact"), [("1.1", "", "1.1"), ("1.2", "", "1.2")])
def test_a_tls_version_too_old_is_judged_and_blocks_nobody(highest: str, code: str, fact: str, tmp_path: Path) -> None:
    """Where TLS 1.1 is the newest that is spoken, that is what has to be judged: no obstacle, and the version as a fact."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with peer(Vendor(), context(authority, "1.1", highest)) as server:
        found = probe(target(server.url, ca_file=str(tmp_path / "ca.pem")))

    assert (found.code, found.facts.get("tls")) == (code, fact)


def test_a_server_that_ends_every_handshake_is_blocked(tmp_path: Path) -> None:
    """A server that refuses TLS of every version is an obstacle, and no violation."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    nothing = context(authority)
    nothing.set_ciphers("PSK")
    nothing.maximum_version = ssl.TLSVersion.TLSv1_2
    with peer(Vendor(), nothing) as server:
        found = probe(target(server.url, ca_file=str(tmp_path / "ca.pem")))

    assert found.code == "tls"
    explained(found)


def test_another_edition_is_blocked_without_a_packet() -> None:
    """A target that claims another edition is not asked at all."""
    vendor = Vendor()
    with peer(vendor) as server:
        found = probe(target(server.url, edition="2024-10"))

    assert (found.code, found.values) == ("edition-mismatch", {"theirs": "2024-10", "ours": EDITION})
    assert not vendor.seen


def test_files_are_counted_by_claimed_linkage(tmp_path: Path) -> None:
    """A place with files is ready; files and completion markers are counted; unclaimed linkages are not looked at."""
    (tmp_path / "001o006").mkdir()
    for name in ("a.csv", "a.csv.end", "b.csv"):
        (tmp_path / "001o006" / name).touch()
    found = probe(target(place=f"file://{tmp_path}", exempt={"001o005": "same package"}))

    assert (found.code, found.facts) == ("", {"files.001o006": "2", "files.001o006.complete": "1"})


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("file://{}", "no-test-data"),
        ("file://{}/none", "place-absent"),
        ("ftp://{}", "place-scheme-unknown"),
        ("s3://bucket/x", "place-option-missing"),
    ],
)
def test_a_place_that_cannot_be_used_is_blocked(place: str, code: str, tmp_path: Path) -> None:
    """Empty, absent and wrongly configured places have their codes."""
    found = probe(target(place=place.format(tmp_path)))

    assert found.code == code
    explained(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_explained(language: str) -> None:
    """Every code that a transport, a handshake or a place can give has a message, a fix and somebody who can act."""
    wire = {"incomplete", "framing", "too-large", "too-many-headers", "not-pinned", *(code for _, code in CODES)}
    shakes = {"tls-certificate", "tls-unknown-ca", "tls-expired", "tls-not-yet-valid", "tls-wrong-name"}
    places = {"place-odd-entry", "place-odd-name", "place-too-many-files", "place-file-too-large", "place-host-key"}
    places |= {code for _, code in (*folder.CODES, *bucket.CODES)} | set(bucket.ANSWERS.values())
    words = Catalogue(language)
    for code in wire | shakes | places:
        assert all(words.has(f"blocked.{code}.{part}") for part in ("message", "expected", "hint")), code
        assert words.text(f"blocked.{code}.message"), "reports say it without values"
        assert words.text(f"blocked.{code}.owner") in set(Owner)


def explained(found: TargetProbed) -> None:
    """Every sentence about the obstacle can be made from its values, in both languages."""
    for language in LANGUAGES:
        for part in ("message", "expected", "hint"):
            assert not found.code or doctor._part(Catalogue(language), found, part)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs doctor over given targets and probes."""

    def ask(*found: TargetProbed, **flags: object) -> int:
        targets = tuple(Target(id=one.target, vendor="v", product="", version="", system="031") for one in found)
        plan = Plan(
            name="plan",
            edition=EDITION,
            profile=Profile.SMOKE,
            municipality="131016",
            seed=1,
            language="ja",
            targets=targets,
            digest="",
        )
        answers = {one.target: one for one in found}
        tools = SimpleNamespace(transport=SimpleNamespace(close=lambda: None))
        monkeypatch.setattr(wiring, "open_plan", lambda path: (plan, BUNDLE))
        monkeypatch.setattr(wiring, "redactor_for", lambda *_: Redactor({"client": SECRET}))
        monkeypatch.setattr(wiring, "tools_for", lambda *_: tools)
        monkeypatch.setattr(Prober, "probe", lambda self, one: answers[one.id])
        return doctor.run(SimpleNamespace(**{"plan": Path("p"), "json": False, "schema": False, "lang": "ja"} | flags))

    return ask


READY = TargetProbed(target="a", facts={"clock_offset": "+0", "files.001o006": "2", "files.001o006.complete": "2"})
STUCK = TargetProbed(target="b", code="redirected", values={"url": "http://x", "location": f"\x1b[2J{SECRET}"})


def test_doctor_says_what_to_do(asked: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Ready targets get a tick and their facts, others the diagnosis; no secret and no escape reaches the terminal."""
    assert asked(READY, STUCK) == 3
    out = capsys.readouterr().out

    assert "✓ a（v・031）：試験できます" in out
    assert "001o006 のファイルの数：2" in out
    assert "✗ b（v・031）：試験できません［redirected］" in out
    assert "次にすること：" in out
    assert "対応する人：試験の担当者" in out
    assert "\x1b" not in out
    assert SECRET not in out


def test_doctor_gives_json_by_its_schema(asked: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form follows the printed schema; a plan whose targets are all ready ends with 0."""
    assert asked(READY, json=True, lang="en") == 0
    ready = json.loads(capsys.readouterr().out)
    assert asked(READY, STUCK, json=True, lang="en") == 3
    blocked = json.loads(capsys.readouterr().out)
    asked(READY, schema=True)
    schema = jsonschema_rs.validator_for(json.loads(capsys.readouterr().out))

    assert schema.is_valid(ready)
    assert schema.is_valid(blocked)
    assert blocked["targets"][1]["message"] == "The server redirects elsewhere (redirects are not followed)."


def test_doctor_without_a_plan_says_so() -> None:
    """A missing argument is a usage error, told in words."""
    with pytest.raises(UsageError, match="plan-not-named"):
        doctor.run(SimpleNamespace(plan=None, schema=False, json=False, lang="en"))
