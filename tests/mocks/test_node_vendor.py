"""The mock vendor in JavaScript: a process like the others, a second reading of the text, a consumer, and a plan's target."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import signal
import ssl
import subprocess
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from two_readings import FUBAN, SHOKAI, Caller, readings

from renkei.adapters.jsonschema_rs.validator import SchemaValidator
from renkei.adapters.yaml.document import read_yaml
from renkei.cli.mockset import start_vendor, town_pack
from renkei.cli.wiring import home, load_bundle
from renkei.vendors import ProcessVendor, launcher

pytestmark = pytest.mark.node

ROOT = home()
NODE = ROOT / "mocks" / "node"
FULL, DELTA = "zenken", "sabun"
COLUMNS = (
    "shikuchosonkodo,atenabango,rirekibango,shiensochikaishinengappi,shiensochishuryonengappi,shiensochikubun,"
    "saishinfuragu,sakujofuragu,sosashaid,sosanengappi,sosajikoku"
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, dict[str, Any]]]]:
    """alpha (Python) and delta (JavaScript), running; the folder and the readiness line of each."""
    folder = tmp_path_factory.mktemp("pair")
    town = town_pack(folder / "town")
    secret = folder / "facade.secret"
    vendors = {
        "alpha": start_vendor("alpha", folder),
        "delta": start_vendor("delta", folder, extra=("--town", str(town), "--facade", str(secret))),
    }
    try:
        with ThreadPoolExecutor() as pool:
            lines = dict(zip(vendors, pool.map(lambda one: one.start(), vendors.values()), strict=True))
        yield folder, lines
    finally:
        for vendor in vendors.values():
            vendor.stop()


def caller(pair: tuple[Path, dict[str, dict[str, Any]]], name: str) -> Caller:
    """A consumer of one of the two."""
    folder, lines = pair
    return Caller(lines[name], folder / "mocks" / name / "clients.json")


def settled() -> dict[str, tuple[str, str]]:
    """The differences that delta's page says are open: alpha's and delta's answer by case."""
    text = (NODE / "README.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    return {row[0]: (row[1], row[2]) for row in cells if len(row) == 4 and ": " in row[0]}


def test_two_readings_differ_only_where_the_text_is_open(pair: Any) -> None:
    """Every case of 031 is answered alike by both implementations, except those that are listed with their reason."""
    with ThreadPoolExecutor() as pool:
        alpha, delta = pool.map(lambda name: readings(caller(pair, name)), ("alpha", "delta"))

    differing = {name: (alpha[name], delta[name]) for name in alpha if alpha[name] != delta[name]}
    assert differing == settled()
    assert len(alpha) == len(delta) > 250


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_of_001_come_to_their_closing_full_file(pair: Any) -> None:
    """Of every linkage of 001 full and deltas fold to the last full file, and every marker fits its file."""
    place = Path(pair[1]["delta"]["place"].removeprefix("file://"))
    system = load_bundle().system("001")

    for linkage in (one for one in system.linkages if one.transport == "file"):
        keys = [item.romaji for item in system.group(linkage.group) if item.key]
        held: dict[tuple[str, ...], dict[str, str]] = {}
        files = sorted((place / linkage.id).glob("*.csv"), key=lambda path: path.stem[-6:])
        assert len(files) == 5
        for path in files[:4]:
            marker = json.loads(path.with_suffix(".csv.end").read_text(encoding="utf-8"))
            assert marker["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            assert marker["rows"] == len(read(path))
            held |= {tuple(row[key] for key in keys): row for row in read(path)}
        alive = [row for row in held.values() if row["sakujofuragu"] != "1"]
        assert sorted(map(str, alive)) == sorted(map(str, read(files[4])))


class Office:
    """delta's façade as a tool sees it."""

    def __init__(self, pair: tuple[Path, dict[str, dict[str, Any]]]) -> None:
        folder, lines = pair
        secret = (folder / "facade.secret").read_text(encoding="utf-8")
        context = ssl.create_default_context(cafile=lines["delta"]["ca_file"])
        bearer = {"Authorization": f"Bearer {secret}"}
        self.http = httpx.Client(base_url=lines["delta"]["facades"]["010"], headers=bearer, verify=context, timeout=20)
        document = read_yaml((ROOT / "contracts/facade/openapi.yaml").read_bytes(), "openapi.yaml")
        self.contract = SchemaValidator(document)

    def ask(self, operation: str, method: str, path: str, **options: Any) -> Any:
        """An answer that the contract allows."""
        answer = self.http.request(method, f"/renkei/{path}", **options)
        kind = answer.headers["content-type"]
        assert not self.contract.response_faults(operation, answer.status_code, kind, answer.json())
        return answer.json()

    def job(self, **order: Any) -> Any:
        """A job, ended."""
        job = self.ask("trigger", "POST", "trigger", json=order)
        for _ in range(200):
            if job["state"] in {"finished", "failed"}:
                return job
            time.sleep(0.05)
            job = self.ask("job", "GET", f"jobs/{job['id']}")
        raise AssertionError(job)

    def records(self, linkage: str, **query: str) -> list[dict[str, Any]]:
        """Everything held, page by page."""
        found, after = [], "0"
        while after is not None:
            page = self.ask("records", "GET", "records", params={"linkage": linkage, "after": after, **query})
            found += page["records"]
            after = page.get("next")
        return found

    def reset(self) -> None:
        """Nothing is held any more."""
        self.ask("reset", "POST", "reset", json={})


def put(place: Path, sequence: int, kind: str, rows: list[str], **changes: Any) -> None:
    """A file of 001o009 with its marker."""
    folder = place / "001o009"
    folder.mkdir(parents=True, exist_ok=True)
    text = "\r\n".join([COLUMNS, *rows, ""]).encode()
    path = folder / f"001o009_993018_{kind}_2026050109{sequence:02d}00_{sequence:06d}.csv"
    marker = {
        "linkage": "001o009",
        "kind": kind,
        "sequence": sequence,
        "rows": len(rows),
        "sha256": hashlib.sha256(text).hexdigest(),
        "base_sequence": sequence - 1 if kind == DELTA else None,
        "created": "2026-05-01T09:00:00+09:00",
    } | changes
    path.write_bytes(text)
    path.with_suffix(".csv.end").write_text(json.dumps(marker), encoding="utf-8")


def protection(
    number: str, history: int, *, until: str = "", kind: str = "1", latest: str = "1", gone: str = "0"
) -> str:
    """A row of 001o009."""
    day = "2026-04-01"
    return f"993018,{number},{history},{day},{until},{kind},{latest},{gone},RENKEI01,{day},09:00:00"


def test_a_consumer_holds_what_the_other_implementation_published(pair: Any) -> None:
    """delta imports alpha's and its own files, each once, and holds the rows of the last full file."""
    office = Office(pair)
    for name in ("alpha", "delta"):
        office.reset()
        location = pair[1][name]["place"]
        place = Path(location.removeprefix("file://"))
        for linkage in ("001o006", "001o009"):
            job = office.job(linkage=linkage, action="import", location=location)
            assert [file["result"] for file in job["files"]] == ["taken"] * 5
            assert job["counts"]["rejected"] == 0
            last = max((place / linkage).glob("*.csv"), key=lambda path: path.stem[-6:])
            held = [{key: value or "" for key, value in one["values"].items()} for one in office.records(linkage)]
            assert sorted(map(str, held)) == sorted(map(str, read(last)))
            again = office.job(linkage=linkage, action="import", location=location)
            assert {file["result"] for file in again["files"]} == {"duplicate"}
        protected = {one["values"]["atenabango"] for one in office.records("001o009") if one["suppressed"]}
        shown = {one["values"]["atenabango"] for one in office.records("001o006") if one["suppressed"]}
        assert protected
        assert shown == protected


def test_a_consumer_survives_what_the_standard_allows_and_what_it_forbids(pair: Any, tmp_path: Path) -> None:
    """Gaps wait, full files end them; padding, two latest rows, deletions, passed end dates and bad rows are understood."""
    office = Office(pair)
    office.reset()
    location = tmp_path.as_uri()

    def take() -> dict[int, str]:
        job = office.job(linkage="001o009", action="import", location=location)
        return {int(file["name"][-10:-4]): file["result"] for file in job["files"]}

    put(tmp_path, 1, FULL, [protection("123", 1, until="2026-04-02"), protection("456", 1)])
    put(tmp_path, 2, DELTA, [protection("000000000000123", 1, latest="0"), protection("000000000000123", 2)])
    put(tmp_path, 4, DELTA, [protection("456", 2)])
    assert take() == {1: "taken", 2: "taken", 4: "waiting"}
    rows = office.records("001o009", key="atenabango=123")
    assert [(one["values"]["rirekibango"], one["current"]) for one in rows] == [("1", False), ("2", True)]

    put(tmp_path, 3, DELTA, [protection("456", 1, gone="1"), protection("789", 1, until="2026-04-02")])
    assert take() == {1: "duplicate", 2: "duplicate", 3: "taken", 4: "taken"}
    held = [(one["values"]["atenabango"], one["suppressed"]) for one in office.records("001o009")]
    assert sorted(held) == [("000000000000123", True), ("000000000000123", True), ("456", True), ("789", True)]

    put(tmp_path, 6, DELTA, [])
    put(
        tmp_path,
        7,
        FULL,
        [protection("1", 1), protection("1", 2), protection("2", 1, latest="0"), protection("3", 1, kind="3")],
    )
    assert take() | {1: "", 2: "", 3: "", 4: ""} == {1: "", 2: "", 3: "", 4: "", 6: "duplicate", 7: "taken"}
    state = {(one["values"]["atenabango"], one["values"]["rirekibango"]): one for one in office.records("001o009")}
    assert [key for key, one in state.items() if one["current"]] == [("1", "2"), ("2", "1"), ("3", "1")]
    assert [key[0] for key, one in state.items() if one["suppressed"]] == ["1", "1", "2"]

    put(
        tmp_path,
        8,
        DELTA,
        [protection("4", 1).replace("2026-04-01", "1.4.2026", 1), protection("5", 1), protection("", 1)],
    )
    job = office.job(linkage="001o009", action="import", location=location)
    assert job["counts"] == {"accepted": 1, "rejected": 2}
    assert [(row["line"], row["code"]) for row in job["rows"]] == [(2, "E0002"), (4, "E0001")]

    put(tmp_path, 9, DELTA, [protection("6", 1)], sha256="0" * 64)
    assert take()[9] == "refused"
    assert not office.records("001o009", key="atenabango=6")


def test_a_consumer_asks_the_other_implementation_by_an_oauth_client_of_its_own(pair: Any) -> None:
    """delta searches alpha's 031 and registers there; what is refused is told with its code, a wrong secret fails the job."""
    office, alpha = Office(pair), caller(pair, "alpha")
    alpha.enter(shimei="利用　花子")
    client, line = alpha.clients[0], alpha.ready
    order = {
        "action": "call",
        "location": line["base_url"],
        "token_url": line["token_url"],
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "ca": Path(line["ca_file"]).read_text(encoding="ascii"),
        "municipality": line["municipality"],
    }

    found = office.job(**order, linkage=SHOKAI, values={"shimei": "利用　花子"})
    assert [row["values"]["shimei"] for row in found["rows"]] == ["利用　花子"]
    assert [one["values"]["shimei"] for one in office.records(SHOKAI)] == ["利用　花子"]

    nothing = office.job(**order, linkage=SHOKAI, values={})
    assert (nothing["state"], nothing["counts"]) == ("finished", {"accepted": 0, "rejected": 1})
    new = {"shorikubun": "0", "shimei": "利用　次郎", "nayosemotofuragu": "0", "tagyomusanshofukafuragu": "0"}
    assert office.job(**order, linkage=FUBAN, values=new)["counts"]["accepted"] == 1
    stranger = office.job(**{**order, "client_secret": "x" * 43}, linkage=SHOKAI, values={"shimei": "利用　花子"})
    assert stranger["state"] == "failed"
    assert "x" * 43 not in json.dumps(stranger)


def test_a_clerk_of_001_makes_the_next_delta_tell(pair: Any) -> None:
    """A change and a protection stand in the next deltas, of both linkages of residents, and the consumer hears them."""
    office, line = Office(pair), pair[1]["delta"]
    number = line["resident_number"]
    office.reset()
    for linkage in ("001o006", "001o009"):
        office.job(linkage=linkage, action="import", location=line["place"])

    def tell(event: str, linkage: str = "", **values: str) -> Any:
        body = {"event": event, "values": values} | ({"linkage": linkage} if linkage else {})
        return office.ask("stimulus", "POST", "stimulus", json=body)

    before = office.records("001o006", key=f"atenabango={number}")
    tell("change", "001o006", atenabango=number, jusho_katagaki="新棟")
    tell("protect", atenabango=number)
    assert tell("publish", "001o006")["files"][1].startswith("001o005/")
    tell("publish", "001o009")
    for linkage in ("001o006", "001o009"):
        office.job(linkage=linkage, action="import", location=line["place"])

    after = office.records("001o006", key=f"atenabango={number}")
    assert len(after) == len(before) + 1
    assert [one["values"]["jusho_katagaki"] for one in after if one["current"]] == ["新棟"]
    assert all(one["suppressed"] for one in after)
    assert "known" in office.ask("stimulus", "POST", "stimulus", json={"event": "nothing"})


def test_a_facade_needs_its_secret_and_a_known_linkage(pair: Any) -> None:
    """Without the secret 401, of an unknown linkage 404, of a way that is not there 501, and each as the contract has it."""
    office = Office(pair)
    for path in ("trigger", "stimulus", "reset"):
        answer = office.http.post(f"/renkei/{path}", json={}, headers={"Authorization": "Bearer wrong"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    for order, code in (
        ({"linkage": "001o005", "action": "import", "location": "file:///tmp"}, "unknown-linkage"),
        ({"linkage": "001o006", "action": "pull", "location": "file:///tmp"}, "not-implemented"),
        ({"linkage": "001o006", "action": "import", "location": "s3://nowhere/x"}, "not-implemented"),
        ({"linkage": "001o006"}, "unusable"),
    ):
        assert office.ask("trigger", "POST", "trigger", json=order)["code"] == code


def test_it_ends_on_a_signal_and_with_its_parent(tmp_path: Path) -> None:
    """SIGTERM ends it with 0, so does the end of its standard input, and a wrong option ends it with 2 and a sentence."""
    program = launcher(ROOT, "delta").argv
    for end in ("signal", "parent"):
        command = [
            *program,
            "--vendor",
            "delta",
            "--system",
            "031",
            "--with-parent",
            "--clients",
            str(tmp_path / "c.json"),
        ]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            assert json.loads(process.stdout.readline())["ready"] is True
            process.send_signal(signal.SIGTERM) if end == "signal" else process.stdin.close()
            assert process.wait(5) == 0

    for wrong in (["--vendor", "alpha"], ["--vendor", "delta", "--fault", "nothing"], ["--vendor", "delta", "--porc"]):
        done = subprocess.run([*program, *wrong], cwd=ROOT, capture_output=True, text=True, check=False, timeout=10)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_every_fault_has_a_branch_and_names_requirements() -> None:
    """Each table of delta's faults is a branch of its code, spread over five groups of requirements, and each was caught."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((NODE / "faults").glob("*.toml"))]
    code = "".join(path.read_text(encoding="utf-8") for path in NODE.glob("*.js"))
    known = {item.id for item in load_bundle().requirements}
    trials = {row["fault"]: row for row in json.loads((ROOT / "ci/selftest-delta.json").read_text("utf-8"))["trials"]}

    for table in tables:
        assert f"fault('{table['name']}')" in code
        assert set(table["catches"]) <= known
        assert trials[table["name"]]["caught"]
        assert not trials[table["name"]]["stray"]
    groups = {name.split("-")[0] for table in tables for name in table["catches"]}
    assert {"AU", "FD", "ST", "FL", "031", "001"} <= groups
    assert set(re.findall(r"fault\('(\w+)'\)", code)) == {table["name"] for table in tables}


def test_the_lock_names_no_registry_and_every_digest() -> None:
    """package-lock.json holds a digest for each package and no address, so any registry will do."""
    text = (NODE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]

    assert '"resolved"' not in text
    assert not re.search(r"registry|npmjs", text)
    assert all("integrity" in package for name, package in packages.items() if name)


def test_a_vendor_that_is_no_python_is_started_like_the_others(tmp_path: Path) -> None:
    """A process vendor takes its program from the launchers' table and tells its readiness as the others do."""
    vendor = ProcessVendor(
        vendor="delta",
        home=ROOT,
        log=tmp_path / "log",
        argv=launcher(ROOT, "delta").argv,
        arguments=("--system", "031"),
    )
    try:
        assert vendor.start()["vendor"] == "delta"
    finally:
        vendor.stop()
