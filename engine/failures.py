"""What went wrong with single elements of a whole: each has its turn before the failures are raised together."""

from dataclasses import dataclass
from types import TracebackType


class Failures:
    """Gathers what the turns of several elements raise, so that one that fails keeps no other from its turn."""

    def __init__(self) -> None:
        self._errors: list[Exception] = []

    def turn_of(self, name: str) -> "Turn":
        """Return what to do an element's part in; cancelling ends all of them."""
        return Turn(name=name, errors=self._errors)

    def raise_together(self, message: str) -> None:
        """Raise what went wrong, if anything did.

        Raises:
            ExceptionGroup: something did.

        """
        if self._errors:
            raise ExceptionGroup(message, self._errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The part of one element: a failure is kept with its name and does not leave."""

    name: str
    errors: list[Exception]

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Keep a failure."""
        if not isinstance(error, Exception):
            return False
        error.add_note(f"about {self.name}")
        self.errors.append(error)
        return True
