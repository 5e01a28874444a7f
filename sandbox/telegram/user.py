"""The people in front of the chat: they write, edit, press buttons, block the bot."""

from typing import Any

from sandbox.telegram.chat import Chat, Message
from sandbox.telegram.keyboard import find_button
from sandbox.telegram.parties import ANONYMOUS_ADMIN, CHANNEL_BOT, Account, Room
from sandbox.telegram.text import plain, with_commands
from sandbox.telegram.view import CallbackAnswer, ChatMessage
from sandbox.telegram.watch import ChatWindow
from sandbox.telegram.world import World


class ChatUser(ChatWindow):
    """A person in their private chat with the bot."""

    def __init__(self, world: World, chat: Chat, account: Account) -> None:
        super().__init__(world, chat)
        self.account = account

    @property
    def user_id(self) -> int:
        """The Telegram user id."""
        return self.account.user_id

    @property
    def callback_answers(self) -> tuple[CallbackAnswer, ...]:
        """The answers to this person's presses, in any chat."""
        return tuple(answer for answer in self._world.answers if answer.user_id == self.user_id)

    def send(self, text: str, *, reply_to: int | None = None) -> int:
        """Write to the bot, perhaps in reply to a message; returns the message id."""
        if self._chat.blocked:
            raise RuntimeError("this person blocked the bot: unblock first")
        self._chat.started = True
        replied = None if reply_to is None else _require(self._chat, reply_to)
        message = _write(self._world, self._chat, text, sender=self.account, reply_to=replied)
        self._world.tell_bot("message", message.to_json())
        return message.message_id

    def edit(self, message_id: int, text: str) -> None:
        """Change an own message, which the bot sees as an edited message."""
        message = self._chat.find(message_id)
        if message is None or message.sender != self.account:
            raise LookupError(f"no own message {message_id}")
        body = with_commands(plain(text))
        edited = self._chat.edit(message, body=body, keyboard=(), at=self._world.now())
        self._world.tell_bot("edited_message", edited.to_json())

    async def ask(self, text: str, *, head: str = "", timeout_s: float = 5.0) -> ChatMessage:
        """Write and wait for the bot's next new message, or the next that begins with `head`.

        Where alerts come meanwhile, the next message may be one of them and the answer comes after it.
        """
        sent = self.send(text)
        return await self.wait_for(
            lambda one: one.message_id > sent and one.text.startswith(head), timeout_s, after=sent
        )

    def press(self, message: ChatMessage | int, label: str, *, stale: bool = False) -> str:
        """Press a button by its label or the beginning of it; returns the query id.

        A stale press uses the buttons of the given version, as when the finger was faster than an edit.
        """
        return press_button(self._world, self._chat, message, label, by=self.account, stale=stale)

    def forge_press(self, message: ChatMessage | int, data: str, *, chat: ChatWindow | None = None) -> str:
        """Send made-up callback data, as a tampered client can, even about somebody else's chat."""
        where = self._world.chats[chat.chat_id] if chat else self._chat
        target = _require(where, message)
        return self._world.press(chat=where, message=target, by=self.account, data=data)

    async def wait_for_answer(self, query_id: str, *, timeout_s: float = 5.0) -> CallbackAnswer:
        """Wait until the bot has answered a press."""
        return await self._world.news.until(
            lambda: next((one for one in self.callback_answers if one.query_id == query_id), None),
            timeout_s=timeout_s,
            missing=lambda: "the button press was not answered",
        )

    def block(self) -> None:
        """Stop the bot: it can no longer write and learns of it."""
        self._set_blocked(blocked=True)

    def unblock(self) -> None:
        """Let the bot write again."""
        self._set_blocked(blocked=False)

    def _set_blocked(self, *, blocked: bool) -> None:
        if self._chat.blocked == blocked:
            return
        self._chat.blocked = blocked
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        change = {
            "chat": self._chat.room.to_json(),
            "from": self.account.to_json(),
            "date": int(self._world.now()),
            "old_chat_member": self._membership(old),
            "new_chat_member": self._membership(new),
        }
        self._world.tell_bot("my_chat_member", change)

    def _membership(self, status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self._world.bot.to_json(), "status": status, **until}


class Group(ChatWindow):
    """A supergroup with the bot in it, to see what access control does with it."""

    def send(self, text: str, *, by: ChatUser) -> int:
        """Write as a member."""
        return self._send(text, sender=by.account)

    def send_anonymously(self, text: str) -> int:
        """Write as an administrator who hides behind the group."""
        return self._send(text, sender=ANONYMOUS_ADMIN, sender_chat=self._chat.room)

    def send_as_channel(self, text: str, *, channel_id: int, title: str = "Channel") -> int:
        """Write in the name of a channel."""
        channel = Room(chat_id=channel_id, kind="channel", title=title)
        return self._send(text, sender=CHANNEL_BOT, sender_chat=channel)

    def press(self, message: ChatMessage | int, label: str, *, by: ChatUser, stale: bool = False) -> str:
        """Press a button as a member; the answer pops up for that member."""
        return press_button(self._world, self._chat, message, label, by=by.account, stale=stale)

    def _send(self, text: str, *, sender: Account, sender_chat: Room | None = None) -> int:
        message = _write(self._world, self._chat, text, sender=sender, sender_chat=sender_chat)
        if _heard_in_groups(message, bot=f"@{self._world.bot.username}"):
            self._world.tell_bot("message", message.to_json())
        return message.message_id


def press_button(
    world: World, chat: Chat, message: ChatMessage | int, label: str, *, by: Account, stale: bool
) -> str:
    """Press what stands under a message now, or what stood under the given version."""
    target = _require(chat, message)
    keyboard = message.keyboard if stale and isinstance(message, ChatMessage) else target.keyboard
    button = find_button(keyboard, label)
    if button.data is None:
        raise LookupError(f"{button.text!r} opens a link or copies a text: the bot does not hear of it")
    return world.press(chat=chat, message=target, by=by, data=button.data)


def _require(chat: Chat, message: ChatMessage | int) -> Message:
    message_id = message if isinstance(message, int) else message.message_id
    found = chat.find(message_id)
    if found is None:
        raise LookupError(f"no message {message_id} in this chat")
    return found


def _write(
    world: World,
    chat: Chat,
    text: str,
    *,
    sender: Account,
    sender_chat: Room | None = None,
    reply_to: Message | None = None,
) -> Message:
    body = with_commands(plain(text))
    return chat.post(sender=sender, sender_chat=sender_chat, body=body, reply_to=reply_to, at=world.now())


def _heard_in_groups(message: Message, *, bot: str) -> bool:
    """In privacy mode a bot hears commands that are not addressed to another bot, and its own name."""
    first = message.body.text.split(maxsplit=1)[0]
    addressee = first.partition("@")[2]
    is_command = first.startswith("/") and addressee in {"", bot.removeprefix("@")}
    return is_command or bot in message.body.text
