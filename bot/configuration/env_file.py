"""The file that settings are read from, as some other program may have written it."""

from pathlib import Path

from bot.command_errors import SettingsError

_SAVE_AS_UTF8 = "Save it as UTF-8: in Notepad with “Save as” and the encoding UTF-8, in PowerShell with Set-Content -Encoding utf8."


def check_encoding(file: Path | None) -> None:
    """Refuse a file that is not text in UTF-8, in one sentence that shows nothing of what is in it.

    Raises:
        SettingsError: it is not, or cannot be read at all.

    """
    if file is None or not file.is_file():
        return
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read ({error.strerror}). Check its owner and rights."
        ) from error
    # Text of UTF-16 without its mark is UTF-8 too, with a NUL after every letter.
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise SettingsError(
            f"{file} is written in UTF-16, or is no text; settings are read as UTF-8. {_SAVE_AS_UTF8}"
        )
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}, line {line}: this is not written in UTF-8. {_SAVE_AS_UTF8}") from None
