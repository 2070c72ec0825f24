"""Signatures of webhooks: what a receiver relies on."""

import base64

import pytest

from utm.webhooks.signing import PREFIX, headers, new_secret, signature, verify

# The example of the Standard Webhooks specification's libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
WANTED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_reproduced() -> None:
    """The known secret, message, time and body give the known signature."""
    assert signature(SECRET, MESSAGE, AT, BODY) == WANTED


def test_a_genuine_request_is_told_from_every_other() -> None:
    """A request verifies with its own id, time, body and secret, within five minutes, and not otherwise."""
    sent = headers(SECRET, MESSAGE, AT, BODY)
    given = (sent["webhook-id"], sent["webhook-timestamp"], sent["webhook-signature"], BODY, AT + 299.0)
    assert verify(SECRET, *given)
    assert verify(SECRET, MESSAGE, str(AT), f"v1,other {WANTED}", BODY, AT)
    for wrong in (
        (new_secret(), *given),
        (SECRET, "msg_other", *given[1:]),
        (SECRET, given[0], str(AT + 1), *given[2:]),
        (SECRET, *given[:3], BODY + b" ", AT),
        (SECRET, *given[:4], AT + 301.0),
        (SECRET, given[0], "soon", *given[2:]),
    ):
        assert not verify(*wrong)


def test_secrets_are_new_and_long() -> None:
    """Each secret holds 32 random bytes behind its prefix."""
    one, two = new_secret(), new_secret()
    assert one != two
    assert len(base64.b64decode(one.removeprefix(PREFIX))) == 32
    with pytest.raises(ValueError, match="whsec_"):
        signature("hunter2", MESSAGE, AT, BODY)
