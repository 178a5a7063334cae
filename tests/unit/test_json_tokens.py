"""The tokens of a line of JSON: each where it stands, and one replaced without touching any other."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.json_tokens import JSON_KEY, json_tokens, with_tokens

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def texts_of(value: Any) -> list[str]:
    """The keys, strings and numbers of a value, in their order."""
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *texts_of(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    if value is None or isinstance(value, bool):
        return []
    return [value if isinstance(value, str) else json.dumps(value)]


@given(st.dictionaries(st.text(), values), st.booleans(), st.sampled_from([None, 1]))
def test_every_key_string_and_number_is_found_once(
    fields: dict[str, Any], ascii_only: bool, indent: int | None
) -> None:
    line = json.dumps(fields, ensure_ascii=ascii_only, indent=indent)
    tokens = list(json_tokens(line))
    assert [token.text for token in tokens] == texts_of(fields)
    assert [token.number for token in tokens] == list(range(1, len(tokens) + 1))
    same = {token.number: line[token.start : token.end] for token in tokens}
    assert with_tokens(line, same) == line
    assert with_tokens(line, {}) == line


def test_a_value_is_told_with_the_path_of_its_field() -> None:
    line = '{"party": {"name": "a", "x": 1}, "coercion": [{"from": "b"}, {"from": "c"}], "harm": ["d"], "f": -1}'
    told = [(token.text, token.column, token.field) for token in json_tokens(line) if token.column != JSON_KEY]
    assert told == [
        ("a", "json.party.name", "party.name"),
        ("1", "json.party.*", "party.x"),
        ("b", "json.coercion.from", "coercion[0].from"),
        ("c", "json.coercion.from", "coercion[1].from"),
        ("d", "json.harm", "harm[0]"),
        ("-1", "json.*", "f"),
    ]


def test_one_token_is_replaced_and_the_rest_stays_to_the_last_digit() -> None:
    line = '{"a" : 1.10,"a":"\\u0041", "y":12345678901234567890.10 }'
    assert with_tokens(line, {4: '"B"'}) == '{"a" : 1.10,"a":"B", "y":12345678901234567890.10 }'
