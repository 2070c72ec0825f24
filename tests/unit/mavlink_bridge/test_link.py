"""Sequence numbers."""

from __future__ import annotations

from mavlink_bridge.link import STREAMS_PER_LINK, Counters, Link, Stream


def test_a_gap_is_loss_and_the_number_wraps():
    """Missing numbers count, across the wrap too."""
    stream, totals = Stream(254), Counters()
    assert stream.note(255, totals) is False
    assert stream.note(1, totals) is False
    assert (stream.lost, totals.lost, totals.late) == (1, 1, 0)


def test_a_late_frame_gives_its_loss_back():
    """Two frames swapped on the way are one late frame and no loss."""
    stream, totals = Stream(10), Counters()
    stream.note(12, totals)
    assert stream.note(11, totals) is True
    assert (stream.lost, stream.late) == (0, 1)
    assert stream.note(13, totals) is False


def test_the_same_frame_twice_is_a_duplicate():
    """A repeated number is counted as duplicate, not as 255 lost."""
    stream, totals = Stream(10), Counters()
    assert stream.note(10, totals) is True
    assert (stream.duplicates, stream.lost, stream.late) == (1, 0, 0)


def test_a_sender_that_starts_anew_is_followed():
    """After a few frames 'from the past' the sender is taken to have restarted its numbers."""
    stream, totals = Stream(200), Counters()
    results = [stream.note(number, totals) for number in range(120, 126)]
    assert results[-1] is False
    assert stream.note(126, totals) is False
    assert stream.lost <= 1


def test_senders_of_a_link_are_bounded():
    """A peer cannot make us remember more senders than the limit."""
    link, totals = Link("udp:a:1", 0.0), Counters()
    for system_id in range(1, 256):
        for component_id in range(4):
            link.note_sequence(system_id, component_id, 0, totals)
    assert len(link.streams) == STREAMS_PER_LINK
