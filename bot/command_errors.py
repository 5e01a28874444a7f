"""Why a command stops with a sentence instead of a traceback."""


class CommandError(Exception):
    """Something the owner must see to; the message is the sentence, free of secrets."""

    exit_code = 1


class SettingsError(CommandError):
    """A setting is unknown, malformed or missing; the sentence names it."""

    exit_code = 2
