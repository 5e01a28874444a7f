import pytest

from engine.brokers.parse import MalformedAnswerError
from engine.brokers.streams.sequence import MessageSequence


@pytest.mark.parametrize(
    ("numbers", "read", "gap"),
    [
        ([0, 1, 2], [0, 1, 2], None),
        # Whatever the first is, the series begins with it.
        ([7, 8], [7, 8], None),
        # Twice, and late.
        ([1, 1, 2, 1, 3], [1, 2, 3], None),
        ([1, 3], [1], "balances 3 after 1"),
    ],
)
def test_each_message_is_read_once_and_one_that_is_missing_ends_the_connection(numbers, read, gap):
    sequence = MessageSequence("sequence", of="balances")

    assert [number for number in numbers if sequence.is_next({"sequence": number})] == read
    assert (sequence.gap and sequence.gap.loss.message) == gap


@pytest.mark.parametrize("message", [{}, {"sequence": "1"}, {"sequence": None}, {"sequence": True}])
def test_a_message_without_a_number_cannot_be_placed(message):
    with pytest.raises(MalformedAnswerError, match="a message of the stream has no sequence"):
        MessageSequence("sequence").is_next(message)
