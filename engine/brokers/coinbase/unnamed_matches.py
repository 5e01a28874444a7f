"""Match listed orders and trades without a client order id against the order that is looked up."""

from datetime import timedelta

from engine.brokers.coinbase.orders import glimpse_fill, glimpse_order, has_client_id, parse_order
from engine.brokers.glimpse import Glimpse
from engine.brokers.named_orders import is_another, shows_another
from engine.brokers.open_orders import named
from engine.brokers.parse import MalformedAnswerError, Row, text_in
from engine.brokers.unnamed import Likeness, could_be, likeness
from engine.model.errors import RefusalReason, RefusedError, UncertainOrderError
from engine.model.orders import ClientOrderId, Order, Sent
from engine.model.venues import Venue

_ORDER, _TRADE = "an order without an id", "a trade without an order id"


class UnnamedMatches:
    """Collects listed orders and trades without an id while one order is looked up."""

    def __init__(
        self, client_order_id: ClientOrderId, symbol: str, sent: Sent | None, *, shifted: timedelta
    ) -> None:
        self._client_order_id = client_order_id
        self._symbol = symbol
        self._sent = sent
        self._shifted = shifted
        self._uncertain, self._unnamed = set[str](), set[str]()
        self._unknown: RefusedError | None = None

    def is_ours(self, row: Row) -> bool:
        """Return whether an order that was read by its id is ours; one that may be is remembered."""
        like = self._likeness(row)
        if like is Likeness.UNCERTAIN:
            self._uncertain.add(text_in(row, "order_id"))
        return like is Likeness.OURS

    def shows_another(self, row: Row) -> bool:
        """Return whether a row shows another order, whatever id it bears."""
        return shows_another(glimpse_order(row), self._symbol, self._sent.side if self._sent else None)

    def is_another(self, order: Order) -> bool:
        """Return whether an order that was read is another one, whatever id it bears."""
        return is_another(order, self._symbol, self._sent.side if self._sent else None)

    def note_order(self, row: Row) -> None:
        """Remember a listed order without any id, if it may be ours: it cannot be looked up any further."""
        self._note(row, glimpse_order(row), _ORDER)

    def note_trade(self, row: Row) -> None:
        """Remember a trade that names no order, if it may be of ours."""
        self._note(row, glimpse_fill(row), _TRADE)

    def note_refused(self, error: RefusedError) -> None:
        """Remember that Coinbase does not know an order that it lists: another one may still be ours.

        Raises:
            RefusedError: it was refused for something else.

        """
        if error.reason is not RefusalReason.UNKNOWN_ORDER:
            raise error
        self._unknown = error

    def raise_for_any(self) -> None:
        """Raise where one of them may be the order that was looked up: UncertainOrderError, or Coinbase's refusal."""
        if self._unknown is not None:
            raise self._unknown
        if self._uncertain or self._unnamed:
            raise UncertainOrderError(Venue.COINBASE, self._uncertain, self._unnamed)

    def _note(self, row: Row, glimpse: Glimpse, what: str) -> None:
        if self._sent is None:
            # Nothing is known to hold it against.
            text_in(row, "order_id")
        elif could_be(glimpse, self._symbol, self._sent, shifted=self._shifted):
            text = named(row, "product_id", "side", "size", "created_time", "trade_time")
            self._unnamed.add(what if text == _ORDER else f"{what} ({text})")

    def _likeness(self, row: Row) -> Likeness:
        known = has_client_id(row, self._client_order_id)
        if known is not None or self._sent is None:
            return Likeness.OURS if known and not self.shows_another(row) else Likeness.OTHER
        # Of what certainly is none of ours nothing else need be readable.
        if not could_be(glimpse_order(row), self._symbol, self._sent, shifted=self._shifted):
            return Likeness.OTHER
        try:
            order = parse_order(row)
        except MalformedAnswerError:
            return Likeness.UNCERTAIN
        return likeness(order, self._symbol, self._sent, shifted=self._shifted)
