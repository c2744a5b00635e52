"""TLS towards a target, the same for every library that talks to one."""

from __future__ import annotations

import ssl
from pathlib import Path

from renkei.errors import PlanError


def client_context(ca_file: str) -> ssl.SSLContext:
    """TLS 1.2 or later, names and chains checked against that CA file, or against the system's store for ""."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    trust(context, ca_file)
    return context


def trust(context: ssl.SSLContext, ca_file: str) -> None:
    """Let a context check chains against that CA file; raises PlanError for one that cannot be read."""
    if not ca_file:
        context.load_default_certs()
        return
    try:
        context.load_verify_locations(cadata=Path(ca_file).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise PlanError("ca-file-unreadable", path=ca_file, error=type(error).__name__) from error
