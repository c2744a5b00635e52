"""Evidence files as plain text: the only form in which a target's bytes enter the Allure report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from renkei.catalogue import Catalogue
from renkei.neutral import neutral
from renkei.wording import Wording

MAX_BODY = 20_000
MAX_INDENTED = 6_000


def evidence_text(folder: Path, digest: str, wording: Wording) -> str:
    """The text of ``<folder>/<digest>.json``: an exchange or the facts of a file; a sentence when unreadable."""
    catalogue = wording.catalogue
    try:
        value = json.loads((folder / f"{digest}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return catalogue.text("allure.evidence-missing") + f" ({neutral(digest)})"
    if not isinstance(value, dict):
        return neutral(json.dumps(value, ensure_ascii=False, indent=2))
    if "request" in value:
        return _exchange(value, digest, catalogue)
    return _file(value, wording)


def _exchange(value: dict[str, Any], digest: str, catalogue: Catalogue) -> str:
    request = value.get("request") or {}
    lines = [
        f"■ {catalogue.text('allure.request')}",
        f"{request.get('method', '')} {request.get('url', '')}",
        *_headers(request.get("headers")),
        "",
        *_body(request.get("body"), digest, catalogue),
        "",
        f"■ {catalogue.text('allure.response')}",
    ]
    response = value.get("response")
    if not isinstance(response, dict):
        lines.append(f"{catalogue.text('allure.no-response')} ({value.get('error', '')})")
        return neutral("\n".join(lines))
    lines += [
        f"HTTP {response.get('status', '')}",
        *_headers(response.get("headers")),
        "",
        *_body(response.get("body"), digest, catalogue),
    ]
    violations = response.get("violations")
    if isinstance(violations, list) and violations:
        lines += ["", f"■ {catalogue.text('allure.violations')}", *map(str, violations)]
    return neutral("\n".join(lines))


def _headers(pairs: Any) -> list[str]:
    if not isinstance(pairs, list):
        return []
    return [f"{pair[0]}: {pair[1]}" for pair in pairs if isinstance(pair, list) and len(pair) == 2]


def _body(body: Any, digest: str, catalogue: Catalogue) -> list[str]:
    cut = False
    if isinstance(body, dict):
        cut, body = bool(body.get("truncated")), body.get("text")
    text = body if isinstance(body, str) else ""
    if not text:
        return [catalogue.text("allure.body-empty")]
    lines = [text[:MAX_BODY]]
    if cut:
        lines.append(catalogue.text("allure.truncated"))
    if len(text) > MAX_BODY:
        lines.append(catalogue.text("allure.body-cut", digest=digest))
    indented = _indented(text)
    return [*lines, "", f"□ {catalogue.text('allure.body-indented')}", indented] if indented else lines


def _indented(text: str) -> str:
    """JSON laid out for reading, beside the bytes as they were ("" when they are no short JSON object)."""
    if len(text) > MAX_INDENTED or text[:1] not in "{[" or "\n" in text.strip():
        return ""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return ""


def _file(value: dict[str, Any], wording: Wording) -> str:
    catalogue = wording.catalogue
    sample = value.get("sample")
    rows = sample if isinstance(sample, list) else []
    lines = [
        f"■ {catalogue.text('allure.attachment-file', name=value.get('file', ''))}",
        f"SHA-256: {value.get('sha256', '')}",
        f"{catalogue.text('allure.rows')}: {value.get('rows', '')}",
        "",
        f"■ {catalogue.text('allure.sample')}",
        *(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows),
        *_offending(value.get("offending"), wording),
    ]
    return neutral("\n".join(lines))[: 2 * MAX_BODY]


def _offending(rows: Any, wording: Wording) -> list[str]:
    """The first rows that broke a rule: line, column, what was expected, what came."""
    if not isinstance(rows, list) or not rows:
        return []
    lines = ["", f"■ {wording.catalogue.text('allure.offending')}"]
    for row in rows:
        if isinstance(row, dict):
            place = " ".join(str(row.get(name) or "") for name in ("line", "column")).strip()
            expected, shown = (wording.value(str(row.get(name, ""))) for name in ("expected", "shown"))
            lines.append(
                f"{place}: {wording.catalogue.choice('rules', str(row.get('rule', '')))} [{expected}] → [{shown}]"
            )
    return lines
