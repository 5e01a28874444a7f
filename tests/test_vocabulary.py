"""Names use the words of docs/glossary.md and none of the private ones they replaced."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("engine", "bot", "handlers", "demo", "bench")

BANNED = frozenset(
    {
        "asked",
        "asking",
        "unasked",
        "told",
        "untold",
        "tell",
        "tells",
        "telling",
        "words",
        "claim",
        "claims",
        "claimed",
        "claiming",
        "doubt",
        "doubts",
        "doubted",
        "doubtful",
        "patience",
        "sight",
        "sights",
        "desk",
        "door",
        "doors",
        "people",
        "lookout",
        "parcel",
        "parcels",
    }
)
BANNED_PAIRS = frozenset({("by", "hand")})

#: Words that the sentences of tests do without as well.
BANNED_IN_TESTS = frozenset(
    {
        *("untold", "unasked", "claiming", "doubt", "doubts", "doubted", "doubtful"),
        *("patience", "sight", "sights", "desk", "lookout", "parcel", "parcels"),
    }
)

#: Names of stored columns and fields, by where they are used.
STORED = {
    "engine/orders/steps_store.py": {"words"},
    "engine/orders/table.py": {"words"},
    "engine/guards/known_assets.py": {"asked_at"},
    "engine/guards/table.py": {"asked_at"},
}


def parts_of(name):
    """Split a snake_case or CamelCase name into its words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def is_banned(name):
    parts = parts_of(name)
    return bool(BANNED.intersection(parts)) or bool(BANNED_PAIRS.intersection(pairwise(parts)))


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every name that a module defines or uses, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name


def suspects(source, words):
    """Return the names of a file with their lines: its own, and where it has one of the words at all those within."""
    yield 0, source.stem
    text = (ROOT / source).read_text()
    # Whatever is a part of a name stands in the text. Most files have none of the words and are not parsed.
    if re.search("|".join((*words, *("_?".join(pair) for pair in BANNED_PAIRS))), text, re.IGNORECASE):
        yield from names_in(ast.parse(text))


def sources(folder):
    return [file.relative_to(ROOT) for file in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_are_of_the_glossary_and_not_of_the_private_dialect(folder):
    found = {
        f"{source}:{line} {name}"
        for source in sources(folder)
        for line, name in suspects(source, BANNED)
        if is_banned(name) and name not in STORED.get(str(source), ())
    }

    assert found == set()


def test_tests_use_none_of_the_words_that_only_the_dialect_has():
    found = {
        f"{source} {name}"
        for source in sources("tests")
        if source.stem != "test_vocabulary"
        for _, name in suspects(source, BANNED_IN_TESTS)
        if BANNED_IN_TESTS.intersection(parts_of(name)) or BANNED_PAIRS.intersection(pairwise(parts_of(name)))
    }

    assert found == set()


@pytest.mark.parametrize(("source", "names"), STORED.items())
def test_an_excused_name_is_still_used_where_it_is_excused(source, names):
    assert names <= {name for _, name in names_in(ast.parse((ROOT / source).read_text()))}


@pytest.mark.parametrize(
    "name", ["tell_now", "UntoldFees", "_PATIENCE_S", "is_in_doubt", "sold_by_hand", "words"]
)
def test_a_name_of_the_dialect_is_recognised(name):
    assert is_banned(name)


@pytest.mark.parametrize("name", ["ask_quantity", "task", "keyword", "handler", "HANDLED", "personal"])
def test_a_name_that_only_contains_such_letters_is_not(name):
    assert not is_banned(name)
