"""An OpenAI-compatible server as a process of its own, which misbehaves as it is told.

POST /control sets what it does: {"script": [behaviour, …], "then": behaviour, "answer": html, "models": […]}. Each chat
request takes the next behaviour of the script, then `then`. GET /log tells what was asked and what was sent.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KNOWN = '<html><body>\n<h1 data-bbox="40 66 380 120">HARBOUR 4827</h1>\n</body></html>'
PAGE = (
    '<html><body>\n<h1 data-bbox="28 28 200 56">Tide table</h1>\n'
    '<p data-bbox="28 70 250 90">High water at noon.</p>\n</body></html>'
)
LOCK = threading.Lock()
STATE: dict[str, Any] = {}


def reset() -> None:
    STATE.clear()
    STATE.update(script=[], then={"kind": "ok"}, answer=PAGE, models=["qwen2.5-vl-7b"], log=[], running=0, most=0)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/log":
            with LOCK:
                self.reply(200, {"requests": STATE["log"], "most": STATE["most"]})
        elif self.path.partition("?")[0] == "/v1/models":
            self.reply(200, {"object": "list", "data": [{"id": name} for name in STATE["models"]]})
        else:
            self.reply(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/control":
            reset()
            STATE.update(body)
            self.reply(200, {})
        elif self.path.partition("?")[0] == "/v1/chat/completions":
            self.chat(body)
        else:
            self.reply(404, {"detail": "Not Found"})

    def chat(self, body: dict[str, Any]) -> None:
        with LOCK:
            behaviour = STATE["script"].pop(0) if STATE["script"] else STATE["then"]
            entry = {
                "at": time.time(),
                "key": self.headers.get("authorization"),
                "path": self.path,
                "sent": 0,
                "gone": False,
            }
            entry |= seen(body)
            STATE["log"].append(entry)
            STATE["running"] += 1
            STATE["most"] = max(STATE["most"], STATE["running"])
        try:
            getattr(self, behaviour["kind"])(body, behaviour, entry)
        except (BrokenPipeError, ConnectionResetError):
            entry["gone"] = True
        finally:
            with LOCK:
                STATE["running"] -= 1

    # -- behaviours ----------------------------------------------------------------------------------------------------

    def ok(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        """A stream of four characters a piece; "delay" seconds before each, "cut" after so many, "finish", "prompt"."""
        answer = how.get("answer", KNOWN if entry["size"] == [448, 224] else STATE["answer"])
        self.begin("text/event-stream")
        pieces = [answer[at : at + 4] for at in range(0, len(answer), 4)]
        for number, piece in enumerate(pieces):
            if number == how.get("cut"):
                return
            time.sleep(how.get("delay", 0))
            token = {"token": piece, "logprob": -0.1 - number / 1000}
            logprobs = {"content": [token]} if body.get("logprobs") else None
            self.event({"choices": [{"index": 0, "delta": {"content": piece}, "logprobs": logprobs}]}, entry)
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": how.get("finish", "stop")}]}, entry)
        if body.get("stream_options"):
            tokens = entry["size"][0] * entry["size"][1] // 784
            usage = {"prompt_tokens": how.get("prompt", tokens + 30), "completion_tokens": len(pieces)}
            self.event({"choices": [], "usage": usage}, entry)
        self.wfile.write(b"data: [DONE]\n\n")

    def endless(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        """ "start", then "unit" over and over until the client hangs up."""
        self.begin("text/event-stream")
        for piece in [how.get("start", ""), *[how["unit"]] * 100_000]:
            self.event({"choices": [{"index": 0, "delta": {"content": piece}}]}, entry)
            time.sleep(0.0005)

    def status(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        headers = {"retry-after": how["retry_after"]} if "retry_after" in how else {}
        self.reply(how["status"], how.get("body", {"error": {"message": "told to"}}), headers)

    def whole(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        """No stream, whatever was asked."""
        choice = {"index": 0, "message": {"role": "assistant", "content": STATE["answer"]}, "finish_reason": "stop"}
        self.reply(200, {"object": "chat.completion", "choices": [choice]})

    def strict(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        """Refuses fields that it does not know."""
        extra = {"logprobs", "top_logprobs", "stream_options", "repetition_penalty"} & set(body)
        if extra:
            self.reply(400, {"error": {"message": f"unknown fields {sorted(extra)}"}})
        else:
            self.ok(body, how, entry)

    def raw(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        self.begin(how["type"])
        self.wfile.write(how["text"].encode())

    def drop(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        self.close_connection = True

    def silent(self, body: dict[str, Any], how: dict[str, Any], entry: dict[str, Any]) -> None:
        """Nothing, until the client hangs up."""
        self.connection.settimeout(30)
        entry["gone"] = self.connection.recv(1) == b""
        self.close_connection = True

    # -- pieces --------------------------------------------------------------------------------------------------------

    def begin(self, kind: str) -> None:
        """The head of an answer that ends with the connection."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("connection", "close")
        self.end_headers()

    def event(self, value: dict[str, Any], entry: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(value, ensure_ascii=False)}\r\n\r\n".encode())
        entry["sent"] += 1

    def reply(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def seen(body: dict[str, Any]) -> dict[str, Any]:
    """What the tests want to know of a request: kinds and order of its parts, the size of its image, its settings."""
    parts = body["messages"][-1]["content"]
    head, _, data = next(part["image_url"]["url"] for part in parts if part["type"] == "image_url").partition(",")
    size = list(struct.unpack(">II", base64.b64decode(data)[16:24]))
    return {
        "roles": [message["role"] for message in body["messages"]], "parts": [part["type"] for part in parts],
        "prompt": next(part["text"] for part in parts if part["type"] == "text"), "head": head, "size": size,
        **{name: body.get(name) for name in ("model", "max_tokens", "temperature", "stream")},
        **{name: body.get(name) for name in ("logprobs", "top_logprobs")},
    }  # fmt: skip


if __name__ == "__main__":
    reset()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()
