"""The doctor's findings as text lines or JSON."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from json import dumps
from pathlib import Path

from bot.command_errors import SettingsError
from bot.configuration.settings import Settings
from bot.configuration.settings_sources import Sources
from bot.doctor.checks import Check, CheckVerdict, check_env_file, failed, warned
from bot.doctor.doctor import Connect, examine
from bot.logs.redaction import LogRedactor
from engine.clock import Clock

NAME_COLUMNS = 24


async def report(
    settings: Settings,
    *,
    sources: Sources,
    clock: Clock,
    connect: Connect,
    as_json: bool,
    write: Callable[[str], object],
) -> int:
    """Write every finding, each line as soon as it is known, and return the exit code."""
    redactor, found = LogRedactor(settings.secrets()), list[Check]()
    async for seen in examine(settings, sources=sources, clock=clock, connect=connect):
        check = replace(seen, finding=redactor.text(seen.finding))
        found.append(check)
        if not as_json:
            write(line_of(check))
    if as_json:
        write(_json(found))
    return int(any(check.verdict is CheckVerdict.FAIL for check in found))


def report_wrong_settings(
    error: SettingsError, file: Path, *, as_json: bool, write: Callable[[str], object]
) -> None:
    """Write what is wrong with each setting, and what can be checked without them."""
    found = [
        *(failed("settings", line, "") for line in str(error).splitlines()),
        check_env_file(file, file.stat().st_mode),
        warned(
            "everything else", "not checked: it needs the settings", "Mend them, then ask nija doctor again."
        ),
    ]
    write(_json(found) if as_json else "\n".join(map(line_of, found)))


def _json(found: Sequence[Check]) -> str:
    return dumps([asdict(check) for check in found], indent=2)


def line_of(check: Check) -> str:
    """Write a finding in one line, and what to do about it below."""
    line = f"{check.verdict}  {check.name.ljust(NAME_COLUMNS)} {check.finding}"
    return f"{line}\n      {check.advice}" if check.advice else line
