import os
import pty

import pytest

from tests.bot.command_process import fork_command


@pytest.fixture
def nija(tmp_path, forks):
    environment = {"PATH": "/usr/bin:/bin", "NIJA_DATA_DIR": str(tmp_path / "data")}

    def run(*arguments, answer=None):
        ours, theirs = pty.openpty()
        try:
            if answer is not None:
                os.write(ours, f"{answer}\n".encode())
            typed_at = os.devnull if answer is None else os.ttyname(theirs)
            return fork_command(*arguments, environment=environment, folder=tmp_path, typed_at=typed_at)
        finally:
            os.close(ours)
            os.close(theirs)

    return run


@pytest.mark.parametrize(("answer", "is_restored"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_only_a_yes_restores(nija, tmp_path, answer, is_restored):
    nija("migrate")
    nija("backup", "copy.db")

    done = nija("restore", "copy.db", answer=answer)

    assert f"The backup {tmp_path / 'copy.db'}: 0 guards" in done.stdout
    assert "Put the backup in its place?" in done.stdout
    assert ("Restored to" in done.stdout) is is_restored
    assert (done.returncode, "Nothing was changed" in done.stderr) == (
        (0, False) if is_restored else (1, True)
    )
    assert bool(list((tmp_path / "data").glob("*.replaced-1"))) is is_restored


def test_json_is_never_asked_about(nija):
    nija("migrate")
    nija("backup", "copy.db")

    done = nija("restore", "copy.db", "--json", answer="y")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Nothing was changed; --yes restores without asking.\n"


@pytest.mark.parametrize("name", ["data/nija.db", "data", "song.mp3", "missing.db"])
def test_what_is_no_backup_changes_nothing_and_asks_nothing(nija, tmp_path, name):
    nija("migrate")
    (tmp_path / "song.mp3").write_bytes(b"ID3" * 3000)

    done = nija("restore", name, answer="y")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("nothing was changed.\n")
