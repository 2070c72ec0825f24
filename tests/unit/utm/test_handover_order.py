"""The order in which a shift takes alerts over."""

from utm.handover.open_items import gravest_first


def test_the_gravest_alert_is_taken_over_first() -> None:
    """An emergency raised last stands before every caution raised earlier, and of two alike the older one first."""
    raised = [
        ("a", "caution", "01"),
        ("b", "warning", "03"),
        ("c", "advisory", "00"),
        ("d", "emergency", "09"),
        ("e", "warning", "02"),
    ]
    items = [
        {"alert_id": name, "severity": severity, "raised_at": f"2026-11-23T06:00:{at}Z"}
        for name, severity, at in raised
    ]
    assert [item["alert_id"] for item in gravest_first(items)] == ["d", "e", "b", "a", "c"]
