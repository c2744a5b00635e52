"""An SFTP place behaves like the others, and sends no password to a server that shows another key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from renkei.adapters.fsspec.place import open_place
from renkei.errors import TargetBlocked

pytest.importorskip("paramiko", reason="paramiko is not installed: SFTP places cannot be read or tested")

from sftp_server import Door, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """URL and options of an SFTP server of a folder with one file and one link."""
    folder = tmp_path / "place" / "001o006"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"x" * 100_000)
    with serving(tmp_path) as (origin, options):
        yield f"{origin}/place", options


def test_files_are_listed_and_fetched(server: tuple[str, dict[str, str]]) -> None:
    """Files come by name and byte for byte; an absent folder is empty; the cap holds."""
    place = open_place(*server)

    assert [(entry.name, entry.size) for entry in place.entries("")] == [("001o006/a.csv", 100_000)]
    assert place.entries("001o005") == ()
    assert place.entries("", known={"001o006/a.csv"}) == ()
    assert place.fetch("001o006/a.csv", limit=100_000).read_bytes() == b"x" * 100_000
    assert code(lambda: place.fetch("001o006/a.csv", limit=99_999)) == "place-file-too-large"
    assert code(lambda: place.fetch("001o006/b.csv", limit=9)) == "place-file-absent"
    place.close()


def test_links_are_refused(server: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    """A link is refused in a listing and by name."""
    (tmp_path / "place" / "001o006" / "l.csv").symlink_to("/etc/hostname")
    place = open_place(*server)

    assert code(lambda: place.entries("")) == "place-odd-entry"
    assert code(lambda: place.fetch("001o006/l.csv", limit=99)) == "place-odd-entry"


def test_every_obstacle_has_its_code(server: tuple[str, dict[str, str]]) -> None:
    """Wrong password, another host key, no such folder and nobody listening are told apart."""
    url, options = server
    Door.passwords.clear()

    assert code(lambda: open_place(url, options | {"host_key": "AAAA"}).entries("")) == "place-host-key"
    assert Door.passwords == []
    assert code(lambda: open_place(url, options | {"password": "wrong"}).entries("")) == "place-refused"
    assert code(lambda: open_place(url + "x", options).entries("")) == "place-absent"
    assert code(lambda: open_place("sftp://127.0.0.1:1/x", options).entries("")) == "place-unreachable"
    assert code(lambda: open_place("sftp://no-such-host.invalid/x", options).entries("")) == "place-unreachable"


def code(work: Callable[[], object]) -> str:
    """The code of the diagnosis that the work ends in."""
    with pytest.raises(TargetBlocked) as caught:
        work()
    return caught.value.code
