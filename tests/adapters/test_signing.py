"""Signing: keys are made on request and kept to their owner, and an envelope is exactly what its signer wrote."""

from __future__ import annotations

import base64
import json
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from renkei.adapters.signing.envelope import seal, unseal
from renkei.adapters.signing.keys import PublicKey, SigningKey, load_public_keys, load_signing_key, new_key
from renkei.atomicfile import pretty
from renkei.errors import CertificateError, UsageError

PAYLOAD = '{"事業者":"アルファ","n":1}'.encode()


@pytest.fixture(name="pair")
def key_pair(tmp_path: Path) -> tuple[SigningKey, tuple[PublicKey, ...]]:
    public = new_key(tmp_path / "issuer.pem")
    return load_signing_key(tmp_path / "issuer.pem"), load_public_keys(public)


Pair = tuple[SigningKey, tuple[PublicKey, ...]]


def test_payload_comes_back_with_its_signer(pair: Pair) -> None:
    """What was sealed is what is unsealed, and by whom."""
    key, public = pair
    assert unseal(seal(PAYLOAD, key), public) == (PAYLOAD, key.keyid)


def test_private_key_is_its_owners_alone(tmp_path: Path) -> None:
    """A new key has mode 0600; one that others can read is refused."""
    new_key(tmp_path / "k.pem")
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    (tmp_path / "k.pem").chmod(0o640)
    with pytest.raises(UsageError, match="key-open-to-others"):
        load_signing_key(tmp_path / "k.pem")


def test_key_is_never_overwritten(tmp_path: Path) -> None:
    """Making a key where one is refuses and leaves it as it was."""
    new_key(tmp_path / "k.pem")
    before = (tmp_path / "k.pem").read_bytes()
    with pytest.raises(UsageError, match="key-exists"):
        new_key(tmp_path / "k.pem")
    assert (tmp_path / "k.pem").read_bytes() == before


def test_demo_key_cannot_pass_for_a_real_one(tmp_path: Path) -> None:
    """The id of a demonstration key says DEMO, and its signature is refused under any other id."""
    public = new_key(tmp_path / "demo.pem", demo=True)
    key = load_signing_key(tmp_path / "demo.pem")
    assert key.keyid.startswith("DEMO-")
    public.write_text(public.read_text().partition("-----BEGIN")[1] + public.read_text().partition("-----BEGIN")[2])
    with pytest.raises(CertificateError, match="certificate-unknown-key"):
        unseal(seal(PAYLOAD, key), load_public_keys(public))


def other_pem(kind: str) -> bytes:
    if kind == "ec":
        private: Any = ec.generate_private_key(ec.SECP256R1())
    else:
        private = ed25519.Ed25519PrivateKey.generate()
    how: Any = serialization.BestAvailableEncryption(b"x") if kind == "encrypted" else serialization.NoEncryption()
    data: bytes = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    return data


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: other_pem("ec"), "key-unreadable"),
        (lambda: other_pem("encrypted"), "key-wrong-kind"),
        (lambda: other_pem("plain") * 2, "key-wrong-kind"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "key-unreadable"),
        (lambda: b"\xff\x00", "key-unreadable"),
        (lambda: b"", "key-wrong-kind"),
    ],
)
def test_odd_key_file_is_refused(tmp_path: Path, content: Callable[[], bytes], code: str) -> None:
    """A key file that is not one plain Ed25519 key is refused by name."""
    path = tmp_path / "k.pem"
    path.write_bytes(content())
    path.chmod(0o600)
    with pytest.raises(UsageError, match=code):
        load_signing_key(path)


def test_halves_are_not_mixed_up(tmp_path: Path) -> None:
    """The private half is refused where the public one is asked for, and the other way round."""
    public = new_key(tmp_path / "k.pem")
    with pytest.raises(UsageError, match="key-wrong-kind"):
        load_public_keys(tmp_path / "k.pem")
    with pytest.raises(UsageError, match="key-wrong-kind"):
        load_signing_key(public)


def test_missing_key_is_refused_and_not_made(tmp_path: Path) -> None:
    """A key that is not there is a diagnosis; none is generated."""
    with pytest.raises(UsageError, match="key-missing"):
        load_signing_key(tmp_path / "k.pem")
    with pytest.raises(UsageError, match="key-missing"):
        load_public_keys(tmp_path)
    assert list(tmp_path.iterdir()) == []


def refusal(data: bytes, public: tuple[PublicKey, ...]) -> str:
    with pytest.raises(CertificateError) as caught:
        unseal(data, public)
    return caught.value.code


def test_no_changed_byte_is_accepted(pair: Pair) -> None:
    """Every byte of the file matters: each one changed, dropped or doubled is refused."""
    key, public = pair
    data = seal(PAYLOAD, key)
    chance = random.Random(1)
    for place in range(len(data)):
        for byte in (bytes([data[place] ^ chance.randrange(1, 256)]), b"", data[place : place + 1] * 2):
            assert refusal(data[:place] + byte + data[place + 1 :], public)


def changed(value: dict[str, Any], **members: Any) -> bytes:
    return pretty({**value, **members})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda value: changed(value, more=1), "certificate-form"),
        (lambda value: changed(value, payloadType="application/json"), "certificate-form"),
        (lambda value: changed(value, signatures=[]), "certificate-form"),
        (lambda value: changed(value, signatures=value["signatures"] * 2), "certificate-form"),
        (lambda value: changed(value, signatures=[{**value["signatures"][0], "cert": ""}]), "certificate-form"),
        (lambda value: changed(value, signatures=[{"keyid": 1, "sig": ""}]), "certificate-form"),
        (lambda value: changed(value, payload=value["payload"].replace("=", "")), "certificate-form"),
        (lambda value: changed(value, payload=base64.b64encode(b"{}").decode()), "certificate-signature"),
        (lambda value: changed(value, signatures=[{"keyid": "x", "sig": "AAAA"}]), "certificate-unknown-key"),
        (lambda value: json.dumps(value).encode(), "certificate-form"),
        (lambda value: pretty(value) + b"\n", "certificate-form"),
        (lambda value: pretty(value) + b"{}", "certificate-form"),
        (lambda value: pretty(value).replace(b'"payload"', b'"payload": "e30=", "payload"'), "certificate-form"),
        (lambda value: b"[" * 100_000, "certificate-form"),
        (lambda value: b"\xef\xbb\xbf" + pretty(value), "certificate-form"),
        (lambda value: b"[]", "certificate-form"),
    ],
)
def test_other_forms_are_refused(pair: Pair, change: Callable[[dict[str, Any]], bytes], code: str) -> None:
    """Unknown, doubled and odd members, other layouts and trailing bytes are refused by name."""
    key, public = pair
    assert refusal(change(json.loads(seal(PAYLOAD, key))), public) == code


def test_another_signers_envelope_is_refused(pair: Pair, tmp_path: Path) -> None:
    """A good signature by a key that is not trusted is refused, also under the id of a trusted one."""
    key, public = pair
    new_key(tmp_path / "other.pem")
    data = seal(PAYLOAD, load_signing_key(tmp_path / "other.pem"))
    assert refusal(data, public) == "certificate-unknown-key"
    value = json.loads(data)
    value["signatures"][0]["keyid"] = key.keyid
    assert refusal(pretty(value), public) == "certificate-signature"
