"""Tests look at what the product shows: how often they reach for a private name only goes down."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("engine", "bot", "handlers", "demo", "sandbox")

#: Lower it with each reach that goes.
MOST = 77


def private_names(source):
    """Return what a file defines for itself alone: names, attributes and methods with a leading underscore."""
    for node in ast.walk(ast.parse(source)):
        name = getattr(node, "name", None) or (isinstance(node, ast.Attribute) and node.attr)
        if name and _is_private(name):
            yield name


def reaches(source, private):
    """Return the lines that reach into something else for one of the private names."""
    # Most files reach for nothing private: they are not parsed.
    if not re.search(r"\.\s*_[^_]", source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in private and not _is_own(node.value):
            yield node.lineno


def _is_private(name):
    return name.startswith("_") and not name.startswith("__")


def _is_own(value):
    return ast.unparse(value) in {"self", "cls", "super()"}


def _sources(*folders):
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    # What reaches into other people's clients reaches for names of theirs.
    return [(file, file.read_text()) for file in files if not file.is_relative_to(ROOT / "tests" / "clients")]


def test_tests_reach_for_no_more_private_names_than_before():
    private = {name for _, source in _sources(*PRODUCT) for name in private_names(source)}

    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file, source in _sources("tests")
        for line in reaches(source, private)
    ]

    assert len(found) <= MOST, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("room.broker._lane._budget", 2),
        ("self._lane", 0),
        ("super()._lane()", 0),
        ("room.lane", 0),
        ("theirs._other", 0),
    ],
)
def test_a_reach_is_a_private_name_of_something_else(source, count):
    private = set(private_names("class Lane:\n    def _lane(self):\n        self._budget = 1\n"))

    assert len(list(reaches(source, private))) == count
