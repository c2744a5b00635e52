"""A vendor whose tokens and secrets are ids and words of the reports: the run folder stays readable, or nothing is run."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from command_line import Ended, plan_of, renkei, run, target

from renkei.cli.wiring import contracts_digest, load_bundle

ID = "shared-words-031"
SECRET = f"{ID}-k3y-of-the-client-that-nobody-knows"
LINKAGE = "jutogaishaatenabangofuban"
ONLY = [word for name in ("AU-01", "AU-04", "AU-05", "TR-05") for word in ("--only", name)]


class Words(BaseHTTPRequestHandler):
    """Gives tokens that are ids, digests and words, one after the other, and answers everything else with such words."""

    # shared by the handlers of the one server
    words: ClassVar[tuple[str, ...]] = ()
    turn: ClassVar[Iterator[int]] = itertools.count()

    def do_POST(self) -> None:
        """A token that is a word."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        word = self.words[next(self.turn) % len(self.words)]
        token = {"access_token": word, "token_type": "Bearer", "expires_in": 300, "scope": ""}
        body = json.dumps(token if self.path == "/token" else {"title": word}).encode()
        self.send_response(200 if self.path == "/token" else 400)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A plan for that vendor; the secret of its client begins like the target's id."""
    case = f"{ID}/provider/{LINKAGE}/TR-05"
    Words.words = (
        LINKAGE,
        ID,
        case,
        "TR-05",
        "provider",
        "statusDetails",
        contracts_digest(load_bundle()),
        "harness_error",
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Words)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    rest = {"base_url": url, "token_url": f"{url}/token", "client_id": "client", "client_secret": {"env": "E2E_SECRET"}}
    path = tmp_path_factory.mktemp("words") / "plan.toml"
    path.write_text(plan_of([target(ID, "031", rest=rest)]), encoding="utf-8")
    yield path
    server.shutdown()


@pytest.fixture(scope="module")
def judged(plan: Path) -> tuple[Ended, Path]:
    """A run against that vendor."""
    folder = plan.parent / "run"
    return run(plan, folder, *ONLY, env={"E2E_SECRET": SECRET}), folder


def test_the_folder_stays_readable(judged: tuple[Ended, Path]) -> None:
    """The run ends with what the vendor deserves, and every id in it is whole."""
    ended, folder = judged
    [found] = json.loads((folder / "verdicts.json").read_text("utf-8"))["targets"]

    assert ended.code in (1, 3), ended.said
    assert found["id"] == ID
    assert LINKAGE in {row["linkage"] for row in found["results"]}
    assert all("[secret" not in f"{row['linkage']}{row['requirement']}{row['role']}" for row in found["results"])


def test_it_can_be_decided_upon(judged: tuple[Ended, Path]) -> None:
    """A certificate is made of the run: nothing that ties it together was hidden."""
    ended, folder = judged
    key = folder.parent / "key.pem"
    assert renkei("certify", "--new-key", key).code == 0
    decided = renkei("certify", folder, "--key", key)

    assert ended.code in (1, 3), ended.said
    assert decided.code in (0, 1, 3), decided.said
    assert (folder / "certificate.json").is_file()


def test_the_secret_is_hidden_all_the_same(judged: tuple[Ended, Path]) -> None:
    """What the secret has beyond the id stands in no file."""
    _, folder = judged
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"k3y-of-the-client" not in path.read_bytes(), path


@pytest.mark.parametrize("secret", [LINKAGE, ID, "inconclusive"])
def test_a_secret_that_is_no_secret_is_refused(secret: str, plan: Path, tmp_path: Path) -> None:
    """Nothing is run with a secret that is an id or a word of the reports, and the diagnosis does not repeat it."""
    ended = run(plan, tmp_path / "run", env={"E2E_SECRET": secret})

    assert ended.code == 2, ended.said
    assert "[plan-secret-public]" in ended.err
    assert not (tmp_path / "run" / "run.jsonl").exists()


def test_an_id_that_reads_like_somebodys_number_is_refused(plan: Path, tmp_path: Path) -> None:
    """A target's id with a valid 個人番号 in it could not be written; the diagnosis does not write it either."""
    other = tmp_path / "plan.toml"
    other.write_text(plan.read_text("utf-8").replace(ID, "v-123456789018"), encoding="utf-8")
    ended = run(other, tmp_path / "run", env={"E2E_SECRET": "another-secret-of-no-consequence"})

    assert ended.code == 2, ended.said
    assert "[plan-id-hidden]" in ended.err
    assert "123456789018" not in ended.said
