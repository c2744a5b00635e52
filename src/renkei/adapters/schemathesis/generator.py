"""Request bodies from schemathesis: boundaries and broken rules from its coverage phase, and seeded random ones.

Only the generation is used. Exchanges are ours, so nothing that a target answers can end or skip anything here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import CacheConfig, SchemathesisConfig
from schemathesis.core.errors import SchemathesisError
from schemathesis.core.result import Err
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, CaseMetadata

from renkei.adapters.schemathesis.preparation import for_boundaries, for_fuzzing
from renkei.errors import ContractError
from renkei.flow.document import at, operations, resolved
from renkei.kit.strategies import sample
from renkei.kit.strategies.characters import length
from renkei.kit.strategies.schema import settled
from renkei.ports import Generated, Validator

COVERAGE, FUZZ, LINK = "coverage", "fuzz", "link"
MAX_DESCRIPTION = 200
ROUNDS = 4
# Drawn beyond what is asked for, as some are equal or no JSON.
SPARE = 10


@dataclass(slots=True)
class Account:
    """What became of the cases of one operation and phase: how many were given out, and why the others were not."""

    given: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


def _aside(node: Mapping[str, Any]) -> bool:
    """Whether an operation is the REST form of a file linkage (reference profile): no linkage of the plan is served by it."""
    facts = node.get("x-renkei", {})
    return isinstance(facts, dict) and facts.get("profile") == "reference"


class SchemathesisGenerator:
    """Generates for the operations of one document; fulfils ``renkei.ports.Generator``.

    ``judge`` (the first validator) sees every body: what schemathesis calls valid and is not, or calls broken and is
    not, is dropped and counted in :attr:`accounts`.
    """

    def __init__(self, document: Mapping[str, Any], judge: Validator | None = None) -> None:
        self._document = document
        self._described = {
            key: value
            for key, value in operations(document).items()
            if value.json_request and not _aside(at(document, value.pointer))
        }
        self._judge = judge
        self._loose = _operations(for_boundaries(document))
        self._strict = _operations(for_fuzzing(document))
        self._limits = {key: _limits(document, value.json_request) for key, value in self._described.items()}
        self._covered: dict[str, tuple[Generated, ...]] = {}
        self.accounts: dict[tuple[str, str], Account] = {}

    def operations(self) -> tuple[str, ...]:
        """Every operation that takes a JSON body, in document order: this is what must be accounted for."""
        return tuple(self._described)

    def coverage(self, operation: str, *, limit: int) -> Iterator[Generated]:
        """Up to ``limit`` boundary and one-rule-broken bodies, of every kind in turn; deterministic."""
        self._known(operation)
        if operation not in self._covered:
            account = self._account(operation, COVERAGE)
            cases = self._coverage_cases(operation)
            self._covered[operation] = tuple(_in_turn(self._kept(operation, COVERAGE, cases, account)))
            account.given = len(self._covered[operation])
        yield from self._covered[operation][:limit]

    def fuzz(self, operation: str, *, negative: bool, count: int, seed: int) -> Iterator[Generated]:
        """Up to ``count`` different random bodies, all valid or all negative, the same for the same seed."""
        self._known(operation)
        mode = GenerationMode.NEGATIVE if negative else GenerationMode.POSITIVE
        strategy = self._strict[operation].as_strategy(generation_mode=mode, feedback=NO_FEEDBACK)
        account = self._account(operation, FUZZ)
        seen: set[str] = set()
        for turn in range(ROUNDS):
            cases = _drawn(operation, strategy, count + SPARE, seed * ROUNDS + turn)
            for generated in self._kept(operation, FUZZ, cases, account):
                text = json.dumps(generated.body, sort_keys=True)
                if len(seen) < count and text not in seen:
                    seen.add(text)
                    account.given += 1
                    yield generated
            if len(seen) >= count:
                return

    def links(self, operation: str) -> tuple[tuple[Generated, ...], ...]:
        """Sequences that the document's ``links`` describe: this operation, then the linked one.

        The second body holds runtime expressions (``$response.body#/…``, ``$request.body#/…``) which :meth:`filled`
        replaces once the first answer is there.
        """
        found = self._known(operation)
        first = self._simplest(operation)
        sequences = []
        for status in at(self._document, found.pointer).get("responses", {}):
            _, response = resolved(self._document, f"{found.pointer}/responses/{status}")
            for name, link in response.get("links", {}).items():
                target = link.get("operationId", "")
                if str(status).startswith("2") and target in self._described:
                    body = {**self._simplest(target).body, **link.get("requestBody", {})}
                    step = Generated(operation=target, phase=LINK, body=body, breaks="", description=name)
                    sequences.append((first, step))
        return tuple(sequences)

    @staticmethod
    def filled(body: Any, *, request: Any, response: Any) -> Any:
        """A body with its runtime expressions replaced; raises ``LookupError`` when the answer lacks what they name."""
        sources = {"$request.body#": request, "$response.body#": response}
        if isinstance(body, Mapping):
            return {k: SchemathesisGenerator.filled(v, request=request, response=response) for k, v in body.items()}
        if not isinstance(body, str):
            return body
        for prefix, source in sources.items():
            if body.startswith(prefix):
                return _found(source, body.removeprefix(prefix))
        return body

    def _simplest(self, operation: str) -> Generated:
        """The smallest valid body of an operation."""
        valid = [generated for generated in self.coverage(operation, limit=1000) if not generated.breaks]
        if not valid:
            raise ContractError("no-valid-body", operation=operation)
        return min(valid, key=lambda generated: len(json.dumps(generated.body)))

    def _too_long(self, operation: str, body: Any) -> bool:
        """Whether a member has more characters than its item: a schema counts code points and is more generous."""
        limits = self._limits[operation]
        return isinstance(body, dict) and any(length(body[name]) > limits[name] for name in limits.keys() & body.keys())

    def _known(self, operation: str) -> Any:
        try:
            return self._described[operation]
        except KeyError:
            raise ContractError("no-json-request", operation=operation) from None

    def _account(self, operation: str, phase: str) -> Account:
        return self.accounts.setdefault((operation, phase), Account())

    def _coverage_cases(self, operation: str) -> Iterator[Any]:
        made = self._loose[operation]
        config = made.schema.config.generation_for(operation=made, phase=COVERAGE)
        modes = list(GenerationMode)
        try:
            yield from made.schema.iter_coverage_cases(made, generation_modes=modes, generation_config=config)
        except SchemathesisError as error:
            raise ContractError("operation-not-usable", operation=operation, reason=type(error).__name__) from error

    def _kept(self, operation: str, phase: str, cases: Iterable[Any], account: Account) -> Iterator[Generated]:
        """The usable cases as ours; every other one is counted with its reason."""
        for case in cases:
            meta: CaseMetadata = case.meta
            reason, body = _body(case, self._described[operation].method)
            broken = meta.generation.mode.is_negative
            if not reason and not broken:
                reason = "open-text" if not settled(body) else "too-long" if self._too_long(operation, body) else ""
            if not reason and self._judge and bool(self._judge.request_faults(operation, body)) != broken:
                reason = "mislabelled"
            if reason:
                account.dropped[reason] += 1
                continue
            yield Generated(
                operation=operation,
                phase=phase,
                body=body if broken else _with_integers(body),
                breaks=_breaks(meta) if broken else "",
                description=" ".join((meta.phase.data.description or "").split())[:MAX_DESCRIPTION],
            )


def _drawn(operation: str, strategy: Any, count: int, seed: int) -> list[Any]:
    try:
        return sample(strategy, count, seed)
    except SchemathesisError as error:
        raise ContractError("operation-not-usable", operation=operation, reason=type(error).__name__) from error


def _operations(document: dict[str, Any]) -> dict[str, Any]:
    """The operations of schemathesis by operationId; one that it cannot read is a contract error."""
    # An explicit configuration: otherwise one would be looked for on disk. No answer is ever fed back to it.
    config = SchemathesisConfig(seed=0, cache=CacheConfig(enabled=False))
    found: dict[str, Any] = {}
    for result in schemathesis.openapi.from_dict(document, config=config).get_all_operations():
        if isinstance(result, Err):
            raise ContractError("operation-not-usable", operation="", reason=type(result.err()).__name__)
        operation = result.ok()
        found[operation.definition.raw.get("operationId", operation.label)] = operation
    return found


def _limits(document: Mapping[str, Any], pointer: str) -> dict[str, int]:
    """The numbers of characters that the N items of a request may have."""
    _, schema = resolved(document, pointer)
    marks = {name: part.get("x-renkei", {}) for name, part in schema.get("properties", {}).items()}
    return {name: int(mark["length"]) for name, mark in marks.items() if mark.get("type") == "N"}


def _body(case: Any, method: str) -> tuple[str, Any]:
    """(reason why the case is not a JSON body of the operation, body); the reason is "" for a usable one."""
    scenario = getattr(case.meta.phase.data, "scenario", None)
    if case.method.lower() != method or scenario in REQUEST_SHAPE_PROBES:
        return "request-shape", None
    if case.media_type is None:
        return "no-body", None
    try:
        text = json.dumps(case.body, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError):
        return "not-json", None
    return "", json.loads(text)


def _with_integers(value: Any) -> Any:
    """The same value with 6 for 6.0: JSON Schema takes both for an integer, real systems do not."""
    if isinstance(value, dict):
        return {name: _with_integers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_integers(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _breaks(meta: CaseMetadata) -> str:
    """The broken keyword and where: ``pattern /properties/shimei``, or the scenario when no keyword is named."""
    data = meta.phase.data
    keywords = "+".join(sorted({word for mutation in data.mutations for word in mutation.keywords}))
    where = data.location or ""
    if not keywords:
        keywords = getattr(data, "scenario", "negative")
        container, _, last = where.rpartition("/")
        if container and not container.endswith("properties"):
            where, keywords = container, last
    return f"{keywords} {where}".strip()


def _in_turn(cases: Iterable[Generated]) -> Iterator[Generated]:
    """The cases, one of each kind after the other, so that a limit leaves out no kind before it must."""
    kinds: dict[str, list[Generated]] = {}
    for generated in cases:
        kinds.setdefault(generated.breaks.partition(" ")[0], []).append(generated)
    for row in zip_longest(*kinds.values()):
        yield from (generated for generated in row if generated is not None)


def _found(source: Any, pointer: str) -> Any:
    node = source
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isdigit():
            node = node[int(key)]
        elif isinstance(node, Mapping):
            node = node[key]
        else:
            raise LookupError(pointer)
    return node
