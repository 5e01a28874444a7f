"""A sale that does not get through, in one line: since when, whether anything was sold, and why."""

from engine.status import FailingExit
from handlers.render.exit_alarms import named_orders, opening_of, whether_sold
from handlers.render.html import foreign
from handlers.render.times import Reader
from handlers.render.why_failing import failing_text


def failing_line(exit_: FailingExit, reader: Reader) -> str:
    """Say since when an exit does not get through, and why as far as that is known."""
    why = foreign(failing_text(exit_.why, exit_.unreadable, exit_.venue_label)) or "/history says why"
    orders = f" ({named_orders(exit_.order_ids)})" if exit_.order_ids else ""
    state = f"{whether_sold(exit_.order_ids)}{orders}"
    return f"since {reader.clock(exit_.since)}, {state}: {why}{opening_of(exit_.wait, reader)}"
