"""Entry point of `python -m mocks.wards`: serves the wards, with their defects where `--defects` asks for them."""

import sys

from mocks.sample import Sample
from mocks.wards import token
from mocks.wards.defect import DEFECTS
from mocks.wards.document import WARDS, document
from mocks.wards.server import Wards

SAMPLE = Sample(
    places=WARDS,
    document=document,
    application=lambda chosen: Wards(chosen).application(),
    defects=DEFECTS,
    access=token.ACCESS,
    secrets=token.SECRETS,
)

if __name__ == "__main__":
    sys.exit(SAMPLE.main("mocks.wards", sys.argv[1:]))
