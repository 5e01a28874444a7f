"""An id that nothing else has: of a guard, of an intent."""

import uuid


def new_id() -> str:
    return str(uuid.uuid4())
