"""Every proof that the judge can be trusted, one after another; arguments choose some by name.

``consumerrate``, ``killrate`` and ``deltarate``: each planted fault is caught by the requirement it names; ``journeyrate``:
each that only life events show is found by its journey, and by sequences that nobody wrote down.
"""

from __future__ import annotations

import importlib
import sys

# The kill rate counts what the consumers' trials showed, so these come first.
PROOFS = {
    "consumerrate": ("consumerrate", ()),
    "killrate": ("killrate", ()),
    "deltarate": ("killrate", ("--vendor", "delta")),
    **{name: (name, ()) for name in ("foreignrate", "hostile", "crash", "leaks", "determinism", "town", "attribution")},
    "journeyrate": ("journeyrate", ()),
}


def main() -> int:
    """Run the proofs named on the command line, all of them without any; exit 1 when one fails."""
    wanted = [name for name in sys.argv[1:] if name in PROOFS] or list(PROOFS)
    if unknown := set(sys.argv[1:]) - PROOFS.keys():
        print(f"no such proof: {' '.join(sorted(unknown))} (known: {' '.join(PROOFS)})", file=sys.stderr)
        return 2
    failed = []
    for name in wanted:
        print(f"== {name}", flush=True)
        module, arguments = PROOFS[name]
        if importlib.import_module(module).main(list(arguments)):
            failed.append(name)
    print(f"{len(wanted) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
