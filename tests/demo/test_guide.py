import pytest

from demo.guide import FAULT_TEXTS, help_text, welcome
from demo.lines import FAULTS


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("text", [welcome, help_text])
def test_no_line_is_wider_than_the_terminal(text, width):
    assert max(map(len, text(width).splitlines())) <= width


def test_what_follows_a_name_stays_in_its_column():
    assert (
        "  Guard all from cost the button below the bot's question about Kraken: type its\n"
        "                      number. ADA has lost more than 1 % already, so it is asked\n"
    ) in welcome(80)


def test_every_fault_is_told_apart():
    assert list(FAULT_TEXTS) == list(FAULTS)
    assert len(set(FAULT_TEXTS.values())) == len(FAULTS)
    for fault, text in FAULT_TEXTS.items():
        assert f"  {fault.ljust(20)}{text[:20]}" in help_text(100)


def test_a_slow_answer_is_not_said_to_carry_out_an_order_past_its_deadline():
    assert "an order past its deadline" in FAULT_TEXTS["slow"]
    assert "carried out" not in FAULT_TEXTS["slow"]
