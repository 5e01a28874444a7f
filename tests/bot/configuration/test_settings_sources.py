import re
from pathlib import Path

import pytest

from bot.command_errors import SettingsError
from bot.configuration.settings_sources import Sources, find_sources, load_settings
from tests.bot.loading import load, refusal

ROOT = Path(__file__).parents[3]


pytestmark = pytest.mark.usefixtures("bare_environment")


def test_the_environment_goes_before_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("NIJA_MODE=paper\nNIJA_LOG_LEVEL=debug\nOTHER=kept alone\n")

    settings = load(monkeypatch, MODE="live")

    assert (settings.mode, settings.log_level) == ("live", "DEBUG")


def test_a_file_that_was_named_must_be_there():
    with pytest.raises(SettingsError, match=r"^nope.env: there is no such file"):
        load_settings(Path("nope.env"))
    assert load_settings(Path("/dev/null")) == load_settings(None)


def test_where_the_settings_come_from_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("NIJA_MODE", "paper")
    nothing_there = find_sources(Path(".env"))
    (tmp_path / ".env").write_text("NIJA_LOG_LEVEL=debug\nNIJA_OWNER_IDS=7\nNIJA_ALERT_URL=\nOTHER=1\n")

    assert nothing_there == Sources(file=None, in_file=0, in_environment=1)
    assert find_sources(Path(".env")) == Sources(file=Path(".env"), in_file=2, in_environment=1)


def test_an_unknown_name_in_the_file_is_refused_too(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("NIJA_LIQUIDATION_PLN=-0.02\n")

    assert refusal(monkeypatch).endswith("did you mean NIJA_LIQUIDATION_PNL?")


def test_everything_that_is_wrong_is_reported_at_once(monkeypatch):
    lines = refusal(monkeypatch, OWNER_IDS="@me", MODE="lvie", OWNER_ID="7").splitlines()

    assert sorted(line.split()[0] for line in lines) == ["NIJA_MODE", "NIJA_OWNER_ID", "NIJA_OWNER_IDS"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("NIJA_MODE=live\n\n# a comment\nNIJA_OWNER_IDS 7\n", 4),
        ("NIJA_MODE=live\nNIJA_ALPACA_API_KEY='opened and\nnever closed\n", 2),
        ("\n\nNIJA_MODE\n", 3),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(monkeypatch, tmp_path, text, line):
    (tmp_path / ".env").write_text(text)

    assert refusal(monkeypatch).splitlines()[0].startswith(f".env, line {line}: this is no NAME=value")


def test_an_example_that_was_only_copied_counts_as_not_filled_in(tmp_path):
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text() + "NIJA_OWNER_IDS=7\n")

    assert find_sources(Path(".env")).in_file == 1


def test_nothing_but_the_sources_of_the_settings_reads_the_environment():
    reads = re.compile(r"\bos\.(environ(?!\.setdefault)|getenv)\b|\bfrom os import\b")
    sources = [
        path
        for room in ("demo", "bot", "handlers", "engine", "sandbox")
        for path in (ROOT / room).rglob("*.py")
    ]

    readers = [str(path.relative_to(ROOT)) for path in sources if reads.search(path.read_text())]

    # The demo passes its own environment on to the bot it starts.
    assert [path for path in readers if not path.startswith("demo/")] == [
        "bot/configuration/settings_sources.py"
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("NIJA_OWNER_IDS=1\n".encode("utf-16"), "UTF-16"),
        ("NIJA_OWNER_IDS=1\n".encode("utf-16-le"), "UTF-16"),
        ("NIJA_OWNER_IDS=1\n".encode("utf-16-be"), "UTF-16"),
        ("NIJA_OWNER_IDS=1\n".encode("utf-32"), "UTF-16"),
        ("NIJA_OWNER_IDS=1\n# pr\u00e9fix\n".encode("latin-1"), "line 2"),
        (b"\x89PNG\r\n\x1a\n", "line 1"),
    ],
)
def test_a_file_in_another_encoding_is_refused_in_one_sentence_that_says_how_to_save_it(
    tmp_path, content, words
):
    file = tmp_path / "of_notepad.env"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    sentence = str(refused.value)
    assert sentence.startswith(str(file))
    assert words in sentence
    assert "UTF-8" in sentence
    assert "\n" not in sentence


def test_the_mark_that_notepad_sets_before_utf_8_hides_no_setting(tmp_path):
    file = tmp_path / ".env"
    file.write_text("NIJA_OWNER_IDS=7\n", encoding="utf-8-sig")
    assert load_settings(file).owner_ids == (7,)
    assert find_sources(file).in_file == 1


def test_every_half_of_a_key_and_every_account_without_an_owner_is_named_at_once(tmp_path):
    file = tmp_path / ".env"
    file.write_text(
        "NIJA_KRAKEN_API_KEY=k\nNIJA_ALPACA_API_SECRET=s\nNIJA_COINBASE_API_KEY=organizations/1/apiKeys/2\n"
    )

    with pytest.raises(SettingsError) as refused:
        load_settings(file)

    assert [line.partition(" is ")[0] for line in str(refused.value).splitlines()] == [
        "NIJA_KRAKEN_API_KEY",
        "NIJA_KRAKEN_API_KEY",
        "NIJA_COINBASE_API_KEY",
        "NIJA_COINBASE_API_KEY",
        "NIJA_ALPACA_API_SECRET",
    ]
