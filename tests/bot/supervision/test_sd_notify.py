import socket

import pytest

from bot.supervision.sd_notify import notify


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        yield listening


def test_systemd_is_notified(supervisor):
    notify("READY=1")

    assert supervisor.recv(100) == b"READY=1"


def test_without_systemd_nobody_is_notified(supervisor, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET")

    notify("READY=1")

    assert_nothing_arrived(supervisor)


def test_a_supervisor_that_is_gone_harms_nothing(supervisor, monkeypatch, tmp_path):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))

    notify("WATCHDOG=1")

    assert_nothing_arrived(supervisor)


def assert_nothing_arrived(supervisor):
    supervisor.setblocking(False)
    with pytest.raises(BlockingIOError):
        supervisor.recv(100)
