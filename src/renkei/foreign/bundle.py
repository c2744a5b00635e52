"""Foreign documents as a bundle: one system for each document, one linkage for each operation, generic rules only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, Linkage, System
from renkei.flow.document import METHODS
from renkei.flow.requirement import Requirement, Transport
from renkei.foreign.carried import KEY
from renkei.foreign.carried import requirements as carried
from renkei.foreign.document import PROTECTED
from renkei.foreign.place import named

SUITE = "generic"
# The name of a document that is all there is in its folder.
WHOLE = "openapi"
CLAUSE_MAX = 120
NAME_MAX = 200


def bundle_of(
    documents: Mapping[str, Mapping[str, Any]], requirements: tuple[Requirement, ...], digests: Mapping[str, str]
) -> Bundle:
    """The bundle of read documents by file name; ``digests`` are those of every file that was read."""
    systems = tuple(system_of(file, document) for file, document in documents.items())
    own = tuple(one for document in documents.values() for one in carried(document))
    if doubled := [name for name, count in Counter(one.id for one in own).items() if count > 1]:
        raise ContractError("document-wrong", place=KEY, reason=f"each id once: {', '.join(doubled)}")
    title = " / ".join(dict.fromkeys(_title(document) for document in documents.values()))[:CLAUSE_MAX]
    return Bundle(
        edition=title,
        title_ja=title,
        title_en=title,
        systems=systems,
        requirements=(*requirements, *own),
        ambiguities=(),
        codes={},
        file_profile={},
        auth_document={"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {}},
        digests=dict(digests),
        suite=SUITE,
    )


def system_id(file: str) -> str:
    """The id of the system that a file describes: its name without the ending, in plain letters."""
    folder, _, last = file.rpartition("/")
    stem = last.rpartition(".")[0] or file
    # A folder of folders, a document in each: these are told apart by their folder.
    stem = folder.rpartition("/")[2] if folder and stem == WHOLE else stem
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-.")[:64] or "document"


def system_of(file: str, document: Mapping[str, Any]) -> System:
    """One document as a system."""
    name = _title(document)
    own = system_id(file)
    return System(
        id=own,
        romaji=own,
        name_ja=name,
        name_en=name,
        linkages=tuple(
            _linkage(own, file, path, method, item[method], document)
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ),
        items=(),
        document=document,
    )


def _title(document: Mapping[str, Any]) -> str:
    info = document["info"]
    return f"{info['title']} {info['version']}".strip() or "-"


def _linkage(
    system: str, file: str, path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Linkage:
    call = f"{method.upper()} {path}"
    name = f"{operation['summary']} ({call})" if operation["summary"] else call
    schemes = document["components"]["securitySchemes"]
    tokens = ("oauth2", "openIdConnect")
    scopes = [part[1:] for part in operation[PROTECTED] if schemes.get(part[0], {}).get("type") in tokens]
    return Linkage(
        id=operation["operationId"],
        name_ja=named(name, NAME_MAX),
        name_en=named(name, NAME_MAX),
        system=system,
        consumers=(),
        transport=Transport.REST,
        path=path,
        scope=" ".join(scopes[0]) if scopes else "",
        basis="sourced",
        clause=named(f"{file}: {call}", NAME_MAX),
    )
