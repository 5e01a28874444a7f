"""The command `nija`: the bot's own commands, and the two that need a sandbox."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import Json, app, main

__all__ = ["main"]

DATA_DIR = Path("data/sandbox")


@app.command()
def demo(
    *,
    tour: Annotated[bool, typer.Option("--tour", help="Play the story and check every step.")] = False,
    port: Annotated[int, typer.Option(help="Port of the demo's Telegram; 0 takes a free one.")] = 0,
    sabotage: Annotated[
        str | None, typer.Option(help="Break this step of the tour, to see it noticed.", hidden=True)
    ] = None,
) -> None:
    """Try everything on this machine: no token, no keys, no internet."""
    from demo.terminal import run_demo

    raise typer.Exit(run_demo(tour=tour, port=port, sabotage=sabotage))


@app.command()
def sandbox(
    *,
    port: Annotated[int, typer.Option(help="Port of Telegram; 0 takes a free one.")] = 0,
    data_dir: Annotated[Path, typer.Option(help="Data dir of the bot that will live there.")] = DATA_DIR,
    as_json: Json = False,
) -> None:
    """Open a Telegram and three venues on this machine and print their addresses and keys."""
    import asyncio

    from bot.logs.redaction import LogRedactor
    from bot.logs.setup import configure_logs
    from bot.supervision.stopping import Stop
    from demo.sandbox import serve_sandbox

    configure_logs(level="WARNING", redactor=LogRedactor())

    async def serve() -> None:
        await serve_sandbox(Stop(), data_dir=data_dir, port=port, as_json=as_json, write=typer.echo)

    asyncio.run(serve())
