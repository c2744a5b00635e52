"""How the consumers of ``ci/attribution.py`` read object storage: into a folder, and wrong in one way."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import s3fs

# So many bytes a reader with a fixed buffer asks for.
BUFFER = 4096
DEFECTS = ("opens_unfinished", "reads_first_part", "opens_everything", "reads_nothing")


def fetched(order: Mapping[str, Any], defect: str) -> Path:
    """The folder of the order's location as it lies on object storage, as far as it was read."""
    folder = Path(tempfile.mkdtemp(prefix="renkei-attribution-"))
    if defect == "reads_nothing":
        return folder
    files = s3fs.S3FileSystem(
        key=order["client_id"],
        secret=order["client_secret"],
        endpoint_url=order["endpoint"],
        config_kwargs={"proxies": {}},
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    root = order["location"].removeprefix("s3://")
    below = root if defect == "opens_everything" else f"{root}/{order['linkage']}"
    names = files.find(below)
    for name in names:
        if not name.endswith(".end") and f"{name}.end" not in names and defect != "opens_unfinished":
            continue
        path = folder / name.removeprefix(f"{root}/")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = defect == "reads_first_part" and name.endswith(".csv")
        path.write_bytes(files.cat_file(name, start=0, end=BUFFER) if part else files.cat_file(name))
    return folder
