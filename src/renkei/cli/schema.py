"""`--schema`: every machine-read output can print the JSON Schema that it follows."""

from __future__ import annotations

import argparse
from importlib import resources

from renkei.catalogue import Catalogue


def add_schema_option(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Give a command `--schema`."""
    parser.add_argument("--schema", action="store_true", help=words.text("cli.schema"))


def printed_schema(args: argparse.Namespace, name: str) -> bool:
    """Print the schema when it was asked for; True when that is all there is to do."""
    if args.schema:
        print(resources.files("renkei").joinpath("schemas").joinpath(f"{name}.json").read_text("utf-8"), end="")
    return bool(args.schema)
