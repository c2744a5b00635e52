"""Hostile documents are refused quickly and cheaply, by name and place, and nothing outside them is touched."""

from __future__ import annotations

import http.server
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from foreign_run import plan_text
from hostile_documents import HOSTILE, MAIN, Hostile

SECONDS = 5.0
BYTES = 512 << 20
SECRET = '{"a": {"type": "string", "const": "canary-in-a-file"}}'


class _Canary(http.server.BaseHTTPRequestHandler):
    """Takes note of every request."""

    heard: list[str] = []  # noqa: RUF012 - handlers are made anew for each request and share this list

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def canary() -> Iterator[str]:
    """The address of a server that must hear nothing."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _written(hostile: Hostile, folder: Path, canary: str, secret: Path) -> str:
    """The name of the document after its files were written."""
    folder.mkdir()
    for name, data in (hostile.files or {}).items():
        filled = data.replace(b"{canary}", canary.encode()).replace(b"{secret}", str(secret).encode())
        (folder / name).write_bytes(filled)
    if hostile.prepare:
        hostile.prepare(folder, secret)
    return MAIN if (folder / MAIN).exists() else "api.yaml"


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name.replace(" ", "-"))
def test_a_hostile_document_is_refused(hostile: Hostile, canary: str, tmp_path: Path) -> None:
    """Exit code 2 within five seconds and 512 MB, with the code and the place; no canary is heard or shown."""
    secret = tmp_path / "outside" / "secret.json"
    secret.parent.mkdir()
    secret.write_text(SECRET, "utf-8")
    before = secret.stat().st_atime_ns
    name = _written(hostile, tmp_path / "documents", canary, secret)
    plan = tmp_path / "plan.toml"
    plan.write_text(plan_text(f"documents/{name}", "api", "http://127.0.0.1:9"), "utf-8")
    begun, busy = time.monotonic(), _cpu()
    done = subprocess.run(
        [sys.executable, "-m", "renkei.cli.main", "--lang", "en", "plan", str(plan)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        preexec_fn=_limits,
    )
    seconds, busy = time.monotonic() - begun, _cpu() - busy
    said = done.stdout + done.stderr

    assert (done.returncode, hostile.code in said) == (2, True), said
    assert hostile.says.replace("{canary}", canary).replace("{secret}", str(secret))[:60] in said
    assert "\x1b" not in said
    assert "Traceback" not in said
    assert "canary-in-a-file" not in said
    assert _Canary.heard == []
    assert secret.stat().st_atime_ns == before
    assert not Path(f"{secret}.ran").exists()
    # On a machine that is busy with other work the clock says little; the processor's time does.
    assert busy < SECONDS, f"{busy:.1f} s"
    assert seconds < SECONDS * 6, f"{seconds:.1f} s"


def test_there_are_enough_hostile_documents() -> None:
    """The table holds at least 14 hostile documents."""
    assert len(HOSTILE) >= 14
