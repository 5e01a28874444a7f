"""One chain for every log line, ours and the libraries', with no secret at its end."""

import logging
import sys
import threading
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.logs.redaction import LogRedactor, RedactingFilter
from bot.logs.repeated_errors import RepeatedErrors

#: At INFO these write a line for each request or run; Telegram's addresses contain the token.
CHATTY = ("alembic", "httpx", "httpcore", "telegram", "aiosqlite", "apscheduler", "ccxt")


def configure_logs(
    *, level: str, output: str | None = None, redactor: LogRedactor, stream: TextIO | None = None
) -> None:
    """Send every record of the process through one redacting chain to the stream (stderr)."""
    stream = stream or sys.stderr
    output = output or ("console" if stream.isatty() else "json")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            RepeatedErrors(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(redactor))
    handler.setFormatter(_formatter(shared, redactor, output, colors=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash


def _formatter(
    shared: list[Processor], redactor: LogRedactor, output: str, *, colors: bool
) -> logging.Formatter:
    renderer: Processor = (
        structlog.processors.JSONRenderer(default=repr)
        if output == "json"
        else structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    )

    def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {
            name if name == "event" else redactor.text(name): redactor.value(item)
            for name, item in event.items()
        }

    def redact_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
        return redactor.text(str(line))

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact,
            renderer,
            redact_line,
        ],
    )


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger("nija").critical("crashed", exc_info=(kind, error, trace))


def _log_thread_crash(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        _log_crash(crash.exc_type, crash.exc_value, crash.exc_traceback)
