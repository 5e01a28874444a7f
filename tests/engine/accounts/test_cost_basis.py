from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.cost_basis import FeeTotal, History, paid_for, share
from engine.model.movements import change_of
from tests.builders import a_fill, ago, some_fills


def basis(quantity, *fills, asset="BTC", usd_rates=None, dust=0):
    fills = some_fills(*fills) if fills and isinstance(fills[0], str) else fills
    history = History(asset=asset, quantity=Decimal(quantity), dust=Decimal(dust))
    return history.with_page(fills).basis(usd_rates or {})


def figures(result):
    """Return explained quantity, cost and entry, as text a reader can check."""
    entry = None if result.entry is None else f"{result.entry.normalize():f}"
    return f"{result.explained.normalize():f}", f"{result.cost.normalize():f}", entry


TABLE = {
    "one buy": ("1", ["buy 1 BTC @ 100 USD"], ("1", "100", "100")),
    "two buys are averaged": ("3", ["buy 1 BTC @ 100 USD", "buy 2 BTC @ 130 USD"], ("3", "360", "120")),
    "a sale leaves the average": (
        "1",
        ["buy 1 BTC @ 100 USD", "buy 1 BTC @ 200 USD", "sell 1 BTC @ 500 USD"],
        ("1", "150", "150"),
    ),
    "a buy after a sale is averaged with the rest": (
        "2",
        ["buy 2 BTC @ 100 USD", "sell 1 BTC @ 500 USD", "buy 1 BTC @ 200 USD"],
        ("2", "300", "150"),
    ),
    "sold out and begun anew": (
        "1",
        ["buy 5 BTC @ 10 USD", "sell 5 BTC @ 20 USD", "buy 1 BTC @ 100 USD"],
        ("1", "100", "100"),
    ),
    "part was withdrawn": ("0.5", ["buy 2 BTC @ 100 USD"], ("0.5", "50", "100")),
    "part came by transfer": ("3", ["buy 1 BTC @ 100 USD"], ("1", "100", "100")),
    "a sale takes the bought part first": (
        "1",
        ["buy 1 BTC @ 100 USD", "sell 1 BTC @ 110 USD"],
        ("0", "0", None),
    ),
    "more was sold than bought": (
        "1",
        ["buy 1 BTC @ 100 USD", "sell 3 BTC @ 110 USD", "buy 0.4 BTC @ 50 USD"],
        ("0.4", "20", "50"),
    ),
    "its fee was taken from the coins and named in money": (
        "4.98",
        ["buy 5 BTC @ 50000 USD"],
        ("4.98", "249000", "50000"),
    ),
    "so were the fees of two": (
        "7.968",
        ["buy 5 BTC @ 50000 USD", "buy 3 BTC @ 40000 USD"],
        ("7.968", "368520", "46250"),
    ),
    "so were the fees of two, with a sale between them": (
        "3.968",
        ["buy 5 BTC @ 50000 USD", "sell 4 BTC @ 60000 USD", "buy 3 BTC @ 40000 USD"],
        ("3.968", "168640", "42500"),
    ),
    "nothing bought": ("1", [], ("0", "0", None)),
    "nothing there": ("0", ["buy 1 BTC @ 100 USD"], ("0", "0", None)),
    "owed": ("-1", ["buy 1 BTC @ 100 USD"], ("0", "0", None)),
}


@pytest.mark.parametrize(("quantity", "fills", "expected"), TABLE.values(), ids=TABLE)
def test_todays_quantity_is_explained_at_average_cost(quantity, fills, expected):
    result = basis(quantity, *fills)

    assert figures(result) == expected
    assert (result.asset, result.quantity) == ("BTC", Decimal(quantity))
    assert result.unexplained == Decimal(quantity) - Decimal(expected[0])
    assert (result.currency is None) is (expected[0] == "0")


@pytest.mark.parametrize(
    ("quantity", "fills", "complete"),
    [
        ("1", ["buy 1 BTC @ 100 USD"], True),
        ("1", ["buy 2 BTC @ 100 USD"], True),
        ("1", ["buy 0.9 BTC @ 100 USD"], False),
        ("1", ["buy 1 BTC @ 100 USD", "sell 1 BTC @ 110 USD"], False),
        ("0", [], True),
        ("0.1", [], False),
    ],
)
def test_history_suffices_once_it_reaches_where_the_quantity_began(quantity, fills, complete):
    assert basis(quantity, *fills).complete is complete


def test_it_is_shown_how_far_back_was_needed():
    fills = some_fills("buy 9 BTC @ 1 USD", "sell 9 BTC @ 1 USD", "buy 1 BTC @ 100 USD", "buy 1 BTC @ 90 USD")

    assert basis("2", *fills).since == ago(60)
    assert basis("2", *fills[2:]).since == ago(60)
    assert basis("0").since is None


def test_crumbs_are_not_worth_more_history():
    fills = some_fills("buy 5 BTC @ 1 USD", "sell 5 BTC @ 1 USD", "buy 1 BTC @ 100 USD")

    exactly = basis("1.001", *fills, dust=Decimal("0.001"))
    beyond = basis("1.0011", *fills, dust=Decimal("0.001"))

    assert (exactly.complete, exactly.since) == (True, ago(0))
    assert (beyond.complete, beyond.since) == (False, ago(120))
    assert exactly.unexplained == Decimal("0.001")


def test_a_fee_in_another_asset_is_kept_apart_from_the_entry():
    result = basis("1", a_fill("buy 1 BTC @ 100 USD", fee="0.4"))

    assert figures(result) == ("1", "100", "100")
    assert result.fees == (FeeTotal(asset="USD", amount=Decimal("0.4")),)
    assert result.fees_known


def test_a_fee_in_the_asset_itself_lowers_what_was_credited_and_not_the_entry():
    result = basis("0.996", a_fill("buy 1 BTC @ 100 USD", fee="0.004", fee_asset="BTC"))

    assert figures(result) == ("0.996", "99.6", "100")
    assert result.fees == (FeeTotal(asset="BTC", amount=Decimal("0.004")),)
    assert result.complete


def test_fees_shrink_with_what_is_sold_and_are_summed_per_asset():
    fills = [
        a_fill("buy 1 BTC @ 100 USD", fee="0.4", at=ago(9), trade_id="1"),
        a_fill("buy 1 BTC @ 100 USD", fee="0.6", at=ago(8), trade_id="2"),
        a_fill("buy 2 BTC @ 100 USD", fee="0.8", fee_asset="EUR", at=ago(7), trade_id="3"),
        a_fill("sell 3 BTC @ 100 USD", fee="9", at=ago(6), trade_id="4"),
    ]

    assert basis("1", *fills).fees == (
        FeeTotal(asset="EUR", amount=Decimal("0.2")),
        FeeTotal(asset="USD", amount=Decimal("0.25")),
    )


def test_an_unknown_fee_is_said_to_be_unknown():
    fills = [
        a_fill("buy 1 BTC @ 100 USD", fee=None, at=ago(9), trade_id="1"),
        a_fill("buy 1 BTC @ 100 USD", fee="1", trade_id="2"),
    ]

    assert not basis("2", *fills).fees_known
    assert basis("1", *fills).fees_known


def test_an_unknown_fee_of_a_position_that_was_sold_does_not_matter():
    fills = [
        a_fill("buy 1 BTC @ 100 USD", fee=None, at=ago(9)),
        a_fill("sell 1 BTC @ 100 USD", at=ago(8)),
        a_fill("buy 0.5 BTC @ 100 USD", at=ago(7)),
    ]

    assert basis("1", *fills).fees_known


def test_leveraged_fills_and_those_of_other_assets_explain_nothing():
    fills = [a_fill("buy 1 BTC @ 100 USD", margin=True), a_fill("buy 1 ETH @ 5 USD")]

    assert figures(basis("1", *fills)) == ("0", "0", None)


def test_the_currency_is_the_one_it_was_bought_with():
    assert basis("1", "buy 1 BTC @ 90 EUR").currency == "EUR"
    assert figures(basis("2", "buy 2 ETH @ 0.05 BTC", asset="ETH"))[1] == "0.1"


MIXED = [
    a_fill("buy 1 BTC @ 90 EUR", at=ago(9), trade_id="euro"),
    a_fill("buy 1 BTC @ 100 USD", at=ago(8), trade_id="dollar"),
]


def test_mixed_currencies_are_counted_in_dollars_at_each_fills_rate():
    result = basis("2", *MIXED, usd_rates={"euro": Decimal("1.2")})

    assert result.currency == "USD"
    assert figures(result) == ("2", "208", "104")


@pytest.mark.parametrize("rate", [None, "0", "-1", "NaN", "Infinity"])
def test_a_purchase_whose_rate_is_missing_stays_unexplained(rate):
    rates = {} if rate is None else {"euro": Decimal(rate)}

    result = basis("2", *MIXED, usd_rates=rates)

    assert figures(result) == ("1", "100", "100")
    assert result.unexplained == 1


def test_nothing_explained_has_no_currency():
    result = basis("2", "buy 1 BTC @ 90 EUR", "buy 1 BTC @ 80 GBP")

    assert (result.explained, result.currency, result.entry) == (0, None, None)


def test_one_foreign_currency_alone_needs_no_rate():
    assert figures(basis("1", MIXED[0], usd_rates={"euro": Decimal(5)})) == ("1", "90", "90")


def test_a_currency_of_what_was_sold_long_ago_does_not_mix():
    fills = some_fills("buy 1 BTC @ 90 EUR", "sell 1 BTC @ 95 EUR", "buy 1 BTC @ 80 GBP")

    result = basis("3", *fills)

    assert (result.currency, result.cost) == ("GBP", 80)
    assert not result.complete


def test_the_fills_that_need_a_rate_are_named():
    def to_rate(asset, quantity, *fills):
        return History(asset=asset, quantity=Decimal(quantity)).with_page(fills).fills_to_rate()

    assert to_rate("BTC", "2", *MIXED) == (MIXED[0],)
    assert to_rate("BTC", "1", MIXED[0]) == ()
    assert to_rate("BTC", "1", MIXED[1]) == ()
    assert to_rate("BTC", "1") == ()


def test_an_asset_got_by_selling_another_for_it_is_counted_in_dollars():
    sale = a_fill("sell 2 ETH @ 0.05 BTC", trade_id="swap", fee="0.01", fee_asset="BTC")
    history = History(asset="BTC", quantity=Decimal("0.09")).with_page([sale])

    result = history.basis({"swap": Decimal(3000)})

    assert history.fills_to_rate() == (sale,)
    assert result.currency == "USD"
    assert figures(result) == ("0.09", "5400", "60000")
    assert result.fees == (FeeTotal(asset="BTC", amount=Decimal("0.01")),)


def test_spending_an_asset_on_another_reduces_it():
    result = basis("0.9", "buy 1 BTC @ 100 USD", "buy 2 ETH @ 0.05 BTC")

    assert figures(result) == ("0.9", "90", "100")
    assert result.complete


def test_a_rebate_in_the_asset_is_not_a_purchase():
    rebate = a_fill("buy 1 ETH @ 100 USD", fee="-1", fee_asset="BTC")

    assert figures(basis("1", rebate)) == ("0", "0", None)


def test_of_one_instant_purchases_come_before_sales():
    before = a_fill("buy 1 BTC @ 40 USD", at=ago(60))
    sale, purchase = a_fill("sell 1 BTC @ 1 USD", trade_id="1"), a_fill("buy 2 BTC @ 100 USD", trade_id="2")

    assert figures(basis("2", before, sale, purchase)) == ("2", "160", "80")


def test_a_cost_that_never_ends_is_cut_far_below_a_cent():
    result = basis("1", "buy 3 BTC @ 33.33 USD", "buy 4 BTC @ 10 USD", "sell 6 BTC @ 10 USD")

    assert abs(Fraction(result.cost) - Fraction("139.99") / 7) < Fraction(1, 10**50)


def test_a_history_reads_on_until_it_explains_the_quantity():
    old, new = some_fills("buy 1 BTC @ 100 USD", "buy 1 BTC @ 200 USD")
    history = History(asset="BTC", quantity=Decimal(2))
    assert history.needs_more

    history = history.with_page([new])
    assert (history.is_explained, history.needs_more) == (False, True)
    assert history.basis().explained == 1

    history = history.with_page([old])
    assert (history.is_explained, history.needs_more) == (True, False)
    assert history.basis().cost == 300


def test_a_history_ends_at_the_beginning_of_all_history():
    history = History(asset="BTC", quantity=Decimal(2)).with_page([], is_last=True)

    assert (history.is_explained, history.needs_more) == (False, False)
    assert history.with_page([]).at_beginning


def test_pages_keep_only_what_concerns_the_asset_newest_first():
    old, new = some_fills("buy 1 BTC @ 100 USD", "buy 1 BTC @ 200 USD")

    history = History(asset="BTC", quantity=Decimal(2)).with_page([old, a_fill("buy 1 ETH @ 1 USD"), new])

    assert history.fills == (new, old)


def test_a_corrected_fill_replaces_the_one_of_the_same_id():
    fill = a_fill("buy 1 BTC @ 100 USD", fee=None)
    history = (
        History(asset="BTC", quantity=Decimal(1)).with_page([fill]).with_page([replace(fill, fee=Decimal(2))])
    )

    assert history.basis().fees == (FeeTotal(asset="USD", amount=Decimal(2)),)


def test_a_share_is_exact_where_it_ends():
    assert share(Decimal("10.5"), Decimal(1), Decimal(3)) == Decimal("3.5")
    assert share(Decimal("0.1"), Decimal(7), Decimal(7)) == Decimal("0.1")
    assert share(Decimal(1), Decimal(1), Decimal(3)) == Decimal("0." + "3" * 60)


AMOUNTS = st.decimals("0.00000001", "1000", places=8).filter(bool)


@st.composite
def histories(draw):
    """Fills of one asset, oldest first, as they come one a minute."""
    steps = draw(st.lists(st.tuples(st.booleans(), AMOUNTS, AMOUNTS, st.booleans()), max_size=12))
    fills = []
    for index, (is_buy, quantity, price, in_base) in enumerate(steps):
        text = f"{'buy' if is_buy else 'sell'} {quantity} BTC @ {price} USD"
        fills.append(
            a_fill(
                text,
                at=ago(600 - index),
                trade_id=str(index),
                fee=quantity / 100 if in_base else price,
                fee_asset="BTC" if in_base else "USD",
            )
        )
    return fills


@given(fills=histories(), quantity=AMOUNTS)
def test_explained_and_unexplained_make_the_quantity_and_never_more(fills, quantity):
    result = basis(quantity, *fills)

    assert Fraction(result.explained) + Fraction(result.unexplained) == Fraction(quantity)
    assert 0 <= result.explained <= quantity
    assert (result.cost > 0) is (result.explained > 0)


@given(fills=histories(), quantity=AMOUNTS)
def test_the_entry_lies_among_the_prices_paid(fills, quantity):
    result = basis(quantity, *fills)
    paid = [fill.price for fill in fills if fill.side == "buy"]

    if result.entry is not None:
        margin = Decimal("1e-20")
        assert min(paid) - margin <= result.entry <= max(paid) + margin


@pytest.mark.fault("V20")
@given(fills=histories(), quantity=AMOUNTS, data=st.data())
def test_neither_order_nor_repetition_of_fills_changes_anything(fills, quantity, data):
    again = data.draw(st.permutations(fills + fills))

    assert basis(quantity, *again) == basis(quantity, *fills)


@given(fills=histories(), quantity=AMOUNTS, page_size=st.integers(1, 4))
def test_page_by_page_gives_the_same_and_stops_where_nothing_changes(fills, quantity, page_size):
    newest_first, history = fills[::-1], History(asset="BTC", quantity=quantity)
    while newest_first and history.needs_more:
        page, newest_first = newest_first[:page_size], newest_first[page_size:]
        history = history.with_page(page)

    assert history.basis() == basis(quantity, *fills)


@given(fills=histories(), extra=AMOUNTS, price=AMOUNTS)
def test_buying_and_selling_the_same_again_leaves_the_rest_explained(fills, extra, price):
    held = max(Decimal(0), sum((change_of("BTC", fill) for fill in fills), Decimal(0)))
    before = basis(held, *fills)
    back_and_forth = [
        a_fill(f"buy {extra} BTC @ {price} USD", at=ago(1), trade_id="in"),
        a_fill(f"sell {extra} BTC @ {price} USD", at=ago(0), trade_id="out"),
    ]

    assert basis(held, *fills, *back_and_forth).explained == before.explained


NOTHING = [
    "buy 0 BTC @ 100 USD",
    "sell 0 BTC @ 100 USD",
    "buy 0 BTC @ 0 USD",
    "sell 0 ETH @ 5 BTC",
    "buy 0 ETH @ 0 BTC",
]


@pytest.mark.fault("V84")
@pytest.mark.parametrize("nothing", NOTHING)
def test_a_fill_of_nothing_that_an_earlier_version_stored_changes_no_cost(nothing):
    bought, odd = a_fill("buy 1 BTC @ 100 USD", at=ago(9)), a_fill(nothing, at=ago(5))

    assert basis("1", bought, odd) == basis("1", bought)
    assert basis("1", odd, bought) == basis("1", bought)


odd_amounts = st.sampled_from([Decimal(text) for text in ("0", "0.00", "-1", "1", "2.5", "1e-18", "1e18")])
odd_fills = st.builds(
    replace,
    st.sampled_from(
        [a_fill(f"{side} 1 {pair} USD") for side in ("buy", "sell") for pair in ("BTC @ 7", "ETH @ 7")]
    ),
    trade_id=st.uuids().map(str),
    quantity=odd_amounts,
    price=odd_amounts,
    fee=st.none() | odd_amounts,
    quote=st.sampled_from(["USD", "EUR", "BTC"]),
    fee_asset=st.sampled_from(["USD", "BTC"]),
)


@given(quantity=odd_amounts, fills=st.lists(odd_fills, max_size=6), rate=odd_amounts)
def test_whatever_fills_are_stored_the_cost_of_what_is_held_is_worked_out(quantity, fills, rate):
    rates = {fill.trade_id: rate for fill in fills}

    result = basis(quantity, *fills, usd_rates=rates)

    assert 0 <= result.explained <= max(quantity, 0)


@given(
    purchases=st.lists(
        st.tuples(st.decimals("0.001", "100", places=8), st.decimals("1", "200000", places=2)),
        min_size=1,
        max_size=8,
    )
)
def test_fees_taken_from_coins_and_named_in_money_hardly_move_the_entry(purchases):
    fills = [
        a_fill(f"buy {quantity} BTC @ {price} USD", at=ago(100 - age))
        for age, (quantity, price) in enumerate(purchases)
    ]
    bought = sum(quantity for quantity, _ in purchases)
    average = sum(quantity * price for quantity, price in purchases) / bought
    prices = [price for _, price in purchases]

    result = basis(bought * Decimal("0.996"), *fills)

    assert (result.complete, result.unexplained) == (True, 0)
    assert abs(result.entry - average) <= (max(prices) - min(prices)) * Decimal("0.005") + Decimal("0.0001")


@pytest.mark.parametrize(
    ("quantity", "changed", "paid"),
    [
        ("1", {}, "50"),
        ("2", {}, "100"),
        ("2.1", {}, None),
        ("0", {}, None),
        ("-1", {}, None),
        ("1", {"cost": None}, None),
        ("1", {"cost": Decimal(0)}, None),
        ("1", {"cost_currency": "EUR"}, None),
        ("1", {"cost_currency": None}, None),
    ],
)
def test_a_quantity_cost_its_share_where_fills_explain_all_of_it_in_the_currency(quantity, changed, paid):
    known = {"explained": Decimal(2), "cost": Decimal(100), "cost_currency": "USD", **changed}
    assert paid_for(Decimal(quantity), currency="USD", **known) == (paid and Decimal(paid))


@pytest.mark.parametrize(
    ("quantity", "currency", "paid"),
    [("0.5", "USD", "50"), ("1", "USD", "100"), ("1.1", "USD", None), ("0.5", "EUR", None)],
)
def test_of_what_is_partly_explained_only_the_explained_part_has_a_cost(quantity, currency, paid):
    half = basis("2", "buy 1 BTC @ 100 USD")

    assert half.paid_for(Decimal(quantity), currency=currency) == (paid and Decimal(paid))
