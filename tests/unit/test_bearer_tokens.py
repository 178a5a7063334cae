"""A bearer token is believed where it was made here, is whole, and is not over; nothing in it says how to read it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from stores.bearer_tokens import TOKEN_LIFE, BearerTokens
from stores.keys import parse_key_ring
from tests.conftest import TEST_KEY

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ENDS = NOW + timedelta(hours=10)
OTHER_KEY = "other:" + base64.b64encode(b"x" * 32).decode()
RING = parse_key_ring(TEST_KEY)
TOKENS = BearerTokens(RING)
KEY = RING.signing_keys["test"]
CLAIMS = {
    "iss": "jiandu",
    "aud": "jiandu-api",
    "sub": "7",
    "sid": "9",
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + TOKEN_LIFE).timestamp()),
}


def made(now: datetime = NOW) -> str:
    return TOKENS.issue(account_id=7, session_id=9, session_ends_at=ENDS, now=now)[0]


def signed(claims: dict[str, Any], *, key: bytes = KEY, kid: str | None = "test", algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={} if kid is None else {"kid": kid})


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_names_its_account_and_session_and_lives_half_an_hour() -> None:
    token, expires_at = TOKENS.issue(account_id=7, session_id=9, session_ends_at=ENDS, now=NOW)
    claims = TOKENS.read(token, NOW)
    assert claims
    assert (claims.account_id, claims.session_id, claims.expires_at) == (7, 9, expires_at)
    assert expires_at == NOW + timedelta(minutes=30)
    assert TOKENS.read(token, expires_at - timedelta(seconds=1))
    assert TOKENS.read(token, expires_at) is None
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "test"}


def test_no_token_outlives_its_session() -> None:
    ends = NOW + timedelta(minutes=4, microseconds=700_000)
    token, expires_at = TOKENS.issue(account_id=7, session_id=9, session_ends_at=ends, now=NOW)
    assert expires_at <= ends
    assert TOKENS.read(token, ends) is None


def test_a_key_that_was_followed_by_another_is_still_believed_and_one_that_is_gone_is_not() -> None:
    rotated = BearerTokens(parse_key_ring(f"{OTHER_KEY},{TEST_KEY}"))
    assert rotated.read(made(), NOW)
    after = rotated.issue(account_id=7, session_id=9, session_ends_at=ENDS, now=NOW)[0]
    assert jwt.get_unverified_header(after)["kid"] == "other"
    assert rotated.read(after, NOW)
    assert TOKENS.read(after, NOW) is None


def test_what_the_tests_below_change_is_a_token_that_is_believed() -> None:
    assert TOKENS.read(signed(CLAIMS), NOW)


@pytest.mark.parametrize("name", list(CLAIMS))
def test_a_token_lacks_no_claim(name: str) -> None:
    assert TOKENS.read(signed({key: value for key, value in CLAIMS.items() if key != name}), NOW) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "elsewhere"},
        {"aud": "another-api"},
        {"aud": ["jiandu-api"]},
        {"sub": "seven"},
        {"sid": None},
        {"sid": "nine"},
        {"exp": "soon"},
        {"exp": int(NOW.timestamp())},
        {"exp": int((NOW + timedelta(days=1)).timestamp())},
        {"iat": int((NOW + timedelta(minutes=2)).timestamp())},
    ],
)
def test_a_token_with_another_claim_is_refused(changed: dict[str, Any]) -> None:
    assert TOKENS.read(signed(CLAIMS | changed), NOW) is None


@pytest.mark.parametrize("kid", [None, "other", "", "../test"])
def test_a_token_names_a_key_of_the_ring(kid: str | None) -> None:
    assert TOKENS.read(signed(CLAIMS, kid=kid), NOW) is None


def test_a_token_signed_under_another_key_or_under_the_key_of_the_rows_is_refused() -> None:
    assert TOKENS.read(signed(CLAIMS, key=b"y" * 32), NOW) is None
    assert TOKENS.read(signed(CLAIMS, key=base64.b64decode(TEST_KEY.partition(":")[2])), NOW) is None


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE"])
def test_a_token_without_a_signature_is_refused(algorithm: str) -> None:
    unsigned = f"{part({'alg': algorithm, 'kid': 'test'})}.{part(CLAIMS)}."
    assert TOKENS.read(unsigned, NOW) is None
    assert TOKENS.read(unsigned + made().rpartition(".")[2], NOW) is None


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_under_another_algorithm_is_refused_though_its_key_is_right(algorithm: str) -> None:
    assert TOKENS.read(signed(CLAIMS, algorithm=algorithm), NOW) is None


def test_a_token_signed_with_a_private_key_is_refused() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = jwt.encode(CLAIMS, private, algorithm="RS256", headers={"kid": "test"})
    assert TOKENS.read(token, NOW) is None
    header, claims, signature = made().split(".")
    del header
    assert TOKENS.read(f"{part({'alg': 'RS256', 'kid': 'test'})}.{claims}.{signature}", NOW) is None


def test_the_key_that_a_token_brings_along_is_not_used() -> None:
    secret = base64.urlsafe_b64encode(b"z" * 32).decode().rstrip("=")
    brought = {"jwk": {"kty": "oct", "k": secret}, "jku": "https://jiandu.example/keys"}
    assert TOKENS.read(jwt.encode(CLAIMS, b"z" * 32, algorithm="HS256", headers=brought), NOW) is None
    assert TOKENS.read(jwt.encode(CLAIMS, b"z" * 32, algorithm="HS256", headers=brought | {"kid": "test"}), NOW) is None


def test_claims_that_were_tampered_with_or_swapped_are_refused() -> None:
    header, _claims, signature = made().split(".")
    for claims in (part(CLAIMS | {"sub": "1"}), made(NOW + timedelta(seconds=5)).split(".")[1]):
        assert TOKENS.read(f"{header}.{claims}.{signature}", NOW) is None


@given(st.data())
def test_no_token_with_another_character_is_believed(data: st.DataObject) -> None:
    token = made()
    # The last character of a part carries bits that mean nothing.
    place = data.draw(st.sampled_from([n for n in range(len(token) - 1) if token[n + 1] != "."]))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    assert TOKENS.read(token[:place] + other + token[place + 1 :], NOW) is None


@given(st.text(max_size=300) | st.lists(st.text(max_size=40), min_size=3, max_size=3).map(".".join))
def test_what_is_no_token_is_refused_without_an_error(text: str) -> None:
    assert TOKENS.read(text, NOW) is None
