"""Requirements that a document carries: their calls in order, and what each answer must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from renkei.errors import ContractError
from renkei.flow.document import at as node_at
from renkei.flow.exchange import Exchange
from renkei.foreign.carried import KEY
from renkei.kit.endpoint import REPEATED, Endpoint, Sent
from renkei.kit.expect import Blocked, Expect
from renkei.kit.listing import Listing
from renkei.kit.phrases import answered, at, phrase
from renkei.kit.target import Provider
from renkei.kit.thing import Things, request_to, value_at

NAME = re.compile(r"\$\{([a-z][a-z0-9]*)\}")
RULE = "own-rule-broken"


def told(target: Provider, expect: Expect) -> None:
    """Play the requirement of the case."""
    mine = next(one for one in target.system.document[KEY] if one["id"] == target.requirement.id)
    story = _Story(target, expect)
    for step in mine["step"]:
        story.play(step)


class _Story:
    """One playing of a requirement: the values kept so far, and the exchanges that led here."""

    def __init__(self, target: Provider, expect: Expect) -> None:
        self.target = target
        self.expect = expect
        self.kept: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.drawn = 0
        self.on: list[Exchange] = []

    def play(self, step: Mapping[str, Any]) -> None:
        """One call and what is asked of it; an answer that is only needed for later calls blocks when it is another."""
        judged = step.get("judge", False)
        if {"has", "lacks", "ascending"} & set(step):
            self._list(step, judged)
            return
        endpoint = Endpoint(self.target, step["call"])
        answer = endpoint.send(self._request(endpoint, step))
        self.on.append(answer)
        if answer.response is None:
            raise Blocked("no-answer", answered(answer))
        if "status" in step:
            wanted = " / ".join(map(str, step["status"]))
            self._asked(judged, answer.status in step["status"], wanted, answered(answer), at(step["call"]))
        if 200 <= answer.status < 300:
            self._answer(step, answer, judged)

    def _asked(self, judged: bool, holds: bool, expected: Any, actual: Any, where: Any) -> None:
        if judged:
            self.expect.that(holds, RULE, expected=expected, actual=actual, where=where, on=tuple(self.on))
        elif not holds:
            raise Blocked("control-failed", actual)

    def _answer(self, step: Mapping[str, Any], answer: Exchange, judged: bool) -> None:
        try:
            body = answer.json()
        except ValueError:
            body = None
        for name, pointer in step.get("keep", {}).items():
            there, value = _value(body, pointer)
            if not there or not isinstance(value, str | int):
                raise Blocked("control-failed", at(step["call"], pointer))
            self.kept[name] = str(value)
        for pointer, wanted in step.get("equal", {}).items():
            found, value = _value(body, pointer)
            expected = self._filled(wanted)
            self._asked(judged, found and value == expected, expected, value, at(step["call"], pointer))
        for pointer in step.get("absent", ()):
            found, value = _value(body, pointer)
            there = found and value not in (None, "", [], {})
            # What must not be there is not repeated in a report: it may be what has to be kept secret.
            said = phrase("shown-though-secret") if there else phrase("nothing")
            self._asked(judged, not there, phrase("nothing"), said, at(step["call"], pointer))

    def _request(self, endpoint: Endpoint, step: Mapping[str, Any]) -> Sent:
        body = None
        if endpoint.operation.json_request:
            # Calls under one key are the same call: a repetition has the same body.
            number = 1 if "once" in step else self._number()
            body = Things(self.target, self.expect).body(endpoint, number) | self._filled(step.get("body", {}))
        query = {name: str(self._filled(value)) for name, value in step.get("query", {}).items()}
        sent = request_to(endpoint, name=str(self._filled(step.get("about", ""))), body=body, query=query)
        if "once" in step:
            if step["once"] not in self.keys:
                self.keys[step["once"]] = f"renkei-{self.target.tools.unique()}"
            sent["headers"].append([REPEATED, self.keys[step["once"]]])
        return sent

    def _number(self) -> int:
        self.drawn += 1
        return 1 + self.drawn

    def _list(self, step: Mapping[str, Any], judged: bool) -> None:
        query = {name: str(self._filled(value)) for name, value in step.get("query", {}).items()}
        found = Listing(self.target, step["call"])
        rows = found.whole(**query)
        if rows is None:
            raise Blocked("control-failed", step["call"])
        held = [row for row in rows if isinstance(row, Mapping)]
        for key, there in (("has", True), ("lacks", False)):
            if key in step:
                wanted = self._filled(step[key])
                fitting = [row for row in held if all(str(row.get(name)) == text for name, text in wanted.items())]
                count = len(fitting)
                expected = phrase("row-in-list") if there else phrase("no-row-in-list")
                self._asked(judged, bool(fitting) is there, expected, count, at(step["call"], *wanted))
        if "ascending" in step:
            values = [str(row.get(step["ascending"], "")) for row in held]
            place = next((i for i in range(1, len(values)) if values[i] < values[i - 1]), 0)
            shown = values[place - 1 : place + 1] if place else values[:2]
            self._asked(judged, not place, phrase("ascending"), shown, at(step["call"], step["ascending"]))

    def _filled(self, value: Any) -> Any:
        """A value with what was kept in the places that name it."""
        if isinstance(value, str):
            return NAME.sub(lambda name: self._kept(name[1]), value)
        if isinstance(value, Mapping):
            return {key: self._filled(part) for key, part in value.items()}
        return [self._filled(part) for part in value] if isinstance(value, list) else value

    def _kept(self, name: str) -> str:
        if name not in self.kept:
            raise Blocked("control-failed", name)
        return self.kept[name]


def _value(body: Any, pointer: str) -> tuple[bool, Any]:
    """(whether it is there, its value): through objects and lists."""
    if not any(part.isdigit() for part in pointer.split("/")):
        return value_at(body, pointer)
    try:
        return True, node_at(body, pointer)
    except ContractError:
        return False, None
