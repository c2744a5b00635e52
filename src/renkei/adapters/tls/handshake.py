"""Handshakes of one exact TLS version, to see what a server accepts."""

from __future__ import annotations

import functools
import socket
import ssl
import time
import urllib.parse
import warnings

from renkei.wirecode import Address, certificate_code, code_of, look_up
from renkei.wiretls import trust

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
OLD = frozenset({"1.0", "1.1"})
UNSUPPORTED = "unsupported-here"
WEAKEST = "ALL:@SECLEVEL=0"


class Handshaker:
    """Fulfils ``ports.TlsProbe``.

    ``accepted`` and ``refused`` speak of the version alone. A version that this machine's OpenSSL cannot offer is
    ``unsupported-here``, so that nobody is judged by it. An untrusted certificate is told apart by its own code
    (``tls-unknown-ca``, ``tls-expired``, ``tls-not-yet-valid``, ``tls-wrong-name``, ``tls-certificate``) for
    1.2 and 1.3; for 1.0 and 1.1 only the version counts, and certificates are not looked at.
    """

    def __init__(self, deadline: float = 5.0) -> None:
        self._deadline = deadline

    def handshake(self, url: str, version: str, ca_file: str) -> str:
        """The answer of the server of that URL to an offer of exactly that version."""
        if not offerable(version):
            return UNSUPPORTED
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
        until = time.monotonic() + self._deadline
        context = _context(version, ca_file)
        try:
            sock = _connect(look_up(host, parts.port or 443, self._deadline), until)
        except (OSError, UnicodeError) as error:
            return code_of(error)
        with sock:
            sock.settimeout(max(0.01, until - time.monotonic()))
            return _shake(context, sock, host)


def _connect(addresses: tuple[Address, ...], until: float) -> socket.socket:
    last: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for family, address in addresses:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(max(0.01, until - time.monotonic()))
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last


def _shake(context: ssl.SSLContext, sock: socket.socket, host: str) -> str:
    try:
        with context.wrap_socket(sock, server_hostname=host):
            return "accepted"
    except ssl.SSLCertVerificationError as error:
        return certificate_code(error)
    except TimeoutError:
        return "deadline"
    except OSError:
        # an alert, another version, or the connection ended after our hello: all of them say no
        return "refused"


def _context(version: str, ca_file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if version in OLD:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers(WEAKEST)
    else:
        trust(context, ca_file)
    _only(context, version)
    return context


def _only(context: ssl.SSLContext, version: str) -> None:
    with warnings.catch_warnings():
        # the old versions are deprecated; that is why they are offered
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = VERSIONS[version]


@functools.cache
def offerable(version: str) -> bool:
    """Whether this OpenSSL can speak that version: proven by a handshake with itself in memory."""
    if version not in OLD:
        return version in VERSIONS
    # anonymous ciphers need no certificate
    contexts = [ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)]
    try:
        for context in contexts:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_ciphers("aNULL:@SECLEVEL=0")
            _only(context, version)
        return _shake_in_memory(*contexts)
    except (ssl.SSLError, ValueError):
        return False


def _shake_in_memory(client: ssl.SSLContext, server: ssl.SSLContext) -> bool:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server), server.wrap_bio(to_server, to_client, server_side=True)]
    for _ in range(8):
        for end in list(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            ends.remove(end)
    return not ends
