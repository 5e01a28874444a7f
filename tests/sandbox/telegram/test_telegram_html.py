import html as stdlib_html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.html import HtmlError, parse_html
from sandbox.telegram.render import render_html
from sandbox.telegram.text import Entity, FormattedText, plain, utf16_length


def entity(kind, offset, length, **extra):
    return Entity(kind=kind, offset=offset, length=length, extra=extra)


ACCEPTED = {
    "plain words": ("no markup", "no markup", ()),
    "bold": ("<b>x</b>", "x", (entity("bold", 0, 1),)),
    "synonyms": ("<strong>x</strong><em>y</em>", "xy", (entity("bold", 0, 1), entity("italic", 1, 1))),
    "upper case and blanks": ("<B >x</b >", "x", (entity("bold", 0, 1),)),
    "an end tag without a name": ("<b>x</>", "x", (entity("bold", 0, 1),)),
    "nested, outer first": ("<b><i>x</i></b>", "x", (entity("bold", 0, 1), entity("italic", 0, 1))),
    "an emoji counts twice": ("😀<b>x</b>", "😀x", (entity("bold", 2, 1),)),
    "an accent counts once": ("é<b>x</b>", "éx", (entity("bold", 1, 1),)),
    "references": ("&lt;&gt;&amp;&quot;", '<>&"', ()),
    "numeric references": ("&#36;&#x24;", "$$", ()),
    "a reference without its semicolon": ("a &lt b", "a < b", ()),
    "an unknown reference stays": ("a&nbsp;b &apos;", "a&nbsp;b &apos;", ()),
    "a lone ampersand stays": ("S&P & co &", "S&P & co &", ()),
    "a lone > stays": ("1 > 0", "1 > 0", ()),
    "an empty tag leaves nothing": ("<b></b>x", "x", ()),
    "a link": ('<a href="https://x.org/?a=1&amp;b=2">x</a>', "x",
               (entity("text_link", 0, 1, url="https://x.org/?a=1&b=2"),)),
    "a link that is none keeps the words": ('<a href="nowhere">x</a>', "x", ()),
    "a link that is its own text": ("<a>https://x.org</a>", "https://x.org",
                                    (entity("text_link", 0, 13, url="https://x.org"),)),
    "a spoiler": ('<span class="tg-spoiler">x</span>', "x", (entity("spoiler", 0, 1),)),
    "a quote that opens": ("<blockquote expandable>x</blockquote>", "x",
                           (entity("expandable_blockquote", 0, 1),)),
    "code with a language": ('<pre><code class="language-python">x</code></pre>', "x",
                             (entity("pre", 0, 1, language="python"),)),
    "code carries no formatting": ("<code>a<b>b</b></code>", "ab", (entity("code", 0, 2),)),
    "bold is cut where code begins": ("<b>a<code>b</code>c</b>", "abc",
                                      (entity("bold", 0, 1), entity("code", 1, 1), entity("bold", 2, 1))),
    "code inside a link is lost": (
        '<a href="https://x.org">a<code>b</code></a>', "ab", (entity("text_link", 0, 2, url="https://x.org"),)),
    "a quote carries everything but quotes": (
        "<blockquote>a<code>b</code><blockquote>c</blockquote></blockquote>", "abc",
        (entity("blockquote", 0, 3), entity("code", 1, 1))),
    "order after the blank is cut": ("<i> <b>x</b></i>", "x", (entity("bold", 0, 1), entity("italic", 0, 1))),
    "a time": ('<tg-time unix="1700000000" format="t">then</tg-time>', "then",
               (entity("date_time", 0, 4, unix_time=1700000000, date_time_format="t"),)),
}  # fmt: skip

HALF_A_CHARACTER = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)
REFUSED = {
    "an unknown tag": ("a <div>", 'Unsupported start tag "div" at byte offset 2'),
    "a bare <": ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    "a bare < before a figure": ("pnl <-1%>", 'Unsupported start tag "-1%" at byte offset 4'),
    "a < at the end": ("1 <", "Unclosed start tag at byte offset 2"),
    "bytes, not characters, are counted": ("é😀<x>", 'Unsupported start tag "x" at byte offset 6'),
    "a self-closing tag": ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
    "a comment": ("<!-- x -->", 'Unsupported start tag "!--" at byte offset 0'),
    "a tag left open": ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    "an end without a start": ("x</b>", "Unexpected end tag at byte offset 1"),
    "crossed tags": ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    "an end tag that does not end": ("<b>x</b", "Unclosed end tag at byte offset 4"),
    "a span that is no spoiler": (
        "<span>x</span>",
        'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
    "an attribute without a name": ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    "an attribute that does not end": ('<a href="x', "Unclosed start tag at byte offset 0"),
    "a tag that ends in a name": ("<a href", 'Unclosed start tag "a" at byte offset 0'),
    "a value that is no name": ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
    "an emoji without its number": ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    "half a character": ("&#xD83D;", HALF_A_CHARACTER),
}


@pytest.mark.parametrize(("source", "text", "entities"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_telegram_accepts_becomes_text_and_entities(source, text, entities):
    assert parse_html(source) == FormattedText(text=text, entities=entities)


@pytest.mark.parametrize(("source", "words"), REFUSED.values(), ids=REFUSED)
def test_what_telegram_refuses_is_refused_in_its_words(source, words):
    with pytest.raises(HtmlError) as refusal:
        parse_html(source)

    assert str(refusal.value) == words


def test_blank_ends_are_cut_and_entities_move_along():
    body = parse_html("\n <b> a</b><i>b </i> ")

    assert body == FormattedText(text="ab", entities=(entity("bold", 0, 1), entity("italic", 1, 1)))


characters = st.characters(exclude_categories=("Cs",))
words = st.text(characters, max_size=12)
formatting = st.sampled_from(["b", "i", "u", "s", "code", "blockquote"])


def fragments(inner):
    tagged = st.tuples(formatting, inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
    return st.lists(st.one_of(words.map(stdlib_html.escape), tagged), max_size=4).map("".join)


documents = st.recursive(words.map(stdlib_html.escape), fragments, max_leaves=8)


@given(words)
def test_escaped_text_comes_back_as_it_was(text):
    assert parse_html(stdlib_html.escape(text, quote=False)) == plain(text)


# A busy machine takes a second for a draw now and then.
@given(documents)
def test_what_is_rendered_parses_to_the_same(source):
    body = parse_html(source)

    assert parse_html(render_html(body)) == body


@given(st.text(st.sampled_from("<>/&;=\"' abisp#x1é😀"), max_size=40))
def test_any_text_is_parsed_or_refused_and_entities_lie_inside_it_and_nest(source):
    try:
        body = parse_html(source)
    except HtmlError:
        return
    length = utf16_length(body.text)
    for one in body.entities:
        assert 0 <= one.offset < one.end <= length
        for other in body.entities:
            apart = one.end <= other.offset or other.end <= one.offset
            one_inside = other.offset <= one.offset and one.end <= other.end
            other_inside = one.offset <= other.offset and other.end <= one.end
            assert apart or one_inside or other_inside
