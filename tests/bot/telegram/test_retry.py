import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.retry import (
    AsPlainText,
    Later,
    PossiblyDelivered,
    Refused,
    backoff_s,
    critical_pause_s,
    judge,
    pause_after_refusal_s,
)


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.fault("C2")
@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        pytest.param(
            lambda: RetryAfter(7), Later(after_s=7.5, requested=True), id="flood control names its pause"
        ),
        pytest.param(lambda: NetworkError("Bad Gateway"), Later(after_s=4), id="5xx"),
        pytest.param(
            lambda: caused(NetworkError("Bad Gateway (502)"), TelegramError("Invalid server response")),
            Later(after_s=4),
            id="5xx with a page instead of JSON",
        ),
        pytest.param(
            lambda: caused(NetworkError("x"), httpx.ConnectError("refused")),
            Later(after_s=4),
            id="not reachable",
        ),
        pytest.param(
            lambda: caused(TimedOut(), httpx.ConnectTimeout("slow")),
            Later(after_s=4),
            id="no connection in time",
        ),
        pytest.param(
            lambda: caused(TimedOut("Pool timeout"), httpx.PoolTimeout("busy")),
            Later(after_s=4),
            id="never sent",
        ),
        pytest.param(TimedOut, PossiblyDelivered(after_s=4), id="timed out"),
        pytest.param(
            lambda: caused(TimedOut(), httpx.ReadTimeout("slow")),
            PossiblyDelivered(after_s=4),
            id="no answer in time",
        ),
        pytest.param(
            lambda: caused(NetworkError("x"), httpx.RemoteProtocolError("gone")),
            PossiblyDelivered(after_s=4),
            id="dropped",
        ),
        pytest.param(
            lambda: caused(NetworkError("x"), httpx.ReadError("reset")),
            PossiblyDelivered(after_s=4),
            id="reset",
        ),
        pytest.param(
            lambda: TelegramError("Invalid server response"),
            PossiblyDelivered(after_s=4),
            id="truncated answer",
        ),
        pytest.param(
            lambda: Forbidden("bot was blocked by the user"), Later(after_s=40, closed=True), id="blocked"
        ),
        pytest.param(
            lambda: BadRequest("Chat not found"), Later(after_s=40, closed=True), id="never pressed Start"
        ),
        pytest.param(lambda: InvalidToken("Unauthorized"), Later(after_s=60), id="token rejected"),
        pytest.param(lambda: BadRequest("Message is too long"), AsPlainText(), id="refused"),
        pytest.param(lambda: ChatMigrated(-100), Later(after_s=4), id="moved"),
        pytest.param(lambda: Conflict("other poller"), Later(after_s=4), id="conflict"),
        pytest.param(lambda: TelegramError("odd"), Later(after_s=4), id="anything else"),
    ],
)
def test_a_failed_send_means(make, verdict):
    assert judge(make(), attempts=3, plain=False) == verdict


@pytest.mark.parametrize(
    "words", ["Can't parse entities: unsupported start tag", "BUTTON_DATA_INVALID", "odd"]
)
def test_what_telegram_does_not_take_is_tried_as_bare_words_once(words):
    error = BadRequest(words)

    assert judge(error, attempts=1, plain=False) == AsPlainText()
    assert judge(error, attempts=1, plain=True) == Refused()


def test_the_pauses_double_from_one_second_to_a_minute():
    assert [backoff_s(attempts) for attempts in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff_s(100_000) == 60


def test_a_closed_chat_is_tried_again_soon_at_first_and_every_ten_minutes_later():
    pauses = [judge(Forbidden("x"), attempts=attempts, plain=True).after_s for attempts in range(1, 9)]

    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600]


@pytest.mark.parametrize(
    ("requested_s", "attempts", "waits_s"),
    [(7.5, 9, 7.5), (60.0, 1, 60.0), (60.5, 1, 15.0), (3600.5, 2, 30.0), (3600.5, 5000, 60.0)],
)
def test_what_is_critical_waits_for_a_short_pause_in_full_and_for_a_long_one_a_minute_at_most(
    requested_s, attempts, waits_s
):
    assert critical_pause_s(requested_s, attempts=attempts) == waits_s


def test_only_what_is_critical_is_tried_for_ever():
    pauses = [pause_after_refusal_s(refusals, critical=False) for refusals in range(1, 8)]

    assert pauses == [5, 10, 20, 40, 80, None, None]
    assert pause_after_refusal_s(100_000, critical=True) == 300
