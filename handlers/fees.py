"""/fees: what the trades of a month were charged."""

from collections.abc import Sequence

from engine.statements.periods import month_of
from handlers.arguments import Misread
from handlers.chat_context import ChatContext
from handlers.render.fees import render_fees
from handlers.render.problems import render_misread
from handlers.render.screen import Screen
from handlers.statement_arguments import parse_month


async def show_fees(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Show the fees of a month of the user's calendar by broker, and how near the estimates of routes came."""
    reader = context.reader
    month = parse_month(arguments, today=reader.today)
    if isinstance(month, Misread):
        return render_misread(month)
    span = month_of(month.year, month.month, reader.zone)
    statement = await context.services.statements.fetch_fees(context.user.user_id, span)
    return render_fees(statement, reader)
