import json
import subprocess
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.bot.command_process import fork_command

HEAVY = ("ccxt", "telegram", "sqlalchemy", "apscheduler", "aiohttp", "alembic", "cryptography")


@pytest.fixture
def nija(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clean = {"PATH": "/usr/bin:/bin", "NIJA_DATA_DIR": str(tmp_path / "data")}

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            env=clean | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def forked(tmp_path, monkeypatch, forks):
    """The same, forked: for commands that another test here starts in a fresh interpreter."""
    monkeypatch.chdir(tmp_path)
    clean = {"PATH": "/usr/bin:/bin", "NIJA_DATA_DIR": str(tmp_path / "data")}
    return lambda *arguments, **environment: fork_command(
        *arguments, environment=clean | environment, folder=tmp_path
    )


def test_help_lists_every_command(nija):
    done = nija("--help")

    assert done.returncode == 0
    for command in (
        "run",
        "doctor",
        "migrate",
        "backup",
        "restore",
        "nonce",
        "halt",
        "resume",
        "close",
        "owner",
    ):
        assert command in done.stdout


def test_help_imports_nothing_heavy():
    script = (
        "import sys\n"
        "from demo.cli import main\n"
        "for arguments in (['--help'], ['run', '--help'], ['nonce', 'show', '--help']):\n"
        "    sys.argv = ['nija', *arguments]\n"
        "    try:\n        main()\n    except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "HEAVY []"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"NIJA_LIQUIDATION_PNL": "-1"}, "did you mean -0.01?"),
        ({"NIJA_MODE": "paper", "NIJA_PAPER_USD": "0"}, "NIJA_PAPER_USD"),
        ({"NIJA_GUARD_INTERVALL_S": "5"}, "NIJA_GUARD_INTERVALL_S is not a setting"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(forked, environment, sentence):
    done = forked("run", **environment)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_version_is_reported(nija):
    done = nija("--version")

    assert (done.returncode, done.stdout) == (0, f"nija {version('nija')}\n")


def test_a_test_s_own_option_is_not_offered(nija):
    assert "--sabotage" not in nija("demo", "--help").stdout


def test_bad_usage_is_exit_code_2(nija, forked):
    assert nija("fly").returncode == 2
    assert forked("backup").returncode == 2


def test_an_error_the_owner_can_mend_is_one_sentence_and_exit_code_1(forked, tmp_path):
    done = forked("backup", str(tmp_path / "copy.db"))

    assert done.returncode == 1
    assert "There is no database" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_way_of_a_database_through_the_commands(nija, forked, tmp_path):
    copy = str(tmp_path / "copy.db")

    assert "The database is at revision" in nija("migrate").stdout
    copied, held, warning = nija("backup", copy).stdout.splitlines()
    assert held == "It holds 0 guards, 0 running exits, never used."
    assert warning == "Warning: nothing is guarded in this database."
    assert copied.startswith(f"Copied to {copy} and checked: ")
    refused = nija("restore", copy)
    assert refused.returncode == 1
    assert refused.stdout.splitlines()[:2] == [
        f"The backup {copy}: 0 guards, 0 running exits, never used.",
        f"What stands there, {Path.cwd() / 'data' / 'nija.db'}: 0 guards, 0 running exits, never used.",
    ]
    assert "Warning: nothing is guarded in this backup." in refused.stdout
    assert refused.stderr == "Nothing was changed; --yes restores without asking.\n"
    restored = forked("restore", copy, "--yes").stdout
    assert "is kept as" in restored
    assert "master key" not in restored
    assert nija("nonce", "show").stdout == "No key has been used yet.\n"


def test_json_is_for_programs(tmp_path, forks):
    nija = partial(fork_command, environment={"NIJA_DATA_DIR": "data"}, folder=tmp_path)
    revision = json.loads(nija("migrate", "--json").stdout)["to_revision"]

    assert json.loads(nija("backup", str(tmp_path / "copy.db"), "--json").stdout)["revision"] == revision
    assert json.loads(nija("nonce", "show", "--json").stdout) == []


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_settings_file_that_is_not_there_is_said(forked, command):
    done = forked(command, "--env-file", "nope.env")

    assert done.returncode == 2
    assert done.stderr == "nope.env: there is no such file; settings are read from it.\n"


def test_the_doctor_names_every_wrong_setting_and_checks_what_needs_none(nija, forked, tmp_path):
    (tmp_path / ".env").write_text("NIJA_MODE=dreaming\nNIJA_HEALTH_PORT=0\nNIJA_COLOUR=red\n")
    (tmp_path / ".env").chmod(0o644)

    done = nija("doctor")
    found = json.loads(forked("doctor", "--json").stdout)

    assert done.returncode == 2
    for name in ("NIJA_MODE", "NIJA_HEALTH_PORT", "NIJA_COLOUR"):
        assert f"FAIL  settings                 {name}" in done.stdout
    assert "others on this machine may read your keys" in done.stdout
    assert [check["verdict"] for check in found] == ["FAIL", "FAIL", "FAIL", "WARN", "WARN"]


def test_a_start_without_settings_says_where_they_belong(nija):
    done = nija("run")

    assert done.returncode == 2
    assert "install -m 600 .env.example .env" in done.stderr


def test_settings_can_come_from_another_file(forked, tmp_path):
    (tmp_path / "other.env").write_text("NIJA_MODE=dreaming\n")

    done = forked("migrate", "--env-file", "other.env")

    assert done.returncode == 2
    assert "NIJA_MODE must be 'live' or 'paper'" in done.stderr
