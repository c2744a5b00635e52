"""Every proof that the judge can be trusted, one after another; arguments choose some by name.

``consumerrate`` and ``killrate``: each planted fault is caught by the requirement it names. Further proofs join as modules beside this one.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PROOFS = tuple(
    name
    for name in ("consumerrate", "killrate", "foreignrate", "hostile", "crash", "leaks", "determinism", "town", "attribution")
    if (Path(__file__).parent / f"{name}.py").is_file()
)


def main() -> int:
    """Run the proofs named on the command line, all of them without any; exit 1 when one fails."""
    wanted = [name for name in sys.argv[1:] if name in PROOFS] or list(PROOFS)
    if unknown := set(sys.argv[1:]) - set(PROOFS):
        print(f"no such proof: {' '.join(sorted(unknown))} (known: {' '.join(PROOFS)})", file=sys.stderr)
        return 2
    failed = []
    for name in wanted:
        print(f"== {name}", flush=True)
        if importlib.import_module(name).main([]):
            failed.append(name)
    print(f"{len(wanted) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
