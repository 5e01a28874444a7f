from datetime import UTC, datetime

import pytest

from bot.alerting.retry_after import RetryAfterHeader

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "pause_s"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param(" 7 ", 7, id="blanks around"),
        pytest.param("0", 0, id="at once"),
        pytest.param("3601", 3600, id="more than an hour"),
        pytest.param("9" * 5000, 3600, id="more digits than int takes"),
        pytest.param("Sun, 22 Nov 2026 09:02:00 GMT", 120, id="a date"),
        pytest.param("Sunday, 22-Nov-26 09:02:00 GMT", 120, id="a date of RFC 850"),
        pytest.param("Sun Nov 22 09:02:00 2026", 120, id="a date of asctime"),
        pytest.param("Sun, 22 Nov 2026 08:59:00 GMT", 0, id="a date that is over"),
        pytest.param("Sun, 22 Nov 2027 09:00:00 GMT", 3600, id="a date in a year"),
        *(
            pytest.param(nonsense, None, id=f"nonsense: {nonsense!r}")
            for nonsense in ("", "soon", "-5", "1.5", "1e3", "nan", "inf", "\u0661\u0662", "120, 240")
        ),
        pytest.param(
            "Sun, 22 Nov 2026 99999999999999999999:00:00 GMT", None, id="an hour that no clock shows"
        ),
        pytest.param("Sun, 22 Nov 99999 09:00:00 GMT", None, id="a year that no calendar has"),
    ],
)
def test_the_header_asks_for(value, pause_s):
    assert RetryAfterHeader(value=value).pause_s(NOW) == pause_s


@pytest.mark.parametrize(
    ("date", "pause_s"),
    [
        pytest.param("Sun, 22 Nov 2026 09:01:30 GMT", 30, id="of the server"),
        pytest.param("some time", 120, id="that cannot be read: ours counts"),
    ],
)
def test_a_time_is_held_against_the_date(date, pause_s):
    assert RetryAfterHeader(value="Sun, 22 Nov 2026 09:02:00 GMT", date=date).pause_s(NOW) == pause_s
