import pytest

from engine.model.errors import (
    BrokerError,
    InvalidNonceError,
    KeyRejectedError,
    LockedOutError,
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.model.venues import Venue
from handlers.arguments import Misread
from handlers.render.problems import render_failure, render_misread
from tests.handlers.screen_checks import check_fits, check_golden

_NOT_DONE = "Your balance was not read; nothing was changed."


def test_a_failure_says_what_was_not_done_why_what_to_do_and_its_code():
    error = TryLaterError(Venue.KRAKEN, "EAPI:Rate limit exceeded")

    check_golden("failure", render_failure(error, not_done=_NOT_DONE, incident="A1B2C3"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyRejectedError(Venue.KRAKEN, "w"), "Kraken refuses the key"),
        (LockedOutError(Venue.KRAKEN, "w"), "wait 15 minutes"),
        (InvalidNonceError(Venue.KRAKEN, "w"), "nothing else uses this key"),
        (TryLaterError(Venue.ALPACA, "w"), "Alpaca cannot answer now"),
        (UnknownOutcomeError(Venue.COINBASE, "w"), "do not repeat it"),
        (RefusedError(Venue.COINBASE, "w", RefusalReason.OTHER), "Nothing happened there."),
        (MisconfiguredError(Venue.COINBASE, "<html>"), "makes no sense: “&lt;html&gt;”"),
        (BrokerError(Venue.COINBASE, "{}"), "Coinbase did not do it: “{}”"),
        (RuntimeError("a secret"), "Something inside NIJA failed."),
        (None, "Something inside NIJA failed."),
    ],
)
def test_each_error_has_a_sentence_for_its_reader(error, expected):
    screen = render_failure(error, not_done=_NOT_DONE, incident="A1B2C3")

    assert expected in screen.text
    assert "a secret" not in screen.text
    check_fits(screen)


def test_a_misread_shows_a_line_that_works():
    screen = render_misread(Misread(why="“<x>” is not a symbol.", example="/guard BTC"))

    assert screen.text == "“&lt;x&gt;” is not a symbol.\nFor example: <code>/guard BTC</code>"
