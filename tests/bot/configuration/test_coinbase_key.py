"""The kind of key that Coinbase's portal makes by default is named before anything is asked with it."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from bot.command_errors import SettingsError
from bot.configuration.coinbase_key import is_ed25519
from bot.configuration.settings_sources import load_settings


def pem(key, form=PrivateFormat.PKCS8):
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def as_the_portal_shows_it(key):
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return base64.b64encode(seed + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


# Always the same keys: parameters are part of a test's id, and every process must collect the same tests.
EDWARDS, CURVE = (
    Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
    ec.derive_private_key(7, ec.SECP256R1()),
)
SEED = base64.b64encode(EDWARDS.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())).decode()


RAW = base64.b64decode(as_the_portal_shows_it(EDWARDS))
BLANKS = pem(EDWARDS).replace("\n", " ")


@pytest.mark.parametrize(
    "secret",
    [
        *(as_the_portal_shows_it(EDWARDS), SEED, pem(EDWARDS), BLANKS),
        *(RAW.hex(), RAW[:32].hex().upper(), as_the_portal_shows_it(EDWARDS).rstrip("=")),
        *(
            base64.urlsafe_b64encode(RAW).decode(),
            base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("="),
        ),
    ],
    ids=["portal", "seed", "pem", "blanks", "hex", "seed in hex", "unpadded", "url", "unpadded url"],
)
def test_an_ed25519_key_is_recognised_in_every_form(secret):
    assert is_ed25519(secret)


@pytest.mark.parametrize(
    "secret",
    [
        pem(CURVE),
        pem(CURVE, PrivateFormat.TraditionalOpenSSL),
        "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----",
        "-----BEGIN",
        "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY",
        "not base64!",
        "\N{GREEK SMALL LETTER ALPHA}",
        "",
    ],
    ids=["pkcs8", "sec1", "no key", "cut off", "legacy", "garbage", "letters", "nothing"],
)
def test_nothing_else_is_taken_for_one(secret):
    assert not is_ed25519(secret)


def set_keys(monkeypatch, secret):
    monkeypatch.setenv("NIJA_OWNER_IDS", "7")
    monkeypatch.setenv("NIJA_COINBASE_API_KEY", "organizations/1/apiKeys/2")
    monkeypatch.setenv("NIJA_COINBASE_API_SECRET", secret)


@pytest.mark.parametrize(
    "secret", [as_the_portal_shows_it(EDWARDS), pem(EDWARDS).replace("\n", "\\n")], ids=["portal", "pem"]
)
def test_the_start_names_an_ed25519_key_and_says_what_to_make_instead(monkeypatch, secret):
    set_keys(monkeypatch, secret)

    with pytest.raises(SettingsError) as refusal:
        load_settings(None)

    assert str(refusal.value) == (
        "NIJA_COINBASE_API_SECRET is an Ed25519 key, the portal's default, and Coinbase takes trades with ECDSA "
        "keys only: make a new key there with ECDSA as its signature algorithm."
    )
    assert secret not in str(refusal.value)


def test_an_ecdsa_key_is_taken(monkeypatch):
    set_keys(monkeypatch, pem(CURVE, PrivateFormat.TraditionalOpenSSL).replace("\n", "\\n"))

    assert load_settings(None).coinbase_api_secret is not None


def _key_file(secret):
    return json.dumps({"name": "organizations/1/apiKeys/2", "privateKey": secret})


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize(
    "pasted",
    [
        lambda written: written,
        lambda written: written.replace("\n", "\\n"),
        lambda written: written.replace("\n", "\\r\\n"),
        lambda written: written.replace("\n", "\r\n"),
        lambda written: written.replace("\n", " "),
        lambda written: written.replace("\n", ""),
        lambda written: f" {written} ",
        _key_file,
        lambda written: _key_file(written.replace("\n", "\\n")),
    ],
    ids=["lines", "\\n", "\\r\\n", "CRLF", "blanks", "one line", "around it", "file", "file, escaped"],
)
def test_an_ecdsa_key_is_read_however_it_was_pasted(monkeypatch, pasted, form):
    set_keys(monkeypatch, pasted(pem(CURVE, form)))

    secret = load_settings(None).coinbase_api_secret.get_secret_value()

    key = load_pem_private_key(secret.encode(), None)
    assert key.private_numbers().private_value == 7


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_on_another_curve_is_refused(monkeypatch, form):
    secret = pem(ec.derive_private_key(7, ec.SECP256K1()), form)
    set_keys(monkeypatch, secret.replace("\n", "\\n"))

    with pytest.raises(SettingsError, match="ECDSA keys on the curve P-256") as refusal:
        load_settings(None)

    assert secret.splitlines()[1] not in str(refusal.value)


@pytest.mark.parametrize("pasted", ["{", '{"name": "organizations/1/apiKeys/2"}', '{"privateKey": 5}', "{}"])
def test_a_key_file_without_its_key_is_named(monkeypatch, pasted):
    set_keys(monkeypatch, pasted)

    with pytest.raises(SettingsError, match="write its privateKey alone, on one line"):
        load_settings(None)


def test_an_ed25519_key_inside_its_key_file_is_named_too(monkeypatch):
    set_keys(monkeypatch, _key_file(as_the_portal_shows_it(EDWARDS)))

    with pytest.raises(SettingsError, match="is an Ed25519 key"):
        load_settings(None)
