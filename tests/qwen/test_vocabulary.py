from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from small_tokenizer import SPECIAL

from docparse.model.qwen.vocabulary import Vocabulary


@given(text=st.text(max_size=40))
def test_text_comes_back_with_the_start_of_each_token(vocabulary: Vocabulary, text: str) -> None:
    tokens = vocabulary.encode(text)
    found, places = vocabulary.text(tokens)
    assert found == text
    assert len(places) == len(tokens)
    assert places == sorted(places)
    for number, place in enumerate(places):
        before = b"".join(vocabulary.bytes_of(token) for token in tokens[:number])
        assert place == len(before.decode("utf-8", "ignore"))


def test_broken_utf8_is_marked_and_places_stay_inside(vocabulary: Vocabulary) -> None:
    first = next(token for token in range(len(vocabulary.tokenizer)) if vocabulary.bytes_of(token) == b"\xe6")
    text, places = vocabulary.text([first, first, *vocabulary.encode("zy"), first])
    assert text == "\ufffd\ufffdzy\ufffd"
    assert places == [0, 0, 1, 3, 4]


def test_special_tokens_have_no_text_and_are_not_read_from_text(vocabulary: Vocabulary) -> None:
    special = vocabulary.tokenizer.convert_tokens_to_ids(SPECIAL)
    assert vocabulary.text(special) == ("", [0] * len(special))
    assert not set(vocabulary.encode("<|im_end|><|image_pad|>")) & set(special)
    assert vocabulary.bytes_of(100_000) == b""


def test_bare(vocabulary: Vocabulary) -> None:
    (token,) = vocabulary.encode(" the")
    bare = vocabulary.bare(token)
    assert bare is not None
    assert vocabulary.bytes_of(bare) == b"the"
    assert vocabulary.bare(vocabulary.encode(" dog")[0]) is None  # "dog" alone is no token of this vocabulary
    digit = vocabulary.encode("7")[0]
    assert vocabulary.bare(digit) == digit
