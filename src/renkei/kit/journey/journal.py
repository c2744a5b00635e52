"""What came of a journey so far, line by line in a file, so that an interrupted one goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from renkei.flow.facade import Effect
from renkei.flow.journey import Taken
from renkei.flow.outcome import FaultOf, Outcome
from renkei.flow.phrase import whole
from renkei.kit.expect import shown
from renkei.kit.journey.account import Account, Fault, Obstacle

BEGIN, OPENED, STIMULUS, STEP = "begin", "opened", "stimulus", "step"


class Unlike(Exception):
    """What would be asked now is not what was asked then: the journey begins anew."""


@dataclass(slots=True, kw_only=True)
class Journal:
    """One journey's file. Values that are entered are kept as a digest only; ``redact`` takes personal numbers from the rest.

    ``used`` is how many of the things that were made to happen have been gone through, or done, until now.
    """

    path: Path
    redact: Callable[[Any], Any] = lambda value: value
    lines: list[dict[str, Any]] = field(default_factory=list)
    used: int = 0

    def read(self) -> Journal:
        """The journal with what an earlier run wrote; a line that was cut off is left out."""
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    self.lines.append(json.loads(line))
                except ValueError:
                    break
        return self

    def write(self, kind: str, **members: Any) -> None:
        """One line more."""
        line = {"kind": kind, **members}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.lines.append(line)
        if kind == STIMULUS:
            self.used += 1

    def anew(self) -> None:
        """Forget everything: the file stays beside, under another name."""
        if self.path.is_file():
            self.path.rename(self.path.with_suffix(f".{len(list(self.path.parent.iterdir()))}.old"))
        self.lines, self.used = [], 0

    @property
    def beginning(self) -> dict[str, Any] | None:
        """What was written when the journey began."""
        return next((line for line in self.lines if line["kind"] == BEGIN), None)

    def step(self, number: int) -> dict[str, Any] | None:
        """What was written when the step of that number was over."""
        return next((line for line in self.lines if line["kind"] == STEP and line["number"] == number), None)

    def opened(self, number: int) -> str:
        """The day of the town on which the step of that number was begun; "" when it was not."""
        return next((line["day"] for line in self.lines if line["kind"] == OPENED and line["number"] == number), "")

    def recalled(self, target: str, event: str, linkage: str, values: Mapping[str, Any]) -> Effect | None:
        """What came of the same thing then; None when it was not done yet. Raises Unlike when another thing was."""
        done = [line for line in self.lines if line["kind"] == STIMULUS]
        if self.used >= len(done):
            return None
        line = done[self.used]
        if line["what"] != what_of(target, event, linkage, values):
            raise Unlike(event)
        self.used += 1
        return Effect(event=event, values=line["values"], files=tuple(line["files"]))


def put_on(folder: Path) -> float:
    """How far people have put the clocks of their systems on by now: seconds, by the journals of that folder, old ones too."""
    journals = [Journal(path=path).read() for path in (*folder.glob("*.jsonl"), *folder.glob("*.old"))]
    return max((float(line["leapt"]) for one in journals for line in one.lines if line["kind"] == STEP), default=0.0)


def what_of(target: str, event: str, linkage: str, values: Mapping[str, Any]) -> str:
    """A digest of one thing that was made to happen."""
    text = json.dumps([target, event, linkage, sorted(values.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def members_of(account: Account, redact: Callable[[Any], Any]) -> dict[str, Any]:
    """An account as data, redacted; its exchanges are evidence of their own and not repeated."""
    return {
        "faults": [{**_plain(one), **redact(_texts(one))} for one in account.faults],
        "looked": dict(account.looked),
        "spared": dict(account.spared),
        "observed": [list(one) for one in account.observed],
        "settled": sorted(account.settled),
        "obstacle": _plain(account.obstacle) if account.obstacle else None,
        "evidence": {digest: redact(dict(facts)) for digest, facts in account.evidence.items()},
        "steps": [_plain(step) for step in account.steps],
    }


def account_of(members: Mapping[str, Any]) -> Account:
    """The account of such data."""
    return Account(
        faults=[_fault(one) for one in members["faults"]],
        looked=Counter(members["looked"]),
        spared=dict(members["spared"]),
        observed=[(one, other) for one, other in members["observed"]],
        settled=set(members["settled"]),
        obstacle=_obstacle(members["obstacle"]) if members["obstacle"] else None,
        evidence=dict(members["evidence"]),
        steps=[_taken(one) for one in members["steps"]],
    )


def _plain(value: Any) -> dict[str, Any]:
    """The members of a frozen value; what is no plain text is put into its wire form."""
    found = {}
    for item in fields(value):
        member = getattr(value, item.name)
        found[item.name] = str(shown(member)) if item.name in ("expected", "actual") else member
    return found


def _texts(fault: Fault) -> dict[str, str]:
    """What of a fault may hold what a system shows."""
    return {name: str(shown(getattr(fault, name))) for name in ("expected", "actual", "where")}


def _fault(members: Mapping[str, Any]) -> Fault:
    texts = {name: _phrase(members[name]) for name in ("expected", "actual", "where", "second_opinion")}
    known = {**members, **texts, "whose": tuple(members["whose"]), "files": tuple(members["files"])}
    return Fault(**{**known, "party": FaultOf(members["party"])})


def _obstacle(members: Mapping[str, Any]) -> Obstacle:
    known = {**members, "whose": tuple(members["whose"]), "detail": _phrase(members["detail"])}
    return Obstacle(**{**known, "outcome": Outcome(members["outcome"]), "party": FaultOf(members["party"])})


def _phrase(text: str) -> str:
    """A text that was written in its wire form."""
    from renkei.flow.phrase import Phrase

    return Phrase(text) if text else whole("")


def _taken(members: Mapping[str, Any]) -> Taken:
    listed = {name: tuple(value) for name, value in members.items() if isinstance(value, list) and name != "told"}
    return Taken(**{**members, **listed, "told": tuple((a, b, c) for a, b, c in members["told"])})
