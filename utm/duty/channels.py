"""Channels: one message to one contact, over HTTP or SMTP; what went wrong is told in words.

webhook    signed JSON as our other webhooks (`utm.webhooks.signing`), to a public address
dingtalk   a group robot: text, signed with the robot's secret (HMAC-SHA256 over `timestamp` newline `secret`)
wecom      a group robot: text; the key stands in its URL
sms        the deployment's gateway: POST {"to", "text", "message_id"} with its bearer key
email      the deployment's mail server, under STARTTLS or TLS as set, its certificate verified

Robots answer 200 with `errcode`; anything but 0 is a failure. Addresses that users give are held to `utm.webhooks.addresses`.
"""

import asyncio
import base64
import hashlib
import hmac
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
import orjson
from pydantic import SecretStr

from utm.store.duty_tables import DutyContactRow, DutyMessageRow
from utm.webhooks.addresses import AddressError, Target, parse_target, resolve
from utm.webhooks.signing import PREFIX, headers

CHANNELS: Final = ("webhook", "email", "sms", "dingtalk", "wecom")
TIMEOUT_S: Final = 10.0
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{4,19}", re.ASCII)
_HTTP: Final = frozenset({"webhook", "dingtalk", "wecom"})


@dataclass(frozen=True, slots=True)
class Gateways:
    """What the deployment offers: its mail server, its text-message gateway, and whether private addresses are allowed."""

    allow_private: bool = False
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_security: str = "starttls"
    """none, starttls or tls."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str = "hexlane@localhost"
    smtp_ca: Path | None = None
    """Certificates of authorities to trust beside the system's; a mail server's certificate is always verified."""
    sms_url: str | None = None
    sms_key: SecretStr | None = None

    def missing(self, channel: str) -> str | None:
        """Return what the deployment lacks for a channel, None where it can be used."""
        if channel == "email" and self.smtp_host is None:
            return "this server has no mail server set (HEXLANE_SMTP_HOST)"
        if channel == "sms" and self.sms_url is None:
            return "this server has no text-message gateway set (HEXLANE_SMS_URL)"
        return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went: the status that was answered, and what went wrong (None: it was taken)."""

    status: int | None = None
    error: str | None = None
    final: bool = False
    """Trying again is of no use."""


def check_address(channel: str, address: str, *, allow_private: bool) -> None:
    """Raise AddressError for an address the channel cannot have."""
    if channel == "email":
        if not _EMAIL.fullmatch(address):
            raise AddressError("invalid_format", "Send an e-mail address.", "请填写电子邮件地址。")
    elif channel == "sms":
        if not _PHONE.fullmatch(address):
            raise AddressError(
                "invalid_format", "Send a telephone number with its country code.", "请填写带国家码的电话号码。"
            )
    else:
        parse_target(address, allow_private=allow_private)


async def send(
    client: httpx.AsyncClient, gateways: Gateways, contact: DutyContactRow, message: DutyMessageRow, unix_s: float
) -> Outcome:
    """Send a message once."""
    lacking = gateways.missing(contact.channel)
    if lacking is not None:
        return Outcome(None, lacking)
    try:
        if contact.channel in _HTTP:
            return await _robot_or_hook(client, gateways, contact, message, unix_s)
        if contact.channel == "sms":
            return await _text_message(client, gateways, contact, message)
        return await asyncio.to_thread(_mail, gateways, contact, message)
    except AddressError as error:
        return Outcome(None, error.detail)
    except (httpx.TimeoutException, TimeoutError):
        return Outcome(None, "no answer within ten seconds")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:300])


def dingtalk_sign(secret: str, timestamp_ms: int) -> str:
    """Return the `sign` of a DingTalk robot: base64 of HMAC-SHA256 over `timestamp` newline `secret`, URL-encoded."""
    digest = hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return quote_plus(base64.b64encode(digest))


def text_of(message: DutyMessageRow) -> str:
    """Return the words of a message as one text."""
    return f"{message.title}\n{message.body}" if message.body else message.title


async def _robot_or_hook(
    client: httpx.AsyncClient, gateways: Gateways, contact: DutyContactRow, message: DutyMessageRow, unix_s: float
) -> Outcome:
    target = parse_target(contact.address, allow_private=gateways.allow_private)
    address = await resolve(target, allow_private=gateways.allow_private)
    url = httpx.URL(target.url).copy_with(host=address)
    if contact.channel == "webhook":
        body = orjson.dumps({"type": f"duty.{message.kind}", **_document(message)})
        secret = contact.secret or ""
        sent = headers(secret, message.message_id, int(unix_s), body) if secret.startswith(PREFIX) else {}
    else:
        body = orjson.dumps({"msgtype": "text", "text": {"content": text_of(message)}})
        sent = {"content-type": "application/json;charset=utf-8"}
        if contact.channel == "dingtalk" and contact.secret:
            stamp = int(unix_s * 1000)
            joint = "&" if url.query else "?"
            url = httpx.URL(f"{url}{joint}timestamp={stamp}&sign={dingtalk_sign(contact.secret, stamp)}")
    status, received = await _post(client, url, body, sent, target)
    if contact.channel == "webhook" or not 200 <= status < 300:
        return _by_status(status)
    try:
        said = orjson.loads(received)
        code = said["errcode"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Outcome(status, "the robot's answer has no errcode")
    return Outcome(status) if code == 0 else Outcome(status, f"errcode {code}: {str(said.get('errmsg', ''))[:200]}")


async def _text_message(
    client: httpx.AsyncClient, gateways: Gateways, contact: DutyContactRow, message: DutyMessageRow
) -> Outcome:
    key = "" if gateways.sms_key is None else gateways.sms_key.get_secret_value()
    body = orjson.dumps({"to": contact.address, "text": text_of(message), "message_id": message.message_id})
    sent = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    answer = await client.post(gateways.sms_url or "", content=body, headers=sent)
    return _by_status(answer.status_code)


async def _post(
    client: httpx.AsyncClient, url: httpx.URL, body: bytes, sent: dict[str, str], target: Target
) -> tuple[int, bytes]:
    """Post to the address that was checked, under the name that was given; return status and the answer's beginning."""
    usual = 443 if target.scheme == "https" else 80
    name = f"[{target.host}]" if ":" in target.host else target.host
    host = name if target.port == usual else f"{name}:{target.port}"
    extensions = {"sni_hostname": target.host}
    sent = {"content-type": "application/json", **sent, "host": host}
    async with client.stream("POST", url, content=body, headers=sent, extensions=extensions) as response:
        received = b""
        async for part in response.aiter_bytes():
            received += part
            if len(received) > 4_096:
                break
    return response.status_code, received


def _by_status(status: int) -> Outcome:
    return Outcome(status) if 200 <= status < 300 else Outcome(status, f"answered {status}")


def _document(message: DutyMessageRow) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "kind": message.kind,
        "ref": message.ref,
        "title": message.title,
        "text": message.body,
        "at": message.created_at,
    }


def mail_authorities(ca: Path | None) -> ssl.SSLContext:
    """Return what a mail server's certificate is verified by; raises ValueError for a file that holds no authority."""
    trusted = ssl.create_default_context()
    if ca is not None:
        try:
            trusted.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"{ca} (HEXLANE_SMTP_CA) holds no certificate in PEM: {error}") from error
    return trusted


def _mail(gateways: Gateways, contact: DutyContactRow, message: DutyMessageRow) -> Outcome:
    """Send a mail; blocks as long as the server takes, so call it in a thread."""
    mail = EmailMessage()
    mail["From"], mail["To"] = gateways.smtp_from, contact.address
    mail["Subject"] = message.title.replace("\n", " ")[:200]
    mail["Date"], mail["Message-ID"] = formatdate(localtime=False), f"<{message.message_id}@hexlane>"
    mail.set_content(message.body or message.title)
    try:
        with _mail_server(gateways) as server:
            if gateways.smtp_user is not None:
                password = gateways.smtp_password
                server.login(gateways.smtp_user, "" if password is None else password.get_secret_value())
            server.send_message(mail)
    except ssl.SSLCertVerificationError as error:
        return Outcome(None, _CERTIFICATE.format(host=gateways.smtp_host, why=error.verify_message)[:300])
    except ssl.SSLError as error:
        return Outcome(None, _NO_TLS.format(port=gateways.smtp_port, why=error.reason or error)[:300])
    except smtplib.SMTPNotSupportedError as error:
        return Outcome(None, _NOT_OFFERED if gateways.smtp_security == "starttls" else f"not supported: {error}"[:300])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return Outcome(code, f"recipient refused: {text.decode(errors='replace')}"[:300], final=code >= 550)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return Outcome(error.smtp_code, f"{error.smtp_code} {words}"[:300])
    except smtplib.SMTPException as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:300])
    return Outcome(250)


def _mail_server(gateways: Gateways) -> smtplib.SMTP:
    """Return a connection to the mail server, under TLS where that is asked: it never goes on in clear instead."""
    host, port = gateways.smtp_host or "", gateways.smtp_port
    trusted = mail_authorities(gateways.smtp_ca)
    if gateways.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trusted)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if gateways.smtp_security == "starttls":
        try:
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server


_CERTIFICATE: Final = (
    "the certificate of the mail server {host} is not accepted: {why}. Give HEXLANE_SMTP_HOST the name it is for; "
    "HEXLANE_SMTP_CA names the file of an authority of your own"
)
_NO_TLS: Final = (
    "no TLS with the mail server on port {port}: {why}. HEXLANE_SMTP_SECURITY is tls for port 465, starttls for 587"
)
_NOT_OFFERED: Final = (
    "the mail server offers no STARTTLS, or no login, and nothing is sent in clear: see HEXLANE_SMTP_SECURITY"
)
