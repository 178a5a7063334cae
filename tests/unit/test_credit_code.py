"""What stands in a credit code's column: the code, a mask, a person's number, or one of the numbers it replaced."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from indexer.feeds.values import NO_CODE, BadValueError, CreditCode, credit_code
from schema.feed_records import RowWarning
from schema.vocabularies import FeedErrorCode
from supervision.credit_code import (
    is_credit_code,
    is_institution_code,
    is_registration_number,
    misplaced_character,
)
from supervision.privacy import may_be_identity_number

CODE = "91410923581749967U"
REAL_CODES = (CODE, "92530112MA6KXAUR5L", "52460100754385883Q", "9150024179351027XH", "91450100MAA7MQ7P1X")
PERSON = "11010519491231002X"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def read(text: str) -> tuple[CreditCode, list[str]]:
    warnings: list[RowWarning] = []
    return credit_code(text, "uscc", warnings), [warning.message for warning in warnings]


def error_of(text: str) -> BadValueError:
    with pytest.raises(BadValueError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "91410923581749967u",
        "９１４１０９２３５８１７４９９６７Ｕ",
        "9141 0923 5817 4996 7U",
        "91410923-581749967-U",
        "91410923581749967U\n",
        "\u300091410923 581749967 U",
    ],
)
def test_a_valid_code_is_kept_however_it_is_typed(text: str) -> None:
    assert read(text) == (CreditCode(CODE, None), [])


@pytest.mark.parametrize(
    "text",
    [f"统一社会信用代码：{CODE}", f"{CODE}（副本）", f"{CODE},{CODE}", f"代码:{CODE.lower()}。"],
)
def test_the_one_code_among_words_is_taken_with_a_warning(text: str) -> None:
    code, warnings = read(text)
    assert code.uscc == CODE
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "text", [f"{CODE},{REAL_CODES[1]}", f"{CODE},{CODE[:-1]}0", f"{CODE}U", f"代码:{CODE[:-1]}0", f"身份证:{PERSON}"]
)
def test_several_codes_and_a_wrong_one_among_words_are_none(text: str) -> None:
    code, warnings = read(text)
    assert code == NO_CODE
    assert len(warnings) == 1


@pytest.mark.parametrize("text", ["915206****7FMTAX63", "9153xxxxxxxx46A", "91430681XXXXXXXXXX", "913101173245******"])
def test_a_masked_code_is_kept_as_sent_with_a_warning(text: str) -> None:
    assert read(text) == (CreditCode(text, None), ["The credit code is masked, and it was kept as sent."])


@pytest.mark.parametrize("text", ["52460100******883Q", "524601007543******"])
def test_a_masked_code_of_a_public_body_is_no_identity_number(text: str) -> None:
    assert read(text)[0].uscc == text


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231****",
        "110105********002X",
        "110105**********2X",
        "411325××××××××1234",
        "4113251990xxxxxxxx",
        "430623****3035",
    ],
)
def test_a_covered_identity_number_is_left_out(text: str) -> None:
    code, (message,) = read(text)
    assert code == NO_CODE
    assert "identity number" in message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("410101000012345", "工商注册号"),
        ("411300100012345(1-1)", "工商注册号"),
        ("110105491231001", "identity number in its old form"),
        ("110105491231002", "工商注册号) or an old identity number"),
        ("58174996-7", "组织机构代码"),
        ("581749967", "组织机构代码"),
        ("12345", "no unified social credit code"),
        (CODE[:-1], "no unified social credit code"),
        ("见营业执照", "no unified social credit code"),
    ],
)
def test_another_number_is_left_out_with_a_warning_of_what_it_is(text: str, what: str) -> None:
    code, (message,) = read(text)
    assert code == NO_CODE
    assert what in message
    assert text not in message


def test_an_identity_number_is_told_apart() -> None:
    assert read(PERSON)[0] == CreditCode(None, PERSON)
    assert read("１１０１０５　１９４９１２３１　００２ｘ")[0] == CreditCode(None, PERSON)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("9141O923581749967U", 5),
        ("9I410923581749967U", 2),
        ("914I0923581749967U", 4),
        ("91410923S81749967U", 9),
        ("91410923581749967Z", 18),
        ("O1410923581749967U", 1),
    ],
)
def test_a_character_that_cannot_stand_is_named_by_its_place_and_not_guessed(text: str, place: int) -> None:
    error = error_of(text)
    assert error.code is FeedErrorCode.BAD_USCC
    assert error.message.startswith(f"Character {place} ")
    assert text not in error.message


def test_a_mistyped_identity_number_is_a_bad_code_whose_message_says_what_it_may_be() -> None:
    error = error_of("110105194912310021")
    assert error.code is FeedErrorCode.BAD_USCC
    assert "identity number" in error.message
    assert "1101" not in error.message


@given(st.sampled_from(REAL_CODES), st.integers(0, 17), st.sampled_from([*map(chr, range(33, 127)), "０", "张"]))
def test_one_wrong_character_never_makes_another_party(code: str, place: int, character: str) -> None:
    text = code[:place] + character + code[place + 1 :]
    try:
        found, message = read(text)[0], ""
    except BadValueError as error:
        found, message = NO_CODE, error.message
    assert text not in message
    assert found.uscc in {None, code, text.strip()}
    assert found.uscc is None or found.uscc == code or not is_credit_code(found.uscc)


@given(st.sampled_from(REAL_CODES), st.integers(0, 16))
def test_two_neighbours_in_the_wrong_order_never_make_another_party(code: str, place: int) -> None:
    text = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if text != code:
        assert error_of(text).code is FeedErrorCode.BAD_USCC


@given(
    st.sampled_from(REAL_CODES),
    st.lists(st.sampled_from(["", " ", "-", "\u3000", "\t"]), min_size=17, max_size=17),
    st.booleans(),
    st.booleans(),
)
def test_every_spelling_of_a_code_reads_back_to_it(code: str, between: list[str], lower: bool, wide: bool) -> None:
    text = "".join(character + gap for character, gap in zip(code, [*between, ""], strict=True))
    text = text.lower() if lower else text
    if wide:
        text = "".join(chr(ord(character) + 0xFEE0) if character.isalnum() else character for character in text)
    assert read(text) == (CreditCode(code, None), [])


@given(
    st.from_regex(
        r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|6[1-5])[0-9]{4}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9])[0-9]{3}",
        fullmatch=True,
    )
)
def test_a_persons_number_is_never_kept_as_a_code(stem: str) -> None:
    number = stem + ric.calc_check_digit(stem + "0")
    assert read(number)[0] == CreditCode(None, number)
    assert read(f"{stem[:6]}********{number[-4:]}")[0] == NO_CODE
    assert read(f"{stem[:14]}****")[0] == NO_CODE


def test_the_numbers_a_code_replaced_have_checks_of_their_own() -> None:
    assert is_registration_number("110108000000016")
    assert not is_registration_number("110108000000017")
    assert not is_registration_number("1101080000000")
    assert is_institution_code("581749967")
    assert is_institution_code("58174996-7")
    assert not is_institution_code("58174996-8")
    assert all(is_institution_code(code[8:17]) for code in REAL_CODES)


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_one_check_digit_fits_a_registration_number(stem: str) -> None:
    assert sum(is_registration_number(stem + digit) for digit in "0123456789") == 1


@given(st.sampled_from(REAL_CODES))
def test_no_character_of_a_real_code_is_misplaced(code: str) -> None:
    assert misplaced_character(code) is None


def test_old_and_new_identity_numbers_are_recognised_by_their_form() -> None:
    assert may_be_identity_number("110105491231002")
    assert may_be_identity_number("110105194912310021")
    assert not may_be_identity_number("110105491331002")
    assert not may_be_identity_number(CODE)


@given(st.text(alphabet="0123456789AXxOIZ*×●-（）:张 ０Ｘ", max_size=40))
def test_no_text_fails_with_anything_but_a_bad_value(text: str) -> None:
    message = ""
    warnings: list[RowWarning] = []
    try:
        credit_code(text, "c", warnings)
    except BadValueError as error:
        message = error.message
    assert "张" not in message + "".join(warning.message for warning in warnings)


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    started = time.perf_counter()
    for piece in ("1", "*", "x", "-", " ", "A1", "９", "张"):
        assert read(piece * 100_000)[0] == NO_CODE
    assert time.perf_counter() - started < 5
