import json
import logging
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs.redaction import HIDDEN, LogRedactor, RedactingFilter

SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="*"), min_size=8, max_size=60
)
FRINGE = st.text(max_size=20)


def nested(leaf):
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(FRINGE, inner, max_size=3),
        ),
        max_leaves=8,
    )


@given(secret=SECRETS, before=FRINGE, after=FRINGE)
def test_a_secret_never_survives_in_a_text(secret, before, after):
    assert secret not in LogRedactor([secret]).text(f"{before}{secret}{after}")


@given(data=st.data(), secret=SECRETS)
def test_a_secret_never_survives_in_a_value_however_deep(data, secret):
    leaf = st.one_of(
        st.just(secret), st.just(secret.encode()), st.builds("{}{}{}".format, FRINGE, st.just(secret), FRINGE)
    )
    value = data.draw(nested(leaf) | st.dictionaries(st.just(secret), leaf))

    assert secret not in str(LogRedactor([secret]).value(value))


@given(secret=SECRETS)
def test_a_secret_never_survives_as_json_repr_or_address(secret):
    redactor = LogRedactor([secret])

    for form in (
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        repr(secret),
        quote(secret, safe=""),
    ):
        redacted = redactor.text(f"GET https://example.org/?x={form} failed")
        assert form.strip("'\"") not in redacted
        assert HIDDEN in redacted


def test_a_bot_token_is_hidden_even_when_nobody_named_it():
    line = "POST https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_/getMe"

    assert LogRedactor().text(line) == f"POST https://api.telegram.org/bot{HIDDEN}/getMe"


def test_a_bot_token_is_hidden_though_a_known_number_stands_before_it():
    line = "bot1234567987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"

    assert LogRedactor(["1234567"]).text(line) == f"bot{HIDDEN}{HIDDEN}"


@pytest.mark.parametrize("text", ["1" * (1 << 20), "1234567:" * (1 << 17), ":" * (1 << 20)])
def test_a_long_line_is_gone_through_once_whatever_it_holds(text):
    """Gone through once, it takes a second at most; anew from each of its digits, hours."""
    redactor, began_s = LogRedactor(["s3cr3t-value"]), time.process_time()

    redactor.text(text)

    assert time.process_time() - began_s < 30


def test_a_pem_is_hidden_line_by_line_and_without_its_line_ends():
    body = ["MHcCAQEEIPvVkkj4kQ9SxO0Oo3dYp6gn", "oAoGCCqGSM49AwEHoUQDQgAEx5Yk8Fzq"]
    pem = "-----BEGIN EC PRIVATE KEY-----\n" + "\n".join(body) + "\n-----END EC PRIVATE KEY-----\n"
    redactor = LogRedactor([pem])

    for text in (pem, pem.strip(), pem.replace("\n", "\\n"), body[0], body[1], "".join(body), repr(pem)):
        redacted = redactor.text(f"cannot load {text}!")
        assert body[0] not in redacted
        assert body[1] not in redacted


def test_the_longer_of_two_overlapping_secrets_leaves_no_tail():
    assert LogRedactor(["abcdef", "abcdefgh"]).text("abcdefgh") == HIDDEN


@pytest.mark.parametrize(
    "value", [None, True, 7, 1.5, "equity $1,234.56 at kraken", ["BTC/USD"], {"lag_s": 0.25}]
)
def test_ordinary_values_stay_as_they_are(value):
    assert LogRedactor(["s3cr3t-value", "1234567"]).value(value) == value


def test_a_number_that_is_a_secret_is_hidden():
    assert LogRedactor(["1234567"]).value({"pin": 1234567}) == {"pin": HIDDEN}


def record(message, *arguments):
    return logging.LogRecord("venue", logging.INFO, __file__, 1, message, arguments, None)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("key s3cr3t-value", ()),
        ("key %s", ("s3cr3t-value",)),
        ("key %r %d", ("s3cr3t-value",)),
        ("%(a)s", ("s3cr3t-value",)),
    ],
)
def test_the_filter_leaves_no_secret_in_message_or_arguments(message, arguments):
    seen = record(message, *arguments)

    assert RedactingFilter(LogRedactor(["s3cr3t-value"])).filter(seen)

    assert "s3cr3t-value" not in f"{seen.msg}{seen.args}"
    assert HIDDEN in seen.getMessage()
