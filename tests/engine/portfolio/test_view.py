"""What is shown of a position, as alerts store it."""

import json

from pydantic import TypeAdapter

from engine.portfolio.view import PositionView, view_of
from tests.builders import a_position

#: As an alert of an earlier version holds it.
STORED = (
    '{"account":{"account_id":"kraken-1","user_id":7,"venue":"kraken"},"kind":"spot","direction":"long",'
    '"asset":"BTC","symbol":"BTC/USD","quantity":"2","locked":"0","explained":"2","entry":"100",'
    '"currency":"USD","history_incomplete":false,'
    '"mark":{"price":"90","basis":"bid","at":"2026-03-04T12:00:00Z"},"last_mark":null,"value_usd":"180",'
    '"pnl":"-20","pnl_ratio":"-0.1","net_if_sold":"-21.80","guard":null,"guard_ratio":null,'
    '"fills_pending":false,"unsettled":null,"not_guarded":"you have not asked for it",'
    '"as_of":"2026-03-04T12:00:00Z"}'
)


def test_a_stored_position_is_read_and_written_as_before_but_for_what_was_added():
    codec = TypeAdapter(PositionView)

    assert codec.validate_json(STORED) == view_of(a_position())
    written = json.loads(codec.dump_json(view_of(a_position())))
    assert written == json.loads(STORED) | {"is_fee_own": True}
