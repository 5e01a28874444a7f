"""What /why says in the chat: what a buy would come to, and which gates keep it back; it orders nothing."""

from decimal import Decimal

from demo.tour.records import read_guards
from handlers.render.numbers import MINUS
from sandbox.market import Override
from sandbox.world import ALPACA, KRAKEN, Bought, Opening, SandboxWorld, Story
from tests.acceptance.ether import WAIT_S, alerted, an_ether_world, fall, introduced, until


def dollars(**amounts):
    openings = {venue: Opening(deposits={"USD": Decimal(usd)}) for venue, usd in amounts.items()}
    return SandboxWorld(venues=list(amounts), story=Story(openings=openings))


def gate(screen, name):
    [line] = [line for line in screen.text.splitlines() if f"· {name}:" in line]
    return line


def ordered(world):
    return [order for venue in world.venues for order in world.ledger(venue).orders.values()]


async def test_a_small_account_gets_a_size_that_can_be_sold_again(open_bot):
    world = dollars(kraken=20)
    stage = await open_bot(world)

    why = await stage.owner.ask("/why BTC", timeout_s=WAIT_S)

    assert "the smallest that can be bought and sold again; 10 % of total equity, $20.00, is less" in why.text
    assert "Would be bought" in why.text
    assert f"Stop                       {MINUS}1.00 %" in why.text
    assert gate(why, "minimum").startswith("pass")
    assert ordered(world) == []


async def test_short_of_cash_at_the_cheapest_the_next_is_taken_and_the_saving_told(open_bot):
    world = dollars(alpaca=12, kraken=500)
    stage = await open_bot(world)

    why = await stage.owner.ask("/why BTC 30", timeout_s=WAIT_S)
    route = await stage.owner.ask("/route BTC 30", timeout_s=WAIT_S)

    for screen in (why, route):
        assert "Alpaca would cost $0.09 less, but lacks $18.60 of free cash." in screen.text
    assert "Broker                      Kraken" in why.text
    assert "Chosen: Kraken" in route.text
    assert gate(why, "cash") == "pass · cash: $500.00 free at Kraken; it needs $30.60, 2 % of it to spare."


async def test_below_every_minimum_the_smallest_of_all_brokers_is_named(open_bot):
    stage = await open_bot(dollars(coinbase=500, alpaca=500))

    why = await stage.owner.ask("/why BTC 1", timeout_s=WAIT_S)

    assert gate(why, "minimum").startswith("fail · minimum: $1.00; from $1.0")
    assert " at Coinbase it can be bought" in gate(why, "minimum")


async def test_short_of_cash_everywhere_the_one_that_lacks_least_is_named(open_bot):
    stage = await open_bot(dollars(alpaca=640, kraken=836))

    named = await stage.owner.ask("/why BTC 1000", timeout_s=WAIT_S)

    assert gate(named, "cash").startswith("fail · cash: $836.00 free at Kraken")


async def test_a_small_coinbase_gives_way(open_bot):
    world = dollars(coinbase=45, kraken=500)
    stage = await open_bot(world)

    route = await stage.owner.ask("/route BTC 20", timeout_s=WAIT_S)
    why = await stage.owner.ask("/why BTC 20", timeout_s=WAIT_S)

    assert "Not chosen: its equity of $45.00 is under $50.00" in route.text
    assert "Broker                      Kraken" in why.text


async def test_a_wide_spread_is_no_place_to_buy(open_bot):
    world = dollars(kraken=500)
    world.market.override(KRAKEN, "BTC/USD", Override(bid=Decimal(63_000), ask=Decimal(64_000)))
    stage = await open_bot(world)

    why = await stage.owner.ask("/why BTC 30", timeout_s=WAIT_S)

    assert "Would not be bought" in why.text
    assert gate(why, "spread").startswith("fail · spread: 1.56 % from fill to bid at Kraken")


async def test_halted_and_resumed(open_bot):
    stage = await open_bot(dollars(kraken=500))
    await stage.owner.ask("/halt", timeout_s=WAIT_S)
    halted = await stage.owner.ask("/why BTC 30", timeout_s=WAIT_S)
    await stage.owner.ask("/resume", timeout_s=WAIT_S)
    resumed = await stage.owner.ask("/why BTC 30", timeout_s=WAIT_S)

    assert "Because of: halt." in halted.text
    assert gate(halted, "halt").endswith("/resume allows them again.")
    assert "Would be bought" in resumed.text


async def test_a_size_that_was_set_is_the_usual_one_from_then_on(open_bot):
    stage = await open_bot(dollars(kraken=500))
    before = await stage.owner.ask("/why BTC", timeout_s=WAIT_S)
    await stage.owner.ask("/settings size 5%", timeout_s=WAIT_S)
    after = await stage.owner.ask("/why BTC", timeout_s=WAIT_S)

    assert "Buy BTC/USD for $50.00: 10 % of total equity, $500.00." in before.text
    assert "Buy BTC/USD for $25.00: 5 % of total equity, $500.00." in after.text


async def test_what_was_sold_by_its_guard_is_not_bought_at_once(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    fall(world)
    await alerted(stage)

    why = await stage.owner.ask("/why ETH 30", timeout_s=WAIT_S)

    assert gate(why, "cooldown").startswith("fail · cooldown: sold at ")
    assert "and not bought for 5 min after that" in gate(why, "cooldown")


async def test_with_eight_guarded_positions_a_ninth_is_kept_back(open_bot):
    at_alpaca = (("BTC", 64_000), ("ETH", 3_200), ("SOL", 150))
    at_kraken = (*at_alpaca, ("XRP", "0.60"), ("DOGE", "0.15"))
    world = SandboxWorld(
        venues=[KRAKEN, ALPACA],
        story=Story(
            openings={
                KRAKEN: Opening(purchases=bought(at_kraken), deposits={"USD": Decimal(5000)}),
                ALPACA: Opening(purchases=bought(at_alpaca), deposits={"USD": Decimal(5000)}),
            }
        ),
    )
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await until(lambda: len(read_guards(stage.database)) == 8)
    for broker in ("Kraken", "Alpaca"):
        # From then on the next message is an answer.
        await stage.owner.wait_for(f"First look at {broker}", WAIT_S)

    ninth = await stage.owner.ask("/why ADA 30", timeout_s=WAIT_S)
    more = await stage.owner.ask("/why XRP 30", timeout_s=WAIT_S)

    assert gate(ninth, "positions") == (
        "fail · positions: 9 guarded with it, at most 8. Sell something, or buy less."
    )
    assert gate(more, "positions").startswith("pass") == ("Broker                      Kraken" in more.text)
    assert "a buy would ask whether to add to it" in gate(more, "already held")


def bought(assets):
    # Below today's price, so that each is guarded without a question.
    return tuple(
        Bought(
            symbol=f"{asset}/USD",
            quantity=(100 / Decimal(price)).quantize(Decimal("1e-8")),
            price=Decimal(price) * Decimal("0.99"),
        )
        for asset, price in assets
    )
