"""An SFTP place behaves like the others, and sends no password to a server that shows another key."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from renkei.adapters.fsspec.place import open_place
from renkei.errors import TargetBlocked

paramiko = pytest.importorskip("paramiko", reason="paramiko is not installed: SFTP places cannot be read or tested")


class Door(paramiko.ServerInterface):
    """Lets one user in and notes every password it is shown."""

    passwords: list[str] = []  # noqa: RUF012 - one server per test run

    def check_auth_password(self, username: str, password: str) -> int:
        self.passwords.append(password)
        return paramiko.AUTH_SUCCESSFUL if password == "right" else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, number: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


def tree(root: Path) -> type[Any]:
    """An SFTP server of that folder."""

    def caught(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    class Tree(paramiko.SFTPServerInterface):
        """The files of the folder."""

        def list_folder(self, path: str) -> Any:
            def listed() -> list[Any]:
                found = []
                for child in Path(f"{root}{path}").iterdir():
                    entry = self.lstat(f"{path}/{child.name}")
                    entry.filename = child.name
                    found.append(entry)
                return found

            return caught(listed)

        def stat(self, path: str) -> Any:
            return caught(lambda: paramiko.SFTPAttributes.from_stat(Path(f"{root}{path}").stat()))

        def lstat(self, path: str) -> Any:
            return caught(lambda: paramiko.SFTPAttributes.from_stat(Path(f"{root}{path}").lstat()))

        def open(self, path: str, flags: int, attr: Any) -> Any:
            def opened() -> Any:
                handle = paramiko.SFTPHandle(flags)
                handle.readfile = Path(f"{root}{path}").open("rb")  # noqa: SIM115 - closed with the handle
                return handle

            return caught(opened)

    return Tree


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """URL and options of an SFTP server of a folder with one file and one link."""
    folder = tmp_path / "place" / "001o006"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"x" * 100_000)
    key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(sock)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, tree(tmp_path))
            transport.start_server(server=Door())

    threading.Thread(target=accept, daemon=True).start()
    options = {"username": "u", "password": "right", "host_key": f"ssh-rsa {key.get_base64()}"}
    yield f"sftp://127.0.0.1:{listener.getsockname()[1]}/place", options
    listener.close()


def test_files_are_listed_and_fetched(server: tuple[str, dict[str, str]]) -> None:
    """Files come by name and byte for byte; an absent folder is empty; the cap holds."""
    place = open_place(*server)

    assert [(entry.name, entry.size) for entry in place.entries("")] == [("001o006/a.csv", 100_000)]
    assert place.entries("001o005") == ()
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
