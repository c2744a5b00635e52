"""A test CA and the server certificate it issues, for mocks that serve HTTPS."""

import ipaddress
import os
import secrets
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mocks.fault import Faults

_DAYS = 30


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and for the owner alone: several mocks may be started in one folder at once.

    The names in between are random, since in containers every mock is process 1.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    partial.replace(path)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def _make_authority(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Renkei mock test CA")
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    bundle = _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)
    own = folder / f"authority.{secrets.token_hex(8)}.pem"
    _write(own, bundle)
    try:
        # The first of several mocks makes the CA: a link never replaces a file.
        with suppress(FileExistsError):
            os.link(own, folder / "authority.pem")
    finally:
        own.unlink(missing_ok=True)


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if not (folder / "authority.pem").exists():
        _make_authority(folder)
    bundle = (folder / "authority.pem").read_bytes()
    key = serialization.load_pem_private_key(bundle, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{folder / 'authority.pem'}: expected an elliptic curve key")
    return x509.load_pem_x509_certificate(bundle), key


def _alternatives(host: str) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    try:
        address = x509.IPAddress(ipaddress.ip_address(host))
        names += [] if address in names else [address]
    except ValueError:
        names += [x509.DNSName(host)] if host != "localhost" else []
    return x509.SubjectAlternativeName(names)


def issue(folder: Path, host: str) -> tuple[Path, Path]:
    """The CA's certificate and this process's own key with certificate, both as files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, authority_key = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("Renkei mock"), authority.subject, key.public_key())
        .add_extension(_alternatives(host), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    ca_file, chain = folder / "ca.pem", folder / f"server.{secrets.token_hex(8)}.pem"
    _write(ca_file, authority.public_bytes(serialization.Encoding.PEM))
    _write(chain, _pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
    return ca_file, chain


def context(chain: Path, fault: Faults) -> ssl.SSLContext:
    """A server context of TLS 1.2 or later (R3)."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if fault("tls11_accepted"):
        # OpenSSL 3 offers the hashes of TLS 1.1 at security level 0 only.
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1_1
    if fault("old_tls_only"):
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.load_cert_chain(chain)
    return made
