"""One foreign OpenAPI document, read into the form that Renkei judges by: 3.1, whole, and without a way out of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from renkei.errors import ContractError
from renkei.flow.document import METHODS, at
from renkei.foreign.carried import KEY as CARRIED
from renkei.foreign.carried import carried
from renkei.foreign.place import CONTROL, Place, named, shown, target_of
from renkei.foreign.schema import REQUEST, RESPONSE, SchemaReader, refers

MAX_OPERATIONS = 2_000
MAX_CHAIN = 32
MAX_NAME = 80
NOTES = "x-renkei-notes"
PROTECTED = "x-renkei-protected"
LOCATIONS = ("path", "query", "header", "cookie")
# OpenAPI says that header parameters of these names are ignored.
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
PARAMETER = ("name", "in", "required", "style", "explode", "allowReserved", "allowEmptyValue")
STATUS = re.compile(r"[1-5](\d\d|XX|xx)|default")

Read = Callable[[str], Any]


class DocumentReader:
    """Reads one document; ``read`` gives the data of a file of its folder by name."""

    def __init__(self, file: str, read: Read) -> None:
        self._file = file
        self._read = read
        self._files: dict[str, Any] = {}
        self._names: dict[tuple[Place, str], str] = {}
        self._schemas: dict[str, Any] = {}
        self._waiting: list[tuple[Place, str, str]] = []
        self._taken: dict[str, int] = {}
        self._ids: dict[str, int] = {}
        self.notes: dict[tuple[str, str, str], None] = {}
        root = self._node(Place(file=file))
        version = version_of(root, file)
        self._root: Mapping[str, Any] = root
        self._schema = SchemaReader(version.startswith("3.0"), self._refer, self._follow, self._note)

    def document(self) -> dict[str, Any]:
        """The whole document; raises ContractError with the place of what cannot be used."""
        info = self._root.get("info")
        info = info if isinstance(info, Mapping) else {}
        home = Place(file=self._file)
        nodes = _object(self._root.get("paths"), home / "paths")
        count = sum(method in item for item in nodes.values() if isinstance(item, Mapping) for method in METHODS)
        if count > MAX_OPERATIONS:
            raise ContractError("document-limit", place=str(home / "paths"), value=count, limit=MAX_OPERATIONS)
        paths: dict[str, Any] = {}
        for path, node in nodes.items():
            self._add(path, self._path(path, node, home / "paths" / path), paths, home / "paths" / path)
        if not paths:
            raise ContractError("document-empty", place=str(home / "paths"))
        while self._waiting:
            place, way, name = self._waiting.pop()
            self._schemas[name] = self._schema.read(self._node(place), place, way)
        for name in ("webhooks", "servers"):
            if name == "webhooks" and self._root.get(name):
                self._note(home / name, "webhooks")
        made = {
            "openapi": "3.1.0",
            "info": {key: named(str(info.get(key, "")), MAX_NAME) for key in ("title", "version")},
            "paths": paths,
            "components": {"schemas": self._schemas, "securitySchemes": self._schemes(home)},
            NOTES: [list(note) for note in self.notes],
            CARRIED: carried(self._root, frozenset(self._ids), self._file),
        }
        _finite(made)
        return made

    def _note(self, place: Place, code: str, value: str = "") -> None:
        self.notes[str(place), code, shown(value)] = None

    def _node(self, place: Place) -> Any:
        if place.file not in self._files:
            self._files[place.file] = self._read(place.file)
        try:
            return at(self._files[place.file], place.pointer)
        except ContractError:
            raise ContractError("document-no-such-place", place=str(place)) from None

    def _follow(self, node: Any, place: Place) -> tuple[Mapping[str, Any], Place]:
        """The object that is meant once references are followed."""
        for _ in range(MAX_CHAIN):
            found = _object(node, place)
            reference = found.get("$ref")
            if reference is None:
                return found, place
            if not isinstance(reference, str):
                raise ContractError("document-reference", place=str(place), reference=shown(str(reference)))
            place = target_of(reference, place)
            node = self._node(place)
        raise ContractError("document-endless", place=str(place))

    def _refer(self, reference: str, here: Place, way: str) -> dict[str, Any]:
        place = target_of(reference, here)
        key = (place, way)
        if key not in self._names:
            self._node(place)
            stem = re.sub(r"[^A-Za-z0-9_]", "_", place.pointer.rpartition("/")[2] or "root")[:MAX_NAME]
            self._names[key] = _free(stem if way == RESPONSE else f"{stem}-{way}", self._taken)
            self._waiting.append((place, way, self._names[key]))
        return {"$ref": f"#/components/schemas/{self._names[key]}"}

    def _add(self, path: str, item: dict[str, Any], paths: dict[str, Any], place: Place) -> None:
        """Take the operations of a path in; what only a fragment tells apart is one path on the wire."""
        called, mark, _ = path.partition("#")
        if mark:
            self._note(place, "path-fragment", called)
        for method, operation in item.items():
            if method in paths.get(called, {}):
                self._note(place / method, "same-call-twice", f"{method.upper()} {called}")
            else:
                paths.setdefault(called, {})[method] = operation

    def _path(self, path: str, node: Any, place: Place) -> dict[str, Any]:
        if path.startswith("x-"):
            return {}
        if not path.startswith("/") or CONTROL.search(path) or any(char in path for char in " \\?"):
            raise ContractError("document-path", place=str(place))
        item, place = self._follow(node, place)
        shared = self._parameters(item.get("parameters", []), place / "parameters")
        made = {}
        for method in METHODS:
            if method in item:
                # Bundlers' authors keep operations in files of their own, though no edition of OpenAPI lets them.
                operation, where = self._follow(item[method], place / method)
                made[method] = self._operation(path, method, operation, shared, where)
        return made

    def _operation(
        self, path: str, method: str, node: Mapping[str, Any], shared: dict[tuple[str, str], Any], place: Place
    ) -> dict[str, Any]:
        own = self._parameters(node.get("parameters", []), place / "parameters")
        parameters = shared | own
        for name in re.findall(r"\{([^{}]*)\}", path):
            if ("path", name) not in parameters:
                self._note(place, "parameter-not-described", name)
                parameters["path", name] = {
                    "name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}
                }  # fmt: skip
        made: dict[str, Any] = {
            "operationId": self._id(node, method, path, place),
            "summary": named(str(node.get("summary") or ""), MAX_NAME),
            "parameters": [
                part for (where, name), part in parameters.items() if where != "path" or f"{{{name}}}" in path
            ],
            "responses": self._responses(node.get("responses"), place / "responses"),
            PROTECTED: self._security(node, place),
        }
        if "requestBody" in node:
            body, where = self._follow(node["requestBody"], place / "requestBody")
            content = self._content(body.get("content", {}), where / "content", REQUEST)
            if content:
                made["requestBody"] = {"content": content, "required": body.get("required") is True}
        for name in ("callbacks", "servers"):
            if node.get(name):
                self._note(place / name, name)
        return made

    def _id(self, node: Mapping[str, Any], method: str, path: str, place: Place) -> str:
        given = node.get("operationId")
        text = given if isinstance(given, str) and given.strip() else f"{method}-{path.strip('/') or 'root'}"
        name = re.sub(r"-{2,}", "-", "".join(char if char.isalnum() or char in "_." else "-" for char in text))
        name = name.strip("-.")[:MAX_NAME] or method
        if name != given:
            self._note(place / "operationId", "operation-renamed", name)
        unique = _free(name, self._ids)
        if unique != name:
            self._note(place / "operationId", "operation-twice", unique)
        return unique

    def _parameters(self, nodes: Any, place: Place) -> dict[tuple[str, str], Any]:
        if not isinstance(nodes, list):
            raise ContractError("document-wrong", place=str(place), reason="a list")
        made: dict[tuple[str, str], Any] = {}
        for index, node in enumerate(nodes):
            found, where = self._follow(node, place / index)
            name, location = found.get("name"), found.get("in")
            if not isinstance(name, str) or not name or CONTROL.search(name) or location not in LOCATIONS:
                raise ContractError("document-wrong", place=str(where), reason="a parameter has name and in")
            if location == "header" and name.lower() in IGNORED_HEADERS:
                continue
            made[location, name] = self._parameter(found, where)
        return made

    def _parameter(self, node: Mapping[str, Any], place: Place) -> dict[str, Any]:
        made = {key: node[key] for key in PARAMETER if key in node}
        if node["in"] == "path":
            made["required"] = True
        if isinstance(node.get("content"), Mapping) and node["content"]:
            made["content"] = self._content(node["content"], place / "content", REQUEST)
        else:
            made["schema"] = self._schema.read(node.get("schema", {}), place / "schema", REQUEST)
        made |= self._examples(node, place)
        return made

    def _examples(self, node: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """The examples that stand in the document; those that lie elsewhere are not fetched."""
        values = {"example": {"value": node["example"]}} if "example" in node else {}
        named = node.get("examples")
        for name, part in named.items() if isinstance(named, Mapping) else ():
            found, where = self._follow(part, place / "examples" / name)
            if "externalValue" in found:
                self._note(where, "external-example")
            elif "value" in found:
                values[name] = {"value": found["value"]}
        values = {name: part for name, part in values.items() if not refers(part["value"])}
        return {"examples": dict(list(values.items())[:5])} if values else {}

    def _content(self, node: Any, place: Place, way: str) -> dict[str, Any]:
        made = {}
        for kind, form in _object(node, place).items():
            where = place / kind
            if CONTROL.search(kind) or "/" not in kind:
                raise ContractError("document-wrong", place=str(where), reason="a media type")
            found = _object(form or {}, where)
            made[kind] = self._examples(found, where)
            if "schema" in found:
                made[kind]["schema"] = self._schema.read(found["schema"], where / "schema", way)
        return made

    def _responses(self, node: Any, place: Place) -> dict[str, Any]:
        found = _object(node or {}, place)
        if not found:
            self._note(place, "no-response")
        made = {}
        for status, part in found.items():
            if status.startswith("x-"):
                continue
            if not STATUS.fullmatch(status):
                raise ContractError("document-wrong", place=str(place / status), reason="a status code")
            response, where = self._follow(part, place / status)
            made[status.upper() if status.endswith("xx") else status] = self._response(response, where)
        return made

    def _response(self, node: Mapping[str, Any], place: Place) -> dict[str, Any]:
        made: dict[str, Any] = {"description": ""}
        content = self._content(node.get("content") or {}, place / "content", RESPONSE)
        if content:
            made["content"] = content
        headers = {}
        for name, part in _object(node.get("headers") or {}, place / "headers").items():
            header, where = self._follow(part, place / "headers" / name)
            if name.lower() == "content-type" or CONTROL.search(name):
                continue
            schema = self._schema.read(header.get("schema", {}), where / "schema", RESPONSE)
            headers[name] = {"required": header.get("required") is True, "schema": schema}
        if headers:
            made["headers"] = headers
        return made

    def _security(self, node: Mapping[str, Any], place: Place) -> list[list[str]]:
        """The alternatives of scheme names with their scopes; an empty list means that anybody may call."""
        alternatives = node.get("security", self._root.get("security", []))
        if not isinstance(alternatives, list):
            raise ContractError("document-wrong", place=str(place / "security"), reason="a list")
        if not alternatives or any(not part for part in alternatives):
            return []
        made = []
        for part in alternatives:
            for name, scopes in _object(part, place / "security").items():
                made.append([name, *(str(scope) for scope in scopes or ())])
        return made

    def _schemes(self, home: Place) -> dict[str, Any]:
        components = self._root.get("components")
        nodes = components.get("securitySchemes", {}) if isinstance(components, Mapping) else {}
        place = home / "components" / "securitySchemes"
        made = {}
        for name, node in _object(nodes or {}, place).items():
            scheme, _ = self._follow(node, place / name)
            made[name] = {key: str(scheme[key]) for key in ("type", "in", "name", "scheme") if key in scheme}
        return made


def _free(name: str, taken: dict[str, int]) -> str:
    """The name, or with the first number from 2 that nobody has; it is taken from then on."""
    if name not in taken:
        taken[name] = 1
        return name
    while (found := f"{name}-{taken[name] + 1}") in taken:
        taken[name] += 1
    taken[name] += 1
    taken[found] = 1
    return found


def version_of(root: Any, file: str) -> str:
    """The version of a document; raises ContractError for one that is not read, Swagger by its name."""
    place = Place(file=file)
    if isinstance(root, Mapping) and "swagger" in root:
        raise ContractError("document-swagger", place=str(place), file=shown(file), version=shown(str(root["swagger"])))
    version = root.get("openapi") if isinstance(root, Mapping) else None
    if not isinstance(version, str) or not re.fullmatch(r"3\.[01]\.\d+(-[\w.]+)?", version):
        raise ContractError("document-version", place=str(place), version=shown(str(version)))
    return version


def _object(node: Any, place: Place) -> Mapping[str, Any]:
    if not isinstance(node, Mapping):
        raise ContractError("document-wrong", place=str(place), reason="an object")
    return node


def _finite(document: Mapping[str, Any]) -> None:
    """Refuse schemas that no finite value fits: each of their values would have to hold another one."""
    schemas = document["components"]["schemas"]
    ends: set[str] = set()
    while True:
        more = {name for name, schema in schemas.items() if name not in ends and _ends(schema, ends)}
        if not more:
            break
        ends |= more
    endless = sorted(set(schemas) - ends)
    if endless:
        raise ContractError("document-endless", place=f"#/components/schemas/{endless[0]}")


def _ends(schema: Any, ends: set[str]) -> bool:
    """Whether some value of the schema needs only schemas that are known to end."""
    if not isinstance(schema, Mapping):
        return True
    if "$ref" in schema and schema["$ref"].rpartition("/")[2] not in ends:
        return False
    if not all(_ends(part, ends) for part in schema.get("allOf", ())):
        return False
    for key in ("anyOf", "oneOf"):
        if key in schema and not any(_ends(part, ends) for part in schema[key]):
            return False
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    needed = [schema.get("properties", {}).get(name) for name in schema.get("required", ())]
    if kinds == ["object"] and not all(_ends(part, ends) for part in needed):
        return False
    return not (kinds == ["array"] and schema.get("minItems", 0) and not _ends(schema.get("items"), ends))
