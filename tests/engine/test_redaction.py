import html
import json
import time
import tracemalloc
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from engine.redaction import HIDDEN, Redactor, beginning

SECRET = "aB3/dE+gh1jklmnopq=="


def test_without_secrets_nothing_changes():
    assert Redactor().value({"words": ["any", 1, None, True]}) == {"words": ["any", 1, None, True]}


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(SECRET, id="plain"),
        pytest.param("aB3%2FdE%2Bgh1jklmnopq%3D%3D", id="in an address"),
        pytest.param("aB3%2fdE%2bgh1jklmnopq%3d%3d", id="in an address, small digits"),
        pytest.param("aB3\\/dE+gh1jklmnopq==", id="JSON with escaped slashes"),
    ],
)
def test_a_secret_is_found_in_every_form(written):
    assert Redactor([SECRET]).text(f"Invalid key {written}!") == f"Invalid key {HIDDEN}!"


def test_a_text_shorter_than_every_secret_stays():
    assert Redactor([SECRET]).value(["BTC/USD", 1234]) == ["BTC/USD", 1234]


def test_a_text_that_repeats_no_secret_stays_to_the_letter():
    text = "EGeneral:Permission denied for /0/private/AddOrder, txid OC7Y42-WGZGD-F37OOD, ÄÖÜ İ 1234567890123456789"

    assert Redactor([SECRET, "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"]).text(text) == text


TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"


@pytest.mark.parametrize("secret", [SECRET, TOKEN])
@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(str.upper, id="in capitals"),
        pytest.param(str.lower, id="in small letters"),
        pytest.param(lambda secret: secret[:-3] + "…", id="cut at its end"),
        pytest.param(lambda secret: "…" + secret[3:], id="cut at its beginning"),
        pytest.param(
            lambda secret: quote(quote(secret, safe=""), safe=""), id="in an address inside an address"
        ),
        pytest.param(lambda secret: html.escape(f"<{secret}>"), id="on a page"),
        pytest.param(lambda secret: b64encode(secret.encode()).decode(), id="base64"),
        pytest.param(lambda secret: urlsafe_b64encode(secret.encode()).decode(), id="base64 for addresses"),
        pytest.param(lambda secret: b64encode(f"me:{secret}".encode()).decode(), id="base64 of a login"),
        pytest.param(
            lambda secret: b64encode(f"a:{secret}".encode()).decode(), id="base64 after two letters"
        ),
        pytest.param(lambda secret: secret.encode().hex(), id="hexadecimal"),
        pytest.param(lambda secret: repr(secret.encode()), id="as bytes"),
    ],
)
def test_no_long_part_of_a_secret_is_left_however_it_is_repeated(echo, secret):
    written = echo(secret)

    left = Redactor([secret]).text(f"Invalid key {written}, try again")

    assert HIDDEN in left
    assert left.startswith("Invalid key ")
    assert not longest_common(written, left.removeprefix("Invalid key "), 7)


def longest_common(one, other, length):
    return [part for at in range(len(one) - length + 1) if (part := one[at : at + length]) in other]


def test_the_password_of_an_address_is_hidden_whoever_names_it():
    text = "could not reach postgresql+psycopg://nija:pw9!@db.example/nija"

    assert Redactor().text(text) == (f"could not reach postgresql+psycopg://{HIDDEN}@db.example/nija")


def test_an_address_that_is_a_secret_leaves_its_host_readable():
    redactor = Redactor(["https://hooks.example.org/services/T0AB/B0CD/XyZ123abcDEF456ghi"])

    assert redactor.text("https://hooks.example.org/help") == "https://hooks.example.org/help"
    assert HIDDEN in redactor.text("no such hook: T0AB/B0CD/XyZ123abcDEF456ghi")


@pytest.mark.parametrize("levels", [99, 900, 100_000])
def test_a_secret_is_hidden_however_deep_it_lies(levels):
    value = "hunter2!"
    for level in range(levels):
        value = [value] if level % 2 else {"of": value}

    cleaned = Redactor(["hunter2!"]).value(value)

    for _ in range(min(levels, 100)):
        cleaned = cleaned[0] if isinstance(cleaned, list) else cleaned["of"]
    assert cleaned == HIDDEN


LONG = 1 << 20
#: Gone through once, it takes a second at most; anew from each of its places, hours.
ENOUGH_S = 30


@pytest.mark.fault("V138")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("://" + ":" * LONG, id="a login that never ends"),
        pytest.param("://a:" * (LONG // 5), id="many beginnings of a login"),
        pytest.param("://" + "a" * LONG, id="a host that never ends"),
        pytest.param(f"{SECRET}-" * (LONG // 20), id="a secret many times"),
        pytest.param(f"{SECRET[:-2].lower()}/" * (LONG // 20), id="a part of a secret many times"),
        pytest.param(
            ("-" * 16 + SECRET[:-2].lower() + " ") * (LONG // 40), id="a part of a secret in each word"
        ),
    ],
)
def test_a_long_text_is_gone_through_once_whatever_it_holds(text):
    redactor, began_s = Redactor([SECRET]), time.process_time()

    redactor.text(text)

    assert time.process_time() - began_s < ENOUGH_S


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("x://a:b@h", f"x://{HIDDEN}@h"),
        ("x://:b@h", f"x://{HIDDEN}@h"),
        ("x://a::b:c:@h", f"x://{HIDDEN}@h"),
        ("x://a::@h", f"x://{HIDDEN}@h"),
        ("x://a:@h", "x://a:@h"),
        ("x://a@h", "x://a@h"),
        ("x://a:1/b@h", "x://a:1/b@h"),
        ("x://a:b c@h y://d:e@h", f"x://a:b c@h y://{HIDDEN}@h"),
    ],
)
def test_a_login_is_a_name_and_a_password_before_the_host(address, left):
    assert Redactor().text(address) == left


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        (SECRET, SECRET),
        (SECRET, SECRET.upper()),
        (SECRET, quote(SECRET, safe="")),
        (TOKEN, TOKEN.lower()),
        ("hunter2!", "hunter2!"),
        ("ÄÖÜäöüßÄÖÜäöüß", json.dumps("ÄÖÜäöüßÄÖÜäöüß")[1:-1]),
    ],
)
def test_no_part_of_a_secret_is_left_where_a_text_was_cut(secret, written):
    redact = Redactor([secret]).text

    for before in range(1100):
        shown = beginning("~" * before + written + "~" * 2000, 60, redact)

        assert not set(shown) - set("~*")


def test_the_beginning_of_a_text_is_as_long_as_it_may_be():
    assert beginning("ab" * 10, 60, str) == "ab" * 10
    assert beginning("ab" * 5_000, 60, str) == "ab" * 30


def test_what_another_redactor_hides_is_hidden_too():
    redactor = Redactor(["s3cr3t-of-one-key"], other=Redactor([SECRET]))

    assert redactor.text(f"{SECRET} at https://me:mine@db.example, s3cr3t-of-one-key") == (
        f"{HIDDEN} at https://{HIDDEN}@db.example, {HIDDEN}"
    )


def test_a_key_takes_little_memory():
    """Each of a thousand accounts has one, and 120 KiB for everything."""
    key = b64encode(bytes(range(64))).decode()
    tracemalloc.start()
    try:
        redactor = Redactor([key])
        assert redactor.text("OQCLML-BW3P3-BUCMWZ") == "OQCLML-BW3P3-BUCMWZ"
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < 20 * 1024
