"""Places on SFTP servers, through fsspec and paramiko; the server must show the key that the plan names."""

from __future__ import annotations

import stat
import urllib.parse
from collections.abc import Mapping
from typing import Any

from renkei.adapters.fsspec.folder import TreeStore
from renkei.errors import PlanError, TargetBlocked

TIMEOUTS = {"timeout": 5.0, "banner_timeout": 5.0, "auth_timeout": 5.0}


def sftp_store(parts: urllib.parse.SplitResult, options: Mapping[str, str]) -> TreeStore:
    """The store of an ``sftp://host[:port]/folder`` URL; raises PlanError when paramiko is not installed."""
    try:
        import paramiko
    except ImportError as error:
        raise PlanError("sftp-needs-paramiko", url=parts.geturl()) from error

    def connect() -> Any:
        try:
            return _connected(parts, options)
        except (paramiko.AuthenticationException, FileNotFoundError) as error:
            raise PermissionError(str(error)) from error
        except TimeoutError:
            raise
        except (paramiko.SSHException, OSError) as error:
            raise ConnectionError(str(error)) from error

    return TreeStore(parts.geturl(), urllib.parse.unquote(parts.path), connect)


def sftp_files(parts: urllib.parse.SplitResult, options: Mapping[str, str]) -> Any:
    """The file system itself, for a place that is written to."""
    return _connected(parts, options)


def _connected(parts: urllib.parse.SplitResult, options: Mapping[str, str]) -> Any:
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    class Named(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
        """Accepts exactly one key, before any password is sent."""

        def missing_host_key(self, _client: Any, hostname: str, key: Any) -> None:
            if key.get_base64() != options["host_key"].split()[-1]:
                raise TargetBlocked("place-host-key", url=parts.geturl(), host=hostname, shown=key.get_base64())

    class Plain(SFTPFileSystem):  # type: ignore[misc]  # fsspec has no types
        """Tells links from files, which a plain stat follows."""

        def info(self, path: str) -> dict[str, Any]:
            return {**super().info(path), "islink": stat.S_ISLNK(self.ftp.lstat(path).st_mode or 0)}

    return Plain(
        parts.hostname,
        port=parts.port or 22,
        username=options["username"],
        password=options.get("password"),
        key_filename=options.get("key_file"),
        host_key_policy=Named(),
        allow_agent=False,
        look_for_keys=False,
        skip_instance_cache=True,
        **TIMEOUTS,
    )
