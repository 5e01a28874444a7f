"""Processes of the bot that are forked where its libraries are imported already: they are most of a start.

Each is a process of its own with its own environment, folder and files, killed and started again like any other. That
a fresh interpreter starts the bot and each of its commands is shown by the tour, by the campaign of kills, by
tests/bot/test_cli.py and by tests/bot/configuration/test_settings_folder.py.
"""

import multiprocessing
import os
import sys

from bot.cli import main

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "__main__",
        "bot.bootstrap",
        "bot.commands.closing_cli",
        "bot.doctor.report",
        "bot.commands.restore_cli",
        "bot.commands.server_commands",
        "tests.acceptance.forked",
        "tests.bot.command_process",
        "tests.bot.own_disk",
    ]
)


def live(arguments, environment, *, output, errors):
    """Be the bot, called with these arguments; what it prints goes to these open files."""
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(output, sys.__stdout__.fileno())
    os.dup2(errors, sys.__stderr__.fileno())
    sys.argv = ["nija", *arguments]
    main()
