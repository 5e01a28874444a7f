"""Print every package with its files, lines and the packages it imports; needs nothing but Python.

`python -m bench.house` reads the tree below the current folder. An arrow `a -> b (n)` counts the distinct
modules of `b` that files of `a` import. A pair that imports both ways is marked, since neither can then be read
or tested without the other.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("bot", "handlers", "engine", "sandbox", "demo", "migrations", "bench", "tests")
#: These show their sub-packages; the others are one row each.
OPENED = ("bot", "engine", "sandbox")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    package: str
    module: str
    lines: int
    imports: frozenset[str]


def package_of(module: str) -> str:
    """Return the row a dotted module belongs to: `engine.brokers.kraken.parse` is in `engine.brokers`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] in OPENED else parts[0]


def read_sources(root: Path, rooms: Iterable[str] = ROOMS) -> tuple[Source, ...]:
    """Read every Python file of the rooms below a folder."""
    return tuple(
        _read(path, root) for room in rooms for path in sorted((root / room).rglob("*.py")) if path.is_file()
    )


def _read(path: Path, root: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    imports = frozenset(_imports(ast.parse(text)))
    return Source(package_of(module), module, len(text.splitlines()), imports)


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(sources: tuple[Source, ...]) -> dict[tuple[str, str], set[str]]:
    """Return which modules of another package each package imports, keyed by (importer, imported)."""
    known = {source.module: source.package for source in sources}
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for source in sources:
        for name in source.imports & known.keys():
            if known[name] != source.package:
                found[source.package, known[name]].add(name)
    return dict(found)


def mutual_pairs(found: dict[tuple[str, str], set[str]]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of packages that import each other."""
    return tuple(sorted((a, b) for a, b in found if a < b and (b, a) in found))


def report(root: Path) -> Iterator[str]:
    """Yield the lines of the map."""
    sources = read_sources(root)
    found = arrows(sources)
    yield f"{'package':<22}{'files':>6}{'lines':>8}  imports"
    for package in sorted({source.package for source in sources}):
        mine = [source for source in sources if source.package == package]
        others = ", ".join(f"{b} ({len(names)})" for (a, b), names in sorted(found.items()) if a == package)
        yield f"{package:<22}{len(mine):>6}{sum(source.lines for source in mine):>8}  {others}"
    product = [source for source in sources if source.package.split(".")[0] not in {"tests", "bench"}]
    yield f"{'product':<22}{len(product):>6}{sum(source.lines for source in product):>8}"
    pairs = mutual_pairs(found)
    yield f"{len(found)} arrows, {len(pairs)} pairs import both ways"
    yield from (f"  {a} <-> {b}" for a, b in pairs)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report(Path.cwd()))
