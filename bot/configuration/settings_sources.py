"""Where settings are read from, and the error message for each that is wrong."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from pydantic import (
    ValidationError,
)
from pydantic_core import ErrorDetails
from pydantic_settings import DotEnvSettingsSource

from bot.command_errors import SettingsError
from bot.configuration.env_file import check_encoding
from bot.configuration.pasted_secrets import looks_secret
from bot.configuration.settings import PREFIX, Settings, setting_names
from bot.configuration.settings_folder import resolve_paths

ENV_FILE = Path(".env")
#: A longer name is no slip of the pen; what was pasted there is not shown whole.
LONGEST_NAME = 40
#: How alike two names are, from 0 to 1, before one is guessed for the other.
NEAR_MISS = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the settings come from: how many that are not empty each place names."""

    #: None when there is no such file.
    file: Path | None
    in_file: int
    in_environment: int


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the environment and the file; raise SettingsError with everything that is wrong, a line each.

    Only the file that nobody named may be missing; /dev/null stands for none. Paths in what is returned are absolute.
    """
    if env_file not in {None, ENV_FILE, Path(os.devnull)} and not Path(env_file).is_file():
        raise SettingsError(f"{env_file}: there is no such file; settings are read from it.")
    check_encoding(env_file)
    wrong = [*_unreadable(env_file)] or [*_unknown([*os.environ, *_in_file(env_file)])]
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as refusal:
        wrong += _sentences(refusal)
    if wrong:
        raise SettingsError("\n".join(dict.fromkeys(wrong)))
    return resolve_paths(settings, env_file, in_environment=_in_environment())


def find_sources(env_file: Path) -> Sources:
    """Return where the settings were found."""
    return Sources(
        file=env_file if env_file.is_file() else None,
        in_file=_count(_in_file(env_file)),
        in_environment=_count(os.environ),
    )


def _in_file(env_file: Path | None) -> Mapping[str, str | None]:
    return DotEnvSettingsSource(Settings, env_file=env_file).env_vars


def _in_environment() -> frozenset[str]:
    return frozenset(
        name.upper().removeprefix(PREFIX).lower() for name, value in os.environ.items() if value.strip()
    )


def _count(found: Mapping[str, str | None]) -> int:
    known = setting_names()
    return sum(
        1 for name, value in found.items() if name.upper() in known and value and _differs(name, value)
    )


def _differs(name: str, value: str) -> bool:
    """Return whether a value was filled in: a default does not count."""
    default = Settings.model_fields[name.upper().removeprefix(PREFIX).lower()].get_default()
    if default is None or default == ():
        return value.strip().lower() not in {"", "off"}
    try:
        return bool(type(default)(value.strip()) != default)
    except (ArithmeticError, ValueError):
        return True


def _unreadable(env_file: Path | None) -> Iterator[str]:
    """Name the lines that the reader of the file could make nothing of, and show none of them."""
    if env_file is None or not Path(env_file).is_file():
        return
    with Path(env_file).open(encoding="utf-8-sig", errors="replace") as lines:
        for binding in parse_stream(lines):
            # A lone token is read as a name without a value.
            if binding.error or (_is_ours(binding.key) and binding.value is None):
                yield (
                    f"{env_file}, line {_line_of(binding)}: this is no NAME=value; "
                    "comments begin with #, and an opened quote must be closed."
                )


def _is_ours(name: str | None) -> bool:
    return name is not None and name.upper().startswith(PREFIX)


def _line_of(binding: Binding) -> int:
    blank = len(binding.original.string) - len(binding.original.string.lstrip())
    return binding.original.line + binding.original.string[:blank].count("\n")


def _unknown(names: Iterable[str]) -> Iterator[str]:
    known = setting_names()
    for name in names:
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known:
            near = [name.removeprefix(PREFIX) for name in known]
            close = difflib.get_close_matches(upper.removeprefix(PREFIX), near, n=1, cutoff=NEAR_MISS)
            hint = (
                f"did you mean {PREFIX}{close[0]}?" if close else "the settings are listed in .env.example."
            )
            yield f"{_presentable(name)} is not a setting: {hint}"


def _presentable(name: str) -> str:
    """Return a name as it may be shown: in a line without `=` the reader of the file takes all of it for a name."""
    text = re.match(r"\w+", name, re.ASCII)
    name_part = text.group() if text else ""
    if len(name_part) > LONGEST_NAME or looks_secret(name_part):
        return f"{PREFIX}…"
    return name_part.upper() if name_part == name else f"{name_part.upper()}… (a line without = ?)"


def _sentences(refusal: ValidationError) -> list[str]:
    errors = refusal.errors(include_url=False, include_context=False)
    # What follows from another setting cannot be worked out while that one is wrong.
    return [_sentence(error) for error in errors if error["type"] != "default_factory_not_called"]


def _sentence(error: ErrorDetails) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return text
    field = str(error["loc"][0])
    text = text.replace("Input should be", "must be").partition(", unable to parse")[0]
    # What was met is never shown: it may be a secret that was pasted into the wrong setting.
    return f"{PREFIX}{field.upper()} {text}{'' if text.endswith('?') else '.'}"


def notify_socket() -> str:
    """Return the socket on which systemd expects notifications; empty without systemd."""
    return os.environ.get("NOTIFY_SOCKET", "")
