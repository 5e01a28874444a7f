"""The tables of commands and buttons with the role each takes; Telegram's handlers, /help and the menu are made from them."""

from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from engine.services import Services
from engine.users.roles import Role
from handlers.access import AccessCheck
from handlers.balance import show_balance
from handlers.buttons import CHOICE_PATTERN, REFRESH_PATTERN, press_choice, press_refresh, press_unknown
from handlers.buy import BUY_PATTERN, DECLINE_PATTERN, offer_buy, press_buy, press_decline
from handlers.callback import Callback, run_callback
from handlers.cancel import CANCEL_PATTERN, offer_cancel, press_cancel
from handlers.chat_context import ChatApplication, ChatContext
from handlers.close import KEEP_PATTERN, SELL_PATTERN, offer_close, offer_close_all, press_keep, press_sell
from handlers.command import Command, run_command
from handlers.error_handler import report_error
from handlers.export import send_export
from handlers.fees import show_fees
from handlers.guard import offer_guard, offer_unguard
from handlers.halt import halt_entries, resume_entries
from handlers.history import HISTORY_PATTERN, OLDER_PATTERN, press_history, press_older, show_history
from handlers.invite import ADMISSION_PATTERN, make_invite, press_admission
from handlers.levels import LEVELS_PATTERN, offer_stop, offer_target, press_levels
from handlers.orders import show_orders
from handlers.panic import PANIC_PATTERN, offer_panic, press_panic
from handlers.paper import PAPER_RESET_PATTERN, offer_reset, press_reset
from handlers.pnl import show_pnl
from handlers.positions import show_positions
from handlers.route import show_route
from handlers.sell import SELL_PART_PATTERN, offer_sell, press_sell_part
from handlers.settings import show_settings
from handlers.start import show_help, show_start
from handlers.status import show_status
from handlers.unknown import answer_unknown
from handlers.users import MEMBER_PATTERN, press_member, show_users
from handlers.why import show_why

COMMANDS = (
    Command(
        name="start",
        help="what I do, and what is guarded now",
        role=Role.VIEWER,
        screen=show_start,
        not_done="I could not read your guards; nothing was changed.",
        needs_account=False,
    ),
    Command(
        name="balance",
        form="[BROKER]",
        help="equity, available, in positions: in all and at each broker",
        role=Role.VIEWER,
        screen=show_balance,
        not_done="Your balance was not read; nothing was changed.",
        refreshable=True,
    ),
    Command(
        name="positions",
        form="[SYMBOL] [BROKER]",
        help="every position, or one: its result and its guard",
        role=Role.VIEWER,
        screen=show_positions,
        not_done="Your positions were not read; nothing was changed.",
        refreshable=True,
    ),
    Command(
        name="orders",
        form="[BROKER]",
        help="every open order: what it holds, and whether it is NIJA's own",
        role=Role.VIEWER,
        screen=show_orders,
        not_done="Your orders were not read; nothing was changed.",
        refreshable=True,
    ),
    Command(
        name="route",
        form="[SYMBOL] [USD]",
        help="where a buy would cost least, and why; 5% or max for USD",
        role=Role.VIEWER,
        screen=show_route,
        not_done="No route was worked out, and nothing was ordered.",
        refreshable=True,
    ),
    Command(
        name="why",
        form="SYMBOL [USD]",
        help="what keeps a buy back, gate by gate, and what it would come to; 5% or max for USD",
        role=Role.VIEWER,
        screen=show_why,
        not_done="No buy was worked out, and nothing was ordered.",
    ),
    Command(
        name="buy",
        form="SYMBOL [USD] [BROKER]",
        help="buy where it costs least, after a preview, and guard it; 5% or max for USD",
        role=Role.TRADER,
        screen=offer_buy,
        not_done="Nothing was bought.",
    ),
    Command(
        name="guard",
        form="SYMBOL [BROKER]",
        help="have NIJA sell it at market once it has lost too much; ALL for every position",
        role=Role.TRADER,
        screen=offer_guard,
        not_done="No guard was set; what was guarded before still is.",
    ),
    Command(
        name="unguard",
        form="SYMBOL [BROKER]",
        help="stop guarding it",
        role=Role.TRADER,
        screen=offer_unguard,
        not_done="No guard was taken away; what was guarded still is.",
    ),
    Command(
        name="target",
        form="SYMBOL [PERCENT] [BROKER]",
        help="sell a guarded position once it has gained so much; off: never; 3 even: move its stop to break-even at 3 %",
        role=Role.TRADER,
        screen=offer_target,
        not_done="No target was changed.",
    ),
    Command(
        name="stop",
        form="SYMBOL PERCENT [BROKER]",
        help="sell a guarded position once it has lost so much; trail 2: once it is 2 % below its highest",
        role=Role.TRADER,
        screen=offer_stop,
        not_done="No stop was changed.",
    ),
    Command(
        name="close",
        form="SYMBOL [BROKER]",
        help="sell all of it now, after a preview",
        role=Role.TRADER,
        screen=offer_close,
        not_done="Nothing was sold.",
    ),
    Command(
        name="closeall",
        form="[BROKER]",
        help="sell every position now, after a preview",
        role=Role.TRADER,
        screen=offer_close_all,
        not_done="Nothing was sold.",
    ),
    Command(
        name="sell",
        form="SYMBOL [part] [BROKER]",
        help="sell a part of it now, after a preview: 0.05, 50% or $100; no part offers 25, 50 and 100 %",
        role=Role.TRADER,
        screen=offer_sell,
        not_done="Nothing was sold.",
    ),
    Command(
        name="panic",
        help="stop buys and sell every position now, after a preview and one press",
        role=Role.TRADER,
        screen=offer_panic,
        not_done="Nothing was stopped or sold.",
    ),
    Command(
        name="cancel",
        form="ORDER_ID",
        help="cancel an open order of yours, by its id or its symbol, after a preview",
        role=Role.TRADER,
        screen=offer_cancel,
        not_done="Nothing was cancelled.",
    ),
    Command(
        name="history",
        form="[SYMBOL]",
        help="what NIJA sold, newest first; of one symbol step by step",
        role=Role.VIEWER,
        screen=show_history,
        not_done="The history was not read; nothing was changed.",
        needs_account=False,
    ),
    Command(
        name="pnl",
        form="[PERIOD]",
        help="what sales brought today, or in this week or month, net of fees, at each broker",
        role=Role.VIEWER,
        screen=show_pnl,
        not_done="The result was not worked out; nothing was changed.",
    ),
    Command(
        name="fees",
        form="[MONTH]",
        help="what trades were charged this month, or in one like 2026-11, at each broker",
        role=Role.VIEWER,
        screen=show_fees,
        not_done="The fees were not added up; nothing was changed.",
    ),
    Command(
        name="export",
        form="[SYMBOL] [YEAR] [FORMAT]",
        help="every known fill, or those of a symbol or a year, as a CSV file: plain, for koinly or for cointracking",
        role=Role.VIEWER,
        screen=send_export,
        not_done="Nothing was exported; nothing was changed.",
    ),
    Command(
        name="halt",
        help="block buys only; guards keep selling, /unguard stops one",
        role=Role.TRADER,
        screen=halt_entries,
        not_done="It is not known whether buys were stopped; /status shows it.",
        needs_account=False,
    ),
    Command(
        name="resume",
        help="allow buys again",
        role=Role.TRADER,
        screen=resume_entries,
        not_done="It is not known whether buys were allowed; /status shows it.",
        needs_account=False,
    ),
    Command(
        name="settings",
        form="[NAME VALUE]",
        help="size of a buy without an amount (size 5%, size usual), what may be lost in a day (loss 50, loss off)",
        role=Role.TRADER,
        screen=show_settings,
        not_done="It is not known whether a setting was changed; /settings shows it.",
        needs_account=False,
    ),
    Command(
        name="status",
        help="whether all is well: brokers, guards, alerts, database",
        role=Role.VIEWER,
        screen=show_status,
        not_done="The status was not read; nothing was changed.",
        refreshable=True,
        needs_account=False,
    ),
    Command(
        name="invite",
        form="[ROLE]",
        help="make a link that lets one person ask to be a viewer or a trader; you approve them",
        role=Role.OWNER,
        screen=make_invite,
        not_done="No link was shown; one that was made ends after a day.",
        needs_account=False,
    ),
    Command(
        name="users",
        form="[ID ROLE]",
        help="who may use this bot and who waits; with an id and viewer, trader or remove: change one",
        role=Role.OWNER,
        screen=show_users,
        not_done="Nobody was changed.",
        needs_account=False,
    ),
    Command(
        name="paper",
        form="reset USD [BROKER]",
        help="on paper only: begin anew with so many dollars at each broker, after a preview",
        role=Role.OWNER,
        screen=offer_reset,
        not_done="Nothing was reset.",
    ),
    Command(
        name="help",
        help="this list",
        role=Role.VIEWER,
        screen=show_help,
        not_done="Nothing was done.",
        needs_account=False,
    ),
)

#: Every kind of button, and who may press it; whose a single button is and what it showed, the engine checks.
CALLBACKS = (
    Callback(
        pattern=REFRESH_PATTERN,
        role=Role.VIEWER,
        press=partial(press_refresh, {command.name: command for command in COMMANDS if command.refreshable}),
    ),
    Callback(pattern=CHOICE_PATTERN, role=Role.TRADER, press=press_choice),
    Callback(pattern=SELL_PATTERN, role=Role.TRADER, press=press_sell),
    Callback(pattern=SELL_PART_PATTERN, role=Role.TRADER, press=press_sell_part),
    Callback(pattern=PANIC_PATTERN, role=Role.TRADER, press=press_panic),
    Callback(pattern=CANCEL_PATTERN, role=Role.TRADER, press=press_cancel),
    Callback(pattern=KEEP_PATTERN, role=Role.TRADER, press=press_keep),
    Callback(pattern=BUY_PATTERN, role=Role.TRADER, press=press_buy),
    Callback(pattern=DECLINE_PATTERN, role=Role.TRADER, press=press_decline),
    Callback(pattern=LEVELS_PATTERN, role=Role.TRADER, press=press_levels),
    Callback(pattern=PAPER_RESET_PATTERN, role=Role.OWNER, press=press_reset),
    Callback(pattern=ADMISSION_PATTERN, role=Role.OWNER, press=press_admission),
    Callback(pattern=MEMBER_PATTERN, role=Role.OWNER, press=press_member),
    Callback(pattern=HISTORY_PATTERN, role=Role.VIEWER, press=press_history),
    Callback(pattern=OLDER_PATTERN, role=Role.VIEWER, press=press_older),
)

#: The update kinds requested from Telegram; the gate ignores everything else all the same.
ALLOWED_UPDATES = ["message", "callback_query"]

_GATE_GROUP = -100


def register(application: ChatApplication, services: Services) -> None:
    """Give an application built with `CONTEXT_TYPES` its gate, its handlers and its error edge."""
    application.bot_data.services = services
    application.bot_data.commands = COMMANDS
    application.add_handler(TypeHandler(Update, AccessCheck().check, block=True), group=_GATE_GROUP)
    for handler in _handlers():
        application.add_handler(handler)
    application.add_error_handler(partial(report_error, {command.name: command for command in COMMANDS}))


def _handlers() -> list[BaseHandler[Update, ChatContext, Any]]:
    return [
        *(
            CommandHandler(command.name, partial(run_command, command), filters=filters.UpdateType.MESSAGE)
            for command in COMMANDS
        ),
        *(
            CallbackQueryHandler(partial(run_callback, callback), pattern=callback.pattern)
            for callback in CALLBACKS
        ),
        CallbackQueryHandler(press_unknown),
        MessageHandler(filters.UpdateType.MESSAGE, answer_unknown),
    ]
