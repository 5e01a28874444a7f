"""What a venue's answer can mean when it is not what was requested."""

from enum import Enum, auto

from engine.model.errors import RefusalReason


class Meaning(Enum):
    """What an answer means when it is not a refusal with a reason."""

    NONCE = auto()
    LOCKOUT = auto()
    TRY_LATER = auto()
    RATE_LIMIT = auto()
    KEY = auto()
    MISCONFIGURED = auto()
    #: The venue does not report whether anything happened.
    UNKNOWN = auto()


Sense = RefusalReason | Meaning
