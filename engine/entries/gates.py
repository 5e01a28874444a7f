"""Every gate that can keep an entry from being made; exits know none of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from engine.entries.halts import HaltSwitch


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """An entry somebody wants to make; what is None stands for any."""

    user_id: int
    symbol: str | None = None
    usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """The gate lets the entry through."""


@dataclass(frozen=True, slots=True)
class Shut:
    """The gate keeps the entry back; `reason` is a sentence for the owner."""

    reason: str


class Gate(ABC):
    """The one type of everything that may keep an entry back.

    A gate defined in another module is refused: what is not here is in no list, and could not be
    closed by the test that shows that exits pass all of them.
    """

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Refuse a gate that is defined elsewhere."""
        super().__init_subclass__()
        if cls.__module__ != __name__:
            message = f"{cls.__qualname__} is a gate and must be defined in {__name__}"
            raise TypeError(message)

    @abstractmethod
    async def is_open(self, now: datetime, request: EntryRequest) -> Open | Shut:
        """Decide whether an entry may go through now."""


class HaltGate(Gate):
    """Shut while the owner has stopped entries."""

    name = "halt"

    def __init__(self, halts: HaltSwitch) -> None:
        self._halts = halts

    async def is_open(self, now: datetime, request: EntryRequest) -> Open | Shut:
        """Return whether the owner has halted entries."""
        del now
        halt = await self._halts.fetch_halt(request.user_id)
        if halt is None:
            return Open()
        where = f" from the {halt.by}" if halt.by else ""
        return Shut(f"buys were stopped{where}; /resume allows them again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer of one gate."""

    name: str
    verdict: Open | Shut


class Gates:
    """The registry: an entry asks all of them, and every one must be open."""

    def __init__(self, *, halts: HaltSwitch) -> None:
        self._gates: tuple[Gate, ...] = (HaltGate(halts),)

    async def ask(self, now: datetime, request: EntryRequest) -> tuple[Answer, ...]:
        """Return every gate's answer, so that the owner sees all that are shut."""
        return tuple(
            [Answer(name=gate.name, verdict=await gate.is_open(now, request)) for gate in self._gates]
        )
