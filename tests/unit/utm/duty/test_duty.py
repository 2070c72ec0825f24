"""Duty staff reached outside the console: real peers on loopback for every channel, rotas, levels, retries, the log."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from airspace.timebase import to_scene_s
from tests.fakes import desk as desks
from tests.fakes.desk import Desk, principal
from tests.fakes.duty_peers import HttpPeer, MailPeer
from utm.advisories import Wanted
from utm.duty.channels import dingtalk_sign
from utm.live_schema import AlertItem
from utm.problems import Problem
from utm.security.onboarding import put_organisation
from utm.webhooks.signing import verify

CENTRE = "org_centre"


@pytest.fixture
def mail() -> Iterator[MailPeer]:
    made = MailPeer()
    made.start()
    yield made
    made.close()


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    made = HttpPeer()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, mail: MailPeer, peer: HttpPeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The server's parts with a mail server and a text-message gateway; private addresses are allowed."""
    gateway = peer.url.replace("/robot/send", "/sms")
    values = {
        "WEBHOOK_PRIVATE": "true",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "hexlane@city.example",
        "SMS_URL": gateway,
        "SMS_KEY": "gateway-key",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"HEXLANE_{name}", value)
    with desks.running(tmp_path) as made:
        yield made


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Desk]:
    """The server's parts as they come: public addresses only, no mail server."""
    with desks.running(tmp_path) as made:
        yield made


def contact(**changes: Any) -> dict[str, Any]:
    """Return the values of a contact as the API hands them on."""
    plain = {
        "name": "night shift",
        "channel": "email",
        "address": "duty@firm.example",
        "secret": None,
        "language": "en",
        "level": 1,
        "topics": ["advisories", "alerts", "reports", "approvals"],
        "severity": "warning",
        "hours": [],
        "active": True,
    }
    return {**plain, **changes}


async def carry(desk: Desk, after_s: float = 0.0) -> None:
    """Send what is due so much later, and wait until it is sent."""
    desk.clock.advance(after_s)
    courier = desk.services.rules.duty_courier
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(4):  # one message to a contact at a time
            await courier.round(client)
            await courier.settle()


async def log(desk: Desk, firm: str = "org_a", **where: Any) -> list[dict[str, Any]]:
    """Return the messages of an organisation, oldest first."""
    asked: dict[str, Any] = {"contact_id": None, "states": None, "before": None, "limit": 100, **where}
    found = await desk.services.rules.duty.log(principal(firm=firm), **asked)
    return [item for _, item in reversed(found)]


async def advise(desk: Desk, plan_id: str, action: str = "hold") -> str:
    """Tell org_a something about its flight that must be acknowledged; return the advisory's id."""
    item = Wanted(
        "org_a", plan_id, "nonconforming_nearby", action, "A drone is off its plan.", "附近航空器偏离计划。", None, True
    )
    ids = await desk.services.store.write(
        lambda session: desk.services.advisories.sync(session, f"nonconforming:{plan_id}", [item])
    )
    return ids[plan_id]


# -- channels ----------------------------------------------------------------------------------------------------------


async def test_the_test_button_reaches_every_channel_and_says_how_it_went(
    desk: Desk, peer: HttpPeer, mail: MailPeer
) -> None:
    """Webhook signed, mail received, text message with the gateway's key, robots with their own words."""
    rules, firm = desk.services.rules, principal()
    made = {}
    for channel, address in (
        ("webhook", peer.url),
        ("email", "duty@firm.example"),
        ("sms", "+86 755 1234 5678"),
        ("dingtalk", peer.url),
        ("wecom", peer.url),
    ):
        values = contact(channel=channel, address=address, secret="SECabc" if channel == "dingtalk" else None)
        made[channel] = await rules.duty.create(firm, values)
        found = await rules.duty_courier.test(firm, made[channel]["contact_id"])
        assert (found["state"], found["error"], found["kind"]) == ("delivered", None, "test")
        shown = rules.duty.get(firm, made[channel]["contact_id"])
        assert shown["last_ok_at"] is not None
        assert "secret" not in shown
    (_, signed, body), (sms_path, sms, _), (ding, _, _), (wecom, _, _) = peer.requests
    given = (signed["webhook-id"], signed["webhook-timestamp"], signed["webhook-signature"])
    assert verify(made["webhook"]["secret"], *given, body, desk.clock.now().timestamp())
    assert sms_path.startswith("/sms")
    assert sms["authorization"] == "Bearer gateway-key"
    assert peer.bodies()[1]["to"] == "+86 755 1234 5678"
    assert peer.bodies()[2] == peer.bodies()[3]
    assert peer.bodies()[2]["msgtype"] == "text"
    asked = parse_qs(urlsplit(ding).query)
    stamp, secret = asked["timestamp"][0], b"SECabc"
    wanted = base64.b64encode(hmac.new(secret, f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()).decode()
    assert asked["sign"] == [wanted]
    assert asked["access_token"] == ["t"]
    assert "sign" not in parse_qs(urlsplit(wecom).query)
    ((sender, recipients, letter),) = mail.mails
    assert "hexlane@city.example" in sender
    assert recipients == ["TO:<duty@firm.example>"]
    assert letter["Subject"] == "Hexlane: test message"
    assert "This is a test" in letter.get_content()


def test_the_signature_of_a_dingtalk_robot_is_that_of_its_documentation() -> None:
    """HMAC-SHA256 under the secret over timestamp, newline and secret; base64; URL-encoded."""
    digest = hmac.new(b"this is secret", b"1577262236757\nthis is secret", hashlib.sha256).digest()
    found = dingtalk_sign("this is secret", 1_577_262_236_757)
    assert "+" not in found
    assert "/" not in found
    assert base64.b64decode(found.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")) == digest


@pytest.mark.parametrize(
    ("channel", "status", "document", "words"),
    [
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, "errcode 310000: sign not match"),
        ("wecom", 200, {"hello": 1}, "the robot's answer has no errcode"),
        ("wecom", 500, {"errcode": 0}, "answered 500"),
        ("webhook", 404, {}, "answered 404"),
        ("sms", 402, {}, "answered 402"),
    ],
)
async def test_what_goes_wrong_is_told_in_words(
    desk: Desk, peer: HttpPeer, channel: str, status: int, document: dict[str, Any], words: str
) -> None:
    """The test button must not say that somebody was reached who was not."""
    peer.status, peer.document = status, document
    address = "+8675512345678" if channel == "sms" else peer.url
    made = await desk.services.rules.duty.create(principal(), contact(channel=channel, address=address))
    found = await desk.services.rules.duty_courier.test(principal(), made["contact_id"])
    assert (found["state"], found["error"]) == ("dead", words)
    assert desk.services.rules.duty.get(principal(), made["contact_id"])["last_error"] == words


async def test_private_addresses_are_refused_unless_allowed(strict: Desk) -> None:
    """Loopback, private and link-local addresses, and plain http, are no place to send to; what is no address neither."""
    rules = strict.services.rules
    for channel, address in (
        ("webhook", "http://example.org/x"),
        ("email", "nobody"),
        ("sms", "call me"),
        ("dingtalk", "ftp://example.org"),
    ):
        with pytest.raises(Problem) as refused:
            await rules.duty.create(principal(), contact(channel=channel, address=address))
        assert refused.value.errors[0].field == "/address"
    made = await rules.duty.create(principal(), contact(channel="wecom", address="https://127.0.0.1/robot"))
    found = await rules.duty_courier.test(principal(), made["contact_id"])
    assert found["state"] == "dead"
    assert "private" in found["error"]
    mailed = await rules.duty.create(principal(), contact())
    found = await rules.duty_courier.test(principal(), mailed["contact_id"])
    assert "HEXLANE_SMTP_HOST" in found["error"]
    assert not mailed["available"]


# -- who is told, and when -----------------------------------------------------------------------------------------------


async def test_silence_reaches_the_firm_then_its_second_level_and_the_centre_then_the_last(
    desk: Desk, mail: MailPeer
) -> None:
    """At once, after the silence the policy allows, and two minutes later; each contact once for each step."""
    services = desk.services
    await services.store.write(
        lambda session: put_organisation(
            session, services.identity.directory, organisation_id=CENTRE, name="c", name_zh="c", role="dispatcher",
            entitlements=(), demo=False, now=desk.clock.now(),
        )
    )  # fmt: skip
    duty = services.rules.duty
    for level in (1, 2, 3):
        await duty.create(principal(), contact(name=f"firm {level}", address=f"firm{level}@firm.example", level=level))
    await duty.create(principal("dispatcher", CENTRE), contact(name="centre", address="centre@city.example"))
    await duty.create(principal(firm="org_b"), contact(address="other@other.example"))
    plan_id = await desk.filed()
    advisory_id = await advise(desk, plan_id)
    await carry(desk)

    def reached() -> list[str]:
        found = sorted(recipient for _, recipients, _ in mail.mails for recipient in recipients)
        mail.mails.clear()
        return [name.removeprefix("TO:<").removesuffix(">") for name in found]

    assert reached() == ["firm1@firm.example"]
    await services.advisories.escalate([advisory_id])
    await carry(desk)
    assert reached() == ["centre@city.example", "firm1@firm.example", "firm2@firm.example"]
    await services.rules.sweep()
    await carry(desk, 119.0)
    assert reached() == []
    desk.clock.advance(1.0)
    await services.rules.sweep()
    await services.rules.sweep()
    await carry(desk)
    assert reached() == [
        "centre@city.example", "firm1@firm.example", "firm2@firm.example", "firm3@firm.example",
    ]  # fmt: skip
    assert [item["ref"] for item in await log(desk)] == [advisory_id] * 6
    await services.advisories.acknowledge(principal(), advisory_id)
    desk.clock.advance(600.0)
    await services.rules.sweep()
    await carry(desk)
    assert reached() == []


async def test_what_the_last_level_was_told_is_not_written_again(desk: Desk) -> None:
    """While nobody answers, a sweep writes only when there is somebody to be told who was not."""
    services = desk.services
    duty = services.rules.duty
    advisory_id = await advise(desk, await desk.filed())
    await services.advisories.escalate([advisory_id])
    desk.clock.advance(120.0)
    before = services.store.commits
    await services.rules.sweep()
    assert services.store.commits == before
    await duty.create(principal(), contact(name="firm", address="firm@firm.example", level=3))
    for _ in range(3):
        await services.rules.sweep()
    assert services.store.commits == before + 2
    assert [item["ref"] for item in await log(desk)] == [advisory_id]


async def test_rotas_decide_who_is_on_duty_and_the_next_level_stands_in(desk: Desk, mail: MailPeer) -> None:
    """Hours are of Beijing, over midnight too; where nobody of a level is on duty the next is told in its place."""
    week = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    duty = desk.services.rules.duty
    night = [{"weekly": [{"days": week, "from": "20:00", "to": "08:00"}]}]
    await duty.create(principal(), contact(name="night", address="night@firm.example", hours=night))
    await duty.create(principal(), contact(name="boss", address="boss@firm.example", level=3))
    plan_id = await desk.filed()  # the clock stands at noon in Beijing

    async def told(action: str) -> list[str]:
        mail.mails.clear()
        await advise(desk, plan_id, action)
        await carry(desk)
        return [recipients[0] for _, recipients, _ in mail.mails]

    assert await told("hold") == ["TO:<boss@firm.example>"]
    desk.clock.advance(12 * 3_600.0)
    assert [item["name"] for item in duty.listed(principal()) if item["on_duty"]] == ["night", "boss"]
    assert await told("land") == ["TO:<night@firm.example>"]
    with pytest.raises(Problem) as wrong:
        await duty.create(principal(), contact(hours=[{"weekly": [{"days": ["XX"], "from": "1", "to": "2"}]}]))
    assert wrong.value.errors[0].field == "/hours/0/weekly/0/days"


async def test_an_alert_nobody_acknowledges_reaches_the_centre_outside_the_console(desk: Desk, mail: MailPeer) -> None:
    """An emergency at once, others when they escalate; below the contact's severity nothing is sent."""
    services, at = desk.services, desk.clock.now()
    await services.store.write(
        lambda session: put_organisation(
            session, services.identity.directory, organisation_id=CENTRE, name="c", name_zh="c", role="dispatcher",
            entitlements=(), demo=False, now=at,
        )
    )  # fmt: skip
    await services.rules.duty.create(principal("dispatcher", CENTRE), contact(severity="warning"))

    async def alert(name: str, severity: Any, status: Any) -> None:
        item = AlertItem(name, "link_lost", severity, status, at, f"{name} {severity}", "链路中断")
        services.rules.duty_watch.on_alert("alerts", item, None)
        await services.store.write(lambda session: None)

    await alert("al_1", "warning", "raised")
    await alert("al_2", "emergency", "raised")
    await alert("al_3", "caution", "escalated")
    await alert("al_1", "warning", "escalated")
    await alert("al_1", "warning", "escalated")
    await carry(desk)
    await carry(desk)
    assert [letter.get_content().strip() for _, _, letter in mail.mails] == ["al_2 emergency", "al_1 warning"]


# -- retries and the log -----------------------------------------------------------------------------------------------


async def test_what_fails_is_tried_again_until_dead_and_can_be_sent_by_hand(desk: Desk, mail: MailPeer) -> None:
    """5 s, 15 s, a minute, 5 minutes, 15 minutes; then it is dead, with the last words, until somebody sends it again."""
    made = await desk.services.rules.duty.create(principal(), contact())
    mail.busy = True
    await advise(desk, await desk.filed())
    await carry(desk)
    (message,) = await log(desk)
    assert (message["state"], message["attempts"], message["status"]) == ("waiting", 1, 451)
    next_s = to_scene_s(datetime.fromisoformat(message["next_attempt_at"])) - to_scene_s(desk.clock.now())
    assert next_s == pytest.approx(5.0, abs=0.1)
    for pause_s in (5.0, 15.0, 60.0, 300.0, 900.0):
        await carry(desk, pause_s - 0.5)
        await carry(desk, 0.5)
    (message,) = await log(desk)
    assert (message["state"], message["attempts"]) == ("dead", 6)
    assert "451 try again later" in message["error"]
    assert mail.mails == []
    mail.busy = False
    await desk.services.rules.duty.send_again(principal(), message["message_id"])
    await carry(desk)
    assert (await log(desk))[0]["state"] == "delivered"
    assert len(mail.mails) == 1
    with pytest.raises(Problem):
        await desk.services.rules.duty.send_again(principal(firm="org_b"), message["message_id"])
    await desk.services.rules.duty.drop(principal(), made["contact_id"])
    with pytest.raises(Problem) as gone:
        await desk.services.rules.duty.send_again(principal(), message["message_id"])
    assert gone.value.code == "contact_gone"


async def test_a_recipient_the_mail_server_does_not_know_is_not_tried_again(desk: Desk, mail: MailPeer) -> None:
    """550 is final; the log says so."""
    await desk.services.rules.duty.create(principal(), contact())
    mail.refuse.add("duty@firm.example")
    await advise(desk, await desk.filed())
    await carry(desk)
    (message,) = await log(desk)
    assert (message["state"], message["status"]) == ("dead", 550)


async def test_contacts_belong_to_their_organisation(desk: Desk) -> None:
    """Another firm neither sees, tests, changes nor deletes them, and memory follows the store after a restart."""
    duty, courier = desk.services.rules.duty, desk.services.rules.duty_courier
    made = await duty.create(principal(), contact())
    stranger = principal(firm="org_b")
    assert duty.listed(stranger) == []
    for attempt in (
        lambda: courier.test(stranger, made["contact_id"]),
        lambda: duty.change(stranger, made["contact_id"], {"level": 2}),
        lambda: duty.drop(stranger, made["contact_id"]),
    ):
        with pytest.raises(Problem) as hidden:
            await attempt()
        assert hidden.value.code == "not_found"
    changed = await duty.change(principal(), made["contact_id"], {"level": 2, "topics": ["alerts"]})
    assert (changed["level"], changed["topics"], changed["version"]) == (2, ["alerts"], 2)
    desk.services.memory.reset()
    await desk.services.store.write(lambda session: None)
    assert duty.get(principal(), made["contact_id"])["level"] == 2
