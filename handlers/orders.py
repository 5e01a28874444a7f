"""/orders: what may still fill, at every broker."""

from collections.abc import Sequence

from handlers.arguments import Misread, parse_one_venue
from handlers.chat_context import ChatContext
from handlers.render.orders import render_orders
from handlers.render.problems import render_misread
from handlers.render.screen import Screen


async def show_orders(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show every open order, or those at one broker."""
    venue = parse_one_venue(arguments, command="orders")
    if isinstance(venue, Misread):
        return render_misread(venue)
    orders = await context.services.open_orders.fetch_orders(context.user.user_id, venue)
    return render_orders(orders, context.reader, venue=venue)
