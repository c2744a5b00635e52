"""Entry point of `python -m mocks.registry`: serves the registers, with their defects where `--defects` asks for them."""

import sys

from mocks.registry.defect import DEFECTS
from mocks.registry.document import KEY, NAMES, document
from mocks.registry.server import API_KEY, Registry
from mocks.sample import Sample

SAMPLE = Sample(
    places=NAMES,
    document=document,
    application=lambda chosen: Registry(frozenset(one.operation for one in chosen)).application(),
    defects=DEFECTS,
    access={"auth": "api_key_header", "api_key_name": KEY, "secret": {"file": "api.key"}},
    secrets={"api.key": API_KEY},
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main("mocks.registry", sys.argv[1:]))
