"""Who signed a request to an S3-speaking server (AWS Signature Version 4), as botocore computes it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from renkei.flow.exchange import Request

HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[a-z0-9-]+)/s3/aws4_request,\s*"
    r"SignedHeaders=(?P<names>[a-z0-9;._-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


def genuine(request: Request, secrets: Mapping[str, str]) -> str:
    """The id of the key whose secret signed the request; "" where it is none of these, or the signature is wrong."""
    given = {name.lower(): value for name, value in request.headers}
    said, moment = HEADER.fullmatch(given.get("authorization", "")), given.get("x-amz-date", "")
    if said is None or not moment or said["key"] not in secrets:
        return ""
    headers = {name: given[name] for name in said["names"].split(";") if name in given}
    made = AWSRequest(method=request.method, url=request.url, headers=headers, data=request.body)
    made.context["timestamp"] = moment
    signer = S3SigV4Auth(Credentials(said["key"], secrets[said["key"]]), "s3", said["region"])
    wanted = signer.signature(signer.string_to_sign(made, signer.canonical_request(made)), made)
    return said["key"] if hmac.compare_digest(wanted, said["signature"]) else ""
