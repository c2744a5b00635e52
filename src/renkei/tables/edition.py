"""One edition assembled from the texts of a contracts folder; the folder itself is read elsewhere."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.errors import ContractError
from renkei.flow.contract import Bundle, System
from renkei.flow.requirement import Requirement
from renkei.tables.boundary import Interface, read_interfaces
from renkei.tables.boundarydocument import boundary_document
from renkei.tables.document import compile_document
from renkei.tables.reader import read_ambiguities, read_codes, read_requirements, read_untested
from renkei.tables.schema import CodeLists
from renkei.tables.source import SystemTables, read_system
from renkei.tables.transition import read_accepted

EDITION = "edition.toml"
AUTH_SOURCE = "auth/openapi.toml"
AUTH_DOCUMENT = "auth/openapi.yaml"
_EDITION_KEYS = {"edition", "title_ja", "title_en", "document", "accepted", "digests"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The parsed tables of an edition, before they are compiled."""

    head: Mapping[str, Any]
    systems: tuple[SystemTables, ...]
    codes: CodeLists
    file_profile: Mapping[str, Any]
    auth_document: Mapping[str, Any]
    boundary: tuple[Interface, ...] = ()


def read_sources(files: Mapping[str, bytes]) -> Sources:
    """Parse the tables of a folder; ``files`` maps a path relative to it to the file's bytes."""
    head = _toml(files, EDITION)
    unknown = set(head) - _EDITION_KEYS
    missing = {"edition", "title_ja", "title_en"} - set(head)
    if unknown or missing:
        raise ContractError(
            "contract-columns", file=EDITION, missing=", ".join(sorted(missing)), unknown=", ".join(sorted(unknown))
        )
    lists = {
        path[6:-4]: read_codes(_text(files, path), path)
        for path in sorted(files)
        if path.startswith("codes/") and path.endswith(".csv")
    }
    return Sources(
        head=head,
        systems=tuple(_system(files, folder) for folder in system_folders(files)),
        codes=CodeLists(
            values={name: values for name, (values, _) in lists.items()},
            closed=frozenset(name for name, (_, closed) in lists.items() if closed),
        ),
        file_profile=_toml(files, "common/file-profile.toml"),
        auth_document=_toml(files, AUTH_SOURCE),
        boundary=read_interfaces(files),
    )


def compile_documents(sources: Sources) -> dict[str, dict[str, Any]]:
    """Every document of the edition by its path in the contracts folder."""
    documents = {
        f"{tables.folder}/openapi.yaml": compile_document(
            tables, sources.codes, sources.head["edition"], sources.file_profile
        )
        for tables in sources.systems
    }
    boundary = {
        f"{one.folder}/openapi.yaml": boundary_document(one, sources.head["edition"]) for one in sources.boundary
    }
    auth = dict(sources.auth_document)
    auth["info"] = {**auth.get("info", {}), "version": sources.head["edition"]}
    return {AUTH_DOCUMENT: auth, **documents, **boundary}


def assemble(files: Mapping[str, bytes]) -> Bundle:
    """The bundle of a contracts folder, its documents compiled from the tables."""
    sources = read_sources(files)
    documents = compile_documents(sources)
    return Bundle(
        edition=sources.head["edition"],
        title_ja=sources.head["title_ja"],
        title_en=sources.head["title_en"],
        systems=tuple(_compiled(tables, documents) for tables in sources.systems),
        requirements=_requirements(files),
        ambiguities=read_ambiguities(_text(files, "common/ambiguities.csv"), "common/ambiguities.csv"),
        codes=sources.codes.values,
        file_profile=sources.file_profile,
        auth_document=documents[AUTH_DOCUMENT],
        digests=digests(files),
        closed_codes=sources.codes.closed,
        accepted=read_accepted(sources.head),
        untested=read_untested(_text(files, "common/untested.csv"), "common/untested.csv"),
    )


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of every file by its path, in path order."""
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def with_digests(edition: str, sums: Mapping[str, str]) -> str:
    """The text of edition.toml with its last table, [digests], written anew."""
    head = edition.partition("[digests]")[0].rstrip("\n")
    rows = "\n".join(f'"{path}" = "{value}"' for path, value in sums.items())
    return f"{head}\n\n[digests]\n{rows}\n"


def system_folders(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The folders that describe a system, in order of their 業務ID."""
    return tuple(sorted(path.split("/")[0] for path in files if path.endswith("/system.toml") and path.count("/") == 1))


def _system(files: Mapping[str, bytes], folder: str) -> SystemTables:
    own = (path for path in files if path.startswith(f"{folder}/") and path.endswith((".csv", ".toml")))
    return read_system(folder, {path[len(folder) + 1 :]: _text(files, path) for path in own})


def _compiled(tables: SystemTables, documents: Mapping[str, Mapping[str, Any]]) -> System:
    return System(
        id=tables.id,
        romaji=tables.romaji,
        name_ja=tables.name_ja,
        name_en=tables.name_en,
        linkages=tables.linkages,
        items=tables.items,
        document=documents[f"{tables.folder}/openapi.yaml"],
        rules=tables.rules,
    )


def _requirements(files: Mapping[str, bytes]) -> tuple[Requirement, ...]:
    paths = sorted((path for path in files if path.endswith("/requirements.csv")), key=_common_first)
    return tuple(item for path in paths for item in read_requirements(_text(files, path), path))


def _common_first(path: str) -> tuple[int, str]:
    return (0 if path.startswith("common/") else 1 if path.startswith("auth/") else 2, path)


def _text(files: Mapping[str, bytes], path: str) -> str:
    if path not in files:
        raise ContractError("contract-file-missing", file=path)
    try:
        return files[path].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContractError("contract-csv", file=path, row=0, reason=str(error)) from error


def _toml(files: Mapping[str, bytes], path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(files, path))
    except tomllib.TOMLDecodeError as error:
        raise ContractError("contract-toml", file=path, reason=str(error)) from error
