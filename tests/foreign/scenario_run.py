"""`renkei run` against the server of the wards, with the defects that are wanted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

from foreign_run import Ended, plan_text, renkei
from serving import served

from mocks.wards import token
from mocks.wards.defect import Defect
from mocks.wards.document import WARDS, document
from mocks.wards.server import Wards


def access(url: str, folder: Path) -> str:
    """How the plan reaches the server: two callers of its token service."""
    for name, (_, secret) in (("first", token.FIRST), ("second", token.SECOND)):
        (folder / name).write_text(secret, encoding="utf-8")
    return f"""token_url = "{url}/oauth2/token"
auth = "client_credentials"
client_id = "{token.FIRST[0]}"
client_secret = {{ file = "first" }}
second_client_id = "{token.SECOND[0]}"
second_client_secret = {{ file = "second" }}
concurrency = 8"""


def judged(
    folder: Path, defects: Iterable[Defect], wards: tuple[str, ...] = WARDS, *more: object
) -> tuple[Ended, int, float]:
    """Renkei's run of these wards in a folder: how it ended, requests, seconds."""
    server = Wards(defects)
    with served(server.application()) as url:
        (folder / "wards.json").write_text(json.dumps(document(wards), ensure_ascii=False), encoding="utf-8")
        (folder / "plan.toml").write_text(plan_text("wards.json", "wards", url, access(url, folder)), encoding="utf-8")
        begun = time.monotonic()
        ended = renkei("run", folder / "plan.toml", *more)
        seconds = time.monotonic() - begun
    if not ended.verdicts:
        raise SystemExit(ended.said[-2000:])
    return ended, server.requests, seconds
