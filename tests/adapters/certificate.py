"""Server contexts with certificates of a test CA, right and wrong."""

from __future__ import annotations

import datetime as dt
import ssl
import warnings

import trustme

from renkei.adapters.tls import handshake

YESTERDAY = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


def context(authority: trustme.CA, lowest: str = "1.2", highest: str = "1.3", **how: object) -> ssl.SSLContext:
    """A server context that speaks these versions."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(str(how.pop("name", "127.0.0.1")), **how).configure_cert(made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = handshake.VERSIONS[lowest]
        made.maximum_version = handshake.VERSIONS[highest]
    if lowest in handshake.OLD:
        made.set_ciphers("ALL:@SECLEVEL=0")
    return made
