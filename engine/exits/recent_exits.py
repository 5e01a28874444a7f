"""What is remembered of the exits that were used last; of others it is read again."""

from collections import OrderedDict
from typing import Generic, TypeVar

_MOST_EXITS = 64

T = TypeVar("T")


class RecentExits(Generic[T]):
    """One value an exit, by its intent."""

    def __init__(self) -> None:
        #: The last one put last.
        self._kept = OrderedDict[str, T]()

    def get(self, intent_id: str) -> T | None:
        """Return what is remembered of an exit."""
        return self._kept.get(intent_id)

    def put(self, intent_id: str, value: T) -> T:
        """Remember something of an exit, which is the one used last from now on."""
        self._kept[intent_id] = value
        self._kept.move_to_end(intent_id)
        if len(self._kept) > _MOST_EXITS:
            self._kept.popitem(last=False)
        return value

    def drop(self, intent_id: str) -> None:
        """Forget an exit."""
        self._kept.pop(intent_id, None)
