"""What the documents name is there: settings, paths, commands, and the words of the chat that operations.md explains."""

import re
from pathlib import Path

import pytest
import typer

from bot.configuration.settings import Settings
from demo.cli import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SETTING = re.compile(r"\bNIJA_[A-Z_]*[A-Z]\b")
CODE = re.compile(r"`([^`\n]+)`")
#: With a folder and an ending, and in this tree: a name that begins with one of its folders, or of the engine's.
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:py|md|toml|service|csv|json|txt)")
LINK = re.compile(r"\]\(([^)#]+)\)")
COMMAND_ROW = re.compile(r"^\| (`nija [^|]+) \|", re.MULTILINE)
RIGHT = re.compile(r"`((?:[a-z]+-)+[a-z]+|can_[a-z]+)`")


def ids(path):
    return path.relative_to(ROOT).as_posix()


def sources(*folders):
    return "\n".join(file.read_text() for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))


def settings():
    return {f"NIJA_{name.upper()}" for name in Settings.model_fields}


def is_there(path):
    return any((base / path).exists() for base in (ROOT, ROOT / "engine"))


def is_of_this_tree(path):
    first = path.split("/")[0]
    return is_there(first)


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_setting_that_a_document_names_is_one(document):
    assert set(SETTING.findall(document.read_text())) - settings() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_path_that_a_document_names_leads_to_something(document):
    named = [code for code in CODE.findall(document.read_text()) if PATH.fullmatch(code)]

    assert [path for path in named if is_of_this_tree(path) and not is_there(path)] == []


def test_every_module_of_the_measurements_is_there():
    named = re.findall(r"`([a-z_]+\.py)`", (ROOT / "docs" / "measurements.md").read_text())

    assert [name for name in named if not any((ROOT / "engine").rglob(name))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_link_of_a_document_leads_to_something(document):
    links = [link for link in LINK.findall(document.read_text()) if not link.startswith("https://")]

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_server_command_and_option_of_the_table_is_there():
    group = typer.main.get_command(app)
    rows = [code.split() for row in COMMAND_ROW.findall(OPERATIONS) for code in CODE.findall(row)]

    assert len(rows) >= 8
    for _, *words in rows:
        command = group
        while words and words[0].islower() and hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        options = {option for one in command.params for option in one.opts}
        assert set(re.findall(r"--[a-z-]+", " ".join(words))) <= options


def chat_words():
    """Yield what the first column of *What to do when* quotes; the dots stand for what differs from time to time."""
    table = OPERATIONS.split("## What to do when")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (?!the chat says|---)([^|]+) \|", table, re.MULTILINE):
        yield from (code for code in CODE.findall(row) if not code.startswith("/"))


@pytest.mark.parametrize("words", list(chat_words()))
def test_the_chat_has_the_words_that_operations_explains(words):
    rendered = sources("handlers/render")

    assert [part for part in words.split("…") if part.strip() and part.strip() not in rendered] == []


def rights(column):
    table = OPERATIONS.split("## Which rights a key needs")[1].split("\n## ")[0]
    return {
        right
        for row in table.splitlines()
        if row.startswith("|")
        for right in RIGHT.findall(row.split("|")[column])
    }


def unnamed(words, *folders):
    text = sources(*folders)
    return sorted(word for word in words if f'"{word}"' not in text)


def test_every_right_that_a_key_needs_is_looked_for_in_it():
    needed = rights(column=2)

    assert {"query-funds", "modify-trades", "can_view", "can_trade"} <= needed
    assert unnamed(needed, "engine") == []


def test_every_right_that_must_stay_off_is_one_of_its_venue():
    unwanted = rights(column=3)

    assert {"withdraw-funds", "can_transfer"} <= unwanted
    assert unnamed(unwanted, "engine", "sandbox") == []


def test_what_a_private_stream_needs_is_not_left_off():
    optional = rights(column=4)

    assert optional == {"create-ws-token"}
    assert unnamed(optional, "engine", "sandbox") == []
