import pytest

from sandbox.coinbase.account import CoinbaseAccount
from sandbox.coinbase.credentials import TokenError, check_token, new_credentials, parse_token
from tests.sandbox.coinbase.coinbase_client import a_token

NOW = 1_700_000_000.5
URI = "GET 127.0.0.1:80/api/v3/brokerage/accounts"
ACCOUNT = CoinbaseAccount(created_at=0.0)


def check(token, now=NOW):
    check_token(
        parse_token(f"Bearer {token}"),
        ACCOUNT.credentials,
        method="GET",
        target="127.0.0.1:80/api/v3/brokerage/accounts",
        now=now,
    )


def test_a_token_for_this_request_at_this_time_passes():
    check(a_token(ACCOUNT, URI, at=NOW))


def test_a_client_on_plain_http_may_name_the_scheme():
    check(a_token(ACCOUNT, URI.replace("GET ", "GET http://"), at=NOW))


def test_the_token_of_todays_official_sdk_passes():
    # https://github.com/coinbase/coinbase-advanced-py/blob/master/coinbase/jwt_generator.py
    token = a_token(
        ACCOUNT,
        "GET api.coinbase.com/api/v3/brokerage/accounts",
        at=NOW,
        claims={"iss": "cdp"},
        without=("aud",),
    )

    check(token)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pem": new_credentials().pem}, "signature"),
        ({"header": {"alg": "HS256"}}, "alg"),
        ({"header": {"nonce": ""}}, "nonce"),
        ({"claims": {"sub": "organizations/x/apiKeys/y"}}, "sub"),
        ({"claims": {"iss": "somebody"}}, "iss"),
        ({"claims": {"aud": ["another"]}}, "aud"),
        ({"claims": {"aud": []}}, "aud"),
        ({"claims": {"uri": URI.replace("GET", "POST")}}, "uri"),
        ({"claims": {"uri": f"{URI}?limit=250"}}, "uri"),
        ({"claims": {"uri": "GET api.coinbase.com/api/v3/brokerage/orders"}}, "uri"),
        ({"claims": {"uri": "GET example.org/api/v3/brokerage/accounts"}}, "uri"),
        ({"claims": {"aud": None}}, "aud"),
        ({"claims": {"nbf": int(NOW) + 6}}, "nbf and exp"),
        ({"claims": {"exp": int(NOW)}}, "nbf and exp"),
        ({"claims": {"exp": int(NOW) + 121}}, "nbf and exp"),
        ({"claims": {"exp": None}}, "nbf and exp"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value)[:40],
)
def test_a_token_that_is_wrong_in_one_thing_proves_nothing(changes, reason):
    with pytest.raises(TokenError, match=reason):
        check(a_token(ACCOUNT, URI, at=NOW, **changes))


def test_claims_changed_after_signing_prove_nothing():
    header, _, signature = a_token(ACCOUNT, URI, at=NOW).split(".")
    _, claims, _ = a_token(ACCOUNT, URI, at=NOW + 1).split(".")

    with pytest.raises(TokenError, match="signature"):
        check(f"{header}.{claims}.{signature}")


def test_a_signature_of_another_length_proves_nothing():
    with pytest.raises(TokenError, match="signature"):
        check(a_token(ACCOUNT, URI, at=NOW)[:-4])


@pytest.mark.parametrize("late_s", [119, 120])
def test_a_token_lives_two_minutes(late_s):
    token = a_token(ACCOUNT, URI, at=int(NOW))

    if late_s < 120:
        check(token, now=int(NOW) + late_s)
    else:
        with pytest.raises(TokenError, match="nbf and exp"):
            check(token, now=int(NOW) + late_s)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer a.b", "Bearer a.b.c", "Basic a.b.c", "Bearer W10.W10.W10"]
)
def test_what_is_no_token_is_not_parsed(header):
    with pytest.raises(TokenError):
        parse_token(header)
