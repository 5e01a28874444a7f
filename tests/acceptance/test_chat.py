"""`nija demo` in a terminal or a pipe."""

import signal
import subprocess
import sys

COMMAND = [sys.executable, "-m", "demo", "demo"]


def test_a_script_can_chat_through_a_pipe_whose_end_ends_the_demo():
    # A button of one position: those of the first questions are many, and come in any order.
    guarding = "/balance\n!wait ADA/USD\n/guard ETH kraken\n!wait Guard this position?\nGuard from cost\n"
    script = f"{guarding}!price ETH -1%\n!wait EMERGENCY LIQUIDATION\n!ledger kraken\n/help"

    chat = subprocess.run(COMMAND, input=script, capture_output=True, text=True, timeout=100, check=False)

    assert chat.returncode == 0, chat.stderr
    assert chat.stderr == ""
    assert "No money is real here" in chat.stdout
    assert "Total equity" in chat.stdout
    assert "EMERGENCY LIQUIDATION" in chat.stdout
    assert "sell 1.23765432 ETH/USD at" in chat.stdout
    assert "Commands" in chat.stdout


def test_ctrl_c_ends_the_demo_without_a_traceback():
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as chat:
        for line in chat.stdout:
            if "/help lists all commands" in line:
                break
        chat.send_signal(signal.SIGINT)
        _, errors = chat.communicate(timeout=60)

    assert errors == ""
    assert chat.returncode == 0


def test_a_bot_that_is_started_while_telegram_is_away_speaks_once_it_is_back():
    script = "!fault telegram outage\n!kill\n!restart\n!fault telegram clear\n/status\n!wait Nothing is guarded\n!quit\n"
    chat = subprocess.run(COMMAND, input=script, capture_output=True, text=True, timeout=100, check=False)

    assert chat.returncode == 0, chat.stdout + chat.stderr
    assert "it speaks once !fault telegram clear brings Telegram back" in chat.stdout
    assert "Nothing is guarded" in chat.stdout
