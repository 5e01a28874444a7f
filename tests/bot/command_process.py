"""A command of the bot in a process of its own, with settings that reach nobody."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import bot
from tests.forking import FORKS, live

NOWHERE = "http://127.0.0.1:9"
TIMEOUT_S = 60
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(Path(bot.__file__).parents[1]),
    "NIJA_DATA_DIR": "data",
    "NIJA_OWNER_IDS": "7",
    "NIJA_TELEGRAM_TOKEN": "1234567:AAof-nobody-0123456789012345678901234",
    "NIJA_TELEGRAM_API_URL": NOWHERE,
    "NIJA_KRAKEN_API_URL": NOWHERE,
    "NIJA_COINBASE_API_URL": NOWHERE,
    "NIJA_ALPACA_API_URL": NOWHERE,
    "NIJA_ALPACA_DATA_URL": NOWHERE,
}


def run_command(folder, *command):
    """Run a command in a folder, whose `data` is the data dir."""
    return fork_command(*command, environment=ENVIRONMENT, folder=folder)


def run_through(starter, folder, *command):
    """Run a command in a folder, started by another program: a shell, say, with a disk of its own."""
    return subprocess.run(
        [*starter, sys.executable, "-m", "bot", *command],
        env=ENVIRONMENT,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def fork_command(*command, environment, folder=".", typed_at=os.devnull):
    """Run a command, which reads what is typed at a terminal; it is forked, see tests/forking.py."""
    with TemporaryDirectory() as name:
        files = (typed_at, Path(name, "output"), Path(name, "errors"))
        place = Path(folder).absolute()
        process = FORKS.Process(target=_live_in, args=(place, files, command, dict(environment)))
        process.start()
        process.join(TIMEOUT_S)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(command, TIMEOUT_S)
        told = [file.read_text() for file in files[1:]]
        done = subprocess.CompletedProcess(command, process.exitcode, *told)
        process.close()
        return done


def _live_in(folder, files, command, environment):
    os.chdir(folder)
    typed_at, *written = files
    os.dup2(os.open(typed_at, os.O_RDWR | os.O_NOCTTY), 0)
    sys.stdin = os.fdopen(0, closefd=False)
    output, errors = (os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for file in written)
    live(command, environment, output=output, errors=errors)
