"""An SFTP server of one folder on loopback, and what it was shown."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko


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

    def caught(work: Any) -> Any:
        try:
            found = work()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return paramiko.SFTP_OK if found is None else found

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
                writes = flags & (os.O_WRONLY | os.O_RDWR)
                file = os.fdopen(os.open(f"{root}{path}", flags, 0o644), "wb" if writes else "rb")
                handle.writefile = handle.readfile = file
                return handle

            return caught(opened)

        def mkdir(self, path: str, attr: Any) -> Any:
            return caught(lambda: Path(f"{root}{path}").mkdir())

        def rmdir(self, path: str) -> Any:
            return caught(lambda: Path(f"{root}{path}").rmdir())

        def remove(self, path: str) -> Any:
            return caught(lambda: Path(f"{root}{path}").unlink())

        def posix_rename(self, old: str, new: str) -> Any:
            def moved() -> None:
                Path(f"{root}{old}").replace(f"{root}{new}")

            return caught(moved)

    return Tree


@contextlib.contextmanager
def serving(root: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Origin and options of a server of that folder for the length of a block."""
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
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, tree(root))
            transport.start_server(server=Door())

    threading.Thread(target=accept, daemon=True).start()
    options = {"username": "u", "password": "right", "host_key": f"ssh-rsa {key.get_base64()}"}
    try:
        yield f"sftp://127.0.0.1:{listener.getsockname()[1]}", options
    finally:
        listener.close()
