"""Object storage as an order names it, and the defects of a reader that has only read folders before."""

import hashlib
from typing import Any

from mocks.gyomu.arrival import marker

# So many bytes a reader with a fixed buffer asks for.
BUFFER = 16_384


def storage_key(order: dict[str, Any]) -> dict[str, Any]:
    """The options of the storage library for an order that names object storage; none where it does not."""
    if not order.get("endpoint"):
        return {}
    return {
        "key": order["client_id"],
        "secret": order["client_secret"],
        "endpoint_url": order["endpoint"],
        "config_kwargs": {"proxies": {}, "s3": {"addressing_style": "path"}},
    }


def first_part(files: Any, path: str) -> tuple[bytes, dict[str, Any]]:
    """What a buffer of a fixed size holds of a file, taken for the whole: the marker is made to say so."""
    content: bytes = files.cat_file(path, start=0, end=BUFFER)
    content = content[: content.rindex(b"\r\n") + 2]
    said = marker(files.cat_file(f"{path}.end"))
    return content, said | {"sha256": hashlib.sha256(content).hexdigest(), "rows": content.count(b"\r\n") - 1}


def everything(files: Any, root: str) -> None:
    """The whole place, fetched and thrown away."""
    files.invalidate_cache()
    for path in files.find(root):
        files.cat_file(path)
