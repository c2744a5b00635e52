"""The contracts of another standard, as a plan names them: folder, reader and generic requirements put together."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.errors import ContractError
from renkei.flow.contract import Bundle

REQUIREMENTS = "generic/requirements.csv"


@functools.cache
def foreign_bundle(path: Path, requirements: Path) -> Bundle:
    """The bundle of an OpenAPI document or a folder of them, judged by the generic requirements of that table."""
    from renkei.adapters.folder.documents import DocumentFolder
    from renkei.foreign.bundle import bundle_of
    from renkei.foreign.document import DocumentReader, version_of
    from renkei.tables.reader import read_requirements

    folder = DocumentFolder(path)
    held: dict[str, Any] = {}

    def read(name: str) -> Any:
        if name not in held:
            held[name] = _data(folder.read(name), name)
        return held[name]

    names = [name for name in folder.files if folder.named or _describes(read(name))]
    # The version of each first: what is no document at all is said before what is wrong within one.
    for name in names:
        version_of(read(name), name)
    documents = {name: DocumentReader(name, read).document() for name in names}
    if not documents:
        raise ContractError("document-version", place=folder.root.name, version="-")
    table = requirements.read_bytes()
    digests = dict(folder.digests) | {REQUIREMENTS: hashlib.sha256(table).hexdigest()}
    return bundle_of(documents, read_requirements(table.decode(), REQUIREMENTS), digests)


def _data(data: bytes, name: str) -> Any:
    from renkei.adapters.yaml.document import Limits, read_yaml
    from renkei.foreign import text

    if text.looks_like_json(data, name):
        return text.read_json(data, name)
    limits = Limits(
        size=text.MAX_BYTES, depth=text.MAX_DEPTH, nodes=text.MAX_NODES, aliases=text.MAX_ALIASES, any_name=True
    )
    value = read_yaml(data, name, limits)
    text.checked(value, name)
    return value


def _describes(data: Any) -> bool:
    """Whether a file of a folder is a document of its own and no part of another."""
    return isinstance(data, Mapping) and bool({"openapi", "swagger"} & set(data))
