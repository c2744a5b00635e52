"""A consumer with a façade: takes files in the order of their numbers, calls one operation, and is wrong in one way."""

from __future__ import annotations

import base64
import csv
import http.client
import io
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from attribution_provider import CALL, NEVER, OPERATION, SCOPE, send
from attribution_storage import fetched

SECRET = "attribution-facade-secret"  # noqa: S105 - of no vendor: it lives as long as this process
NAME = re.compile(r"\w+_\d{6}_(?P<kind>zenken|sabun)_\d{14}_(?P<sequence>\d{6})\.csv")


@dataclass(slots=True)
class State:
    """What one consumer knows: rows by key, the last number taken, whether it waits for a full file."""

    rows: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    sequence: int = 0
    waiting: bool = False
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: list[dict[str, str | None]] = field(default_factory=list)

    def forget(self) -> None:
        """As at the beginning."""
        self.rows, self.header, self.sequence, self.waiting = {}, [], 0, False
        self.jobs, self.held = {}, []


@dataclass(slots=True)
class Consumer:
    """One consumer: takes files in the order of their numbers, calls one operation, and is wrong in one way."""

    defect: str
    state: State
    keys: Mapping[str, tuple[str, ...]]

    def answer(self, handler: BaseHTTPRequestHandler, path: str, body: dict[str, Any]) -> None:
        """One request of the façade."""
        path, _, query = path.partition("?")
        if self.defect == "says_503":
            send(handler, 503, {"code": "unavailable", "message": "later"})
        elif path == "/renkei/reset":
            self.state.forget()
            send(handler, 200, {"linkages": body.get("linkages", [])})
        elif path == "/renkei/trigger" and self.defect == "no_trigger":
            send(handler, 501, {"code": "not-implemented", "message": "no"})
        elif path == "/renkei/trigger" and self.defect == "unknown_linkage":
            send(handler, 404, {"code": "unknown-linkage", "message": "no"})
        elif path == "/renkei/trigger":
            send(handler, 202, self._acted(body))
        elif path.startswith("/renkei/jobs/"):
            send(handler, 200, self.state.jobs.get(path.rpartition("/")[2], {"id": "1", "state": "running"}))
        elif path == "/renkei/records" and self.defect == "records_garbage":
            send(handler, 200, {"rows": []})
        else:
            self._records(handler, dict(urllib.parse.parse_qsl(query)))

    def _acted(self, order: dict[str, Any]) -> dict[str, Any]:
        number = str(len(self.state.jobs) + 1)
        told = {"id": number, "linkage": order["linkage"]}
        if self.defect == "never_ends":
            self.state.jobs[number] = told | {"state": "running"}
            return self.state.jobs[number]
        if self.defect == "job_garbage":
            return {"done": True}
        if self.defect == "job_fails":
            return told | {"state": "failed", "message": "cannot"}
        act = self._import if order["action"] == "import" else self._call
        return told | {"state": "finished"} | act(order)

    def _import(self, order: dict[str, Any]) -> dict[str, Any]:
        below = fetched(order, self.defect) if order.get("endpoint") else None
        folder = (below or Path(urllib.parse.urlsplit(order["location"]).path)) / order["linkage"]
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        found = sorted(
            (int(m["sequence"]), m["kind"], m[0])
            for name in names
            if (m := NAME.fullmatch(name)) and f"{name}.end" in names
        )
        counts = {"accepted": 0, "rejected": 0}
        files: list[dict[str, str]] = []
        rows: list[dict[str, Any]] = []
        for sequence, kind, name in found:
            if sequence <= self.state.sequence:
                continue
            result = self._file(folder / name, sequence, kind, order["linkage"], counts, rows)
            files.append({"name": name, "result": result})
        if self.defect == "tampers_with_place":
            for path in folder.glob("*.csv"):
                path.write_bytes(path.read_bytes() + b"x")
        if self.defect == "counts_untrue":
            counts["accepted"] += 3
        return {"counts": counts, "files": files, "rows": rows}

    def _file(
        self, path: Path, sequence: int, kind: str, linkage: str, counts: dict[str, int], refused: list[Any]
    ) -> str:
        base = json.loads(path.with_name(f"{path.name}.end").read_bytes()).get("base_sequence")
        behind = kind == "sabun" and (self.state.waiting or base != self.state.sequence)
        if behind and self.defect != "ignores_gap":
            self.state.waiting = True
            return "waiting"
        if self.defect == "refuses_files" or (self.defect == "refuses_deltas" and kind == "sabun"):
            return "refused"
        content = path.read_bytes().decode("utf-8", "replace")
        self.state.header, *rows = csv.reader(io.StringIO(content, newline=""))
        if kind == "zenken" and self.defect != "full_file_adds_only":
            self.state.rows = {}
        self.state.waiting, self.state.sequence = False, sequence
        for line, row in enumerate(rows, 2):
            self._row(row, line, path.name, linkage, counts, refused)
        return "taken"

    def _row(
        self, row: list[str], line: int, name: str, linkage: str, counts: dict[str, int], refused: list[Any]
    ) -> None:
        cells = dict(zip(self.state.header, row, strict=False))
        if self.defect == "refuses_rows" and line % 7 == 3:
            counts["rejected"] += 1
            refused.append({"result": "rejected", "file": name, "line": line, "code": "E-1"})
            return
        counts["accepted"] += 1
        key = tuple(cells.get(column, "") for column in self.keys[linkage])
        if cells.get("sakujofuragu") == "1" and self.defect != "keeps_deleted":
            self.state.rows.pop(key, None)
        elif key in self.state.rows and self.defect == "keeps_first":
            return
        elif not (self.defect == "drops_rows" and line % 11 == 4):
            self.state.rows[key] = row

    def _records(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        if asked["linkage"] == OPERATION:
            records = [{"values": values} for values in self.state.held]
        else:
            header = self.state.header
            shown = [dict(zip(header, row, strict=False)) for row in self.state.rows.values()]
            records = [{"values": {name: self._shown(name, cell) for name, cell in one.items()}} for one in shown]
        if self.defect == "another_person" and len(records) > 1:
            records = [*records[1:], {"values": records[1]["values"] | {"atenabango": "000000000000000"}}]
        start = int(asked.get("after") or 0)
        part = records[start : start + 500]
        following = str(start + 500) if start + 500 < len(records) else None
        if self.defect == "pages_endless":
            part, following = [], "0"
        page = {"linkage": asked["linkage"], "records": part, "history": True, "next": following}
        send(handler, 200, page)

    def _shown(self, name: str, cell: str) -> str | None:
        change = CELLS.get(self.defect)
        return (change(name, cell) if change and cell else cell) or None

    def _call(self, order: dict[str, Any]) -> dict[str, Any]:
        if self.defect == "sends_nothing":
            return {"rows": []}
        calls = 2 if self.defect == "calls_twice" else 1
        answers = [self._asked(order) for _ in range(calls)]
        status, body = answers[-1]
        if status != 200 or not isinstance(body, dict) or not isinstance(body.get("result"), list):
            return {"state": "failed", "message": f"HTTP {status}"}
        row = {name: None if value is None else str(value) for name, value in body["result"][0].items()}
        if self.defect == "changes_answer":
            row["atenabango"] = str(int(row["atenabango"] or 0) + 1)
        if self.defect == "changes_operator":
            row["sosashaid"] = "OTHER"
        if self.defect == "fails_after_answer":
            return {"state": "failed", "message": "cannot store"}
        self.state.held.append(row)
        return {"counts": {"accepted": 1, "rejected": 0}, "rows": [{"result": "accepted", "values": row}]}

    def _asked(self, order: dict[str, Any]) -> tuple[int, Any]:
        form = {"grant_type": "client_credentials", "scope": SCOPE}
        secret = "wrong-" + order["client_secret"] if self.defect == "wrong_client_secret" else order["client_secret"]
        pair = base64.b64encode(f"{order['client_id']}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        if self.defect == "token_form_as_json":
            headers["Content-Type"] = "application/json"
        status, told = exchange("POST", order["token_url"], urllib.parse.urlencode(form).encode(), headers)
        if status != 200:
            return status, told
        body: dict[str, Any] = dict(order["values"])
        headers = {"Authorization": f"Bearer {told['access_token']}", "Content-Type": "application/json"}
        method, path = "POST", CALL
        for name, change in REQUESTS.items():
            if name == self.defect:
                method, path = change(body, headers) or (method, path)
        data = b"{" if self.defect == "request_not_json" else json.dumps(body, ensure_ascii=False).encode()
        return exchange(method, order["location"] + path, data, headers)


def exchange(method: str, url: str, data: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    """One request; 0 for anything that does not come back whole."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=NEVER)
    try:
        connection.request(method, parts.path, data, headers)
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, None


def _set(name: str, value: Any) -> Callable[[dict[str, Any], dict[str, str]], None]:
    def change(body: dict[str, Any], _headers: dict[str, str]) -> None:
        body[name] = value

    return change


def _without(name: str) -> Callable[[dict[str, Any], dict[str, str]], None]:
    def change(body: dict[str, Any], _headers: dict[str, str]) -> None:
        body.pop(name, None)

    return change


def _no_token(_body: dict[str, Any], headers: dict[str, str]) -> None:
    headers.pop("Authorization")


def _two_schemes(_body: dict[str, Any], headers: dict[str, str]) -> None:
    headers["Authorization"] = headers["Authorization"].replace("Bearer", "Token")


def _form(_body: dict[str, Any], headers: dict[str, str]) -> None:
    headers["Content-Type"] = "text/plain"


REQUESTS: dict[str, Callable[[dict[str, Any], dict[str, str]], tuple[str, str] | None]] = {
    "request_without_token": _no_token,
    "request_other_scheme": _two_schemes,
    "request_as_text": _form,
    "request_half_width_name": _set("shimei", "RENKEI TARO"),
    "request_number_for_text": _set("shorikubun", 0),
    "request_lacks_item": _without("sosashaid"),
    "request_unlisted_code": _set("seibetsu", "7"),
    "request_other_path": lambda _body, _headers: ("POST", CALL.replace("v10", "v9")),
    "request_by_put": lambda _body, _headers: ("PUT", CALL),
}
CELLS: dict[str, Callable[[str, str], str]] = {
    "loses_zeros": lambda name, cell: cell.lstrip("0") if name.endswith("atenabango") else cell,
    "spaces_become_half": lambda _name, cell: cell.replace("\u3000", " "),
    "names_cut": lambda name, cell: cell[:3] if name == "shimei" else cell,
    "dates_with_slashes": lambda name, cell: cell.replace("-", "/") if name == "seinengappi" else cell,
    "sex_swapped": lambda name, cell: {"1": "2", "2": "1"}.get(cell, cell) if name == "seibetsu" else cell,
    "selectors_lost": lambda _name, cell: re.sub("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", cell),
    "serials_shifted": lambda name, cell: str(int(cell) + 1) if name == "setaibango" and cell.isdigit() else cell,
}
