"""Bodies judged by openapi-core: validated, never unmarshalled, and without a word of the body in any text."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema import ValidationError as KeywordError
from jsonschema.validators import extend
from jsonschema_path import SchemaPath
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.validation.request.validators import V31RequestBodyValidator
from openapi_core.validation.response.validators import V31ResponseDataValidator
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_schema_validator import OAS31Validator

from renkei.adapters.openapi_core.pattern import compiled
from renkei.errors import ContractError, HarnessError
from renkei.flow.document import MediaType, Operation, operations
from renkei.ports import SchemaFault

HOST = "http://contract.invalid"
JSON_TYPE = "application/json"
MAX_FAULTS = 50
MAX_POINTER = 200
# Keywords whose value in the contract may be told; of all others only the name is.
LIMITS = frozenset(
    {"maxLength", "minLength", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "maxItems", "minItems"}
    | {"maxProperties", "minProperties", "multipleOf", "pattern", "format", "type", "enum", "const"}
)


@dataclass(slots=True, kw_only=True)
class _Request:
    """A request in the shape that openapi-core reads; it may set the parameters anew."""

    path: str
    method: str
    body: bytes
    content_type: str
    host_url: str = HOST
    parameters: RequestParameters = field(default_factory=RequestParameters)


@dataclass(slots=True, kw_only=True)
class _Response:
    """A response in the shape that openapi-core reads."""

    status_code: int
    content_type: str
    data: bytes
    headers: Mapping[str, Any] = field(default_factory=dict)


class SecondValidator:
    """Judges the bodies of one OpenAPI 3.1 document; fulfils ``renkei.ports.Validator``.

    Raises ``ContractError`` like the first validator does. Slow (a few hundred bodies a second): not for the hot path.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._operations = operations(document)
        plain = _with_canonical_media_types(document)
        spec = SchemaPath.from_dict(plain, handlers={})
        options: dict[str, Any] = {
            "base_url": HOST,
            "schema_validators_factory": SchemaValidatorsFactory(
                extend(OAS31Validator, {"pattern": _pattern}), format_checker=Draft202012Validator.FORMAT_CHECKER
            ),
            "extra_media_type_deserializers": dict.fromkeys(_documented(plain), _decoded),
        }
        self._requests = V31RequestBodyValidator(spec, **options)
        self._responses = V31ResponseDataValidator(spec, **options)

    def request_faults(self, operation: str, body: Any) -> tuple[SchemaFault, ...]:
        """What is wrong with a JSON request body of that operationId (empty: it conforms)."""
        found = self._operation(operation)
        media_type = next((str(form.media_type) for form in found.request if form.media_type.json), "")
        if not media_type:
            raise ContractError("no-json-request", operation=operation)
        data = _encoded(body)
        if isinstance(data, SchemaFault):
            return (data,)
        request = _Request(path=found.path, method=found.method, body=data, content_type=media_type)
        return _faults(self._requests.iter_errors(request))

    def response_faults(self, operation: str, status: int, media_type: str, body: Any) -> tuple[SchemaFault, ...]:
        """What is wrong with a JSON response; an undocumented status or media type is a fault of its own."""
        found = self._operation(operation)
        data = _encoded(body)
        if isinstance(data, SchemaFault):
            return (data,)
        request = _Request(path=found.path, method=found.method, body=b"", content_type=JSON_TYPE)
        response = _Response(status_code=status, content_type=_spelled(media_type), data=data)
        return _faults(self._responses.iter_errors(request, response))

    def _operation(self, operation_id: str) -> Operation:
        try:
            return self._operations[operation_id]
        except KeyError:
            raise ContractError("no-such-operation", operation=operation_id) from None


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[KeywordError]:
    """The ``pattern`` keyword with ECMA-262's meaning."""
    if validator.is_type(instance, "string") and not compiled(pattern).search(instance):
        yield KeywordError("pattern")


def _encoded(body: Any) -> bytes | SchemaFault:
    """The body as JSON text, or why it is none."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return SchemaFault(pointer="", keyword="encoding", text="encoding UTF-8")
    except ValueError:
        return SchemaFault(pointer="", keyword="type", text="type number")


def _faults(errors: Iterator[Exception]) -> tuple[SchemaFault, ...]:
    found: set[SchemaFault] = set()
    for error in errors:
        found.update(_translated(error))
    return tuple(sorted(found, key=lambda fault: (fault.pointer, fault.keyword, fault.text))[:MAX_FAULTS])


def _translated(error: BaseException) -> Iterator[SchemaFault]:
    """One error of openapi-core, found along its chain of causes, in our words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InvalidSchemaValue):
            yield from map(_fault, cause.schema_errors)
            return
        if isinstance(cause, ResponseNotFound):
            yield SchemaFault(pointer="", keyword="status", text=f"status {cause.http_status} is not documented")
            return
        if isinstance(cause, MediaTypeNotFound):
            documented = " or ".join(sorted(cause.availableMimetypes))
            yield SchemaFault(pointer="", keyword="media-type", text=f"media-type {documented}")
            return
        cause = cause.__cause__ or cause.__context__
    raise HarnessError("second-validator-failed", kind=type(error).__name__)


def _fault(error: KeywordError) -> SchemaFault:
    keyword = str(error.validator)
    text = keyword
    if keyword in LIMITS:
        limit = error.validator_value
        text = f"{keyword} {' / '.join(map(str, limit)) if isinstance(limit, list) else limit}"
    elif keyword == "required":
        text = "required " + " ".join(name for name in error.validator_value if name not in error.instance)
    pointer = "".join(f"/{part}" for part in error.absolute_path)[:MAX_POINTER]
    return SchemaFault(pointer=pointer, keyword=keyword, text=text)


def _with_canonical_media_types(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy whose media types have one spelling: openapi-core compares them as text."""
    plain = copy.deepcopy(dict(document))
    stack: list[Any] = [plain]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            content = node.get("content")
            if isinstance(content, dict) and all("/" in str(key) for key in content):
                node["content"] = {str(MediaType.parse(key)): form for key, form in content.items()}
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return plain


def _documented(document: Mapping[str, Any]) -> set[str]:
    """The names of every documented media type: bodies come to us as JSON values whatever their type is called."""
    return {
        content.media_type.name
        for operation in operations(document).values()
        for content in (*operation.request, *(form for answer in operation.answers for form in answer.contents))
    }


def _decoded(data: bytes, **_parameters: str) -> Any:
    return json.loads(data)


def _spelled(media_type: str) -> str:
    """An actual media type that openapi-core can split: it stumbles over a second equals sign in a parameter."""
    actual = MediaType.parse(media_type)
    return str(
        MediaType(
            name=actual.name,
            parameters=frozenset((key.replace("=", ""), value.replace("=", "")) for key, value in actual.parameters),
        )
    )
