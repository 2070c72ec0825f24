"""The other ends of duty channels: a robot, hook or gateway over HTTP, and a mail server, each a real one on loopback."""

import asyncio
import base64
import json
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HttpPeer:
    """Notes every request; answers `status` and `document`."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.document = 200, {"errcode": 0, "errmsg": "ok"}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append((self.path, headers, body))
                answer = json.dumps(outer.document).encode()
                self.send_response(outer.status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/robot/send?access_token=t"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def bodies(self) -> list[dict[str, Any]]:
        """Return what was posted, as JSON."""
        return [json.loads(body) for _, _, body in self.requests]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@dataclass
class Talk:
    """What was said in one conversation so far: its verbs, and whether it goes on under TLS."""

    verbs: list[str]
    under_tls: bool


@dataclass
class MailPeer:
    """A mail server (RFC 5321, as much as a client needs); `refuse` are recipients it does not know.

    With `tls` it offers STARTTLS (RFC 3207), or speaks TLS from the first byte where `implicit` (RFC 8314); `accounts`
    are names and passwords, offered under TLS alone (AUTH PLAIN, RFC 4954). `talks` notes each conversation.
    """

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    host: str = "127.0.0.1"
    accounts: dict[str, str] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    mails: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    busy: bool = False
    port: int = 0

    def start(self) -> None:
        """Serve in a thread of its own, on a port the system chooses."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()

        async def serve() -> None:
            at_once = self.tls if self.implicit else None
            server = await asyncio.start_server(self._talk, self.host, 0, ssl=at_once)
            self.port = server.sockets[0].getsockname()[1]
            self._stop = asyncio.Event()
            ready.set()
            await self._stop.wait()
            server.close()

        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(serve()), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def close(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        sender, recipients = "", []
        talk, known = Talk([], self.implicit), not self.accounts
        self.talks.append(talk)
        say("220 peer ESMTP")
        while line := await reader.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            talk.verbs.append(verb.upper())
            match verb.upper():
                case "EHLO" | "HELO":
                    offers = ["STARTTLS"] if self.tls is not None and not talk.under_tls else []
                    offers += ["AUTH PLAIN"] if self.accounts and talk.under_tls else []
                    for offer in ["peer", *offers][:-1]:
                        say(f"250-{offer}")
                    say(f"250 {['peer', *offers][-1]}")
                case "STARTTLS" if self.tls is not None and not talk.under_tls:
                    say("220 go on")
                    await writer.drain()
                    try:
                        await writer.start_tls(self.tls)
                    except (ssl.SSLError, ConnectionError):
                        break
                    talk.under_tls = True
                case "AUTH" if talk.under_tls:
                    _, name, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
                    known = self.accounts.get(name) == password
                    say("235 welcome" if known else "535 wrong name or password")
                case "MAIL" if not known:
                    say("530 authentication required")
                case "MAIL":
                    sender = rest
                    say("451 try again later" if self.busy else "250 ok")
                case "RCPT":
                    taken = not any(name in rest for name in self.refuse)
                    recipients += [rest] if taken else []
                    say("250 ok" if taken else "550 no such user")
                case "DATA":
                    say("354 go on")
                    data = b""
                    while (part := await reader.readline()) not in (b".\r\n", b""):
                        data += part[1:] if part.startswith(b"..") else part
                    mail = message_from_bytes(data, policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    self.mails.append((sender, recipients, mail))
                    recipients = []
                    say("250 taken")
                case "RSET":
                    recipients = []
                    say("250 ok")
                case "QUIT":
                    say("221 bye")
                    break
                case _:
                    say("502 not known here")
            await writer.drain()
        writer.close()
