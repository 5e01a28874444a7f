from hypothesis import given
from hypothesis import strategies as st

from handlers.render.html import COLUMNS, bold, code, escape, foreign, plain_text, rows, split, units
from sandbox.telegram.html import parse_html
from sandbox.telegram.text import utf16_length


def test_foreign_text_cannot_open_a_tag():
    assert parse_html(bold("<script> & co")).text == "<script> & co"


def test_a_venues_error_page_is_cut_to_one_paragraph():
    shown = foreign("<html>\n" + "x" * 1000)

    assert shown.startswith("&lt;html&gt; xxx")
    assert len(shown) < 320


def test_values_stand_right_and_labels_left():
    lines = parse_html(rows((("Fee", "$1.00"), ("Broker", "Kraken")))).text.split("\n")

    assert lines == ["Fee".ljust(29) + "$1.00", "Broker".ljust(28) + "Kraken"]


def test_a_value_too_long_for_its_row_goes_below_and_wraps():
    lines = parse_html(rows((("Quantity", "9" * 40),))).text.split("\n")

    assert lines == ["Quantity", "9" * 34, ("9" * 6).rjust(34)]


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=5))
def test_rows_never_exceed_the_width_of_a_phone(pairs):
    assert all(len(line) <= COLUMNS for line in parse_html(rows(pairs)).text.split("\n"))


def test_short_text_is_one_message():
    assert split("<b>hello</b>") == ("<b>hello</b>",)


def test_long_text_is_cut_between_blocks():
    assert split("aaa\n\nbbb\n\nccc", limit=8) == ("aaa\n\nbbb", "ccc")


def test_a_block_too_long_is_cut_between_lines():
    assert split("aaa\nbbb\nccc", limit=7) == ("aaa\nbbb", "ccc")


def test_a_cut_inside_a_tag_closes_and_opens_it_again():
    assert split("<pre>aaa\nbbb</pre>", limit=4) == ("<pre>aaa</pre>", "<pre>bbb</pre>")


def test_an_escaped_character_counts_once_and_is_never_cut():
    assert split("&amp;&amp;&amp;", limit=2) == ("&amp;&amp;", "&amp;")


def test_an_emoji_counts_twice():
    assert units("\N{CYCLONE}") == 2
    assert split("\N{CYCLONE}\N{CYCLONE}\N{CYCLONE}", limit=5) == ("\N{CYCLONE}\N{CYCLONE}", "\N{CYCLONE}")


_WORDS = st.text(st.sampled_from("ab<>&\n \N{CYCLONE}"), max_size=30)
_PIECES = st.one_of(_WORDS.map(escape), _WORDS.map(bold), _WORDS.map(code))


@given(st.lists(_PIECES, max_size=20).map("".join), st.integers(min_value=2, max_value=40))
def test_every_part_parses_and_fits_and_nothing_visible_is_lost(text, limit):
    parts = split(text, limit)

    for part in parts:
        assert utf16_length(parse_html(part).text) <= limit
    assert _visible("".join(parts)) == _visible(text)


def _visible(text):
    return "".join(plain_text(text).split())
