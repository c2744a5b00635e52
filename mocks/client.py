"""The registered clients of the authorization server: 利用側業務システム, one client each."""

import hashlib
import hmac
import json
import os
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mocks.fault import Faults

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 32
SECRET_LENGTH = 48
# Two consumers of 031: 健康管理 and 国民健康保険.
GYOMU_IDS = ("019", "024")
SECRET_VARIABLES = ("RENKEI_MOCK_SECRET", "RENKEI_MOCK_SECRET_2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One registered consumer. The method names are those that Authlib asks for."""

    client_id: str
    client_secret: str
    gyomuid: str
    auth_methods: tuple[str, ...] = ("client_secret_jwt", "client_secret_basic")

    def __repr__(self) -> str:
        return f"Client(client_id={self.client_id!r}, gyomuid={self.gyomuid!r})"

    def check_client_secret(self, secret: str) -> bool:
        """Whether the secret is this client's, compared in constant time."""
        return hmac.compare_digest(secret.encode(), self.client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether this client may authenticate that way, at any endpoint."""
        del endpoint
        return method in self.auth_methods

    def check_grant_type(self, grant_type: str) -> bool:
        """Client credentials is the only grant of the standard."""
        return grant_type == "client_credentials"


def _derive(size: int, *parts: str) -> str:
    """`size` characters of [0-9A-Za-z] that depend on the parts alone."""
    stream = hashlib.shake_256("\x1f".join(parts).encode()).digest(size * 4)
    numbers = (int.from_bytes(stream[at : at + 4], "big") for at in range(0, size * 4, 4))
    return "".join(_ALPHABET[number % len(_ALPHABET)] for number in numbers)


def derive(vendor: str, seed: int, methods: tuple[str, ...], fault: Faults) -> tuple[Client, ...]:
    """The clients of a vendor; a secret in the environment takes the place of the derived one."""
    clients = []
    for gyomuid, variable in zip(GYOMU_IDS, SECRET_VARIABLES, strict=True):
        secret = os.environ.get(variable) or _derive(SECRET_LENGTH, "secret", vendor, str(seed), gyomuid)
        client_id = _derive(ID_LENGTH, "id", vendor, str(seed), gyomuid)
        if fault("client_id_with_hyphens"):
            client_id = "-".join((client_id[:8], client_id[8:12], client_id[12:16], client_id[16:]))
        if fault("client_secret_short"):
            secret = secret[:16]
        clients.append(Client(client_id=client_id, client_secret=secret, gyomuid=gyomuid, auth_methods=methods))
    return tuple(clients)


def _parse(entry: dict[str, Any], methods: tuple[str, ...]) -> Client:
    client = Client(
        client_id=entry["client_id"],
        client_secret=entry["client_secret"],
        gyomuid=entry["gyomuid"],
        auth_methods=methods,
    )
    if not client.client_id or not client.client_secret:
        raise ValueError("expected a client_id and a client_secret for every client of the file")
    return client


def from_file(path: Path, derived: tuple[Client, ...]) -> tuple[Client, ...]:
    """The clients of the file; when there is no file, the derived ones are written to it, for the caller to read."""
    if not path.exists():
        entries = [{key: value for key, value in asdict(one).items() if key != "auth_methods"} for one in derived]
        _write(path, json.dumps({"clients": entries}, indent=1))
        for number, one in enumerate(derived, 1):
            # One secret in one file each: a plan names the file.
            _write(path.with_name(f"{path.stem}-{number}.secret"), one.client_secret)
        return derived
    table = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_parse(entry, derived[0].auth_methods) for entry in table["clients"])


def _write(path: Path, text: str) -> None:
    """A file that only its owner reads; the folder is made when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def facade_secret(path: Path) -> str:
    """The secret of the façade that is kept in that file; one that nobody can guess is written there when it is absent."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8").strip()
