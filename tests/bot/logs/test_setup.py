import io
import json
import logging
import sys
import threading
import warnings

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.logs.redaction import LogRedactor
from bot.logs.setup import configure_logs
from tests.bot.logs.real_log import kept_logging

SECRET = "s3cr3t-Kraken/value+=="


@pytest.fixture(autouse=True)
def untouched_logging():
    with kept_logging():
        yield


def start(output="json", level="INFO", secrets=(SECRET,)):
    stream = io.StringIO()
    configure_logs(level=level, output=output, redactor=LogRedactor(secrets), stream=stream)
    return stream


@pytest.mark.parametrize("output", ["json", "console"])
def test_our_lines_and_the_libraries_lines_go_through_the_same_chain(output):
    stream = start(output)

    structlog.get_logger("nija.guard").info("sold", symbol="BTC/USD", key=SECRET)
    logging.getLogger("apscheduler.scheduler").warning("job %s was late by %s", "guard", SECRET)
    logging.getLogger("telegram.ext").warning("trouble", extra={"why": SECRET})

    lines = stream.getvalue()
    assert len(lines.splitlines()) == 3
    assert "BTC/USD" in lines
    assert "apscheduler.scheduler" in lines
    assert SECRET not in lines


def test_json_is_one_object_a_line_with_time_level_and_name():
    stream = start()

    with structlog.contextvars.bound_contextvars(update_id=7):
        structlog.get_logger("nija.chat").warning("slow", took_s=1.5)

    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "slow", "level": "warning", "logger": "nija.chat", "took_s": 1.5, "update_id": 7}


def test_json_is_the_default_where_nobody_watches():
    stream = start(output=None)

    structlog.get_logger("nija").info("started")

    assert json.loads(stream.getvalue())["event"] == "started"


def fail():
    local = "local-value-nobody-asked-for"
    raise RuntimeError(f"cannot sign {len(local)} with {SECRET}")


@pytest.mark.parametrize("output", ["json", "console"])
def test_an_exception_is_reported_without_its_secrets_and_without_local_variables(output):
    stream = start(output)

    for log in (structlog.get_logger("nija"), logging.getLogger("ccxt.base")):
        try:
            fail()
        except RuntimeError:
            log.exception("failed")

    lines = stream.getvalue()
    assert lines.count("RuntimeError: cannot sign 28 with ***") == 2
    assert SECRET not in lines
    assert "local-value-nobody" not in lines


def test_what_names_addresses_at_info_is_only_heard_from_warning_on():
    stream = start(level="DEBUG")

    for name in ("alembic.runtime.migration", "httpx", "httpcore.http11", "telegram.ext.ExtBot"):
        logging.getLogger(name).info("HTTP Request: POST https://api.telegram.org/bot1:x/getMe")
        logging.getLogger(name).warning("heard")

    assert stream.getvalue().count("heard") == 4
    assert "api.telegram.org" not in stream.getvalue()


@pytest.mark.filterwarnings("default")
def test_warnings_and_uncaught_errors_are_redacted_log_lines_too():
    stream = start()

    warnings.warn(f"odd {SECRET}", stacklevel=1)
    error = RuntimeError(f"boom {SECRET}")
    sys.excepthook(RuntimeError, error, None)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(error))
    thread.start()
    thread.join()

    events = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert events[1:] == ["crashed", "crashed"]
    assert "odd ***" in events[0]
    assert SECRET not in stream.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    secret=st.from_regex(r"[A-Za-z0-9+/=_\-!\"\\%{}öß]{8,40}", fullmatch=True),
    output=st.sampled_from(["json", "console"]),
    place=st.sampled_from(
        ["event", "value", "key", "deep", "bytes", "exception", "foreign", "argument", "extra"]
    ),
)
def test_a_secret_placed_anywhere_never_reaches_the_output(secret, output, place):
    stream = start(output, secrets=[secret])
    ours, theirs = structlog.get_logger("nija"), logging.getLogger("library")

    match place:
        case "event":
            ours.info(f"a{secret}b")
        case "value":
            ours.info("x", value=secret)
        case "key":
            ours.info("x", **{secret: 1})
        case "deep":
            ours.info("x", value=[{"a": (secret, {secret: secret})}])
        case "bytes":
            ours.info("x", value=secret.encode())
        case "exception":
            ours.error("x", exc_info=ValueError(secret), why=KeyError(secret))
        case "foreign":
            theirs.error(f"a{secret}".replace("%", "%%"), exc_info=OSError(secret))
        case "argument":
            theirs.error("%s %r", secret, {secret: secret})
        case "extra":
            theirs.error("x", extra={"why": {"key": secret}})

    line = stream.getvalue()
    assert line
    assert secret not in line
    assert json.dumps(secret)[1:-1] not in line


def test_a_failure_that_comes_again_at_once_is_one_line():
    stream = start()
    log = structlog.get_logger("nija.guard")

    for _ in range(100):
        try:
            int(SECRET)
        except ValueError:
            log.exception("a task failed", task="look kraken")

    [line] = stream.getvalue().splitlines()
    assert "ValueError" in line
