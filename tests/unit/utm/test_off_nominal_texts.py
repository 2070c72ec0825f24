"""What firms are told when another's flight gets in the way of theirs."""

from utm.off_nominal_texts import told


def test_a_firm_is_told_the_time_as_its_people_read_it() -> None:
    """An instant of the service stands in Beijing time, without parts of a second, in both languages."""
    said = told("overdue", "delay", "2026-03-02T17:11:44.614161Z", "fp_1", 0.2, 6.0)
    assert said.en.startswith("From 2026-03-03 01:11:44 (Beijing time) on, your flight fp_1 comes within 0 m")
    assert said.zh.startswith("自 2026-03-03 01:11:44（北京时间）起，您的航班 fp_1")
