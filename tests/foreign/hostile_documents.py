"""Documents made to harm whoever reads them: each as files of a folder, with the code by which it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One hostile document: its files, the code of its refusal, and words that the diagnosis must hold.

    ``{canary}`` in a file stands for the address of a server that must hear nothing, ``{secret}`` for a file outside.
    """

    name: str
    code: str
    says: str = ""
    files: Mapping[str, bytes] | None = None
    prepare: Callable[[Path, Path], None] | None = None


def _get(**more: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "-"}}, **more}


def _with(schema: Any, **components: Any) -> bytes:
    """A document whose one operation answers with that schema."""
    answer = {"200": {"description": "-", "content": {"application/json": {"schema": schema}}}}
    return _document({"/a": {"get": {"responses": answer}}}, **components)


def _document(paths: Any, *, version: str = "3.0.3", **schemas: Any) -> bytes:
    info = {"title": "hostile", "version": "1"}
    whole = {"openapi": version, "info": info, "paths": paths, "components": {"schemas": schemas}}
    return json.dumps(whole, ensure_ascii=False).encode()


def _bomb() -> bytes:
    lines = ["openapi: 3.0.3", "info: {title: a, version: '1'}", "x0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join([*lines, "paths: {}"]).encode()


def _link(folder: Path, secret: Path) -> None:
    (folder / "part.json").symlink_to(secret)


def _link_folder(folder: Path, secret: Path) -> None:
    (folder / "inside").symlink_to(secret.parent)


def _pipe(folder: Path, _secret: Path) -> None:
    import os

    os.mkfifo(folder / "part.json")


MAIN = "api.json"
DEEP = {"allOf": [{}]}
HOSTILE = (
    Hostile(name="reference over http", code="document-reference", says="{canary}",
            files={MAIN: _with({"$ref": "{canary}/evil.json"})}),
    Hostile(name="reference to a file by scheme", code="document-reference", says="file:",
            files={MAIN: _with({"$ref": "file://{secret}"})}),
    Hostile(name="reference to a file by path", code="document-reference", says="{secret}",
            files={MAIN: _with({"$ref": "{secret}"})}),
    Hostile(name="reference up the tree", code="document-reference", says="../",
            files={MAIN: _with({"$ref": "../../../etc/hostname"})}),
    Hostile(name="reference up the tree in disguise", code="document-reference", says="%2e",
            files={MAIN: _with({"$ref": "%2e%2e/%2e%2e/etc/hostname"})}),
    Hostile(name="reference without a scheme to another host", code="document-reference", says="//",
            files={MAIN: _with({"$ref": "//127.0.0.1/evil.json"})}),
    Hostile(name="reference by a dynamic name", code="document-reference", says="evil",
            files={MAIN: _with({"$dynamicRef": "{canary}/evil"})}),
    Hostile(name="path item over http", code="document-reference", says="{canary}",
            files={MAIN: _document({"/a": {"$ref": "{canary}/paths.json"}})}),
    Hostile(name="reference from a bundled file to outside", code="document-reference", says="part.json",
            files={MAIN: _with({"$ref": "part.json"}), "part.json": b'{"$ref": "{canary}/x"}'}),
    Hostile(name="bundled file that is a link", code="document-file", says="part.json",
            files={MAIN: _with({"$ref": "part.json#/a"})}, prepare=_link),
    Hostile(name="bundled folder that is a link", code="document-file", says="inside/secret.json",
            files={MAIN: _with({"$ref": "inside/secret.json"})}, prepare=_link_folder),
    Hostile(name="bundled file that is a pipe", code="document-file", says="part.json",
            files={MAIN: _with({"$ref": "part.json"})}, prepare=_pipe),
    Hostile(name="alias bomb", code="yaml-unreadable", says="aliases", files={"api.yaml": _bomb()}),
    Hostile(name="alias of itself", code="yaml-unreadable", says="alias", files={"api.yaml": b"openapi: &a [*a]\n"}),
    Hostile(name="tag that runs code", code="yaml-unreadable", says="tag",
            files={"api.yaml": b"openapi: !!python/object/apply:os.system ['touch {secret}.ran']\n"}),
    Hostile(name="deep JSON", code="document-unreadable", says="64",
            files={MAIN: b'{"openapi": "3.0.3", "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"}),
    Hostile(name="deep YAML", code="yaml-unreadable", says="64", files={"api.yaml": b"openapi: " + b"[" * 50_000}),
    Hostile(name="six megabytes", code="document-file", says="5000000",
            files={MAIN: b'{"openapi": "3.0.3", "x": "' + b"a" * 6_000_000 + b'"}'}),
    Hostile(name="a million values", code="document-unreadable", says="300000",
            files={MAIN: b'{"openapi": "3.0.3", "x": [' + b"1," * 1_000_000 + b"1]}"}),
    Hostile(name="same member twice", code="document-unreadable", says="duplicate",
            files={MAIN: b'{"openapi": "3.0.3", "openapi": "3.0.3"}'}),
    Hostile(name="same member twice in YAML", code="yaml-unreadable", says="duplicate",
            files={"api.yaml": b"openapi: 3.0.3\nopenapi: 3.0.3\n"}),
    Hostile(name="number without end", code="document-unreadable", files={MAIN: b'{"x": 1' + b"0" * 100_000 + b"}"}),
    Hostile(name="not UTF-8", code="document-unreadable", files={MAIN: b'{"openapi": "\x93\xfa"}'}),
    Hostile(name="escape sequence in a path", code="document-path", says="u{1B}",
            files={MAIN: _document({"/a\x1b]52;c;aGk=\x07": {"get": _get()}})}),
    Hostile(name="pattern of exponential time", code="document-pattern", says="slow",
            files={MAIN: _with({"type": "string", "pattern": "^(a+)+$"})}),
    Hostile(name="pattern without end", code="document-pattern", says="too-long",
            files={MAIN: _with({"type": "string", "pattern": "(a|b)" * 100_000})}),
    Hostile(name="least length of fifty million", code="document-limit", says="50000000",
            files={MAIN: _with({"type": "string", "minLength": 50_000_000})}),
    Hostile(name="length that cannot be", code="document-impossible", says="minLength",
            files={MAIN: _with({"type": "string", "minLength": 9, "maxLength": 1})}),
    Hostile(name="value that must hold itself", code="document-endless", says="Node",
            files={MAIN: _with({"$ref": "#/components/schemas/Node"}, Node={
                "type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}})}),
    Hostile(name="references in a ring", code="document-endless", says="/components/schemas/",
            files={MAIN: _with({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/B"},
                               B={"$ref": "#/components/schemas/A"})}),
    Hostile(name="reference to nothing", code="document-no-such-place", says="Nobody",
            files={MAIN: _with({"$ref": "#/components/schemas/Nobody"})}),
    Hostile(name="Swagger 2.0", code="document-swagger", says="OpenAPI 3.0",
            files={MAIN: b'{"swagger": "2.0", "info": {}, "paths": {"/a": {"get": {}}}}'}),
    Hostile(name="no version", code="document-version", files={MAIN: b'{"paths": {}}'}),
    Hostile(name="no operation", code="document-empty", files={MAIN: _document({})}),
    Hostile(name="paths that are a list", code="document-wrong", files={MAIN: _document([])}),
    Hostile(name="ten thousand operations", code="document-limit", says="2000",
            files={MAIN: _document({f"/{n}": {"get": _get()} for n in range(10_000)})}),
)  # fmt: skip
