"""What the owner and the market do meanwhile: falls, recoveries, hand trades, deposits, guards set."""

from decimal import ROUND_FLOOR, Decimal

from engine.model.errors import RefusedError
from engine.model.orders import Side

FIRST_PRICES = {"BTC/USD": Decimal(50_000), "ETH/USD": Decimal(3_000)}
#: How likely the price of a stuck exit comes back at a step.
_COMES_BACK = 0.15
#: Seconds after which a stream that was dropped is back.
_BACK_AFTER_S = (5.0, 8.0)
_EIGHT = Decimal("0.00000001")


class Actions:
    """Draws what happens at one venue and symbol next."""

    def __init__(self, stage):
        self._stage = stage
        self._world = stage.world
        self._rng = stage.world.rng("deeds")
        self._table = (
            (7, self._fall),
            (2, self._recover),
            (3, self._fall_after_a_drop),
            (4, self._rest_a_sell_order),
            (1, self._cancel_own_order),
            (1, self._sell_at_the_venue),
            (1, self._buy_at_the_venue),
            (1, self._withdraw),
            (1, self._leave_crumbs),
            (2, self._deposit),
            (1, self._ask_to_close),
        )

    def drift(self):
        """Let every price move a little."""
        for truth in self._world.venues.values():
            for symbol in truth.prices.symbols():
                step = Decimal(str(round(1 + self._rng.gauss(0, 0.0012), 6)))
                truth.prices.set(symbol, truth.prices.mid(symbol) * step)

    def happen(self):
        """Do one thing somewhere."""
        truth = self._rng.choice(list(self._world.venues.values()))
        symbol = self._rng.choice(truth.prices.symbols())
        weights, actions = zip(*self._table, strict=True)
        (action,) = self._rng.choices(actions, weights)
        name = action.__name__.strip("_").replace("_", " ")
        try:
            action(truth, symbol)
        except RefusedError as refused:
            self._world.trace(f"the owner may not {name}: {refused}")
            return
        self._world.tally.actions[name] += 1
        self._world.trace(f"{name}: {symbol} at {truth.venue}, bid {truth.prices.bid(symbol)}")

    def recover_where_a_sale_is_stuck(self):
        """Let a price come back while its exit does not get through."""
        stuck = self._world.store.rows(
            "SELECT DISTINCT venue, symbol FROM intents WHERE finished_at IS NULL AND state IN ('planned', 'suspended')"
        )
        for venue, symbol in sorted(stuck):
            if self._rng.random() < _COMES_BACK:
                prices = self._world.venues[venue].prices
                prices.set(symbol, prices.mid(symbol) * Decimal("1.15"))
                self._world.trace(f"recover while selling: {symbol} at {venue}, bid {prices.bid(symbol)}")

    async def arm_where_nothing_is_guarded(self):
        guarded = {(one.venue, one.symbol) for one in self._world.armed.values() if not one.is_closed}
        for truth in self._world.venues.values():
            for symbol in truth.prices.symbols():
                if (truth.venue, symbol) not in guarded:
                    await self._arm(truth, symbol)

    def furnish(self, venue, symbol):
        quantity = self._amount(symbol, 200, 9000)
        self._stage.furnish(venue, symbol, price=FIRST_PRICES[symbol], quantity=quantity)

    def _amount(self, symbol, least_usd, most_usd):
        usd = Decimal(self._rng.randint(least_usd, most_usd))
        digits = Decimal(self._rng.choice(("0.001", "0.00000001")))
        return (usd / FIRST_PRICES[symbol]).quantize(digits, ROUND_FLOOR)

    async def _arm(self, truth, symbol):
        """Guard a part of what is there, as the owner's word does."""
        there = truth.total(symbol.split("/")[0])
        part = Decimal(self._rng.choice(("1", "1", "0.6", "0.25")))
        quantity, price = (there * part).quantize(_EIGHT, ROUND_FLOOR), truth.prices.bid(symbol)
        if quantity <= 0 or truth.instruments[symbol].why_too_small_to_sell(quantity, price):
            return
        entry = price * Decimal(str(round(1 + self._rng.uniform(-0.02, 0.006), 6)))
        await self._stage.arm(truth, symbol, quantity, cost=quantity * entry)

    # the market

    def _fall(self, truth, symbol):
        ratio = Decimal(self._rng.choice(("0.988", "0.985", "0.97", "0.88")))
        truth.prices.set(symbol, truth.prices.mid(symbol) * ratio)

    def _fall_after_a_drop(self, truth, symbol):
        """Drop the account's private stream, and let the price fall when it is back and the last reading is old."""
        truth.drop_stream()
        self._world.later(self._rng.uniform(*_BACK_AFTER_S), lambda: self._fall(truth, symbol))

    def _recover(self, truth, symbol):
        ratio = Decimal(self._rng.choice(("1.01", "1.03")))
        truth.prices.set(symbol, truth.prices.mid(symbol) * ratio)

    # the owner

    def _rest_a_sell_order(self, truth, symbol):
        quantity = self._part(truth, symbol, ("0.3", "0.9", "1", "1"))
        truth.place(symbol, Side.SELL, quantity, limit=truth.prices.mid(symbol) * 2)

    def _cancel_own_order(self, truth, symbol):
        for order in truth.open_orders():
            if order.client_id is None:
                truth.cancel(order.order_id)
                return

    def _sell_at_the_venue(self, truth, symbol):
        truth.place(symbol, Side.SELL, self._part(truth, symbol, ("0.1", "0.5", "1")))

    def _buy_at_the_venue(self, truth, symbol):
        truth.place(symbol, Side.BUY, self._amount(symbol, 50, 500))

    def _withdraw(self, truth, symbol):
        quantity = self._part(truth, symbol, ("0.1", "0.3", "1"))
        truth.withdraw(symbol.split("/")[0], quantity)
        self._world.owner_took(truth.venue, symbol, quantity)

    def _leave_crumbs(self, truth, symbol):
        """Withdraw all but what is too little to be sold."""
        asset, instrument = symbol.split("/")[0], truth.instruments[symbol]
        quantity = instrument.floor_quantity(truth.free(asset) - instrument.minimum_quantity / 2)
        if quantity > 0:
            truth.withdraw(asset, quantity)
            self._world.owner_took(truth.venue, symbol, quantity)

    def _deposit(self, truth, symbol):
        """Bring in a little more, or afresh where only crumbs are left; half as much again would be a split."""
        asset = symbol.split("/")[0]
        there = truth.total(asset)
        is_crumbs = there < truth.instruments[symbol].minimum_quantity * 5
        truth.deposit(asset, self._amount(symbol, 200, 9000) if is_crumbs else there * Decimal("0.125"))

    def _ask_to_close(self, truth, symbol):
        if self._world.guard_of(truth.venue, symbol):
            self._stage.ask_to_close(truth, symbol)

    def _part(self, truth, symbol, parts):
        free = truth.free(symbol.split("/")[0])
        return truth.instruments[symbol].floor_quantity(free * Decimal(self._rng.choice(parts)))
