"""The record of every API call."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.telegram.faults import FaultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, written down when it was answered."""

    method: str
    #: text parameters; an upload shows as its size
    params: Mapping[str, str]
    #: arrival, by the server's clock
    at: float
    #: HTTP status; 0 when the connection was dropped without an answer
    status: int
    #: the description of a refusal
    error: str | None
    #: the planned misbehaviour this call met
    fault: FaultKind | None
