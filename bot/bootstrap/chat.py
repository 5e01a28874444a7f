"""Build what speaks with the owners: the chat, the delivery of alerts, the way past both."""

from functools import partial

from pydantic import SecretStr
from telegram.ext import ExtBot

from bot.alerting.delivery import Delivery
from bot.alerting.fallback_notifier import FallbackNotifier
from bot.bootstrap.foundation import Foundation
from bot.command_errors import CommandError
from bot.configuration.settings import Settings
from bot.logs.redaction import LogRedactor
from bot.status.process_status import ProcessStatus
from bot.supervision.stopping import Stop
from bot.telegram.application import Chat, build_application
from bot.telegram.connection import TelegramConnection
from bot.telegram.paper_bot import PaperBot
from bot.telegram.polling import TOKEN_REFUSED, Polling
from bot.telegram.polling_alarm import PollingAlarm
from bot.telegram.updates import StoredUpdates
from engine.clock import Clock
from engine.engine import Engine
from engine.offers.admission import Admissions
from engine.offers.membership import Members
from engine.services import Services
from engine.users.users import Users
from handlers.chat_context import ChatApplication
from handlers.menu import PUBLIC_MENU
from handlers.render.paper import PAPER_MODE, mark_of
from handlers.render.times import Reader, zone_named


def build_chat(
    settings: Settings,
    token: SecretStr,
    updates: StoredUpdates,
    stop: Stop,
    *,
    polling_alarm: PollingAlarm,
    clock: Clock,
    redactor: LogRedactor,
) -> tuple[ChatApplication, Chat]:
    """Return what receives from Telegram and answers there."""
    connection = TelegramConnection(clock)
    application = build_application(
        token=token,
        api_url=settings.telegram_api_url,
        updates=updates,
        connection=connection,
        bot_class=PaperBot if settings.mode == PAPER_MODE else ExtBot,
    )
    application.bot_data.on_our_clock = connection.on_our_clock
    chat = Chat(
        application,
        menu=PUBLIC_MENU,
        on_rejected=lambda: stop.request(CommandError(TOKEN_REFUSED)),
        connection=connection,
        polling=Polling(application, polling_alarm=polling_alarm, clock=clock, redact=redactor.text),
    )
    return application, chat


def build_delivery(settings: Settings, base: Foundation, chat: Chat, redactor: LogRedactor) -> Delivery:
    """Return what sends the alerts."""
    return Delivery(
        database=base.database,
        bot=chat.bot,
        may_send=chat.may_send,
        reader_of=partial(_reader_of, base.users, base.clock),
        clock=base.clock,
        redact=redactor.text,
        owner_ids=settings.owner_ids,
    )


async def _reader_of(users: Users, clock: Clock, user_id: int) -> Reader | None:
    user = await users.fetch_user(user_id)
    return Reader(now=clock.now(), zone=zone_named(user.time_zone)) if user else None


def fallback_notifier(settings: Settings, token: SecretStr) -> FallbackNotifier:
    """Return what speaks to the owners past everything else."""
    return FallbackNotifier(
        token=token,
        api_url=settings.telegram_api_url,
        owner_ids=settings.owner_ids,
        alert_url=settings.alert_url,
        mark=mark_of(settings.mode),
    )


def chat_services(base: Foundation, engine: Engine, status: ProcessStatus) -> Services:
    """Return what the chat may ask."""
    admissions = Admissions(database=base.database, clock=base.clock)
    return Services(
        clock=base.clock,
        users=base.users,
        admissions=admissions,
        members=Members(users=base.users, admissions=admissions, database=base.database, clock=base.clock),
        balances=engine.balances,
        portfolio=engine.portfolio,
        open_orders=engine.open_orders,
        guards=engine.guards,
        closing=engine.closing,
        levels=engine.levels,
        panic=engine.panic,
        cancelling=engine.cancelling,
        paper=engine.paper,
        buying=engine.buying,
        halts=engine.halts,
        history=engine.audit,
        statements=engine.statements,
        entries=engine.entries,
        preferences=engine.preferences,
        fetch_status=status.fetch_status,
    )
