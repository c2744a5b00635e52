"""The second look: the files of a finished run are read again for secrets and personal numbers before anybody else does.

Every text was redacted before it was written. What is found all the same is our own fault, and the run is taken out of
circulation: the folder is moved aside (``<folder>.quarantined``, for its owner only), its log is renamed so that no
command reads it as a run, and the exit code is 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from renkei.errors import HarnessError
from renkei.evidence import EVIDENCE_NAME
from renkei.redaction import PERSONAL, Redactor
from renkei.runlog import LOG_NAME

SUFFIX = ".quarantined"
BLOCK = 4 << 20
# No secret is longer than this in any of its forms, so none hides between two blocks.
OVERLAP = 256 << 10
# What a run writes. Allure's report is made from its results by another program, and is full of numbers of its own.
WRITTEN = re.compile(r"run\.jsonl|verdicts\.json|junit\.xml|index(\.\w+)?\.html|(evidence|logs|allure-results)/.*")
# Pages are put together from pieces that were each looked at; only what stands here whole can be a number of somebody.
WHOLE = re.compile(r"run\.jsonl|evidence/.*|logs/.*")
NUMBER = PERSONAL.strip("[]")


def second_look(folder: Path, redactor: Redactor) -> None:
    """Raise HarnessError, after moving the folder aside, when a file still holds what none may hold."""
    redactor.publish(path.stem for path in (folder / EVIDENCE_NAME).glob("*.json"))
    for name, label in residues(folder, redactor):
        aside = _aside(folder)
        raise HarnessError("run-quarantined", file=name, label=label, folder=str(aside))


def residues(folder: Path, redactor: Redactor) -> Iterator[tuple[str, str]]:
    """(file, label) of everything found; the thing itself is never given."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or not WRITTEN.fullmatch(name):
            continue
        # names are digests, in which twelve digits in a row mean nothing
        found = {residue.label for residue in redactor.residue(name)} - {NUMBER}
        for text in _blocks(path):
            found |= {residue.label for residue in redactor.residue(text)}
        if not WHOLE.fullmatch(name):
            found.discard(NUMBER)
        for label in sorted(found):
            yield name, label


def _blocks(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        before = b""
        while data := stream.read(BLOCK):
            yield (before + data).decode("utf-8", "replace")
            before = data[-OVERLAP:]


def _aside(folder: Path) -> Path:
    number, aside = 1, folder.with_name(folder.name + SUFFIX)
    while aside.exists():
        number += 1
        aside = folder.with_name(f"{folder.name}{SUFFIX}-{number}")
    folder.chmod(0o700)
    log = folder / LOG_NAME
    log.rename(log.with_name(LOG_NAME + SUFFIX))
    return folder.rename(aside)
