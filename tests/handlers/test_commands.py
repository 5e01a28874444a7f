"""Each command through a real application: what is asked of the engine, and what stands in the chat."""

from datetime import UTC
from decimal import Decimal

import pytest

from engine.entries.gates import Gate, GateName, GateVerdict
from engine.entries.halts import Halt, HaltedBy
from engine.entries.sizing import Amount, EquityShare, Most
from engine.model.venues import Venue
from engine.offers.cancelling_plan import NamedOrder
from engine.offers.levels_plan import Change
from engine.offers.part import Share, Worth
from engine.statements.periods import Period, month_of, span_of
from engine.users.roles import Role
from tests.handlers.values import NOT_HELD, NOW, OWNER, portfolio, position, user


@pytest.mark.parametrize(
    ("typed", "asked", "shown"),
    [
        ("/balance", ("fetch_overview", OWNER), "Total equity"),
        ("/balance kraken", ("fetch_overview", OWNER), "Kraken · 3 s ago"),
        ("/positions", ("fetch_portfolio", OWNER), "guarded at"),
        ("/positions btc", ("fetch_portfolio", OWNER), "1 held, 1 guarded."),
        ("/positions Kraken BTC", ("fetch_portfolio", OWNER), "1 held, 1 guarded."),
        (
            "/positions eth",
            ("fetch_portfolio", OWNER),
            "You hold no ETH. /positions shows all that you hold.",
        ),
        ("/positions alpaca", ("fetch_portfolio", OWNER), "You hold no positions at Alpaca."),
        ("/orders", ("fetch_orders", OWNER, None), "Open orders"),
        ("/orders Kraken", ("fetch_orders", OWNER, Venue.KRAKEN), "sell 0.5 BTC/USD at $70,000.00"),
        ("/route", ("preview", OWNER, None, None), "Chosen: Alpaca"),
        ("/route BTC 30", ("preview", OWNER, "BTC", Amount(Decimal(30))), "Chosen: Alpaca"),
        ("/route max", ("preview", OWNER, None, Most()), "Chosen: Alpaca"),
        ("/why btc 5%", ("plan", OWNER, "BTC", EquityShare(Decimal("0.05"))), "Would be bought"),
        ("/settings", ("rules_of", OWNER), "10 % of total equity"),
        ("/settings size 5%", ("set_share", OWNER, Decimal("0.05")), "5 % of total equity"),
        ("/settings SIZE usual", ("set_share", OWNER, None), "of total equity"),
        ("/settings loss $50", ("set_daily_loss", OWNER, Decimal(50)), "$50.00 a day"),
        ("/settings loss off", ("set_daily_loss", OWNER, None), "Daily loss limit"),
        ("/guard btc kraken", ("offer_guard", OWNER, "BTC", Venue.KRAKEN), "Guard this position?"),
        ("/guard all", ("offer_guard", OWNER, None, None), "Guard this position?"),
        ("/guard all kraken", ("offer_guard", OWNER, None, Venue.KRAKEN), "Guard this position?"),
        ("/close all", ("offer_close", OWNER, None, None), "Sell now?"),
        ("/unguard BTC", ("offer_unguard", OWNER, "BTC", None), "Stop guarding?"),
        ("/status", ("fetch_status", OWNER), "All is well."),
        ("/close btc kraken", ("offer_close", OWNER, "BTC", Venue.KRAKEN), "Sell now?"),
        ("/closeall", ("offer_close", OWNER, None, None), "Sell now?"),
        ("/closeall alpaca", ("offer_close", OWNER, None, Venue.ALPACA), "Sell now?"),
        ("/sell btc", ("offer_parts", OWNER, "BTC", None), "Sell how much now?"),
        (
            "/sell btc 50% kraken",
            ("offer_close", OWNER, "BTC", Venue.KRAKEN, Share(Decimal("0.5"))),
            "Sell now?",
        ),
        ("/sell btc $30", ("offer_close", OWNER, "BTC", None, Worth(Decimal(30))), "Sell now?"),
        ("/cancel btc", ("offer_cancel", OWNER, NamedOrder(text="btc", symbol="BTC")), "Cancel?"),
        ("/panic", ("offer", OWNER), "Panic?"),
        (
            "/target btc 3% kraken",
            ("offer_levels", OWNER, "BTC", Venue.KRAKEN, Change(target=Decimal("0.03"))),
            "Change the target?",
        ),
        (
            "/stop btc 2",
            ("offer_levels", OWNER, "BTC", None, Change(threshold=Decimal("-0.02"))),
            "Change the target?",
        ),
        ("/history", ("fetch_page", OWNER, None), "Exits, newest first"),
        ("/history btc", ("fetch_page", OWNER, "BTC"), "Step by step"),
        ("/pnl", ("fetch_pnl", OWNER, span_of(Period.DAY, NOW, UTC)), "PnL today, since 00:00 UTC"),
        ("/pnl WEEK", ("fetch_pnl", OWNER, span_of(Period.WEEK, NOW, UTC)), "PnL this week"),
        ("/pnl month", ("fetch_pnl", OWNER, span_of(Period.MONTH, NOW, UTC)), "Realised PnL"),
        ("/fees", ("fetch_fees", OWNER, month_of(2026, 3, UTC)), "Fees in March 2026, so far"),
        ("/fees 2026-02", ("fetch_fees", OWNER, month_of(2026, 2, UTC)), "Estimate error"),
        ("/export", ("fetch_fills", OWNER), "3 fills, oldest first."),
        ("/export koinly", ("fetch_fills", OWNER), "first in, first out"),
        ("/export eth 2026", ("fetch_fills", OWNER), "1 fill of ETH in 2026, oldest first."),
        ("/halt", ("halt", OWNER, HaltedBy.CHAT), "Buys are stopped"),
        ("/resume", ("resume", OWNER), "Buys are allowed"),
    ],
)
async def test_a_command_asks_the_engine_once_and_shows_its_answer(engine, owner, typed, asked, shown):
    answer = await owner.ask(typed)

    beside = {("fetch_halt", OWNER), ("fetch_status", OWNER), ("fetch_gates", OWNER)} - {asked}
    assert [call for call in engine.calls if call not in beside] == [asked]
    assert shown in answer.text


async def test_unguarding_everything_at_once_is_not_done(engine, owner):
    answer = await owner.ask("/unguard all")

    assert engine.calls == []
    assert answer.text.startswith("/unguard stops one guard at a time; what was guarded still is.")


async def test_start_shows_the_guards_and_whether_entries_are_stopped(engine, owner):
    engine.answers["fetch_halt"] = Halt(since=NOW, by=HaltedBy.CHAT)

    answer = await owner.ask("/start")

    assert "Guards now" in answer.text
    assert "Buys are stopped since 02:30:11 UTC; /resume allows them again." in answer.text


@pytest.mark.parametrize("typed", ["/resume kraken", "/status kraken"])
async def test_words_nothing_was_made_of_are_said_to_be_ignored(owner, typed):
    command = typed.split()[0]

    assert (await owner.ask(typed)).text.startswith(f"“kraken” was ignored: nothing can follow {command}.")


async def test_a_route_while_entries_are_halted_says_so(engine, owner):
    engine.answers["fetch_halt"] = Halt(since=NOW, by=HaltedBy.CHAT)

    assert "Buys are stopped since 02:30:11 UTC" in (await owner.ask("/route")).text


async def test_an_unknown_broker_is_named_with_those_that_are_known(owner):
    answer = await owner.ask("/closeall binance")

    assert answer.text.startswith(
        "Nothing was done: I know no broker “binance”. I know Kraken, Coinbase, Alpaca."
    )


async def test_the_status_says_since_when_entries_are_halted(engine, owner):
    engine.answers["fetch_halt"] = Halt(since=NOW, by=HaltedBy.CHAT)

    assert "Entries: halted since 02:30:11 UTC" in (await owner.ask("/status")).text


async def test_the_status_says_what_keeps_every_buy_back_as_why_does(engine, owner):
    engine.answers["fetch_gates"] = (Gate(name=GateName.DAILY_LOSS, verdict=GateVerdict.UNKNOWN),)

    assert "gate daily loss: shut, what was lost today unknown." in (await owner.ask("/status")).text


@pytest.mark.parametrize(
    "typed",
    [
        "/route BTC -30",
        "/why",
        "/settings size",
        "/settings size 30",
        "/settings loss 5%",
        "/settings colour red",
        "/why BTC 30 40",
        "/guard",
        "/guard BTC binance",
        "/unguard !",
        "/close",
        "/close BTC binance",
        "/closeall BTC",
        "/closeall kraken alpaca",
        "/history !",
        "/history BTC ETH",
        "/export BTC ETH",
        "/export 2025 2026",
        "/export !",
        "/pnl fortnight",
        "/fees 2026-13",
        "/fees march april",
        "/pnl day week",
    ],
)
async def test_what_cannot_be_read_asks_nothing_and_shows_an_example(engine, owner, typed):
    answer = await owner.ask(typed)

    assert engine.calls == []
    assert "For example: /" in answer.text


@pytest.mark.parametrize(("command", "verb"), [("/guard", "offer_guard"), ("/unguard", "offer_unguard")])
async def test_nothing_to_offer_is_shown_as_the_engine_says_it(engine, owner, command, verb):
    engine.answers[verb] = NOT_HELD

    assert (await owner.ask(f"{command} BTC")).text.startswith("You hold no BTC at any of your brokers; ")


async def test_a_viewer_sees_everything_and_changes_nothing(engine, owner):
    engine.users[OWNER] = user(role=Role.VIEWER)

    refused = await owner.ask("/guard BTC")
    seen = await owner.ask("/balance")

    assert refused.text == "You may look, but not change anything. Nothing was changed."
    assert "Total equity" in seen.text
    assert engine.asked("offer_guard") == []


async def test_times_are_in_the_persons_zone(engine, owner):
    engine.users[OWNER] = user(time_zone="America/New_York")

    assert "As of 21:30:11 EST" in (await owner.ask("/balance")).text


async def test_a_mistyped_command_names_the_nearest(engine, owner):
    answer = await owner.ask("/balnce")

    assert answer.text.startswith("Did you mean /balance?")
    assert engine.calls == []


async def test_talk_is_answered_with_where_help_is(owner):
    assert "/help" in (await owner.ask("good morning")).text


async def test_more_positions_than_one_message_holds_are_split_with_the_button_last(engine, owner):
    engine.answers["fetch_portfolio"] = portfolio(*(position() for _ in range(60)))

    last = await _last_part(owner, "/positions")

    parts = [one for one in owner.messages if one.from_bot]
    assert len(parts) > 1
    assert last.buttons
    assert not any(one.buttons for one in parts[:-1])


async def test_long_work_shows_typing(engine, owner, server):
    engine.ready.clear()
    sent = owner.send("/balance")

    await server.wait_for_call("sendChatAction")
    engine.ready.set()
    await owner.wait_for("Total equity", after=sent)

    assert {one.action for one in owner.typing} == {"typing"}


async def test_quick_work_shows_no_typing(owner):
    await owner.ask("/balance")

    assert owner.typing == ()


async def _last_part(owner, text):
    sent = owner.send(text)
    return await owner.wait_for("As of", after=sent)
