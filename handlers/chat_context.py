"""What every handler is given: the engine's services, the user, and ways to answer."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from telegram.ext import Application, CallbackContext, ContextTypes, ExtBot

from engine import wall_time
from engine.services import Services
from engine.users.roles import Role, User, may
from handlers.render.help import CommandLine
from handlers.render.screen import Screen
from handlers.render.times import Reader, zone_named
from handlers.screens import send_screen

#: Older commands came while NIJA was away, and may not be wanted any more.
STALE_AFTER = timedelta(seconds=60)


class NotAdmittedError(RuntimeError):
    """A handler ran for a user whom the gate had not let in."""


@dataclass(slots=True)
class ChatData:
    """What all chats share; `register` fills it before the first update."""

    services: Services = field(init=False)
    commands: tuple[CommandLine, ...] = ()
    #: What our clock showed at a time of Telegram's: one of the two may be wrong.
    on_our_clock: Callable[[datetime], datetime] = lambda at: at


class ChatContext(CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], ChatData]):
    """One update's surroundings, typed."""

    def __init__(
        self, application: "ChatApplication", chat_id: int | None = None, user_id: int | None = None
    ) -> None:
        super().__init__(application, chat_id, user_id)
        self.chat_id = chat_id
        self._user: User | None = None
        #: When the command was sent, on our clock; None for buttons.
        self.sent_at: datetime | None = None

    @property
    def services(self) -> Services:
        """Return what the engine offers."""
        return self.bot_data.services

    @property
    def user(self) -> User:
        """Return whose update this is; only the gate can have let them in."""
        if self._user is None:
            raise NotAdmittedError
        return self._user

    def admit(self, user: User) -> None:
        """Let a user in; the gate's privilege."""
        self._user = user

    @property
    def usable_commands(self) -> tuple[CommandLine, ...]:
        """Return the commands that this user's role includes."""
        return tuple(one for one in self.bot_data.commands if may(self.user.role, one.role))

    @property
    def may_have_accounts(self) -> bool:
        """Return whether there is anything of this user's to show; owners are shown what is missing in the settings."""
        return self.user.role is Role.OWNER or bool(self.services.portfolio.venues(self.user.user_id))

    @property
    def reader(self) -> Reader:
        """Return through whose eyes, and at what time, screens are rendered."""
        return Reader(now=self.services.clock.now(), zone=zone_named(self.user.time_zone))

    @property
    def is_stale(self) -> bool:
        """Return whether the command was sent so long ago that it may not act any more.

        Nothing is known of the age of one that was sent later than now.
        """
        if self.sent_at is None:
            return False
        return abs(wall_time.between(self.sent_at, self.services.clock.now())) > STALE_AFTER

    async def reply(self, screen: Screen) -> None:
        """Send a screen to the chat the update came from."""
        if self.chat_id is not None:
            await send_screen(self.bot, self.chat_id, screen)


ChatApplication: TypeAlias = Application[
    ExtBot[Any], ChatContext, dict[Any, Any], dict[Any, Any], ChatData, Any
]

#: What `ApplicationBuilder.context_types` must be given.
CONTEXT_TYPES = ContextTypes(context=ChatContext, bot_data=ChatData)

#: A handler proper: arguments in, a screen out.
ScreenOf: TypeAlias = Callable[[ChatContext, Sequence[str]], Coroutine[Any, Any, Screen]]
