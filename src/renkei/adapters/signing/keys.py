"""Ed25519 keys in PEM files: made only on request, private ones readable by their owner alone.

A demonstration key says so in the text above its PEM block, and its key id begins with ``DEMO-``, so that neither the
file nor anything signed with it can pass for a real one.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, Key, SSlibKey  # type: ignore[attr-defined]  # its names lack __all__

from renkei.errors import UsageError
from renkei.flow.certificate import DEMO

MAX_BYTES = 16_384
_DEMO_NOTE = "DEMO key of Renkei: made for trying things out. Nothing signed with it may be trusted.\n"
_PRIVATE = "-----BEGIN PRIVATE KEY-----"
_PUBLIC = "-----BEGIN PUBLIC KEY-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that signatures are checked with."""

    keyid: str
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that signs."""

    keyid: str
    signer: CryptoSigner


def new_key(path: Path, *, demo: bool = False) -> Path:
    """Make a key pair at ``path`` (mode 0600) and its public half beside it; gives the path of the public half.

    Raises UsageError when either file exists: a key is never overwritten.
    """
    public_path = path.with_name(f"{path.stem}.pub{path.suffix or '.pem'}")
    private = Ed25519PrivateKey.generate()
    note = _DEMO_NOTE if demo else ""
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public_pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _create(path, note + pem.decode(), 0o600)
    _create(public_path, note + public_pem.decode(), 0o644)
    return public_path


def load_signing_key(path: Path) -> SigningKey:
    """The private key of a PEM file; raises UsageError when it is absent, open to others, encrypted or no Ed25519."""
    block, demo = _block(path, _PRIVATE)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError("key-open-to-others", file=str(path), mode=oct(stat.S_IMODE(path.stat().st_mode)))
    try:
        private = serialization.load_pem_private_key(block, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError("key-unreadable", file=str(path), why=type(error).__name__) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError("key-unreadable", file=str(path), why=type(private).__name__)
    public = _named(private.public_key(), demo)
    return SigningKey(keyid=public.keyid, signer=CryptoSigner(private, public))


def load_public_keys(path: Path) -> tuple[PublicKey, ...]:
    """The public key of a PEM file, or those of a folder's ``*.pem``; raises UsageError when there is none."""
    files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
    if not files:
        raise UsageError("key-missing", file=str(path), why="*.pem")
    return tuple(_load_public(file) for file in files)


def _load_public(path: Path) -> PublicKey:
    block, demo = _block(path, _PUBLIC)
    try:
        public = serialization.load_pem_public_key(block)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError("key-unreadable", file=str(path), why=type(error).__name__) from error
    if not isinstance(public, Ed25519PublicKey):
        raise UsageError("key-unreadable", file=str(path), why=type(public).__name__)
    key = _named(public, demo)
    return PublicKey(keyid=key.keyid, key=key)


def _named(public: Ed25519PublicKey, demo: bool) -> SSlibKey:
    key = SSlibKey.from_crypto(public)
    return SSlibKey.from_crypto(public, keyid=f"{DEMO}{key.keyid}") if demo else key


def _block(path: Path, begin: str) -> tuple[bytes, bool]:
    """The one PEM block of a file, and whether the text above it says that the key is for demonstration."""
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES).decode("ascii")
    except OSError as error:
        raise UsageError("key-missing", file=str(path), why=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise UsageError("key-unreadable", file=str(path), why="not PEM") from error
    note, mark, rest = text.partition(begin)
    if not mark or "-----BEGIN" in note or "-----BEGIN" in rest:
        raise UsageError("key-wrong-kind", file=str(path), expected=begin.strip("-").removeprefix("BEGIN "))
    return (mark + rest).encode(), "DEMO" in note


def _create(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise UsageError("key-exists", file=str(path)) from error
    except OSError as error:
        raise UsageError("key-unwritable", file=str(path), why=error.strerror or "") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
