"""Commands end as accepted, confirmed, refused or timed out, and never look better than they are."""

from __future__ import annotations

import pytest

from mavlink_bridge.command import CommandMachine, CommandResult, CommandSpec, expect_armed, expect_mode
from mavlink_bridge.events import VehicleKey
from tests.unit.mavlink_bridge.autopilots import ADDRESS, VEHICLE, Autopilot, Conversation, ack
from tests.unit.mavlink_bridge.frames import NOW, dialect


def machine(**options) -> CommandMachine:
    return CommandMachine(VEHICLE, ADDRESS, CommandSpec(400, (1.0,)), **options)


def heartbeat(custom_mode: int = 0x03040000, base_mode: int = 129):
    return dialect.MAVLink_heartbeat_message(2, 12, base_mode, custom_mode, 4, 3)


def test_an_acknowledged_command_is_accepted():
    """One send, one acknowledgement, accepted."""
    command = machine()
    Conversation(Autopilot()).run(command)
    assert command.result == CommandResult("accepted", 0, 1)
    assert command.result.name == "accepted"


@pytest.mark.parametrize(
    ("code", "name"), [(1, "temporarily_rejected"), (2, "denied"), (3, "unsupported"), (4, "failed")]
)
def test_any_other_answer_is_a_refusal_with_its_reason(code, name):
    """What the vehicle says no with is kept."""
    autopilot, command = Autopilot(), machine()
    autopilot.answers = lambda fields: [ack(400, code)]
    Conversation(autopilot).run(command)
    assert (command.result.outcome, command.result.code, command.result.name) == ("refused", code, name)


def test_silence_is_resent_with_rising_confirmation_and_then_timed_out():
    """Four sends, confirmation 0 to 3, a second apart, then timed out."""
    autopilot, command = Autopilot(), machine()
    autopilot.answers = lambda fields: []
    conversation = Conversation(autopilot)
    conversation.run(command)
    assert [fields["confirmation"] for fields in autopilot.commands] == [0, 1, 2, 3]
    assert (command.result.outcome, command.result.code, command.result.attempts) == ("timed_out", None, 4)
    assert 3.9 < conversation.now - NOW < 4.3


def test_in_progress_is_waited_for():
    """IN_PROGRESS stops the resends, each one renews the patience, and the end counts."""
    autopilot, command = Autopilot(), machine(patience_s=2.0)
    conversation = Conversation(autopilot)
    asked = []

    def answers(fields):
        asked.append(fields)
        return [ack(400, 5, 10)]

    autopilot.answers = answers
    steps = iter([NOW + 1.5, NOW + 3.0, NOW + 4.5])
    due = next(steps)

    def tick(now):
        nonlocal due
        if due is not None and now >= due:
            due = next(steps, None)
            return [ack(400, 5, 50) if due is not None else ack(400, 0)]
        return []

    autopilot.tick = tick
    conversation.run(command)
    assert (len(asked), command.result.outcome) == (1, "accepted")


def test_in_progress_that_falls_silent_is_timed_out():
    """A vehicle that never finishes is not believed to have done it."""
    autopilot, command = Autopilot(), machine(patience_s=2.0)
    autopilot.answers = lambda fields: [ack(400, 5, 10)]
    Conversation(autopilot).run(command)
    assert (command.result.outcome, command.result.code) == ("timed_out", 5)


def test_accepted_is_not_done_where_a_state_is_expected():
    """With an expectation only the observed mode confirms; without it the command times out, acknowledged or not."""
    autopilot = Autopilot()
    command = machine(expect=expect_mode("hold"), confirm_timeout_s=3.0)
    Conversation(autopilot).run(command)
    assert (command.result.outcome, command.result.code) == ("timed_out", 0)
    assert "not observed" in command.result.detail
    command = machine(expect=expect_mode(["hold", "loiter"]))
    autopilot.tick = lambda now: [heartbeat()] if now > NOW + 1 else []
    Conversation(autopilot).run(command)
    assert (command.result.outcome, command.result.code) == ("confirmed", 0)


def test_an_observed_state_confirms_though_the_acknowledgement_was_lost():
    """What the vehicle shows counts more than what it said."""
    autopilot = Autopilot()
    autopilot.answers = lambda fields: []
    autopilot.tick = lambda now: [heartbeat(base_mode=129)] if now > NOW + 0.5 else []
    command = machine(expect=expect_armed(True))
    Conversation(autopilot).run(command)
    assert (command.result.outcome, command.result.code) == ("confirmed", None)


def test_acknowledgements_of_others_do_not_count():
    """Another command's, another vehicle's, or another ground station's acknowledgement is not ours."""
    autopilot, command = Autopilot(), machine(attempts=1)
    autopilot.answers = lambda fields: [ack(401, 0), dialect.MAVLink_command_ack_message(400, 0, 0, 0, 254, 190)]
    Conversation(autopilot).run(command)
    assert command.result.outcome == "timed_out"
    other = CommandMachine(VehicleKey("udp:elsewhere:1", 1), ADDRESS, CommandSpec(400), attempts=1)
    Conversation(Autopilot()).run(other)
    assert other.result.outcome == "timed_out"


def test_places_travel_as_integers():
    """COMMAND_INT has frame and integer coordinates, and no confirmation."""
    autopilot = Autopilot()
    spec = CommandSpec(192, (-1.0, 1.0), True, 5, 225_431_000, 1_140_579_000, 120.0)
    command = CommandMachine(VEHICLE, ADDRESS, spec)
    Conversation(autopilot).run(command)
    (fields,) = autopilot.commands
    assert (fields["x"], fields["y"], fields["z"], fields["frame"], fields["param2"]) == (
        225_431_000,
        1_140_579_000,
        120.0,
        5,
        1.0,
    )
    assert "confirmation" not in fields


@pytest.mark.parametrize("loss", [0.05, 0.2, 0.5])
def test_under_loss_a_command_is_accepted_or_timed_out_and_the_vehicle_heard_it_if_accepted(loss):
    """A lost acknowledgement never looks like success."""
    for seed in range(100):
        autopilot, command = Autopilot(), machine()
        Conversation(autopilot, loss=loss, seed=seed).run(command)
        assert command.result.outcome in {"accepted", "timed_out"}
        if command.result.outcome == "accepted":
            assert autopilot.commands


def test_an_abandoned_command_is_timed_out():
    """When the link goes away the command ends, with the reason."""
    command = machine()
    command.start(NOW)
    command.abandon("the bridge was stopped")
    command.abandon("twice")
    assert (command.state, command.result.detail) == ("timed_out", "the bridge was stopped")


def test_impossible_commands_are_refused():
    """More than seven parameters, or no attempt at all, is a mistake of the caller."""
    with pytest.raises(ValueError, match="seven"):
        CommandMachine(VEHICLE, ADDRESS, CommandSpec(1, (0.0,) * 8))
