"""A façade in 100 lines of standard Python: FACADE_SECRET=… python facade.py [PORT]. For test environments only."""

import csv
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

SECRET, RECEIVED = os.environ["FACADE_SECRET"], ("001o005", "001o006", "001o009")
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 0
held, read, jobs = {}, {}, {}  # linkage → key → row (your database); linkage → files taken; job id → job


def trigger(body, _query):
    """Import every new file of a linkage; here you would call your own import job."""
    if body["action"] != "import" or body["linkage"] not in RECEIVED:
        return 501, {"code": "not-implemented", "message": f"import of {', '.join(RECEIVED)} only"}
    linkage, files, counts = body["linkage"], [], {"accepted": 0, "rejected": 0}
    place = Path(unquote(urlsplit(body["location"]).path)) / linkage
    for marker in sorted(place.glob("*.csv.end"), key=lambda path: path.name[-14:]):  # by the number in the name
        path = marker.with_suffix("")
        is_new = path.name not in read.setdefault(linkage, set())
        files.append({"name": path.name, "result": "taken" if is_new else "duplicate"})
        counts["accepted"] += take(held.setdefault(linkage, {}), path) if is_new else 0
        read[linkage].add(path.name)
    name = f"job-{len(jobs) + 1}"
    jobs[name] = {"id": name, "state": "finished", "linkage": linkage, "counts": counts, "files": files}
    return 202, jobs[name]


def take(rows, path):
    """One file: a full one replaces everything; a row of a delta replaces the one with the same number and history."""
    if "_zenken_" in path.name:
        rows.clear()
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    for row in found:
        key = tuple(value for name, value in row.items() if name == "atenabango" or "rirekibango" in name)
        rows[key] = row
        if row.get("sakujofuragu") == "1":
            del rows[key]
    return len(found)


def job(_body, query):
    """A job as it is now."""
    return (200, jobs[query["id"]]) if query["id"] in jobs else (404, {"code": "unknown-job", "message": "no such job"})


def records(_body, query):
    """What is held, `limit` at a time."""
    (item, _, wanted), rows = query.get("key", "").partition("="), held.get(query["linkage"], {}).values()
    rows = [row for row in rows if row.get(item, "").lstrip("0") == wanted.lstrip("0")]
    start, end = (int(query.get("after", 0)) + size for size in (0, int(query.get("limit", 1000))))
    following = str(end) if end < len(rows) else None
    found = [{"values": row, "current": row.get("saishinfuragu", "1") == "1"} for row in rows[start:end]]
    return 200, {"linkage": query["linkage"], "history": True, "total": len(rows), "records": found, "next": following}


def stimulus(body, _query):
    """For providers; this one knows no event."""
    return 400, {"code": "unknown-event", "message": body["event"][:60], "known": []}


def reset(body, _query):
    """Forget what was imported."""
    names = body.get("linkages", list(held))
    return 200, {"linkages": [name for name in names if held.pop(name, read.pop(name, None))]}


CALLS = {"trigger": trigger, "jobs": job, "records": records, "stimulus": stimulus, "reset": reset}


class Handler(BaseHTTPRequestHandler):
    """The secret is looked at first, then the path chooses the function."""

    def answer(self):
        url, body = urlsplit(self.path), self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        name, _, query["id"] = url.path.removeprefix("/renkei/").partition("/")
        try:
            status, said = 401, {"code": "unauthorized", "message": "wrong secret"}
            if self.headers.get("Authorization") == f"Bearer {SECRET}":
                status, said = CALLS[name](json.loads(body or b"{}"), query)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            status, said = 400, {"code": "unusable", "message": type(error).__name__}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls


server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
