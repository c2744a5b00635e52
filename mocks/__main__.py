"""Entry point of `python -m mocks`."""

import sys

from mocks.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
