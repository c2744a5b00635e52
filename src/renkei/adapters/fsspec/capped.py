"""Answers of object storage, read up to a cap: botocore reads whatever a server sends, for as long as it sends."""

from __future__ import annotations

from typing import Any

from aiobotocore.httpsession import AIOHTTPSession

# A page of a thousand names of a thousand characters, escaped, is a quarter of this.
MAX_ANSWER = 8 << 20
CHUNK = 1 << 16
FIRST_PROBLEM = 300


class CappedSession(AIOHTTPSession):  # type: ignore[misc]  # aiobotocore has no types
    """The client's HTTP session; an answer that is no object itself ends at ``MAX_ANSWER`` bytes with ValueError."""

    async def send(self, request: Any) -> Any:
        """One request. Objects are streamed by whoever asked, and have a limit of their own."""
        whole, request.stream_output = not request.stream_output, True
        answer = await super().send(request)
        if whole or answer.status_code >= FIRST_PROBLEM:
            answer._content = await _read(answer.raw)  # what the client takes for read already
        return answer


async def _read(raw: Any) -> bytes:
    content = bytearray()
    async for chunk in raw.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > MAX_ANSWER:
            raw.close()
            raise ValueError(f"expected at most {MAX_ANSWER} bytes of an answer")
    return bytes(content)
