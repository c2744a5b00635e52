"""Measures the fast lane beside `schemathesis run`: the same contract, the same server, one after the other.

Rates are what the server saw: requests between the first and the last one (engine), and over the life of the
process (whole). The small server validates requests and answers from memory, so that it is not the limit; the mock
vendor is measured as well, for the fast lane only. ``python ci/lanes.py`` prints a table; ``--json FILE`` keeps the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import timeit
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, ClassVar

ROOT = Path(__file__).parents[1]
CONTRACT = next((ROOT / "contracts").glob("031_*")) / "openapi.yaml"
FUBAN, SHOKAI = "jutogaishaatenabangofuban", "jutogaishaatenakihonjohosyokai"
SECRET = "measured-" + "x" * 40
CONCURRENCY = 16
ROW = {
    "shikuchosonkodo": "131016",
    "atenabango": "000000000000019",
    "rirekibango": 1,
    "sosashaid": "RENKEI01",
    "sosanengappi": "2026-04-01",
    "sosajikoku": "09:00:00",
}
TITLES = {FUBAN: "住登外者宛名番号付番", SHOKAI: "住登外者宛名基本情報照会"}
DONE = {FUBAN: "登録が完了しました。", SHOKAI: "照会が完了しました。"}


class Server(asyncio.Protocol):
    """One connection of the small server: whole requests in, prepared answers out."""

    answers: ClassVar[dict[tuple[bytes, bool], bytes]] = {}
    judges: ClassVar[dict[bytes, Any]] = {}
    seen: ClassVar[list[float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            lower = head.lower()
            at = lower.find(b"content-length:")
            size = int(lower[at + 15 : at + 30].split(b"\r", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + size:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + size], self.buffer[end + 4 + size :]
            self.transport.write(self.answer(head, body))

    def answer(self, head: bytes, body: bytes) -> bytes:
        path = head.split(b" ", 2)[1].split(b"?")[0]
        if path == b"/seen":
            seen = Server.seen
            said = {"count": len(seen), "span": seen[-1] - seen[0] if seen else 0.0}
            Server.seen = []
            return _http(200, said)
        if path.endswith(b"/token"):
            return _http(200, {"access_token": "t" * 43, "token_type": "Bearer", "expires_in": 36000, "scope": ""})
        Server.seen.append(time.monotonic())
        if not head.startswith(b"POST "):
            return _http(405, {}, "Allow: POST\r\n")
        judge = Server.judges.get(path)
        if judge is None:
            return _http(404, {})
        try:
            good = judge.is_valid(json.loads(body))
        except (ValueError, RecursionError):
            good = False
        return Server.answers[path, good]


def _http(status: int, body: Any, fields: str = "") -> bytes:
    data = json.dumps(body, ensure_ascii=False).encode()
    kind = f"Content-Type: application/json;charset=UTF-8\r\nContent-Length: {len(data)}\r\n"
    return f"HTTP/1.1 {status} OK\r\n{fields}{kind}\r\n".encode() + data


def serve() -> None:
    """Serve on a free port until told to stop; the port is the first line of output."""
    import uvloop

    from renkei.adapters.folder.bundle import load_bundle
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.flow.document import operations

    document = load_bundle(ROOT / "contracts").system("031").document
    validator = SchemaValidator(document)
    for name, operation in operations(document).items():
        if name not in TITLES:  # a linkage by files
            continue
        path = operation.path.encode()
        links = {"self": {"href": operation.path}}
        done = {"metadata": {"title": TITLES[name], "detail": DONE[name]}, "_links": links}
        result = [ROW] if name == FUBAN else []
        error = {"code": "E0001", "message": "操作者IDが設定されていません。"}
        refusal = {"title": TITLES[name], "detail": "エラーが発生しました。", "_links": links, "errors": [error]}
        Server.judges[path] = validator._compiled[operation.json_request]
        Server.answers[path, True] = _http(200, done | {"result": result})
        Server.answers[path, False] = _http(400, refusal)

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        uvloop.run(run())


@contextlib.contextmanager
def small_server() -> Iterator[str]:
    """The origin of the small server in a process of its own."""
    with subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def seen(origin: str) -> dict[str, float]:
    """How many requests the small server saw since it was last asked, and in what time."""
    with urllib.request.urlopen(f"{origin}/seen", timeout=10) as answer:  # noqa: S310 - our own loopback server
        found: dict[str, float] = json.load(answer)
        return found


def replay(origin: str, profile: str, cache: str) -> None:
    """The whole lane in this process: plan, contracts, corpus, replay, judgement; a line of figures at the end."""
    from renkei.cli import wiring
    from renkei.flow.plan import Case
    from renkei.flow.requirement import Role
    from renkei.kit.lane import replayed
    from renkei.kit.target import Provider

    os.environ |= {"RENKEI_CACHE": cache, "MEASURED": os.environ.get("MEASURED", SECRET)}
    with tempfile.TemporaryDirectory() as folder:
        plan_file = Path(folder) / "plan.toml"
        plan_file.write_text(_plan(origin, profile))
        plan, bundle = wiring.open_plan(plan_file)
    target = plan.targets[0]
    tools = wiring.tools_for(target, bundle, wiring.redactor_for(plan, bundle))
    system = bundle.system("031")
    first = wiring.validators_for(bundle, "031")(FUBAN)[0]
    figures: dict[str, Any] = {"executed": 0, "seconds": 0.0, "strange": {}}
    for linkage in (system.linkage(name) for name in TITLES):
        case = Case(target=target.id, role=Role.PROVIDER, linkage=linkage.id, requirement="TR-08")
        provider = Provider(
            info=target,
            case=case,
            requirement=bundle.requirement("TR-08"),
            system=system,
            linkage=linkage,
            bundle=bundle,
            profile=plan.profile,
            seed=plan.seed,
            municipality=plan.municipality,
            tools=tools,
            record=lambda _: None,
        )
        done = replayed(provider, first)
        figures["executed"] += done.executed
        figures["seconds"] += done.seconds
        figures["strange"] |= {f"{linkage.id[:20]} {name}": count for name, count in done.strange.items()}
    figures["cpu"] = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    figures["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(figures, ensure_ascii=False))


def _plan(origin: str, profile: str) -> str:
    gyomuid = os.environ.get("MEASURED_GYOMUID", "010")
    access = f'gyomuid = "{gyomuid}"\nconcurrency = {CONCURRENCY}'
    return rest_plan(origin, profile, client=os.environ.get("MEASURED_CLIENT", "measured"), access=access)


def rest_plan(origin: str, profile: str, *, client: str = "measured", access: str = "") -> str:
    """A plan with one target that has 031 over REST; ``access`` are further lines of its [target.rest]."""
    return f"""
[plan]
name = "measured"
municipality = "993018"
profile = "{profile}"
[[target]]
id = "measured-031"
vendor = "measured"
product = "-"
version = "-"
system = "031"
[target.rest]
base_url = "{origin}"
token_url = "{origin}/oauth2/token"
client_id = "{client}"
client_secret = {{env = "MEASURED"}}
{access}
[target.claims]
exempt = {{{exempted()}}}
"""


def exempted() -> str:
    """The linkages of 031 that are files, as a plan exempts them: what is measured is REST."""
    from renkei.cli.wiring import load_bundle
    from renkei.flow.requirement import Transport

    linkages = load_bundle().system("031").linkages
    return ", ".join(f'"{item.id}" = "not measured"' for item in linkages if item.transport is Transport.FILE)


def timed(command: list[str], **extra: str) -> tuple[float, str]:
    """(wall seconds, standard output) of a command; how it ends is not our business."""
    begun = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **extra}, timeout=900, check=False, cwd=ROOT
    )
    if not done.stdout:
        sys.exit(done.stderr[-2000:])
    return time.monotonic() - begun, done.stdout


def fast(origin: str, profile: str, cache: str, **extra: str) -> dict[str, Any]:
    """The fast lane as a process."""
    wall, output = timed([sys.executable, __file__, "replay", origin, profile, cache], **extra)
    return {"wall": wall, **json.loads(output.splitlines()[-1])}


def deep(origin: str, examples: int, token: str) -> float:
    """`schemathesis run` as a process; its wall seconds."""
    tool = str(Path(sys.executable).parent / "schemathesis")
    header = f"Authorization: Bearer {token}"
    with tempfile.TemporaryDirectory() as folder:
        command = [tool, "run", str(CONTRACT), "--url", origin, "-H", header, "-n", str(examples), "--seed", "1"]
        return timed([*command, "--report-dir", folder, "--no-color", "--continue-on-failure"])[0]


def generated(count: int) -> dict[str, Any]:
    """Milliseconds for a body with all 40 members, and how many of many are invalid."""
    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.kit.generate import compiled

    document, schema = _schema()
    make, source = compiled(schema, document, fill=1.0), Random(1)
    members = len(make(source))
    each = min(timeit.repeat(lambda: make(source), number=500, repeat=10)) / 500
    validator, some, other = SchemaValidator(document), compiled(schema, document), Random(2)
    invalid = sum(bool(validator.request_faults(FUBAN, some(other))) for _ in range(count))
    return {"members": members, "ms": each * 1e3, "invalid": invalid, "of": count}


def validation() -> dict[str, float]:
    """Validations a second: the bare library, and the way a fast-lane answer goes."""
    import jsonschema_rs

    from renkei.adapters.jsonschema_rs.validator import SchemaValidator
    from renkei.kit.generate import compiled

    document, _ = _schema()
    validator = SchemaValidator(document)
    answer = document["components"]["schemas"][f"{SHOKAI}_S01"]
    make, source = compiled(answer, document, fill=1.0), Random(3)
    body = next(body for body in (make(source) for _ in range(1000)) if len(body["result"]) == 1)
    bare = jsonschema_rs.Draft202012Validator(
        {"$ref": f"urn:x#/components/schemas/{SHOKAI}_S01"},
        registry=jsonschema_rs.Registry([("urn:x", dict(document))]),
        validate_formats=True,
    )
    media = "application/json;charset=UTF-8"
    assert bare.is_valid(body) == validator.conforms(SHOKAI, 200, media, body)
    alone = min(timeit.repeat(lambda: bare.is_valid(body), number=1000, repeat=15)) / 1000
    ours = min(timeit.repeat(lambda: validator.conforms(SHOKAI, 200, media, body), number=1000, repeat=15)) / 1000
    return {"bare": 1 / alone, "ours": 1 / ours, "ratio": alone / ours}


def _schema() -> tuple[Any, Any]:
    from renkei.adapters.folder.bundle import load_bundle

    document = load_bundle(ROOT / "contracts").system("031").document
    return document, document["components"]["schemas"][f"{FUBAN}_R01"]


@contextlib.contextmanager
def mock_vendor() -> Iterator[dict[str, Any]]:
    """A mock vendor with its readiness line; its tokens live for an hour."""
    with tempfile.TemporaryDirectory() as folder:
        clients = Path(folder) / "clients.json"
        command = [sys.executable, "-m", "mocks", "--vendor", "alpha", "--system", "031", "--token-seconds", "3600"]
        with subprocess.Popen(
            [*command, "--clients", str(clients)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as one:
            assert one.stdout is not None
            try:
                ready = json.loads(one.stdout.readline())
                client = json.loads(clients.read_text())["clients"][0]
                yield ready | client
            finally:
                one.send_signal(signal.SIGTERM)


def measure_small(profile: str, examples: int, cache: str) -> dict[str, Any]:
    """Both engines on the small server, cold and warm."""
    found: dict[str, Any] = {}
    with small_server() as origin:
        for name in ("cold", "warm"):
            seen(origin)
            lane = fast(origin, profile, cache)
            found[name] = lane | seen(origin)
        seen(origin)
        before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        wall = deep(origin, examples, "t" * 43)
        cpu = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before
        found["schemathesis"] = {"wall": wall, "cpu": cpu} | seen(origin)
    return found


def measure_mock(profile: str, cache: str) -> dict[str, Any]:
    """The fast lane on the mock vendor, which is the limit there."""
    with mock_vendor() as vendor:
        extra = {
            "MEASURED": vendor["client_secret"],
            "MEASURED_CLIENT": vendor["client_id"],
            "MEASURED_GYOMUID": vendor["gyomuid"],
        }
        return fast(vendor["base_url"], profile, cache, **extra)


def table(found: dict[str, Any]) -> str:
    """The figures beside the goals."""
    small, peer = found["small"], found["small"]["schemathesis"]
    engine = {name: one["count"] / one["span"] for name, one in small.items()}
    whole = {name: one["count"] / one["wall"] for name, one in small.items()}
    cpu = {name: 1e3 * one["cpu"] / one["count"] for name, one in small.items()}
    body, judge, mock = found["generated"], found["validation"], found["mock"]
    rows = [
        ("requests/s, warm, engine", f"{engine['warm']:.0f}", f"{engine['schemathesis']:.0f}", "≥ 30×, ≥ 5,000/s"),
        ("  ratio", f"{engine['warm'] / engine['schemathesis']:.0f}×", "", ""),
        ("requests/s, warm, whole process", f"{whole['warm']:.0f}", f"{whole['schemathesis']:.0f}", "≥ 15×"),
        ("  ratio", f"{whole['warm'] / whole['schemathesis']:.0f}×", "", ""),
        ("requests/s, cold, whole process", f"{whole['cold']:.0f}", f"{whole['schemathesis']:.0f}", "≥ 10×"),
        ("  ratio", f"{whole['cold'] / whole['schemathesis']:.0f}×", "", ""),
        ("CPU ms a request, whole process", f"{cpu['warm']:.2f}", f"{cpu['schemathesis']:.2f}", ""),
        ("  ratio", f"{cpu['schemathesis'] / cpu['warm']:.0f}×", "", ""),
        ("requests sent", f"{small['warm']['count']}", f"{peer['count']}", ""),
        ("requests/s on the mock vendor", f"{mock['executed'] / mock['seconds']:.0f}", "", ""),
        (f"body of {body['members']} fields, ms", f"{body['ms']:.3f}", "", "≤ 0.2"),
        ("invalid bodies", f"{body['invalid']} of {body['of']}", "", "0 of 100,000"),
        ("validation/s beside the bare library", f"{judge['ours']:.0f}", f"{judge['bare']:.0f}", "≥ 0.9×"),
        ("  ratio", f"{judge['ratio']:.2f}×", "", ""),
        ("memory of the lane, MB", f"{small['warm']['rss'] / 1024:.0f}", "", ""),
    ]
    head = [("work", "fast lane", "peer", "goal"), ("---", "---:", "---:", "---")]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def main() -> int:
    """Measure everything, or play one of the parts."""
    if sys.argv[1:2] == ["serve"]:
        serve()
        return 0
    if sys.argv[1:2] == ["replay"]:
        replay(*sys.argv[2:5])
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--examples", type=int, default=100, help="schemathesis's --max-examples")
    parser.add_argument("--bodies", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        found = {
            "small": measure_small(options.profile, options.examples, cache),
            "mock": measure_mock("smoke", cache),
            "generated": generated(options.bodies),
            "validation": validation(),
        }
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
