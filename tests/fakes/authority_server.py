"""An outside authority's system in a process of its own, speaking the UOM-shaped interface: `python -m … KEY_HEX`.

It prints its port, opens what it is sent with SM4 and SM3 by itself, and is told what to do at `/control`:
`{"names": {...}}` speaks by other names,
`{"status": 500}` fails requests, `{"code": 400}` refuses them, `{"audit": {order: {...}}}` decides; GET tells what came.
"""

import base64
import json
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY = b""
NAMES: dict[str, str] = {}
"""What this side calls fields and paths: the name of the product's interface to this side's."""
STATE: dict[str, Any] = {"status": 200, "code": 200, "orders": {}, "ready": {}, "audit": {}, "seen": [], "bad": 0}
LOCK = threading.Lock()


def digest_of(data: bytes) -> str:
    """Return the SM3 digest of sealed bytes and key."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data + KEY)
    return digest.finalize().hex()


def opened(body: dict[str, Any]) -> dict[str, Any]:
    """Open a sealed message; raises ValueError where the digest or the padding does not hold."""
    sealed = base64.b64decode(body["data"])
    if digest_of(sealed) != body["digest"]:
        raise ValueError("digest")
    decryptor = Cipher(algorithms.SM4(KEY), modes.CBC(sealed[:16])).decryptor()
    plain = decryptor.update(sealed[16:]) + decryptor.finalize()
    found: dict[str, Any] = json.loads(plain[: -plain[-1]])
    return found


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """Seal an answer."""
    plain = json.dumps({NAMES.get(name, name): value for name, value in content.items()}).encode()
    pad = 16 - len(plain) % 16
    vector = secrets.token_bytes(16)
    encryptor = Cipher(algorithms.SM4(KEY), modes.CBC(vector)).encryptor()
    data = vector + encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return {"code": 200, "msg": "ok", "digest": digest_of(data), "data": base64.b64encode(data).decode()}


class Handler(BaseHTTPRequestHandler):
    """Answers the five requests and the test's own."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with LOCK:
            self._answer(200, STATE)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with LOCK:
            if self.path == "/control":
                NAMES.update(body.pop("names", {}))
                STATE.update(body)
                self._answer(200, {})
                return
            STATE["seen"].append({"path": self.path, "at": time.monotonic()})
            if STATE["status"] != 200:
                self._answer(STATE["status"], {"code": STATE["status"], "msg": "down"})
            elif STATE["code"] != 200:
                self._answer(200, {"code": STATE["code"], "msg": "planType is unknown"})
            else:
                self._work(body)

    def _work(self, body: dict[str, Any]) -> None:
        known = {ours: name for name, ours in NAMES.items()}
        if set(NAMES) & set(body):
            STATE["bad"] += 1  # speaks by the old names
        body = {known.get(name, name): value for name, value in body.items()}
        try:
            content = opened(body)
            if set(NAMES) & set(content):
                STATE["bad"] += 1
        except (KeyError, ValueError):
            STATE["bad"] += 1
            self._answer(200, {"code": 401, "msg": "digest"})
            return
        content = {known.get(name, name): value for name, value in content.items()}
        order = content.get("orderId")
        self.path = known.get(self.path, self.path)
        if self.path.endswith("/apply"):
            STATE["orders"].setdefault(order, []).append(content)
            self._answer(200, sealed({"orderId": order}))
        elif self.path.endswith("/takeoff-apply"):
            STATE["ready"][order] = content
            self._answer(200, sealed({"orderId": order}))
        elif self.path.endswith("/query"):
            default = {"auditSts": 3, "takeoffAuditSts": 3 if order in STATE["ready"] else 0}
            self._answer(200, sealed({"orderId": order, **default, **STATE["audit"].get(order, {})}))
        else:
            self._answer(200, {"code": 200, "msg": "ok"})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        data = json.dumps({NAMES.get(name, name): value for name, value in document.items()}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        return


if __name__ == "__main__":
    KEY = bytes.fromhex(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
