"""Mail over TLS: a real server on loopback, its certificate verified, and never a word in clear where TLS is asked."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.fakes.certificates import Authority
from tests.fakes.duty_peers import MailPeer
from utm.duty.channels import Gateways, Outcome, mail_authorities, send
from utm.store.duty_tables import DutyContactRow, DutyMessageRow

Start = Callable[..., MailPeer]
NOW = "2026-03-01T04:00:00Z"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "mail-authority")


@pytest.fixture
def start(authority: Authority) -> Iterator[Start]:
    """Start a mail server with a certificate of the authority, or of the one given, for the name given."""
    peers = []

    def started(*, by: Authority | None = None, encrypted: bool = True, **more: object) -> MailPeer:
        peer = MailPeer(**more)  # type: ignore[arg-type]
        if encrypted:
            certificate, key = (by or authority).issue("mail", server=True)
            peer.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            peer.tls.load_cert_chain(certificate, key)
        peer.start()
        peers.append(peer)
        return peer

    yield started
    for peer in peers:
        peer.close()


async def mailed(peer: MailPeer, security: str, *, ca: Path | None, host: str = "localhost", **more: object) -> Outcome:
    """Send one mail through the server; `ca` is the authority the deployment trusts."""
    gateways = Gateways(
        smtp_host=host,
        smtp_port=peer.port,
        smtp_security=security,
        smtp_ca=ca,
        **more,  # type: ignore[arg-type]
    )
    contact = DutyContactRow(
        contact_id="dc_1", organisation_id="org", name="n", channel="email", address="duty@firm.example",
        language="en", level=1, topics="", severity="warning", hours="[]", active=True, version=1, created_at=NOW,
    )  # fmt: skip
    message = DutyMessageRow(
        message_id="dm_1", organisation_id="org", contact_id="dc_1", channel="email", kind="test", ref=None, level=1,
        dedupe="d", title="Look", body="Something happened.", state="waiting", next_s=0.0, created_at=NOW,
    )  # fmt: skip
    return await send(None, gateways, contact, message, 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_out_under_tls_with_the_name_and_password(
    start: Start, authority: Authority, security: str
) -> None:
    """STARTTLS and implicit TLS: the conversation is encrypted before the password and the letter are sent."""
    peer = start(implicit=security == "tls", accounts={"hexlane": "letters-only"})
    account = {"smtp_user": "hexlane", "smtp_password": SecretStr("letters-only")}
    assert await mailed(peer, security, ca=authority.path, **account) == Outcome(250)
    (talk,) = peer.talks
    assert talk.under_tls
    assert ("STARTTLS" in talk.verbs) is (security == "starttls")
    assert [letter["Subject"] for _, _, letter in peer.mails] == ["Look"]
    wrong = await mailed(peer, security, ca=authority.path, **{**account, "smtp_password": SecretStr("x")})
    assert wrong.status == 535
    assert len(peer.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_cannot_be_trusted_ends_it_with_clear_words(
    start: Start, authority: Authority, tmp_path: Path, security: str
) -> None:
    """An unknown authority, or a certificate for another name: no letter, no password, and words that say what to do."""
    strange = start(implicit=security == "tls", by=Authority(tmp_path, "somebody-else"))
    known = start(implicit=security == "tls")
    for peer, host, ca in ((strange, "localhost", authority.path), (known, "localhost", None)):
        unknown = await mailed(peer, security, ca=ca, host=host)
        assert unknown.error is not None
        assert "certificate of the mail server" in unknown.error
        assert "HEXLANE_SMTP_CA" in unknown.error
    elsewhere = start(implicit=security == "tls", host="127.0.0.2")  # the certificate is for localhost and 127.0.0.1
    other = await mailed(elsewhere, security, ca=authority.path, host="127.0.0.2")
    assert other.error is not None
    assert "certificate of the mail server" in other.error
    assert "127.0.0.2" in other.error
    for peer in (strange, known, elsewhere):
        assert peer.mails == []
        assert all({"MAIL", "AUTH"}.isdisjoint(talk.verbs) for talk in peer.talks)


async def test_a_server_without_starttls_gets_no_letter_in_clear(start: Start, authority: Authority) -> None:
    """Where STARTTLS is asked and not offered (or stripped on the way) nothing is sent, and the words say so."""
    peer = start(encrypted=False)
    found = await mailed(peer, "starttls", ca=authority.path)
    assert found.error is not None
    assert "STARTTLS" in found.error
    assert "HEXLANE_SMTP_SECURITY" in found.error
    assert peer.mails == []
    assert all("MAIL" not in talk.verbs for talk in peer.talks)


async def test_a_server_that_speaks_no_tls_says_so_in_words(start: Start, authority: Authority) -> None:
    """Implicit TLS asked of a server that speaks in clear ends with what to set, not with a stack of OpenSSL's words."""
    peer = start(encrypted=False)
    found = await mailed(peer, "tls", ca=authority.path)
    assert found.error is not None
    assert "HEXLANE_SMTP_SECURITY" in found.error
    assert peer.mails == []


def test_an_authority_that_cannot_be_read_is_found_at_start(tmp_path: Path) -> None:
    """A file that is missing or holds no certificate must be refused when the server starts, with its name."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for path in (tmp_path / "absent.pem", empty):
        with pytest.raises(ValueError, match=path.name):
            mail_authorities(path)
