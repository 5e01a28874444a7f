"""The chat in a terminal: the bot's messages as a person sees them, with numbered buttons."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

from rich.console import Console
from rich.text import Text

from sandbox.telegram import ChatEvent, ChatEventKind, ChatMessage

#: As wide as the bot's tables.
_WIDTH = 36
_WIDEST = 100
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
    """Prints what happens in the chat; each button keeps the number it was first shown with."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._numbers: dict[tuple[int, str], int] = {}
        #: The newest version of every message with buttons, in the order in which they changed.
        self._questions: dict[int, ChatMessage] = {}

    def show(self, event: ChatEvent) -> bool:
        """Print an event of the chat; False for what a person in front of it would not see."""
        message, answer = event.message, event.answer
        if answer is not None and answer.text:
            self.say(Text(f"({answer.text})", "yellow"))
            return True
        if message is None or not message.from_bot:
            return False
        self._questions.pop(message.message_id, None)
        if event.kind is ChatEventKind.DELETE:
            return False
        self._show_message(message, edited=event.kind is ChatEventKind.EDIT)
        return True

    def button(self, number: int) -> Button | None:
        """The button with a number, while it is there."""
        return next((button for button in self._buttons() if self._number_of(button) == number), None)

    def find(self, label: str) -> Button | None:
        """The newest button with exactly this label."""
        wanted = label.casefold()
        return next((button for button in self._buttons() if button[1].casefold() == wanted), None)

    @property
    def width(self) -> int:
        """Columns of the terminal, of which more than a hundred are hard to read."""
        return min(self._console.width, _WIDEST)

    def prompt(self) -> None:
        """Show that a line may be typed."""
        self._console.print("> ", end="")

    def say(self, text: str | Text) -> None:
        """Print text of the demo itself."""
        # A terminal would break text in the middle of a word; what goes into a pipe is left in whole lines.
        unbroken = not self._console.is_terminal
        self._console.print(text, soft_wrap=unbroken, highlight=False, markup=False)

    def _show_message(self, message: ChatMessage, *, edited: bool) -> None:
        at = datetime.fromtimestamp(message.edited_at or message.sent_at, UTC)
        head = f"── NIJA {at:%H:%M:%S}{' (changed)' if edited else ''} "
        self.say("")
        self.say(Text(head.ljust(_WIDTH, "─"), "green"))
        self.say(styled(message.html))
        if message.buttons:
            self._questions[message.message_id] = message
            for label in _labels(message):
                self.say(Text(f"[{self._number_of((message, label))}] {label}", "magenta"))

    def _buttons(self) -> Iterator[Button]:
        for message in reversed(self._questions.values()):
            yield from ((message, label) for label in _labels(message))

    def _number_of(self, button: Button) -> int:
        message, label = button
        return self._numbers.setdefault((message.message_id, label), len(self._numbers) + 1)


def _labels(message: ChatMessage) -> list[str]:
    return [label for row in message.buttons for label in row]
