"""A command of the bot in a process of its own, with settings that reach nobody."""

import os
import subprocess
import sys
from pathlib import Path

import bot

NOWHERE = "http://127.0.0.1:9"


def run_command(folder, *command, through=()):
    """Run a command in a folder, whose `data` is the data dir; `through` is what starts it in its place."""
    return subprocess.run(
        [*through, sys.executable, "-m", "bot", *command],
        env={
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
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
