"""Places in S3-speaking object storage, through fsspec's s3fs, with nothing taken from the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Any, BinaryIO, TypeVar

import aiohttp
import s3fs
from aiobotocore.session import AioSession
from botocore import exceptions as boto
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as SESSION_VARIABLES
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from fsspec.asyn import sync
from fsspec.exceptions import FSTimeoutError

from renkei.adapters.fsspec.capped import CappedSession
from renkei.errors import TargetBlocked
from renkei.ports import FileEntry

CHUNK = 1 << 20
CONNECT = 4.0
READ = 20.0
PAGE = 1000
Result = TypeVar("Result")

CODES: tuple[tuple[type[BaseException], str], ...] = (
    (FSTimeoutError, "place-deadline"),
    (boto.ConnectTimeoutError, "place-deadline"),
    (boto.ReadTimeoutError, "place-deadline"),
    (asyncio.TimeoutError, "place-deadline"),
    (boto.SSLError, "place-tls"),
    (aiohttp.ClientSSLError, "place-tls"),
    (boto.NoCredentialsError, "place-refused"),
    (boto.HTTPClientError, "place-unreachable"),
    (boto.ConnectionError, "place-unreachable"),
    (boto.ParamValidationError, "place-odd-name"),
    (ResponseParserError, "place-not-s3"),
    (boto.BotoCoreError, "place-unreadable"),
    (boto.UndefinedModelAttributeError, "place-unreadable"),
    (aiohttp.ClientPayloadError, "place-unreadable"),
    (aiohttp.ClientError, "place-unreachable"),
    (ConnectionError, "place-unreachable"),
    (OSError, "place-unreadable"),
    (ValueError, "place-not-s3"),
    (LookupError, "place-not-s3"),
)
CAUGHT = (ClientError, *(kind for kind, _ in CODES))
ANSWERS = {
    "NoSuchBucket": "place-absent",
    "NoSuchKey": "place-file-absent",
    "404": "place-absent",
    "SlowDown": "place-unavailable",
    "ServiceUnavailable": "place-unavailable",
    "InternalError": "place-unavailable",
    "RequestTimeTooSkewed": "place-clock-skew",
}


def blocked(error: BaseException, url: str, name: str = "") -> TargetBlocked:
    """The diagnosis for an exception of botocore, aiohttp, fsspec or the operating system."""
    if isinstance(error, ClientError):
        reason = str(error.response.get("Error", {}).get("Code", ""))[:60]
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = ANSWERS.get(reason, "place-unavailable" if status >= 500 else "place-refused")
    else:
        reason = type(error).__name__
        code = next((code for kind, code in CODES if isinstance(error, kind)), "place-unreadable")
    if name and code == "place-absent":
        code = "place-file-absent"
    return TargetBlocked(code, url=url, file=name, reason=reason)


class BucketStore:
    """The objects below one prefix of one bucket."""

    def __init__(self, url: str, bucket: str, prefix: str, options: Mapping[str, str]) -> None:
        self._url = url
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._fs = s3fs.S3FileSystem(
            key=options["key"],
            secret=options["secret"],
            token=options.get("token"),
            endpoint_url=options["endpoint_url"],
            client_kwargs={
                "region_name": options.get("region", "ap-northeast-1"),
                "verify": options.get("ca_file") or None,
            },
            config_kwargs={
                "connect_timeout": CONNECT,
                "read_timeout": READ,
                "retries": {"max_attempts": 0},
                "proxies": {},
                "s3": {"addressing_style": "path"},
                "http_session_cls": CappedSession,
            },
            session=lonely_session(),
            skip_instance_cache=True,
            use_listings_cache=False,
        )

    def entries(self, below: str, *, known: Set[str], most: int, deadline: float) -> list[FileEntry]:
        """List page by page until there are too many."""
        return self._run(deadline, "", lambda client: self._list(client, below, known, most))

    def copy(self, name: str, sink: BinaryIO, *, limit: int, deadline: float) -> bool:
        """Stream the object; a server that sends more than it announced is cut at the limit."""
        return self._run(deadline, name, lambda client: self._stream(client, name, sink, limit))

    def files(self) -> Any:
        """The file system itself, for a place that is written to."""
        return self._fs

    def _run(self, deadline: float, name: str, work: Callable[[Any], Awaitable[Result]]) -> Result:
        async def within() -> Result:
            return await work(await self._fs.set_session())

        try:
            return sync(self._fs.loop, within, timeout=deadline)  # type: ignore[no-any-return]  # fsspec has no types
        except CAUGHT as error:
            raise blocked(error, self._url, name) from error

    async def _list(self, client: Any, below: str, known: Set[str], most: int) -> list[FileEntry]:
        prefix = self._prefix + (f"{below}/" if below else "")
        found: list[FileEntry] = []
        more: dict[str, str] = {}
        while True:
            page = await client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, MaxKeys=PAGE, **more)
            for item in page.get("Contents", ()):
                name = str(item["Key"])[len(self._prefix) :]
                # Consoles make empty objects with such a name to show a folder.
                if not name.endswith("/") and name not in known:
                    modified = item["LastModified"].timestamp()
                    found.append(FileEntry(name=name, size=int(item["Size"]), modified=modified))
            token = page.get("NextContinuationToken")
            if len(found) > most or not page.get("IsTruncated") or not token or more.get("ContinuationToken") == token:
                return found
            more = {"ContinuationToken": token}

    async def _stream(self, client: Any, name: str, sink: BinaryIO, limit: int) -> bool:
        answer = await client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        left = limit
        async with answer["Body"] as body:
            while data := await body.read(min(CHUNK, left + 1)):
                left -= len(data)
                if left < 0:
                    return False
                sink.write(data)
        return True


def lonely_session() -> AioSession:
    """A session that reads no AWS_* variable, no profile and no file of a home folder."""
    session = AioSession(
        session_vars={name: (None, None, default, how) for name, (_, _, default, how) in SESSION_VARIABLES.items()}
    )
    for name in ("config_file", "credentials_file"):
        session.set_config_variable(name, None)
    return session
