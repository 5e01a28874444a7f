"""The process's own log, written to a text, and everything as it was afterwards."""

import io
import logging
import sys
import threading
import warnings
from contextlib import contextmanager

import structlog

from bot.logs.redaction import LogRedactor
from bot.logs.setup import configure_logs


@contextmanager
def kept_logging():
    """Put back what setting up the log replaces."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    show = warnings.showwarning
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        warnings.showwarning = show
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
        structlog.reset_defaults()


@contextmanager
def real_log(secrets=()):
    """Yield what the log writes to."""
    stream = io.StringIO()
    with kept_logging():
        configure_logs(level="INFO", output="json", redactor=LogRedactor(secrets), stream=stream)
        yield stream
