from pathlib import Path

from bench.house import ROOMS, arrows, mutual_pairs, package_of, read_sources, report


def write(root, path, text):
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def a_house(root):
    write(root, "engine/orders/intent.py", "from engine.guards import guard\n")
    write(root, "engine/guards/guard.py", "from engine.orders.intent import Intent\nimport engine.money\n")
    write(root, "engine/money.py", "ZERO = 0\n")
    write(root, "bot/cli.py", "import engine.money\nimport os\n")


def test_packages_that_import_each_other_are_named(tmp_path):
    a_house(tmp_path)

    assert mutual_pairs(arrows(read_sources(tmp_path))) == (("engine.guards", "engine.orders"),)


def test_no_two_packages_of_the_house_import_each_other():
    sources = read_sources(Path(__file__).parents[2], [room for room in ROOMS if room != "tests"])

    assert mutual_pairs(arrows(sources)) == ()
    # What nothing imports is in no pair: the tests, which are as much to read again, need not be.
    assert {name for source in sources for name in source.imports if package_of(name) == "tests"} == set()


def test_an_arrow_counts_the_modules_that_are_imported(tmp_path):
    a_house(tmp_path)

    assert arrows(read_sources(tmp_path))["bot.cli", "engine.money"] == {"engine.money"}


def test_large_rooms_are_shown_by_their_packages_and_small_ones_as_one():
    assert package_of("engine.brokers.kraken.parse") == "engine.brokers"
    assert package_of("bot.doctor.checks") == "bot.doctor"
    assert package_of("handlers.render.guards") == "handlers"


def test_the_report_adds_up_files_and_lines_of_the_product(tmp_path):
    a_house(tmp_path)

    assert "product                    4       6" in list(report(tmp_path))
