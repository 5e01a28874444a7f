import json
import signal
import subprocess
import sys

from bot.configuration.settings import setting_names


def test_nija_has_the_commands_of_the_bot_and_those_of_a_sandbox():
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--help"], capture_output=True, text=True, check=True
    )

    assert all(command in done.stdout for command in ("run", "doctor", "demo", "sandbox"))


def test_the_sandbox_prints_the_settings_of_a_bot_that_lives_there(tmp_path):
    command = [sys.executable, "-m", "demo", "sandbox", "--json", "--data-dir", "here"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        while not lines or lines[-1] != "}":
            lines.append(process.stdout.readline().rstrip())
        process.send_signal(signal.SIGTERM)
    settings = json.loads("\n".join(lines))

    assert process.returncode == 0
    assert settings["NIJA_DATA_DIR"] == "here"
    assert settings["NIJA_KRAKEN_API_URL"].startswith("http://127.0.0.1:")
    assert {"NIJA_TELEGRAM_TOKEN", "NIJA_OWNER_IDS", "NIJA_COINBASE_API_SECRET"} <= set(settings)
    assert set(settings) <= set(setting_names())
