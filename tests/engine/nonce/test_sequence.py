from hypothesis import given
from hypothesis import strategies as st

from engine.nonce.sequence import next_nonce

TIMES = st.integers(min_value=0, max_value=2**62)


@given(st.lists(TIMES, min_size=1))
def test_numbers_rise_whatever_the_clock_does(readings):
    last = None

    for now_ns in readings:
        nonce = next_nonce(last, now_ns)
        assert last is None or nonce > last
        last = nonce


@given(last=TIMES, now_ns=TIMES)
def test_a_number_is_never_further_ahead_than_it_must_be(last, now_ns):
    assert next_nonce(last, now_ns) in {now_ns, last + 1}


def test_the_clock_is_followed_when_it_is_ahead():
    assert next_nonce(1_000, 5_000) == 5_000


def test_one_more_is_taken_when_the_clock_is_equal_or_behind():
    assert next_nonce(1_000, 1_000) == 1_001
    assert next_nonce(1_000, 10) == 1_001


def test_a_new_key_starts_at_the_clock():
    assert next_nonce(None, 1_795_000_000_000_000_000) == 1_795_000_000_000_000_000
