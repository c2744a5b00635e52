"""Transport codes: what a failing socket, name look-up or TLS handshake is called in an exchange."""

from __future__ import annotations

import errno
import socket
import ssl

from renkei.errors import HarnessError

OWN_LIMITS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRNOTAVAIL})

CODES: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "deadline"),
    (ssl.SSLCertVerificationError, "tls-certificate"),
    (ssl.SSLError, "tls"),
    (socket.gaierror, "dns"),
    (socket.herror, "dns"),
    (UnicodeError, "dns"),
    (ConnectionRefusedError, "connect-refused"),
    (ConnectionError, "reset"),
    (OSError, "unreachable"),
)

# X509_V_ERR_* of OpenSSL, as carried by SSLCertVerificationError.verify_code
_CERTIFICATE = {
    9: "tls-not-yet-valid",
    10: "tls-expired",
    18: "tls-unknown-ca",
    19: "tls-unknown-ca",
    20: "tls-unknown-ca",
    21: "tls-unknown-ca",
    62: "tls-wrong-name",
    64: "tls-wrong-name",
}


def code_of(error: BaseException) -> str:
    """The transport code of an operating-system or TLS error; raises HarnessError when the limit hit is our own."""
    if isinstance(error, OSError) and error.errno in OWN_LIMITS and not isinstance(error, ssl.SSLError):
        raise HarnessError("local-limit", error=errno.errorcode[error.errno]) from error
    for kind, code in CODES:
        if isinstance(error, kind):
            return code
    raise HarnessError("transport-crash", error=type(error).__name__) from error


def certificate_code(error: ssl.SSLCertVerificationError) -> str:
    """Why a certificate is not trusted: unknown CA, expired, not yet valid, wrong name, or just ``tls-certificate``."""
    return _CERTIFICATE.get(error.verify_code, "tls-certificate")
