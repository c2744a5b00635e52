"""The mock vendor in JavaScript as a container: the same readiness line, files and answers as its process."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from renkei.cli.mockset import start_vendor

pytestmark = [pytest.mark.docker, pytest.mark.node]

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "031:app_submit/v10/jutogaishaatenabangofuban:Create"


def test_delta_in_a_container_gives_tokens_and_publishes_files(tmp_path: Path) -> None:
    """It publishes 001 where its caller looks, answers by TLS at the address of its line, knows its clients, and ends."""
    vendor = start_vendor("delta", tmp_path, containers=True)
    try:
        line = vendor.start()
        place = Path(line["place"].removeprefix("file://"))
        assert len(list((place / "001o006").glob("*.csv.end"))) == 5
        context = ssl.create_default_context(cafile=line["ca_file"])
        with urllib.request.urlopen(f"{line['base_url']}/healthz", timeout=10, context=context) as response:
            assert response.status == 200

        client = json.loads((tmp_path / "mocks/delta/clients.json").read_text(encoding="utf-8"))["clients"][0]
        name, now = client["client_id"], int(time.time())
        claims = {"iss": name, "sub": name, "aud": line["token_url"], "jti": "once", "iat": now, "exp": now + 60}
        signed = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(client["client_secret"]))
        form = {"grant_type": "client_credentials", "scope": SCOPE, "client_assertion_type": ASSERTION}
        body = urllib.parse.urlencode({**form, "client_assertion": signed}).encode()
        with urllib.request.urlopen(line["token_url"], body, timeout=10, context=context) as response:
            assert json.load(response)["token_type"] == "Bearer"
        with pytest.raises(urllib.error.HTTPError, match="401"):  # the same assertion again
            urllib.request.urlopen(line["token_url"], body, timeout=10, context=context)
    finally:
        vendor.stop()
