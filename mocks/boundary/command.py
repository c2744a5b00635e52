"""Starting boundary systems from the command line of the mocks: one of them, several, or all in one process."""

import argparse
import os
from typing import Any

from mocks import client, vendor
from mocks.boundary import interface
from mocks.fault import Faults

# The name that stands for all of them.
ALL = "boundary"


def is_boundary(name: str) -> bool:
    """Whether that is the name of a boundary system, or of all of them."""
    return name == ALL or name in interface.names()


def run(options: argparse.Namespace, secured: Any, shown_host: str) -> int:
    """Serve until told to stop; ``secured`` is (file of the test CA, TLS context), both None without TLS."""
    # Imported late: --help and a wrong option answer at once.
    from mocks.boundary.application import Boundary, Settings
    from mocks.boundary.fault import switched_on
    from mocks.server import listen, serve

    if options.town is None:
        raise ValueError("--town DIR is needed for boundary systems")
    asked = tuple(dict.fromkeys(options.system))
    if strangers := [name for name in asked if not is_boundary(name)]:
        raise ValueError(f"boundary systems are started by themselves, not with {', '.join(strangers)}")
    chosen = vendor.load(options.vendor)
    clients = client.derive(chosen.name, options.seed, chosen.style.auth_methods, Faults(()))
    if options.clients:
        clients = client.from_file(options.clients, clients)
    settings = Settings(
        vendor=chosen,
        names=interface.names() if ALL in asked else asked,
        town=options.town,
        seed=options.seed,
        clients=clients,
        token_seconds=options.token_seconds,
        control=options.control,
    )
    systems = Boundary(settings, switched_on(options.fault))
    sock = listen(options.host, options.port)
    ca_file, context = secured
    base_url = f"{'https' if context else 'http'}://{shown_host}:{sock.getsockname()[1]}"
    ready = {
        "ready": True,
        "vendor": chosen.name,
        "product": chosen.product,
        "version": chosen.version,
        "system": ALL if ALL in asked else asked[0],
        "systems": list(settings.names),
        "municipality": systems.pack.municipality,
        "base_url": base_url,
        "token_url": f"{base_url}/oauth2/token",
        "introspection_url": f"{base_url}/oauth2/introspect",
        "revocation_url": f"{base_url}/oauth2/revoke",
        "ca_file": str(ca_file) if ca_file else None,
        "client_id": clients[0].client_id,
        "second_client_id": clients[1].client_id,
        "pid": os.getpid(),
    }
    serve(
        systems.application(),
        sock,
        ready,
        Faults(()),
        ssl_context=context,
        with_parent=options.with_parent,
        also=options.also,
    )
    return 0
