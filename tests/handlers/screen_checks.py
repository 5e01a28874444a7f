"""What must hold for every screen, and comparing one with its golden text."""

import os
import re
from pathlib import Path

from handlers.render.html import COLUMNS, MESSAGE_UNITS, split
from handlers.render.screen import CALLBACK_DATA_BYTES
from sandbox.telegram.html import parse_html
from sandbox.telegram.text import utf16_length

_GOLDEN = Path(__file__).parent / "render" / "golden"
#: Beyond it lie emoji, which are two columns wide.
_LAST_NARROW = "\u2fff"
_PRE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)


def check_fits(screen):
    """Hold a screen against Telegram's limits and a phone's width."""
    parts = split(screen.text)
    assert parts
    for part in parts:
        body = parse_html(part)
        assert not body.is_blank
        assert utf16_length(body.text) <= MESSAGE_UNITS
    for table in _PRE.findall(screen.text):
        for line in parse_html(table).text.split("\n"):
            assert len(line) <= COLUMNS, line
    buttons = [button for row in screen.keyboard for button in row]
    assert len(buttons) <= 100
    for button in buttons:
        assert button.label.strip()
        assert 1 <= len(button.data.encode()) <= CALLBACK_DATA_BYTES


def check_golden(name, *screens):
    """Compare with the kept text; `NIJA_WRITE_GOLDEN=1` writes it anew to be read and committed."""
    for screen in screens:
        check_fits(screen)
        assert not any(max(table) > _LAST_NARROW for table in _PRE.findall(screen.text)), (
            "emoji in fixed width"
        )
    shown = "\n--------\n".join(_shown(screen) for screen in screens)
    file = _GOLDEN / f"{name}.txt"
    if os.environ.get("NIJA_WRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def _shown(screen):
    rows = (" ".join(f"[{one.label} | {one.data}]" for one in row) for row in screen.keyboard)
    return "\n".join((screen.text, *rows, ""))
