"""`nija sandbox`: the other end of every wire on loopback, for trying clients at the venue."""

import json
from collections.abc import Callable
from pathlib import Path

from bot.supervision.stopping import Stop
from sandbox.world import SandboxWorld


async def serve_sandbox(
    stop: Stop, *, data_dir: Path, port: int, as_json: bool, write: Callable[[str], object]
) -> None:
    """Open Telegram and three venues, write the settings of a bot that lives there, and wait for the stop."""
    stop.listen()
    async with SandboxWorld(telegram_port=port) as world:
        settings = world.environment(data_dir)
        if as_json:
            write(json.dumps(settings, indent=2))
        else:
            write("# Telegram, Kraken, Coinbase and Alpaca on this machine, until Ctrl-C.")
            write("# Put these lines into a file and run: nija run --env-file FILE")
            write("\n".join(f"{name}={value}" for name, value in settings.items()))
        await stop.wait()
