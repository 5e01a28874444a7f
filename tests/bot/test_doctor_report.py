from bot.checks import failed, passed
from bot.doctor_report import line_of


def test_a_finding_is_one_line_with_its_advice_below():
    assert line_of(passed("settings", "36 read")) == "PASS  settings                 36 read"
    assert line_of(failed("kraken key", "it may not trade", "Give it the right.")).splitlines() == [
        "FAIL  kraken key               it may not trade",
        "      Give it the right.",
    ]
