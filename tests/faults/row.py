"""The shape of a row of the fault table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One fault; the tests that show what comes of it carry `@pytest.mark.fault(number)`."""

    number: str
    fault: str
    #: what must come of it
    outcome: str
    #: what no test shows yet
    gap: str = ""
