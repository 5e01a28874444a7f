"""/pnl: what the sales of a day, a week or a month brought."""

from collections.abc import Sequence

from engine.statements.periods import span_of
from handlers.arguments import Misread
from handlers.chat_context import ChatContext
from handlers.render.pnl import render_pnl
from handlers.render.problems import render_misread
from handlers.render.screen import Screen
from handlers.statement_arguments import parse_period


async def show_pnl(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show the realised result of a period of the user's calendar, by broker, with the fees apart."""
    period = parse_period(arguments)
    if isinstance(period, Misread):
        return render_misread(period)
    reader = context.reader
    span = span_of(period, reader.now, reader.zone)
    statement = await context.services.statements.fetch_pnl(context.user.user_id, span)
    return render_pnl(statement, period, reader)
