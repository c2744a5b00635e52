"""Targets that cannot be tested: the run and the doctor say the same, and every other target is judged."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from command_line import Ended, plan_of, renkei, rows, run, target, verdict_of, verdicts
from running_town import Town

from renkei.runlog import read_log

SKEW = 600
# (target, the code that both commands must give)
OBSTACLES = {
    "refused": "connect-refused",
    "dns": "dns",
    "wrong-ca": "tls-unknown-ca",
    "plain-on-tls": "tls-expected",
    "token-path": "token-endpoint-wrong",
    "wrong-secret": "credentials-refused",
    "clock": "clock-skew",
    "edition": "edition-mismatch",
    "no-files": "no-test-data",
    "no-place": "place-absent",
}


class LateClock(BaseHTTPRequestHandler):
    """A token service whose clock is ten minutes behind."""

    def do_POST(self) -> None:
        """Give a token to anybody."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"access_token": "abcdefghijklmnop", "token_type": "Bearer", "expires_in": 300}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time of a clock that is wrong."""
        return formatdate(self.server.started - SKEW, usegmt=True)  # type: ignore[attr-defined]  # set by the fixture

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def late_clock() -> Iterator[str]:
    """Its base URL."""
    import time

    server = ThreadingHTTPServer(("127.0.0.1", 0), LateClock)
    server.started = time.time()  # type: ignore[attr-defined]  # read by date_time_string
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def blocked_plan(town: Town, late_clock: str) -> Path:
    """One target for each obstacle, and two without."""
    base = town.ready["alpha"]["base_url"]
    trustme.CA().cert_pem.write_to_path(str(town.folder / "other-ca.pem"))
    (town.folder / "wrong.secret").write_text("w" * 32, encoding="utf-8")
    (town.folder / "empty").mkdir(exist_ok=True)
    nowhere = "http://127.0.0.1:1"
    invalid = "https://vendor.invalid"
    plain = base.replace("https:", "http:")
    rest = {
        "refused": town.rest(base_url=nowhere, token_url=f"{nowhere}/t"),
        "dns": town.rest(base_url=invalid, token_url=f"{invalid}/t"),
        "wrong-ca": town.rest(base_url=f"{base}/a", ca_file="other-ca.pem"),
        "plain-on-tls": town.rest(base_url=plain, token_url=f"{plain}/oauth2/token"),
        "token-path": town.rest(base_url=f"{base}/b", token_url=f"{base}/nowhere"),
        "wrong-secret": town.rest(base_url=f"{base}/c", client_secret={"file": "wrong.secret"}),
        "clock": town.rest(base_url=late_clock, token_url=f"{late_clock}/token"),
    }
    targets = [target(name, "031", rest=access) for name, access in rest.items()]
    targets += [
        target("edition", "031", rest=town.rest(base_url=f"{base}/d"), claims={"edition": "1999-01"}),
        target("no-files", "001", files={"url": (town.folder / "empty").as_uri()}),
        target("no-place", "001", files={"url": (town.folder / "nothing-here").as_uri()}),
        target("good-031", "031", rest=town.rest()),
        target("good-001", "001", files={"url": town.ready["alpha"]["place"]}),
    ]
    return town.plan("blocked", plan_of(targets))


@pytest.fixture(scope="module")
def blocked_run(town: Town, blocked_plan: Path) -> tuple[Ended, Path]:
    """The run of that plan, with few cases of the good targets."""
    folder = town.folder / "run-blocked"
    only = [word for name in ("AU-04", "AU-05", "FL-01", *OBSTACLES) for word in ("--only", name)]
    return run(blocked_plan, folder, "--workers", 8, *only), folder


@pytest.fixture(scope="module")
def doctor(blocked_plan: Path) -> Ended:
    """What the doctor says of the same plan, as data."""
    return renkei("doctor", blocked_plan, "--json")


@pytest.mark.parametrize(("name", "code"), OBSTACLES.items())
def test_the_run_says_why_a_target_is_blocked(blocked_run: tuple[Ended, Path], name: str, code: str) -> None:
    """Every case of the target is blocked by that obstacle, none passes, and the words are in the verdicts."""
    found = [row for row in rows(blocked_run[1], name) if row["outcome"] != "not_applicable"]

    assert verdict_of(blocked_run[1])[name] == "blocked"
    assert {(row["outcome"], row["reason_code"]) for row in found if row["outcome"] == "blocked"} == {("blocked", code)}
    assert all(row["outcome"] in ("blocked", "not_claimed") for row in found)
    assert all(code not in row["reason"] for row in found if row["outcome"] == "blocked"), "a code is no sentence"
    assert code in blocked_run[0].err


@pytest.mark.parametrize(("name", "code"), OBSTACLES.items())
def test_the_doctor_says_the_same(doctor: Ended, name: str, code: str) -> None:
    """The doctor gives the same code, with what happened, what was expected and what to do next."""
    row = next(row for row in json.loads(doctor.out)["targets"] if row["target"] == name)

    assert row["code"] == code
    assert row["message"]
    assert row["expected"]
    assert row["hint"]
    assert row["owner"]


def test_other_targets_are_judged(blocked_run: tuple[Ended, Path]) -> None:
    """The two good targets of the plan pass, and the exit code says that others were blocked."""
    ended, folder = blocked_run

    assert ended.code == 3, ended.said
    assert verdicts(folder)["verdict"] == "blocked"
    assert {name: verdict for name, verdict in verdict_of(folder).items() if name.startswith("good")} == {
        "good-031": "passed",
        "good-001": "passed",
    }
    assert list(read_log(folder / "run.jsonl"))
    assert "Traceback" not in ended.said


def test_a_blocked_run_gets_no_certificate_for_what_was_blocked(
    blocked_run: tuple[Ended, Path], tmp_path: Path
) -> None:
    """A certificate of such a run does not certify the blocked targets."""
    renkei("certify", "--new-key", tmp_path / "key.pem")
    ended = renkei("certify", blocked_run[1], "--key", tmp_path / "key.pem", "--json")
    decided = {row["id"]: row["decision"] for row in json.loads(ended.out)["targets"]}

    assert ended.code == 1, ended.said
    assert not {decided[name] for name in OBSTACLES} & {"certified", "conditional"}


def test_the_doctor_exits_with_3(doctor: Ended) -> None:
    """One blocked target is enough, and good ones have no code."""
    codes = {row["target"]: row["code"] for row in json.loads(doctor.out)["targets"]}

    assert doctor.code == 3, doctor.said
    assert (codes["good-031"], codes["good-001"]) == ("", "")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_doctor_tells_people(town: Town, language: str) -> None:
    """Of good targets the doctor says so in the reader's language, and exits with 0."""
    ended = renkei("--lang", language, "doctor", town.plan_for("alpha"))

    assert ended.code == 0, ended.said
    assert "alpha-031" in ended.out
    assert any("ぁ" <= char <= "ん" for char in ended.out) == (language == "ja")
