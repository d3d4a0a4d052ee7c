"""A hub of model files as a process of its own: what huggingface_hub asks for of one repository, from a folder."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

REPO, FOLDER = sys.argv[1], Path(sys.argv[2])
COMMIT = "0123456789abcdef0123456789abcdef01234567"  # of main; a commit that is asked for is there too


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(body=True)

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        if "f" * 40 in path:
            self.refuse("RevisionNotFound")
            return
        asked = re.search(r"/(?:revision|resolve|tree)/([0-9a-f]{40})(?:/|$)", path)
        commit = asked[1] if asked else COMMIT
        if path.startswith((f"/api/models/{REPO}/tree/", f"/api/models/{REPO}/revision/", f"/api/models/{REPO}")):
            files = sorted(file.name for file in FOLDER.iterdir())
            if "/tree/" in path:
                value: object = [
                    {"type": "file", "path": name, "size": (FOLDER / name).stat().st_size, "oid": "0" * 40}
                    for name in files
                ]
            else:
                value = {"id": REPO, "sha": commit, "siblings": [{"rfilename": name} for name in files]}
            self.send(json.dumps(value).encode(), "application/json", {}, body)
            return
        name = path.rsplit("/", 1)[-1]
        if not path.startswith(f"/{REPO}/resolve/") or not (FOLDER / name).is_file():
            self.refuse("RepoNotFound" if REPO not in path else "EntryNotFound")
            return
        data = (FOLDER / name).read_bytes()
        large = name.endswith(".safetensors")
        etag = hashlib.sha256(data).hexdigest() if large else hashlib.sha1(data).hexdigest()
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag}"'}
        if large:
            headers["X-Linked-Etag"], headers["X-Linked-Size"] = f'"{etag}"', str(len(data))
        self.send(data, "application/octet-stream", headers, body)

    def refuse(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("content-length", "0")
        self.end_headers()

    def send(self, data: bytes, kind: str, headers: dict[str, str], body: bool) -> None:
        self.send_response(200)
        for key, value in {"content-type": kind, "content-length": str(len(data)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()
