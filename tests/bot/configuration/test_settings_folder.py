"""Where relative paths among the settings begin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.command_errors import SettingsError
from bot.configuration.settings import setting_names
from bot.configuration.settings_sources import load_settings
from bot.supervision.lease import hold_data_dir
from engine.storage.backup import database_file
from tests.bot.command_process import fork_command

TOKEN = "1234567:AAnobody-knows-this-token-at-all"


@pytest.fixture
def box(tmp_path, monkeypatch):
    """Return a folder with a file of settings; the working directory is another one."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    folder, elsewhere = tmp_path / "box", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    # Port 9 refuses at once: nothing leaves this machine.
    offline = "\n".join(
        f"NIJA_{name}_URL=http://127.0.0.1:9"
        for name in ("TELEGRAM_API", "KRAKEN_API", "COINBASE_API", "ALPACA_API", "ALPACA_DATA")
    )
    (folder / ".env").write_text(
        f"NIJA_TELEGRAM_TOKEN={TOKEN}\nNIJA_OWNER_IDS=7\nNIJA_DATA_DIR=./data\n{offline}\n"
    )
    monkeypatch.chdir(elsewhere)
    return folder


def start_nija(box, *arguments):
    command = [sys.executable, "-m", "bot", *arguments, "--env-file", str(box / ".env")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def fork_nija(box, *arguments):
    return fork_command(*arguments, "--env-file", str(box / ".env"), environment=os.environ)


@pytest.mark.fault("P25")
def test_every_command_means_the_file_s_own_database_from_another_folder(box, tmp_path, forks):
    data, copy = box / "data", tmp_path / "copy.db"

    # A fresh interpreter for those commands that test_cli.py does not start.
    migrated = fork_nija(box, "migrate")
    halted = start_nija(box, "halt")
    resumed = fork_nija(box, "resume")
    copied = fork_nija(box, "backup", str(copy))
    examined = fork_nija(box, "doctor")
    nonces = fork_nija(box, "nonce", "show")
    closed = start_nija(box, "close", "XRP")
    restored = fork_nija(box, "restore", str(copy), "--yes")

    for done in (migrated, halted, resumed, copied, nonces, restored):
        assert (done.returncode, done.stderr) == (0, "")
    assert f"{data} permissions" in examined.stdout
    assert "database revision" in examined.stdout
    assert closed.stderr.startswith(f"No bot is running on {data},")
    assert f"Restored to {data / 'nija.db'}," in restored.stdout
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("run",), ("migrate",), ("restore", "copy.db"), ("halt",), ("resume",)]
)
def test_a_running_bot_is_noticed_from_another_folder(box, forks, arguments):
    with hold_data_dir(box / "data"):
        done = fork_nija(box, *arguments)

    assert done.returncode == 1
    assert f"is running on {box / 'data'};" in done.stderr
    assert list(Path.cwd().iterdir()) == []


def test_without_a_data_dir_in_the_file_the_default_lies_beside_the_file(box):
    (box / ".env").write_text("NIJA_OWNER_IDS=7\n")

    assert load_settings(box / ".env").data_dir == box / "data"


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("NIJA_DATABASE_URL=sqlite+aiosqlite:///kept/own.db", "kept/own.db"),
        ("NIJA_DATABASE_URL=sqlite+aiosqlite:///./own.db?timeout=3", "own.db"),
        ("NIJA_DATABASE_URL=", "data/nija.db"),
        ("NIJA_DATA_DIR=../other", "../other/nija.db"),
        ("NIJA_DATA_DIR=", "data/nija.db"),
    ],
)
def test_a_relative_database_begins_at_the_file_s_folder(box, line, file):
    (box / ".env").write_text(f"{line}\n")

    settings = load_settings(Path("../box/.env"))

    assert database_file(settings.database_url) == box / file
    assert settings.database_url.endswith("?timeout=3") is line.endswith("?timeout=3")


def test_absolute_paths_stay_as_they_are(box, tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/there/own.db"
    (box / ".env").write_text(f"NIJA_DATA_DIR={tmp_path}/there\nNIJA_DATABASE_URL={url}\n")

    settings = load_settings(box / ".env")

    assert (settings.data_dir, settings.database_url) == (tmp_path / "there", url)


def test_what_the_environment_says_begins_at_the_working_directory(box, monkeypatch):
    monkeypatch.setenv("NIJA_DATA_DIR", "here")
    monkeypatch.setenv("nija_database_url", "sqlite+aiosqlite:///here/own.db")

    settings = load_settings(box / ".env")

    assert settings.data_dir == Path.cwd() / "here"
    assert database_file(settings.database_url) == Path.cwd() / "here/own.db"


@pytest.mark.parametrize("env_file", [Path(os.devnull), Path(".env"), None])
def test_without_a_file_everything_begins_at_the_working_directory(box, env_file):
    settings = load_settings(env_file)

    assert settings.data_dir == Path.cwd() / "data"
    assert database_file(settings.database_url) == Path.cwd() / "data/nija.db"


def test_called_in_the_file_s_folder_nothing_changes(box, monkeypatch):
    monkeypatch.chdir(box)

    assert load_settings().data_dir == load_settings(box / ".env").data_dir == Path("data").absolute()


def test_a_linked_file_belongs_to_the_folder_that_the_link_lies_in(box):
    Path(".env").symlink_to(box / ".env")

    assert load_settings().data_dir == Path.cwd() / "data"


def test_a_database_that_would_be_left_behind_stops_every_command(box):
    Path("data").mkdir()
    Path("data/nija.db").touch()

    with pytest.raises(SettingsError, match=r"set NIJA_DATA_DIR to .*/elsewhere/data"):
        load_settings(box / ".env")

    (box / "data").mkdir()
    (box / "data/nija.db").touch()
    assert load_settings(box / ".env").data_dir == box / "data"


def test_no_other_kind_of_database_is_touched(box):
    for url in ("postgresql+psycopg://nija:p%40ss@db/nija", "sqlite+aiosqlite:///:memory:"):
        (box / ".env").write_text(f"NIJA_DATABASE_URL={url}\n")

        assert load_settings(box / ".env").database_url == url
