from decimal import Decimal

from engine.model.venues import Venue
from handlers.render.closing import render_close
from handlers.render.guards import render_offer
from handlers.render.positions import render_positions
from handlers.render.standing import standing_text
from tests.handlers.exit_values import close_line, close_preview, unsellable
from tests.handlers.values import READER, account, instrument, offer, offer_line, portfolio, position

_REMEDY = (
    "0.06 cannot be sold here: it is staked, in a vault or on another of Coinbase's platforms; "
    "move it to your spot balance at Coinbase first"
)


def bitcoin():
    return position(
        account=account(Venue.COINBASE),
        instrument=instrument(venue=Venue.COINBASE),
        quantity=Decimal("0.06"),
        locked=Decimal("0.06"),
        guard=None,
    )


def test_coins_out_of_reach_of_spot_orders_say_where_they_are_and_what_to_do():
    locked = bitcoin()
    sale = unsellable(venue=Venue.COINBASE, quantity=Decimal("0.06"), locked=Decimal("0.06"))

    assert standing_text(locked, READER) == f"not guarded: cannot be sold now: {_REMEDY}"
    assert (
        f"cannot be sold now: {_REMEDY}"
        in render_close(close_preview(sale, confirmation_id=None), READER).text
    )


def test_coins_out_of_reach_of_spot_orders_are_not_called_staked():
    many = render_positions(portfolio(*[bitcoin()] * 30), READER).text
    one = render_positions(portfolio(bitcoin()), READER).text
    question = render_offer(offer(lines=(offer_line(position=bitcoin()),)), READER).text
    preview = render_close(
        close_preview(close_line(venue=Venue.COINBASE, locked=Decimal("0.06"))), READER
    ).text

    assert many.count("· locked") == 30
    assert "· locked" in one
    assert "0.06 of it is locked and stays out" in question
    assert "Locked, stays: 0.06" in preview
    assert "staked" not in (many + one + question + preview).replace(_REMEDY, "")
