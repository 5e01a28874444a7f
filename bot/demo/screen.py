"""The chat in a terminal: the bot's messages as a person sees them, with numbered buttons."""

from datetime import UTC, datetime
from html.parser import HTMLParser

from rich.console import Console
from rich.text import Text

from sandbox.telegram import ChatEvent, ChatEventKind, ChatMessage

_STYLES = {"b": "bold", "i": "italic", "u": "underline", "s": "strike", "code": "cyan", "a": "underline"}


class _Styled(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = Text()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as called
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        style = " ".join(_STYLES[tag] for tag in self._open if tag in _STYLES)
        self.text.append(data, style or None)


def styled(html: str) -> Text:
    """Telegram's HTML as terminal text: bold where terminals can, plain everywhere else."""
    parser = _Styled()
    parser.feed(html)
    parser.close()
    return parser.text


#: A message and the label of one of its buttons.
Button = tuple[ChatMessage, str]


class ChatScreen:
    """Prints what happens in the chat and remembers which buttons stand there."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._keyboards: dict[int, ChatMessage] = {}
        #: The message whose buttons the numbers mean.
        self._numbered: ChatMessage | None = None

    def show(self, event: ChatEvent) -> bool:
        """Print an event of the chat; False for what a person in front of it would not see."""
        message, answer = event.message, event.answer
        if answer is not None and answer.text:
            self.say(Text(f"({answer.text})", "yellow"))
            return True
        if message is None or not message.from_bot:
            return False
        if event.kind is ChatEventKind.DELETE:
            self._keyboards.pop(message.message_id, None)
            self._renumber()
            return False
        self._show_message(message, edited=event.kind is ChatEventKind.EDIT)
        return True

    def button(self, number: int) -> Button | None:
        """The message and label that a number stands for."""
        labels = _labels(self._numbered) if self._numbered else []
        if self._numbered is None or not 1 <= number <= len(labels):
            return None
        return self._numbered, labels[number - 1]

    def find(self, label: str) -> Button | None:
        """The newest button with exactly this label."""
        for message in sorted(self._keyboards.values(), key=lambda one: one.change, reverse=True):
            for known in _labels(message):
                if known.casefold() == label.casefold():
                    return message, known
        return None

    def prompt(self) -> None:
        """Show that a line may be typed."""
        self._console.print("> ", end="")

    def say(self, words: str | Text) -> None:
        """Print words of the demo itself."""
        self._console.print(words, soft_wrap=True, highlight=False, markup=False)

    def _show_message(self, message: ChatMessage, *, edited: bool) -> None:
        at = datetime.fromtimestamp(message.edited_at or message.sent_at, UTC)
        head = f"── NIJA {at:%H:%M:%S}{' (changed)' if edited else ''} "
        self.say("")
        self.say(Text(head.ljust(36, "─"), "green"))
        self.say(styled(message.html))
        if message.buttons:
            self._keyboards[message.message_id] = message
        else:
            self._keyboards.pop(message.message_id, None)
        self._renumber()
        if message.buttons:
            numbered = (f"[{number}] {label}" for number, label in enumerate(_labels(message), 1))
            self.say(Text("   ".join(numbered), "magenta"))

    def _renumber(self) -> None:
        self._numbered = max(self._keyboards.values(), key=lambda one: one.change, default=None)


def _labels(message: ChatMessage) -> list[str]:
    return [label for row in message.buttons for label in row]
