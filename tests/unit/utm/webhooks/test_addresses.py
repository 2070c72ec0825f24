"""Where webhooks may go."""

import pytest

from utm.webhooks.addresses import AddressError, parse_target, resolve


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/hook", "https_required"),
        ("ftp://example.com/", "invalid_format"),
        ("https:///hook", "invalid_format"),
        ("example.com/hook", "invalid_format"),
        ("https://user:secret@example.com/", "invalid_format"),
        ("https://example.com/#part", "invalid_format"),
        ("https://example.com:99999/", "invalid_format"),
        ("https://例子.com/", "invalid_format"),
        ("https://example.com/" + "x" * 2_000, "invalid_format"),
    ],
)
def test_what_is_no_address_is_refused(url: str, code: str) -> None:
    """Plain http, other schemes, credentials, fragments and endless URLs are refused with their code in two languages."""
    with pytest.raises(AddressError) as found:
        parse_target(url, allow_private=False)
    assert found.value.code == code
    assert found.value.detail_zh


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "10.1.2.3", "192.168.0.9", "169.254.169.254", "[::ffff:10.0.0.1]", "0.0.0.0", "localhost",
     "224.0.0.1", "[fe80::1]", "2130706433", "0x7f.1"],
)  # fmt: skip
async def test_private_places_are_not_called(host: str) -> None:
    """Loopback, private, link-local, mapped, multicast and oddly spelt addresses are refused unless allowed."""
    with pytest.raises(AddressError) as found:
        await resolve(parse_target(f"https://{host}/", allow_private=False), allow_private=False)
    assert found.value.code in ("private_address", "unresolvable")


async def test_a_deployment_may_allow_them() -> None:
    """Where private addresses are allowed, plain http to loopback resolves to the address connected to."""
    target = parse_target("http://127.0.0.1:8123/hook", allow_private=True)
    assert (target.host, target.port, await resolve(target, allow_private=True)) == ("127.0.0.1", 8123, "127.0.0.1")


async def test_public_addresses_are_called() -> None:
    """A public address is one to connect to."""
    assert await resolve(parse_target("https://8.8.8.8/", allow_private=False), allow_private=False) == "8.8.8.8"
