"""Values and accesses of a plan file: typed, checked, and diagnosed by their key; secrets by reference only."""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.errors import PlanError
from renkei.flow.plan import (
    CONCURRENCY,
    JOB_SECONDS,
    MANUAL_SECONDS,
    MAX_CONCURRENCY,
    CommandAccess,
    FacadeAccess,
    FilesAccess,
    ManualAccess,
    RestAccess,
    SecretRef,
    ShelfAccess,
)

REST_KEYS = {
    "base_url",
    "token_url",
    "introspection_url",
    "revocation_url",
    "client_id",
    "client_secret",
    "auth",
    "ca_file",
    "gyomuid",
    "second_client_id",
    "second_client_secret",
    "second_gyomuid",
    "resident_number",
    "concurrency",
}
FOREIGN_KEYS = {"base_url", "auth", "ca_file", "api_key_name", "user", "secret", "second_user", "second_secret"}
FILES_KEYS = {"url", "options"}
SHELF_KEYS = {"host", "port", "url"}
MAX_PORT = 65_535
FACADE_KEYS = {"url", "secret", "ca_file", "seconds"}
# Ways of making a consumer act, and of asking it what it holds; each has keys of its own besides.
TRIGGERS, READBACKS = ("http", "command", "manual"), ("http", "command")
HTTP_KEYS = {"secret", "ca_file", "seconds"}
MAX_SECONDS = 86_400
AUTH_METHODS = ("client_secret_jwt", "client_secret_basic")
KEY_METHODS = ("api_key_header", "api_key_query", "api_key_cookie")
# How a target of another standard is called: with something that is always the same, or with a token that is fetched.
FOREIGN_METHODS = ("none", *KEY_METHODS, "bearer_static", "basic", "client_credentials", *AUTH_METHODS)
FILE_SCHEMES = ("file", "s3", "sftp")
SHOWN = 120
# Options of a storage library whose names hold these words are secrets, and stand by reference only.
SECRET_WORDS = ("secret", "password", "passphrase", "passwd", "token")


def only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    """Refuse keys that are not known."""
    for key in table:
        if key not in known:
            name = f"{where}.{key}" if where else key
            # the value is not repeated: it may be a secret under a misspelt name
            raise PlanError("plan-unknown-key", key=name, known=", ".join(sorted(known)))


def table_of(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    """A table that must be there."""
    value = table.get(key)
    if not isinstance(value, dict):
        raise PlanError("plan-missing-key", key=f"{where}.{key}".lstrip("."), value=shown(value))
    return value


def text_of(table: Mapping[str, Any], key: str, where: str, *, default: str | None = None) -> str:
    """A text; without a default it must be there and not be empty."""
    value = table.get(key, default)
    if value is None:
        raise PlanError("plan-missing-key", key=f"{where}.{key}", value="-")
    if not isinstance(value, str) or (default is None and not value):
        raise PlanError("plan-wrong-value", key=f"{where}.{key}", value=shown(value), expected="text")
    return value


def shown(value: Any) -> str:
    """A value as a diagnosis repeats it; of what holds other values only its kind, for one of them may be a secret."""
    if isinstance(value, str | int | float | bool | dt.date):
        return str(value)[:SHOWN]
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else "-"


def bare(url: str) -> str:
    """A URL as a diagnosis repeats it: without user and password."""
    return re.sub("//[^/]*@", "//…@", url)[:SHOWN]


def choice_of(table: Mapping[str, Any], key: str, where: str, known: tuple[str, ...], default: str) -> str:
    """One of a closed set of texts."""
    value = table.get(key, default)
    if value not in known:
        raise PlanError("plan-wrong-value", key=f"{where}.{key}", value=shown(value), expected=" | ".join(known))
    return str(value)


def _url(table: Mapping[str, Any], key: str, where: str, schemes: tuple[str, ...], *, needed: bool = True) -> str:
    value = text_of(table, key, where, default=None if needed else "")
    if not value:
        return ""
    try:
        parts = urllib.parse.urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise PlanError(
            "plan-bad-url", key=f"{where}.{key}", value=bare(value), expected=" | ".join(schemes)
        ) from error
    local = parts.scheme == "file"
    if parts.scheme not in schemes or not (local or parts.hostname) or parts.username or parts.password:
        raise PlanError("plan-bad-url", key=f"{where}.{key}", value=bare(value), expected=" | ".join(schemes))
    return value


def read_rest(table: Any, where: str, folder: Path) -> RestAccess:
    """How the REST linkages of a target of the standard are reached."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected="[target.rest]")
    only(table, REST_KEYS, where)
    web = ("http", "https")
    ca_file = text_of(table, "ca_file", where, default="")
    if ca_file and not (folder / ca_file).is_file():
        raise PlanError("plan-missing-file", key=f"{where}.ca_file", value=ca_file)
    return RestAccess(
        base_url=_url(table, "base_url", where, web),
        token_url=_url(table, "token_url", where, web),
        introspection_url=_url(table, "introspection_url", where, web, needed=False),
        revocation_url=_url(table, "revocation_url", where, web, needed=False),
        client_id=text_of(table, "client_id", where),
        client_secret=_secret(table.get("client_secret"), f"{where}.client_secret", folder),
        auth=choice_of(table, "auth", where, AUTH_METHODS, AUTH_METHODS[0]),
        ca_file=str((folder / ca_file).resolve()) if ca_file else "",
        gyomuid=text_of(table, "gyomuid", where, default="010"),
        second_client_id=text_of(table, "second_client_id", where, default=""),
        second_client_secret=(
            _secret(table["second_client_secret"], f"{where}.second_client_secret", folder)
            if "second_client_secret" in table
            else None
        ),
        second_gyomuid=text_of(table, "second_gyomuid", where, default="024"),
        resident_number=text_of(table, "resident_number", where, default=""),
        concurrency=_concurrency(table, where),
    )


def read_foreign_rest(table: Any, where: str, folder: Path) -> RestAccess:
    """How the operations of a target of another standard are reached."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected="[target.rest]")
    auth = choice_of(table, "auth", where, FOREIGN_METHODS, "none")
    if auth in ("client_credentials", *AUTH_METHODS):
        return read_rest({**table, "auth": AUTH_METHODS[1] if auth == "client_credentials" else auth}, where, folder)
    only(table, FOREIGN_KEYS, where)
    ca_file = text_of(table, "ca_file", where, default="")
    if ca_file and not (folder / ca_file).is_file():
        raise PlanError("plan-missing-file", key=f"{where}.ca_file", value=ca_file)
    return RestAccess(
        base_url=_url(table, "base_url", where, ("http", "https")),
        token_url="",
        client_id=text_of(table, "user", where) if auth == "basic" else "",
        client_secret=None if auth == "none" else _secret(table.get("secret"), f"{where}.secret", folder),
        auth=auth,
        ca_file=str((folder / ca_file).resolve()) if ca_file else "",
        api_key_name=text_of(table, "api_key_name", where) if auth in KEY_METHODS else "",
        second_client_id=_second_user(table, auth, where),
        second_client_secret=(
            _secret(table["second_secret"], f"{where}.second_secret", folder) if "second_secret" in table else None
        ),
    )


def _second_user(table: Mapping[str, Any], auth: str, where: str) -> str:
    """The name of a second caller whose credentials the plan gives; keys and tokens have none of their own."""
    if auth == "none" or "second_secret" not in table:
        return ""
    return text_of(table, "second_user", where) if auth == "basic" else "second"


def _concurrency(table: Mapping[str, Any], where: str) -> int:
    value = table.get("concurrency", CONCURRENCY)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_CONCURRENCY:
        raise PlanError("plan-wrong-value", key=f"{where}.concurrency", value=value, expected=f"1 … {MAX_CONCURRENCY}")
    return value


def _secret(value: Any, where: str, folder: Path) -> SecretRef:
    if isinstance(value, dict) and len(value) == 1:
        kind, name = next(iter(value.items()))
        if kind in ("env", "file") and isinstance(name, str) and name:
            return SecretRef(kind=kind, name=str((folder / name).resolve()) if kind == "file" else name)
    # The value itself may be a secret written in the wrong place: it is not repeated in the diagnosis.
    raise PlanError("plan-missing-secret", key=where, value="-", expected='{env = "NAME"} | {file = "PATH"}')


def read_files(table: Any, where: str, folder: Path) -> FilesAccess:
    """Where the files of a target lie."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected="[target.files]")
    only(table, FILES_KEYS, where)
    options = table.get("options", {})
    if not isinstance(options, dict):
        raise PlanError("plan-wrong-value", key=f"{where}.options", value=shown(options), expected="table")
    parsed: dict[str, str | SecretRef] = {}
    for name, value in options.items():
        plain = isinstance(value, str) and not any(word in name.lower() for word in SECRET_WORDS)
        parsed[name] = value if plain else _secret(value, f"{where}.options.{name}", folder)
    return FilesAccess(url=_placed(_url(table, "url", where, FILE_SCHEMES), folder), options=parsed)


def _placed(url: str, folder: Path) -> str:
    """A file address without a root (``file:place``) is one below the plan's folder."""
    scheme, _, path = url.partition(":")
    if scheme != "file" or path.startswith("/"):
        return url
    return (folder / urllib.parse.unquote(path)).resolve().as_uri()


def read_shelf(table: Any, where: str) -> ShelfAccess:
    """Our own object storage, that a consumer reads from."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected="[target.shelf]")
    only(table, SHELF_KEYS, where)
    port = table.get("port", 0)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= MAX_PORT:
        raise PlanError("plan-wrong-value", key=f"{where}.port", value=shown(port), expected=f"0 … {MAX_PORT}")
    url = _url(table, "url", where, ("http", "https")) if "url" in table else ""
    return ShelfAccess(host=text_of(table, "host", where, default=ShelfAccess().host), port=port, url=url)


def read_facade(table: Any, where: str, folder: Path) -> FacadeAccess:
    """A façade: its address, the secret of its own, and how long a job may take."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected="[target.facade]")
    only(table, FACADE_KEYS, where)
    return _facade(table, "url", where, folder)


def read_trigger(table: Any, where: str, folder: Path) -> FacadeAccess | CommandAccess | ManualAccess:
    """How a consumer is made to act: ``http``, ``command`` or ``manual``, exactly one of them."""
    way = _way(table, where, TRIGGERS)
    if way == "http":
        return _facade(table, "http", where, folder)
    if way == "command":
        return _command(table, where)
    if table["manual"] is not True:
        raise PlanError("plan-wrong-value", key=f"{where}.manual", value=shown(table["manual"]), expected="true")
    return ManualAccess(seconds=_seconds(table, where, MANUAL_SECONDS))


def read_readback(table: Any, where: str, folder: Path) -> FacadeAccess | CommandAccess:
    """How a consumer is asked what it holds: ``http`` or ``command``, exactly one of them."""
    if _way(table, where, READBACKS) == "http":
        return _facade(table, "http", where, folder)
    return _command(table, where)


def _way(table: Any, where: str, ways: tuple[str, ...]) -> str:
    """The one way that a table names, its other keys being known for that way."""
    if not isinstance(table, dict):
        raise PlanError("plan-wrong-value", key=where, value=shown(table), expected=" | ".join(ways))
    named = [way for way in ways if way in table]
    if len(named) != 1:
        raise PlanError("plan-one-way", key=where, value=", ".join(named) or "-", known=" | ".join(ways))
    only(table, {named[0], "seconds"} | (HTTP_KEYS if named[0] == "http" else set()), where)
    return named[0]


def _facade(table: Mapping[str, Any], key: str, where: str, folder: Path) -> FacadeAccess:
    ca_file = text_of(table, "ca_file", where, default="")
    if ca_file and not (folder / ca_file).is_file():
        raise PlanError("plan-missing-file", key=f"{where}.ca_file", value=ca_file)
    return FacadeAccess(
        url=_url(table, key, where, ("http", "https")),
        secret=_secret(table.get("secret"), f"{where}.secret", folder),
        ca_file=str((folder / ca_file).resolve()) if ca_file else "",
        seconds=_seconds(table, where, JOB_SECONDS),
    )


def _command(table: Mapping[str, Any], where: str) -> CommandAccess:
    """The words of a command; one line for a shell is refused: nothing here is ever read by one."""
    argv = table["command"]
    words = isinstance(argv, list) and argv and all(isinstance(word, str) and "\0" not in word for word in argv)
    if not words or not argv[0]:
        raise PlanError(
            "plan-wrong-value", key=f"{where}.command", value=shown(argv), expected='["program", "argument", …]'
        )
    return CommandAccess(argv=tuple(argv), seconds=_seconds(table, where, JOB_SECONDS))


def _seconds(table: Mapping[str, Any], where: str, default: float) -> float:
    value = table.get("seconds", default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= MAX_SECONDS:
        raise PlanError("plan-wrong-value", key=f"{where}.seconds", value=shown(value), expected=f"1 … {MAX_SECONDS}")
    return float(value)
