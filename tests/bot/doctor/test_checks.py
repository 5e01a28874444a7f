from datetime import timedelta
from pathlib import Path

import pytest

from bot.configuration.settings_sources import Sources
from bot.doctor.checks import (
    CheckVerdict,
    check_brokers,
    check_clock,
    check_clock_error,
    check_damage,
    check_disk,
    check_env_file,
    check_key_error,
    check_mode,
    check_paper_brokers,
    check_permissions,
    check_revision,
    check_sources,
)
from engine.brokers.base import KeyPermissions
from engine.model.errors import KeyRejectedError, MalformedKeyError, MisconfiguredError, TryLaterError
from engine.model.venues import Venue


@pytest.mark.parametrize(
    ("file", "in_file", "in_environment", "verdict", "finding"),
    [
        (Path(".env"), 22, 0, CheckVerdict.PASS, "22 from .env; mode live"),
        (Path(".env"), 1, 2, CheckVerdict.PASS, "1 from .env, 2 from the environment; mode live"),
        (None, 0, 5, CheckVerdict.PASS, "no .env here, 5 from the environment; mode live"),
        (None, 0, 0, CheckVerdict.WARN, "no .env here; mode live"),
        (Path("x"), 0, 0, CheckVerdict.WARN, "0 from x; mode live"),
    ],
)
def test_it_is_reported_where_the_settings_come_from(file, in_file, in_environment, verdict, finding):
    check = check_sources(Sources(file=file, in_file=in_file, in_environment=in_environment), "live")

    assert (check.verdict, check.finding) == (verdict, finding)
    assert bool(check.advice) is (verdict is CheckVerdict.WARN)


def test_a_file_of_settings_that_is_there_is_filled_in_and_never_made_again():
    missing = check_sources(Sources(file=None, in_file=0, in_environment=0), "live")
    empty = check_sources(Sources(file=Path("my.env"), in_file=0, in_environment=0), "live")

    assert "install -m 600 .env.example .env" in missing.advice
    assert "install" not in empty.advice
    assert empty.advice == "Nothing is filled in yet: fill in my.env, as .env.example describes it."


def test_the_mode_is_named():
    check = check_sources(Sources(file=Path(".env"), in_file=1, in_environment=0), "paper")

    assert (check.verdict, check.finding) == (CheckVerdict.PASS, "1 from .env; mode paper")


def test_on_paper_every_broker_is_there_and_keys_are_not_used():
    check = check_paper_brokers([Venue.KRAKEN])

    assert check.verdict is CheckVerdict.PASS
    assert check.finding == (
        "Kraken, Coinbase, Alpaca, on paper: no key is needed, and those of Kraken are not used"
    )
    assert "not used" not in check_paper_brokers([]).finding


def test_no_broker_is_worth_a_line():
    assert check_brokers([Venue.KRAKEN, Venue.ALPACA]).finding == "Kraken, Alpaca"
    assert check_brokers([]).verdict is CheckVerdict.WARN
    assert "NIJA_KRAKEN_API_KEY" in check_brokers([]).advice


@pytest.mark.parametrize("venue", Venue)
def test_a_key_that_was_never_sent_was_not_refused_by_its_venue(venue):
    check = check_key_error(venue, MalformedKeyError(venue))

    assert check.finding == "the key or its secret is malformed; nothing was sent"
    assert f"NIJA_{venue.upper()}_API_SECRET" in check.advice
    assert "still active" not in check.advice


def test_a_clock_that_only_known_keys_may_read_is_not_checked_with_a_malformed_one():
    check = check_clock_error(Venue.ALPACA, MalformedKeyError(Venue.ALPACA))

    assert check.finding == "not checked: the key is malformed"


@pytest.mark.parametrize(
    ("venue", "looks"), [(Venue.KRAKEN, "base64"), (Venue.COINBASE, "PEM"), (Venue.ALPACA, "begins with PK")]
)
def test_a_rejected_key_is_reported_with_what_one_looks_like(venue, looks):
    assert looks in check_key_error(venue, KeyRejectedError(venue, "malformed")).advice


def test_a_rejected_coinbase_key_is_told_to_be_made_with_ecdsa():
    advice = check_key_error(Venue.COINBASE, KeyRejectedError(Venue.COINBASE, "Unauthorized")).advice

    assert (
        "made with ECDSA as its signature algorithm; the portal's default, Ed25519, cannot trade." in advice
    )


def may(*, read=True, trade=True, withdraw=False):
    return KeyPermissions(can_read=read, can_trade=trade, can_withdraw=withdraw)


@pytest.mark.parametrize(
    ("permissions", "verdict"),
    [
        pytest.param(may(), CheckVerdict.PASS, id="reads and trades"),
        pytest.param(may(read=None, trade=None), CheckVerdict.PASS, id="the venue reports only withdrawing"),
        pytest.param(may(withdraw=None), CheckVerdict.WARN, id="the venue does not report withdrawing"),
        pytest.param(may(trade=False), CheckVerdict.FAIL, id="cannot trade"),
        pytest.param(may(read=False), CheckVerdict.FAIL, id="cannot read"),
        pytest.param(may(withdraw=True), CheckVerdict.FAIL, id="can withdraw"),
        pytest.param(may(trade=False, withdraw=True), CheckVerdict.FAIL, id="can withdraw but not trade"),
    ],
)
def test_a_key_must_read_and_trade_and_not_withdraw(permissions, verdict):
    check = check_permissions(Venue.KRAKEN, permissions)

    assert (check.name, check.verdict) == ("kraken key", verdict)
    assert bool(check.advice) == (verdict is not CheckVerdict.PASS)


def test_a_key_of_alpaca_cannot_withdraw_though_nothing_says_so():
    check = check_permissions(Venue.ALPACA, may(withdraw=None))

    assert (check.verdict, check.advice) == (CheckVerdict.PASS, "")
    assert check.finding == "it works; a key of Alpaca cannot withdraw by API"
    assert check_permissions(Venue.ALPACA, may(trade=False, withdraw=None)).verdict is CheckVerdict.FAIL


def test_a_key_that_can_withdraw_is_reported_loudly():
    check = check_permissions(Venue.COINBASE, may(withdraw=True))

    assert check.finding == "THIS KEY CAN WITHDRAW YOUR MONEY"
    assert "Make a new Coinbase key" in check.advice


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (KeyRejectedError(Venue.ALPACA, "forbidden"), "NIJA_ALPACA_API_KEY and NIJA_ALPACA_API_SECRET"),
        (TryLaterError(Venue.ALPACA, "rate limit"), "Try again in a minute;"),
        (MisconfiguredError(Venue.ALPACA, "a web page came back"), "NIJA_ALPACA_API_URL"),
    ],
)
def test_a_key_that_got_no_answer_is_reported_with_the_venues_words_and_what_to_do(error, advice):
    check = check_key_error(Venue.ALPACA, error)

    assert check.verdict is CheckVerdict.FAIL
    assert error.message in check.finding
    assert advice in check.advice


@pytest.mark.parametrize(
    ("skew_s", "verdict", "finding"),
    [
        (0.2, CheckVerdict.PASS, "0.2 s ahead"),
        (-1.9, CheckVerdict.PASS, "1.9 s behind"),
        (2.0, CheckVerdict.WARN, "2.0 s ahead"),
        (-3.9, CheckVerdict.WARN, "3.9 s behind"),
        (4.0, CheckVerdict.FAIL, "4.0 s ahead"),
        (-3600, CheckVerdict.FAIL, "3600.0 s behind"),
    ],
)
def test_the_clock_may_be_off_by_less_than_two_seconds(skew_s, verdict, finding):
    check = check_clock(Venue.KRAKEN, timedelta(seconds=skew_s))

    assert (check.verdict, check.finding) == (verdict, finding)


@pytest.mark.parametrize(
    ("free", "verdict"),
    [
        (10**9, CheckVerdict.PASS),
        (10**9 - 1, CheckVerdict.WARN),
        (10**8, CheckVerdict.WARN),
        (10**8 - 1, CheckVerdict.FAIL),
    ],
)
def test_the_disk_needs_room(free, verdict):
    assert check_disk(free).verdict is verdict


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [
        (0o100600, CheckVerdict.PASS),
        (0o040700, CheckVerdict.PASS),
        (0o100640, CheckVerdict.FAIL),
        (0o100604, CheckVerdict.FAIL),
        (0o040755, CheckVerdict.FAIL),
    ],
)
def test_files_with_secrets_are_their_owners_alone(mode, verdict):
    assert check_mode("data", mode).verdict is verdict


def test_another_revision_asks_for_a_migration():
    assert check_revision("0002", "0002").verdict is CheckVerdict.PASS
    assert check_revision("0001", "0002").advice == "Run `nija migrate`."
    assert check_revision(None, "0002").finding == "none, this NIJA wants 0002"


@pytest.mark.fault("P6")
def test_damage_is_reported_and_a_backup_advised():
    assert check_damage(()).verdict is CheckVerdict.PASS
    check = check_damage(("row 1 missing from index a", "b", "c", "d"))
    assert check.verdict is CheckVerdict.FAIL
    assert check.finding == "row 1 missing from index a; b; c"


def test_an_account_that_trades_all_but_crypto_works_for_stocks():
    limits = ("works for stocks; crypto is not enabled (INACTIVE)",)
    may = KeyPermissions(can_read=True, can_trade=True, can_withdraw=None, limits=limits)

    check = check_permissions(Venue.ALPACA, may)

    assert check.verdict is CheckVerdict.WARN
    assert check.finding.endswith("works for stocks; crypto is not enabled (INACTIVE)")
    assert "may not trade" not in check.finding


def test_a_limit_is_named_where_a_key_is_known_not_to_withdraw():
    may = KeyPermissions(can_read=True, can_trade=True, can_withdraw=False, limits=("no transfers",))

    check = check_permissions(Venue.ALPACA, may)

    assert (check.verdict, check.finding) == (CheckVerdict.WARN, "it works; no transfers")


def test_a_blocked_account_is_no_fault_of_the_key():
    block = "the venue lets this account place no orders (trading_blocked)"
    may = KeyPermissions(can_read=True, can_trade=False, can_withdraw=None, block=block)

    check = check_permissions(Venue.ALPACA, may)

    assert check.verdict is CheckVerdict.FAIL
    assert check.finding == f"it works, but no order is taken: {block}"
    assert "the rights to read" not in check.advice


@pytest.mark.parametrize("mode", [0o100644, 0o100640, 0o100604, 0o100620])
def test_a_settings_file_that_others_may_read_is_warned_of(mode):
    check = check_env_file(Path("/srv/.env"), mode)

    assert check.verdict is CheckVerdict.WARN
    assert "others on this machine may read your keys" in check.finding
    assert check.advice == "chmod 600 /srv/.env"


def test_a_private_settings_file_passes():
    assert check_env_file(Path("/srv/.env"), 0o100600).verdict is CheckVerdict.PASS
