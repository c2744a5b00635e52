"""DSSE envelopes: one signature, one byte form; whatever differs from what the signer wrote is refused.

The library accepts unknown and doubled members, any base64 spelling and any layout, and changes the dictionary that it
reads. So the file is read by the strict loader of our own and must be, byte for byte, the file that sealing writes.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Sequence
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError

from renkei.adapters.signing.keys import PublicKey, SigningKey
from renkei.atomicfile import pretty
from renkei.errors import CertificateError
from renkei.flow.certificate import PAYLOAD_TYPE
from renkei.flow.exchange import strict_json

MAX_BYTES = 32 * 1024 * 1024
THRESHOLD = 1


def seal(payload: bytes, key: SigningKey) -> bytes:
    """The bytes of the envelope file: the payload with the key's signature."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(key.signer)
    return pretty(_ordered(envelope.to_dict()))


def unseal(data: bytes, keys: Sequence[PublicKey]) -> tuple[bytes, str]:
    """The payload and the id of the key that signed it; raises CertificateError naming what is wrong.

    Codes: ``certificate-form``, ``certificate-unknown-key``, ``certificate-signature``.
    """
    value = read(data)
    keyid = value["signatures"][0]["keyid"]
    known = [item.key for item in keys if item.keyid == keyid]
    if not known:
        raise CertificateError("certificate-unknown-key", keyid=keyid, known=", ".join(item.keyid for item in keys))
    try:
        envelope = Envelope.from_dict(copy.deepcopy(value))
        envelope.verify(known, THRESHOLD)
    except (VerificationError, ValueError) as error:
        raise CertificateError("certificate-signature", keyid=keyid) from error
    return envelope.payload, keyid


def read(data: bytes) -> dict[str, Any]:
    """The envelope of a file, its form checked and its signature not."""
    if len(data) > MAX_BYTES:
        raise CertificateError("certificate-form", why=f"> {MAX_BYTES} bytes")
    try:
        value = strict_json(data)
        _check(value)
    except (ValueError, RecursionError) as error:
        raise CertificateError("certificate-form", why=str(error)[:200]) from error
    if pretty(_ordered(value)) != data:
        raise CertificateError("certificate-form", why="layout")
    return value  # type: ignore[no-any-return]  # _check() made sure that it is an object


def _ordered(value: dict[str, Any]) -> dict[str, Any]:
    signatures = [{"keyid": item["keyid"], "sig": item["sig"]} for item in value["signatures"]]
    return {"payloadType": value["payloadType"], "payload": value["payload"], "signatures": signatures}


def _check(value: Any) -> None:
    if not isinstance(value, dict) or value.keys() != {"payload", "payloadType", "signatures"}:
        raise ValueError("members are not payload, payloadType, signatures")
    if value["payloadType"] != PAYLOAD_TYPE:
        raise ValueError(f"payloadType is not {PAYLOAD_TYPE}")
    signatures = value["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise ValueError("exactly one signature expected")
    if not isinstance(signatures[0], dict) or signatures[0].keys() != {"keyid", "sig"}:
        raise ValueError("signature members are not keyid, sig")
    for text in (value["payload"], signatures[0]["sig"], signatures[0]["keyid"]):
        if not isinstance(text, str):
            raise ValueError("text expected")
    for text in (value["payload"], signatures[0]["sig"]):
        if base64.b64encode(base64.b64decode(text, validate=True)).decode() != text:
            raise ValueError("base64 not in its one form")
