"""An exception that nobody foresaw: a diagnosis for the person, the stack trace in a private file for the makers."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

from renkei.cli.diagnosis import render
from renkei.errors import HarnessError

SHOW = "RENKEI_TRACEBACK"


def told(error: Exception, language: str) -> str:
    """The diagnosis; its values are kind and place only, for the text of an exception may hold anything."""
    if os.environ.get(SHOW):
        traceback.print_exception(error, file=sys.stderr)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "-"
    fault = HarnessError("internal-error", kind=type(error).__name__, place=place, file=_kept(error))
    try:
        return render(fault, language)
    except Exception:  # noqa: BLE001 - the catalogue itself may be what is broken
        return str(fault)


def _kept(error: Exception) -> str:
    """The file with the stack trace, readable by its owner only."""
    try:
        descriptor, path = tempfile.mkstemp(prefix="renkei-crash-", suffix=".log")
    except OSError as full:
        return f"- ({full.strerror})"
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        traceback.print_exception(error, file=file)
    return path
