"""A command of the bot in a process of its own, with settings that reach nobody."""

import os
import subprocess
import sys
import time
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

from tests.forking import FORKS, live

NOWHERE = "http://127.0.0.1:9"
TIMEOUT_S = 60
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "NIJA_DATA_DIR": "data",
    "NIJA_OWNER_IDS": "7",
    "NIJA_TELEGRAM_TOKEN": "1234567:AAof-nobody-0123456789012345678901234",
    "NIJA_TELEGRAM_API_URL": NOWHERE,
    "NIJA_KRAKEN_API_URL": NOWHERE,
    "NIJA_COINBASE_API_URL": NOWHERE,
    "NIJA_ALPACA_API_URL": NOWHERE,
    "NIJA_KRAKEN_WS_URL": "off",
    "NIJA_COINBASE_WS_URL": "off",
    "NIJA_ALPACA_WS_URL": "off",
    "NIJA_ALPACA_STOCK_WS_URL": "off",
    "NIJA_KRAKEN_WS_AUTH_URL": "off",
    "NIJA_COINBASE_WS_USER_URL": "off",
    "NIJA_ALPACA_TRADE_WS_URL": "off",
    "NIJA_ALPACA_DATA_URL": NOWHERE,
}


def run_command(folder, *command, prepare=None):
    """Run a command in a folder, whose `data` is the data dir."""
    return fork_command(*command, environment=ENVIRONMENT, folder=folder, prepare=prepare)


def fork_command(*command, environment, folder=".", typed_at=os.devnull, prepare=None):
    """Run a command, which reads what is typed at a terminal; it is forked, see tests/forking.py.

    `prepare` is called in its process and its folder before it begins.
    """
    output, errors = FORKS.Pipe(duplex=False), FORKS.Pipe(duplex=False)
    place, pipes = Path(folder).absolute(), (output[1], errors[1])
    beginning = (place, typed_at, pipes, prepare)
    process = FORKS.Process(target=_live_in, args=(*beginning, partial(live, command, dict(environment))))
    process.start()
    for pipe in pipes:
        pipe.close()
    reported = _read_all(output[0], errors[0])
    process.join(TIMEOUT_S)
    if process.is_alive():
        process.kill()
        process.join()
        raise subprocess.TimeoutExpired(command, TIMEOUT_S)
    done = subprocess.CompletedProcess(command, process.exitcode, *reported)
    process.close()
    return done


def _read_all(*pipes):
    """Read pipes to their end, or as long as a command may take."""
    reported, deadline = dict.fromkeys(pipes, b""), time.monotonic() + TIMEOUT_S
    unended = set(pipes)
    while unended and (ready := wait(unended, max(deadline - time.monotonic(), 0))):
        for pipe in ready:
            reported[pipe] += (chunk := os.read(pipe.fileno(), 65_536))
            if not chunk:
                unended.discard(pipe)
    for pipe in pipes:
        pipe.close()
    return [text.decode() for text in reported.values()]


def _live_in(folder, typed_at, pipes, prepare, go_on):
    os.chdir(folder)
    os.dup2(os.open(typed_at, os.O_RDWR | os.O_NOCTTY), 0)
    sys.stdin = os.fdopen(0, closefd=False)
    if prepare is not None:
        prepare()
    output, errors = (pipe.fileno() for pipe in pipes)
    go_on(output=output, errors=errors)
