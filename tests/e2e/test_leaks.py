"""A vendor that sends back whatever it was sent, and more: none of it reaches the run folder."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from command_line import Ended, plan_of, renkei, run, target

SECRET = "pZ8+/kQ2=w7Lr0&mBv5tYc8?dUe3HsJ"  # every letter that URL and base64 write in another way
PERSONAL = "123456789018"  # with its right check digit, and outside the reserved range
ONLY = [word for name in ("AU-04", "AU-05", "AU-21", "AU-25", "TR-05") for word in ("--only", name)]


class Echo(BaseHTTPRequestHandler):
    """Gives tokens to anybody and repeats every secret in many spellings, in bodies and in headers."""

    protocol_version = "HTTP/1.1"
    # shared by the handlers of the one server
    asked: ClassVar[list[str]] = []
    issued: ClassVar[list[str]] = ["none yet"]

    def do_POST(self) -> None:
        """A token, or an answer that is full of secrets."""
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        form = urllib.parse.parse_qs(sent) if "=" in sent else {}
        self.asked.extend(form.get("client_assertion", []))
        told = {
            "raw": f"{SECRET} {self.issued} {self.headers.get('Authorization')}",
            "url": urllib.parse.quote(SECRET, safe=""),
            "twice": urllib.parse.quote(urllib.parse.quote(SECRET, safe=""), safe=""),
            "base64": base64.b64encode(f"x{SECRET}y".encode()).decode(),
            "basic": base64.b64encode(f"client:{SECRET}".encode()).decode(),
            "hex": self.issued[-1].encode().hex(),
            "sent": sent,
            "kojinbango": PERSONAL,
        }
        if self.path == "/token":
            self.issued.append(secrets.token_urlsafe(24))
            self._answer(200, {"access_token": self.issued[-1], "token_type": "Bearer", "expires_in": 300, **told})
        else:
            self._answer(400, told)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that http.server looks for

    def _answer(self, status: int, value: dict[str, object]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status, f"said {self.issued[-1]}")
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Location", f"http://127.0.0.1/?secret={urllib.parse.quote(SECRET)}")
        self.send_header("WWW-Authenticate", f'Bearer realm="{self.issued[-1]}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def echoed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ended, Ended, Path]]:
    """A run and a doctor's visit against it, and the run folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("echo")
    url = f"http://127.0.0.1:{server.server_port}"
    rest = {"base_url": url, "token_url": f"{url}/token", "client_id": "client", "client_secret": {"env": "E2E_SECRET"}}
    plan = folder / "plan.toml"
    plan.write_text(plan_of([target("echo-031", "031", rest=rest)]), encoding="utf-8")
    secret = {"E2E_SECRET": SECRET}
    yield run(plan, folder / "run", *ONLY, env=secret), renkei("doctor", plan, "--json", env=secret), folder / "run"
    server.shutdown()


def spellings(secret: str) -> set[bytes]:
    """The secret as it may be written."""
    raw = secret.encode()
    inner = {base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)}
    return {
        raw,
        raw.hex().encode(),
        urllib.parse.quote(secret, safe="").encode(),
        urllib.parse.quote(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
        *inner,
    }


def test_the_echo_was_heard(echoed: tuple[Ended, Ended, Path]) -> None:
    """The run took place: its cases were judged, and exchanges with the echo are in evidence."""
    ended, doctor, folder = echoed
    evidence = b"".join(path.read_bytes() for path in (folder / "evidence").iterdir())

    assert ended.code == 1, ended.said
    assert doctor.code == 0, doctor.said
    assert b"[secret:" in evidence
    assert "[個人番号]".encode() in evidence


def test_nothing_secret_is_kept(echoed: tuple[Ended, Ended, Path]) -> None:
    """No spelling of the secret, of the token, of any signed assertion and no 個人番号 is in any file or output."""
    ended, doctor, folder = echoed
    wanted = {form for secret in (SECRET, *Echo.asked, *Echo.issued[1:]) for form in spellings(secret)} | {
        PERSONAL.encode()
    }
    texts = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    texts |= {"stdout and stderr": ended.said.encode(), "doctor": doctor.said.encode()}

    assert len(Echo.asked) > 1
    assert [(name, form) for name, data in texts.items() for form in wanted if form in data] == []
