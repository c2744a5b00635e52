"""Transport codes: what a failing socket, name look-up or TLS handshake is called; and a look-up that ends in time."""

from __future__ import annotations

import errno
import ipaddress
import queue
import socket
import ssl
import threading
from typing import TypeAlias

from renkei.errors import HarnessError

Address: TypeAlias = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]

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


def look_up(host: str, port: int, seconds: float) -> tuple[Address, ...]:
    """The addresses of a host; raises OSError or UnicodeError, and gaierror when the answer takes longer.

    The system's look-up knows no time-out, so it runs aside and is left behind when late.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        answers: queue.SimpleQueue[tuple[Address, ...] | OSError | UnicodeError] = queue.SimpleQueue()
        threading.Thread(target=lambda: answers.put(_caught(host, port)), daemon=True).start()
        try:
            found = answers.get(timeout=seconds)
        except queue.Empty:
            raise socket.gaierror(socket.EAI_AGAIN, "no answer in time") from None
        if isinstance(found, tuple):
            return found
        raise found from None
    return _addresses(host, port)


def _caught(host: str, port: int) -> tuple[Address, ...] | OSError | UnicodeError:
    try:
        return _addresses(host, port)
    except (OSError, UnicodeError) as error:
        return error


def _addresses(host: str, port: int) -> tuple[Address, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple((family, address) for family, _, _, _, address in found)  # type: ignore[misc]  # only AF_INET(6) comes
