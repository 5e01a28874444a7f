"""What an order id of Kraken looks like; pure."""

import re

from sandbox.kraken.errors import KrakenError

_ORDER_ID = re.compile(r"O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}", re.ASCII)


def check_order_id(text: str) -> None:
    """Refuse a text of another shape than OQCLML-BW3P3-BUCMWZ."""
    if not _ORDER_ID.fullmatch(text):
        raise KrakenError("EOrder:Invalid order")
