"""What the stand-in is told to do wrong, by method."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from sandbox.telegram.api import method_name
from sandbox.telegram.errors import (
    ApiError,
    BadGateway,
    ConnectionDropped,
    bad_request,
    conflict,
    forbidden,
    internal_error,
    too_many_requests,
    unauthorized,
)

ANY_METHOD = "*"


class FaultKind(StrEnum):
    """Every way of misbehaving; `before` and `after` are relative to the call's effect."""

    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    HTTP_500_BEFORE = "http_500_before"
    HTTP_500_AFTER = "http_500_after"
    #: a proxy's page instead of the server's JSON
    HTTP_502_PAGE_BEFORE = "http_502_page_before"
    HTTP_502_PAGE_AFTER = "http_502_page_after"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    TOO_MANY_REQUESTS = "too_many_requests"
    FORBIDDEN = "forbidden"
    UNAUTHORIZED = "unauthorized"
    CONFLICT = "conflict"
    #: every call loses its connection until the fault is removed
    OUTAGE = "outage"


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """One planned misbehaviour; `times` counts down, None lasts until removed."""

    method: str
    kind: FaultKind
    times: int | None
    delay_s: float
    retry_after: int

    def meets(self, method: str) -> bool:
        """Whether a call of this method runs into it."""
        return self.method in {ANY_METHOD, method}

    def error_before(self) -> Exception | None:
        """What happens instead of the call's effect, if anything."""
        errors: dict[FaultKind, Callable[[], Exception]] = {
            FaultKind.DROP_BEFORE: ConnectionDropped,
            FaultKind.OUTAGE: ConnectionDropped,
            FaultKind.HTTP_500_BEFORE: internal_error,
            FaultKind.HTTP_502_PAGE_BEFORE: BadGateway,
            FaultKind.NOT_FOUND: lambda: ApiError(HTTPStatus.NOT_FOUND, "Not Found"),
            FaultKind.BAD_REQUEST: lambda: bad_request("MESSAGE_NOT_ACCEPTED"),
            FaultKind.TOO_MANY_REQUESTS: lambda: too_many_requests(self.retry_after),
            FaultKind.FORBIDDEN: lambda: forbidden("bot was blocked by the user"),
            FaultKind.UNAUTHORIZED: unauthorized,
            FaultKind.CONFLICT: conflict,
        }
        return errors[self.kind]() if self.kind in errors else None

    def error_after(self) -> Exception | None:
        """What hides the call's effect from the bot, if anything."""
        errors: dict[FaultKind, Callable[[], Exception]] = {
            FaultKind.DROP_AFTER: ConnectionDropped,
            FaultKind.HTTP_500_AFTER: internal_error,
            FaultKind.HTTP_502_PAGE_AFTER: BadGateway,
        }
        return errors[self.kind]() if self.kind in errors else None


class Faults:
    """The plan; the oldest fault that meets a call is used."""

    def __init__(self, *, on_outage: Callable[[], None]) -> None:
        self._planned: list[Fault] = []
        self._on_outage = on_outage

    def add(
        self,
        method: str = ANY_METHOD,
        *,
        kind: FaultKind | str,
        times: int | None = 1,
        delay_s: float = 0.0,
        retry_after: int = 1,
    ) -> Fault:
        """Plan a fault for a method or `*`; an outage hits at once and lasts until removed."""
        kind = FaultKind(kind)
        outage = kind is FaultKind.OUTAGE
        fault = Fault(
            method=method if method == ANY_METHOD else method_name(method),
            kind=kind,
            times=None if outage else times,
            delay_s=delay_s,
            retry_after=retry_after,
        )
        self._planned.append(fault)
        if outage and fault.meets("getUpdates"):
            self._on_outage()
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a fault back, used up or not."""
        if fault in self._planned:
            self._planned.remove(fault)

    @property
    def is_out(self) -> bool:
        """Tell whether nothing gets through until it is taken back."""
        return any(fault.kind is FaultKind.OUTAGE for fault in self._planned)

    def clear(self) -> None:
        """Behave again."""
        self._planned.clear()

    def take(self, method: str) -> Fault | None:
        """Use up the fault this call meets."""
        fault = next((one for one in self._planned if one.meets(method)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._planned.remove(fault)
        return fault
