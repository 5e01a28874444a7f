"""Notifies systemd that the process is ready and alive, where systemd expects it (`Type=notify`)."""

import contextlib
import socket

from bot.configuration.settings_sources import notify_socket


def notify(state: str) -> None:
    """Send one state such as `READY=1`; without systemd, or when it does not listen, nothing happens."""
    address = notify_socket()
    if address:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)
