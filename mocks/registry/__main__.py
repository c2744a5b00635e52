"""Entry point of `python -m mocks.registry`: serves the registers, with their defects where `--defects` asks for them.

When ready it prints one line of JSON: the address, the document, where the API key belongs and what it is, and for each
defect the operation in which it sits and the requirements by which it shows.
"""

import argparse
import sys
from collections.abc import Sequence

from mocks.fault import Faults
from mocks.registry.defect import DEFECTS
from mocks.registry.document import KEY, NAMES, document
from mocks.registry.server import API_KEY, Registry
from mocks.server import listen, serve


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m mocks.registry", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--register", action="append", choices=NAMES, help="only these registers")
    parser.add_argument("--defects", action="store_true", help="with the defect of every register")
    parser.add_argument("--with-parent", action="store_true", help="end when the standard input ends")
    args = parser.parse_args(arguments)
    names = tuple(args.register or NAMES)
    chosen = [one for one in DEFECTS if args.defects and one.operation.partition("_")[2] in names]
    sock = listen("127.0.0.1", args.port)
    ready = {
        "ready": True,
        "base_url": f"http://127.0.0.1:{sock.getsockname()[1]}",
        "document": document(names),
        "api_key_name": KEY,
        "api_key": API_KEY,
        "defects": [{"operation": one.operation, "name": one.name, "requirements": sorted(one.ours)} for one in chosen],
    }
    registry = Registry(frozenset(one.operation for one in chosen))
    serve(registry.application(), sock, ready, Faults(()), with_parent=args.with_parent)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
