"""Peer of the file figures: frictionless over one CSV by a Table Schema. Runs in the environment of the peers.

``python ci/files_peer.py FILE SCHEMA.json`` prints rows, findings, seconds and peak memory as JSON; ``ci/files.py`` calls it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from frictionless import Checklist, Resource, Schema, system


def main() -> int:
    """Validate the file and print the figures; the start and the imports are not counted."""
    path = Path(sys.argv[1])
    schema = Schema.from_descriptor(json.loads(Path(sys.argv[2]).read_text("utf-8")))
    wall, cpu = time.monotonic(), time.process_time()
    with system.use_context(trusted=True):
        report = Resource(path=str(path), format="csv", encoding="utf-8", schema=schema).validate(Checklist())
    figure = {
        "work": "frictionless",
        "rows": report.tasks[0].stats["rows"],
        "found": report.stats["errors"],
        "wall": round(time.monotonic() - wall, 2),
        "cpu": round(time.process_time() - cpu, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figure))
    return 0


if __name__ == "__main__":
    sys.exit(main())
