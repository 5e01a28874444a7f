"""The line chat: a person, or a script on standard input, in front of the bot and its world."""

import asyncio
import contextlib
from collections.abc import Callable

from rich.console import Console

from demo.direct import direct
from demo.guide import help_text, welcome
from demo.keyboard import Keyboard
from demo.lines import (
    Do,
    Line,
    Misread,
    MovePrice,
    Press,
    Say,
    SetPrice,
    ShowLedger,
    Wait,
    WaitFor,
    parse_line,
)
from demo.screen import Button, ChatScreen
from demo.stage import Stage
from demo.statement import describe_account
from demo.unguarded import hint_unguarded
from sandbox.telegram import Subscription
from sandbox.world import Drift

SEED = 20_261_122
DRIFTING = ("BTC", "ETH", "SOL", "XRP", "DOGE")
_BREATH_S = 2.0
#: How long a script waits for the bot's answer, and for more of it.
_ANSWER_S = 10.0
_QUIET_S = 0.5
#: How long it waits for a text.
_MAX_WAIT_S = 60.0


class Chat:
    """Carries out what is typed and prints the bot's messages."""

    def __init__(self, stage: Stage, *, console: Console, keyboard: Keyboard) -> None:
        self._stage = stage
        self._world = stage.world
        self._screen = ChatScreen(console)
        self._keyboard = keyboard
        self._drift = Drift(stage.world.market, DRIFTING, seed=SEED)
        self._heard = asyncio.Event()

    async def run(self) -> None:
        """Chat until the input ends or somebody quits."""
        self._screen.say(welcome(self._screen.width))
        with self._stage.owner.subscribe() as events:
            tasks = (
                asyncio.create_task(self._listen(events), name="listen"),
                asyncio.create_task(self._breathe(), name="breathe"),
            )
            try:
                await self._start_bot()
                await self._converse()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_bot(self) -> None:
        self._screen.say("(the bot is starting)")
        await self._stage.start_bot()
        await self._until_quiet()

    async def _converse(self) -> None:
        self._keyboard.start()
        while (text := await self._typed()) is not None:
            line = parse_line(text, self._world.venues)
            if line == Do("quit"):
                return
            if line is not None:
                await self._carry_out(line)

    async def _typed(self) -> str | None:
        self._prompt()
        text = await self._keyboard.line()
        if text is not None and not self._keyboard.is_terminal:
            self._screen.say(f"> {text}")
        return text

    def _prompt(self) -> None:
        if self._keyboard.is_terminal:
            self._screen.prompt()

    async def _carry_out(self, line: Line) -> None:
        match line:
            case Say(text=text):
                await self._say(text)
            case Press(number=number):
                await self._press(
                    self._screen.button(number), otherwise=f"No button has the number {number} now."
                )
            case ShowLedger(venue=venue):
                self._screen.say(describe_account(self._world.ledger(venue)))
            case Wait(seconds=seconds):
                await asyncio.sleep(seconds)
            case WaitFor(text=text):
                await self._wait_for(text)
            case Do(what=what):
                await self._do(what)
            case Misread(hint=hint):
                self._screen.say(hint)
            case SetPrice(asset=asset) | MovePrice(asset=asset):
                moved = direct(line, self._world, self._drift)
                is_known = self._world.market.price(asset) is not None
                self._screen.say(moved + (self._hint(asset) if is_known else ""))
            case _:
                self._screen.say(direct(line, self._world, self._drift))

    def _hint(self, asset: str) -> str:
        return hint_unguarded(self._stage.database, asset, is_held=self._world.is_held(asset))

    async def _say(self, text: str) -> None:
        if button := self._screen.find(text):
            await self._press(button, otherwise="")
        else:
            await self._answered(lambda: self._stage.owner.send(text))

    async def _press(self, button: Button | None, *, otherwise: str) -> None:
        if button is None:
            self._screen.say(otherwise)
            return
        message, label = button
        await self._answered(lambda: self._stage.owner.press(message, label))

    async def _do(self, what: str) -> None:
        match what:
            case "help":
                self._screen.say(help_text(self._screen.width))
            case "kill":
                await self._stage.bot.kill()
                self._screen.say("The bot was killed with SIGKILL. !restart starts it again.")
            case "restart":
                await self._stage.bot.stop()
                await self._restart()

    async def _restart(self) -> None:
        if not self._world.telegram.faults.is_out:
            await self._start_bot()
            return
        await self._stage.bot.start()
        self._screen.say("The bot is starting; it speaks once !fault telegram clear brings Telegram back.")

    async def _wait_for(self, text: str) -> None:
        try:
            await self._stage.owner.wait_for(text, _MAX_WAIT_S)
        except TimeoutError:
            self._screen.say(f"The bot has not said {text!r} in {_MAX_WAIT_S:.0f} s.")

    async def _answered(self, act: Callable[[], object]) -> None:
        """Do something the bot answers: a script waits for the answer, a person sees it come."""
        self._heard.clear()
        act()
        if not self._keyboard.is_terminal and self._stage.bot.is_running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    await self._heard.wait()
            await self._until_quiet()

    async def _until_quiet(self) -> None:
        with contextlib.suppress(TimeoutError):
            while True:
                self._heard.clear()
                async with asyncio.timeout(_QUIET_S):
                    await self._heard.wait()

    async def _listen(self, events: Subscription) -> None:
        async for event in events:
            if self._screen.show(event):
                self._heard.set()
                self._prompt()

    async def _breathe(self) -> None:
        while True:
            await asyncio.sleep(_BREATH_S)
            self._drift.step()
