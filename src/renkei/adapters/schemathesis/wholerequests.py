"""Whole requests from schemathesis for operations of any kind: parameters, headers and bodies as they go on the wire."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import requests
from schemathesis import GenerationMode, Response
from schemathesis.core.errors import SchemathesisError
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES
from schemathesis.specs.openapi.checks import negative_data_rejection

from renkei.adapters.schemathesis.generator import (
    COVERAGE,
    FUZZ,
    MAX_DESCRIPTION,
    SPARE,
    _breaks,
    _drawn,
    _operations,
    _with_integers,
)
from renkei.errors import ContractError
from renkei.foreign.wire import ordinary
from renkei.ports import GeneratedRequest

HOST_FOR_PATHS = "http://contract.invalid"
VALID, BROKEN, UNSURE = "valid", "broken", "unsure"
# Ours to set, or schemathesis's own marks: none of them is part of what is generated.
OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"})
MAX_BODY = 1_000_000


class WholeRequests:
    """Generates for the operations of one foreign document; fulfils ``renkei.ports.RequestGenerator``.

    ``fault`` is the independent judge: where it disagrees with schemathesis about a request, the request is ``unsure``.
    ``key`` is the parameter that holds an API key: it is never generated, as we set it ourselves.
    """

    def __init__(self, document: Mapping[str, Any], fault: Callable[[GeneratedRequest], str], key: str = "") -> None:
        self._fault = fault
        self._made = _operations(_without(document, key))
        self.dropped: Counter[str] = Counter()

    def requests(self, operation: str, *, covered: int, random: int, seed: int) -> tuple[GeneratedRequest, ...]:
        """Up to ``covered`` boundaries and ``random`` valid and broken ones each; the same for the same seed."""
        if operation not in self._made:
            raise ContractError("operation-not-usable", operation=operation, reason="not known to the generator")
        found = list(_in_turn(self._kept(operation, COVERAGE, self._coverage(operation))))[:covered]
        for mode in GenerationMode:
            if not random or (mode.is_negative and not any(one.label == BROKEN for one in found)):
                continue
            strategy = self._made[operation].as_strategy(generation_mode=mode, feedback=NO_FEEDBACK)
            cases = _drawn(operation, strategy, random + SPARE, seed)
            found += list(self._kept(operation, FUZZ, cases))[:random]
        unique = {(one.method, one.path, one.headers, one.body): one for one in reversed(found)}
        return tuple(reversed(unique.values()))

    def _coverage(self, operation: str) -> Iterator[Any]:
        made = self._made[operation]
        config = made.schema.config.generation_for(operation=made, phase=COVERAGE)
        try:
            yield from made.schema.iter_coverage_cases(
                made, generation_modes=list(GenerationMode), generation_config=config
            )
        except SchemathesisError as error:
            raise ContractError("operation-not-usable", operation=operation, reason=type(error).__name__) from error

    def _kept(self, operation: str, phase: str, cases: Iterable[Any]) -> Iterator[GeneratedRequest]:
        for case in cases:
            scenario = getattr(case.meta.phase.data, "scenario", None)
            if case.method.lower() != self._made[operation].method.lower() or scenario in REQUEST_SHAPE_PROBES:
                self.dropped["request-shape"] += 1
                continue
            broken = case.meta.generation.mode.is_negative
            try:
                sent = self._sent(operation, phase, case, broken)
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OSError, SchemathesisError):
                # Not every generated value can be put on the wire; such a case is no request.
                self.dropped["not-sendable"] += 1
                continue
            if len(sent.body) > MAX_BODY:
                self.dropped["too-large"] += 1
                continue
            yield self._labelled(sent, case, broken)

    def _sent(self, operation: str, phase: str, case: Any, broken: bool) -> GeneratedRequest:
        given = case.as_transport_kwargs(base_url=HOST_FOR_PATHS)
        prepared = requests.Request(**given).prepare()
        body: Any = prepared.body or b""
        data = body.encode() if isinstance(body, str) else bytes(body)
        if "json" in given and data:
            # As real clients write it, and not in escapes only.
            value = given["json"] if broken else _with_integers(given["json"])
            data = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        headers = tuple(
            (str(name), value if isinstance(value, str) else value.decode("latin-1"))
            for name, value in prepared.headers.items()
            if name.lower() not in OWN_HEADERS and not (name.lower() == "accept" and value == "*/*")
        )
        for _, value in headers:
            value.encode("latin-1")
        return GeneratedRequest(
            operation=operation,
            phase=phase,
            label=UNSURE,
            breaks=_breaks(case.meta) if broken else "",
            description=" ".join((case.meta.phase.data.description or "").split())[:MAX_DESCRIPTION],
            method=case.method.upper(),
            path=str(prepared.url).removeprefix(HOST_FOR_PATHS) or "/",
            headers=headers,
            body=data,
        )

    def _labelled(self, sent: GeneratedRequest, case: Any, broken: bool) -> GeneratedRequest:
        """The request with its label: schemathesis and the judge must agree, else it is ``unsure``."""
        fault = self._fault(sent)
        if not broken:
            return replace(sent, label=UNSURE if fault or not ordinary(sent) else VALID)
        if not fault or fault == "undecided" or not _still_negative(case):
            return replace(sent, breaks="")
        return replace(sent, label=BROKEN, breaks=fault)


def _still_negative(case: Any) -> bool:
    """Whether schemathesis, too, finds that the request is broken once it is on the wire."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=HOST_FOR_PATHS)).prepare()
    accepted = Response(status_code=200, headers={}, content=b"", request=prepared, elapsed=0.0, verify=True)
    try:
        case.validate_response(accepted, checks=[negative_data_rejection])
    except FailureGroup:
        return True
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False
    return False


def _without(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A copy without the parameter of that name; nothing else in it may be changed by the engine either."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    for item in copied["paths"].values():
        for operation in item.values():
            operation["parameters"] = [
                part for part in operation["parameters"] if not key or part["name"].lower() != key.lower()
            ]
    copied["components"].pop("securitySchemes", None)
    return copied


def _in_turn(cases: Iterable[GeneratedRequest]) -> Iterator[GeneratedRequest]:
    """Valid and other requests alternately, one of each kind after the other: a limit leaves out no kind too early."""
    streams: dict[bool, dict[str, list[GeneratedRequest]]] = {True: {}, False: {}}
    for one in cases:
        place = " ".join(one.breaks.split()[:3]) if one.label == BROKEN else one.description
        streams[one.label == VALID].setdefault(place, []).append(one)
    turns = [_turns(streams[True]), _turns(streams[False])]
    for pair in zip_longest(*turns):
        yield from (one for one in pair if one is not None)


def _turns(kinds: dict[str, list[GeneratedRequest]]) -> Iterator[GeneratedRequest]:
    for row in zip_longest(*kinds.values()):
        yield from (one for one in row if one is not None)
