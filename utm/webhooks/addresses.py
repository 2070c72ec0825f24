"""Where webhooks may go: public addresses, unless the deployment allows others.

A name is resolved once for each attempt and the connection goes to the address that was checked, so a name cannot point
elsewhere in between.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MAX_URL: Final = 2_000


class AddressError(Exception):
    """Why a webhook may not go to an address, in both languages; `code` is a field code."""

    def __init__(self, code: str, detail: str, detail_zh: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.detail_zh = code, detail, detail_zh


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: what to ask for, of whom, under which name."""

    url: str
    scheme: str
    host: str
    port: int


def parse_target(url: str, *, allow_private: bool) -> Target:
    """Return the target of a URL; raises AddressError for one no webhook may have."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("invalid_format", "The URL is malformed.", "URL 格式错误。") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or len(url) > MAX_URL or not url.isascii():
        raise AddressError("invalid_format", "Send an absolute https URL.", "请发送完整的 https URL。")
    if parts.scheme == "http" and not allow_private:
        raise AddressError("https_required", "Events go over https only.", "事件仅通过 https 发送。")
    if parts.username is not None or parts.password is not None or parts.fragment:
        detail = "Leave user, password and fragment out: requests are signed instead."
        raise AddressError("invalid_format", detail, "URL 中不应包含用户名、密码或片段；请求已签名。")
    return Target(url, parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80))


async def resolve(target: Target, *, allow_private: bool) -> str:
    """Return one address of a target to connect to; raises AddressError when none of them, or not all, may be used."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        detail = f"The name {target.host!r} cannot be resolved."
        raise AddressError("unresolvable", detail, f"无法解析主机名 {target.host!r}。") from None
    addresses = [str(info[4][0]) for info in found]
    if not allow_private and not all(_public(address) for address in addresses):
        detail = "The address is private, local or reserved; events go to public addresses only."
        raise AddressError("private_address", detail, "该地址为内网、本机或保留地址；事件仅发往公网地址。")
    return addresses[0]


def _public(address: str) -> bool:
    value = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(value, ipaddress.IPv6Address) and value.ipv4_mapped is not None:
        value = value.ipv4_mapped
    return value.is_global and not value.is_multicast
