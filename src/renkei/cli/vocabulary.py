"""What the reports of a run say anyway, whatever its targets answer: no secret can be hidden there, and none needs to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from renkei.errors import PlanError
from renkei.flow.contract import Bundle, Linkage
from renkei.flow.plan import Plan
from renkei.flow.requirement import Ambiguity, Requirement, Role
from renkei.redaction import Redactor

# The texts that reports are put together from.
PARTS = ("messages", "schemas", "web/templates")


def vocabulary(plan: Plan, bundle: Bundle) -> str:
    """Every text that is written of this plan by these contracts, one a line."""
    return "\n".join((*_of_plan(plan), *_of_bundle(bundle), *_of_reports()))


def refuse_public(secrets: dict[str, str], plan: Plan, redactor: Redactor) -> None:
    """Raise PlanError for a secret that is no secret, or an id that would be taken for somebody's number."""
    for label, secret in secrets.items():
        if redactor.is_public(secret):
            raise PlanError("plan-secret-public", key=label, value="…")
    for target in plan.targets:
        if redactor.text(target.id) != target.id:
            raise PlanError("plan-id-hidden", key="target.id", value=redactor.text(target.id))


def _of_plan(plan: Plan) -> Iterator[str]:
    yield plan.name
    yield from Role
    for target in plan.targets:
        yield from (target.id, target.vendor, target.product, target.version, target.system)


def _of_bundle(bundle: Bundle) -> Iterator[str]:
    """Names and texts of the contracts, and the digests of their files; samples and documents are no words of ours."""
    yield from (bundle.edition, bundle.title_ja, bundle.title_en)
    yield from (word for pair in bundle.digests.items() for word in pair)
    for system in bundle.systems:
        yield from (system.id, system.romaji, system.name_ja, system.name_en)
        yield from (word for linkage in system.linkages for word in _texts(linkage))
        yield from (word for item in system.items for word in (item.group, item.name, item.romaji))
    yield from (word for requirement in bundle.requirements for word in _texts(requirement))
    yield from (word for ambiguity in bundle.ambiguities for word in _texts(ambiguity))


def _texts(value: Linkage | Requirement | Ambiguity) -> Iterator[str]:
    for field in fields(value):
        held: Any = getattr(value, field.name)
        yield from (held,) if isinstance(held, str) else (str(one) for one in held) if isinstance(held, tuple) else ()


def _of_reports() -> Iterator[str]:
    root = resources.files("renkei")
    for part in PARTS:
        for text in _files(root.joinpath(part)):
            # a catalogue's sentences are written out without their quotes and escapes
            yield re.sub(r'\\(["\\])', r"\1", text)


def _files(folder: Traversable) -> Iterator[str]:
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.is_file() and path.name.endswith((".toml", ".json", ".j2", ".css", ".js")):
            yield path.read_text("utf-8")
