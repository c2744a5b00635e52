"""A third opinion: schemathesis's own response checks on an exchange that we sent ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests
from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from renkei.adapters.schemathesis.generator import _operations
from renkei.ports import SchemaFault

HOST = "http://contract.invalid"
CHECKS = {
    "status_code_conformance": status_code_conformance,
    "content_type_conformance": content_type_conformance,
    "response_headers_conformance": response_headers_conformance,
    "response_schema_conformance": response_schema_conformance,
    "not_a_server_error": not_a_server_error,
}


class ThirdOpinion:
    """The checks of one document; texts hold the name of the check and the place, never a value."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._operations = _operations(dict(document))

    def case_checks(
        self, operation: str, status: int, headers: Sequence[tuple[str, str]], body: bytes
    ) -> tuple[SchemaFault, ...]:
        """What schemathesis finds wrong with an answer; an answer on which a check itself fails is a fault, too."""
        found = self._operations[operation]
        case = found.Case()
        response = _response(found, status, headers, body)
        faults = []
        for name, check in CHECKS.items():
            try:
                case.validate_response(response, checks=[check])
            except FailureGroup as group:
                faults += [_fault(name, failure) for failure in group.exceptions]
            except (RecursionError, ValueError, LookupError) as error:
                faults.append(SchemaFault(pointer="", keyword=name, text=f"{name} {type(error).__name__}"))
        return tuple(faults)


def _response(operation: Any, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> Response:
    listed: dict[str, list[str]] = {}
    for name, value in headers:
        listed.setdefault(name.lower(), []).append(value)
    request = requests.Request(operation.method.upper(), HOST + operation.path).prepare()
    return Response(status_code=status, headers=listed, content=body, request=request, elapsed=0.0, verify=True)


def _fault(name: str, failure: Failure) -> SchemaFault:
    path = getattr(failure, "instance_path", None) or ()
    return SchemaFault(pointer="".join(f"/{part}" for part in path)[:200], keyword=name, text=f"{name} {failure.title}")
