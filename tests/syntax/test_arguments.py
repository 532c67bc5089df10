"""What a comment argues: behind its mark, from a sentence on, or nothing."""

import pytest

from soundcheck.syntax.arguments import any_of, argument_of, one_line, plain, read_marks

MARKS = read_marks(("SAFETY", "SAFE"), ("safe because", "sound since"))


@pytest.mark.parametrize(
    ("comment", "argument"),
    [
        pytest.param("// SAFETY: a", "a", id="word"),
        pytest.param("// safety: a", "a", id="lower-case"),
        pytest.param("//SAFETY: a", "a", id="without-space"),
        pytest.param("/// SAFETY: a", "a", id="documentation"),
        pytest.param("/* SAFETY: a */", "a", id="block"),
        pytest.param("/** SAFETY: a */", "a", id="block-documentation"),
        pytest.param("/*\n * SAFETY: a\n * b\n */", "a b", id="block-of-lines"),
        pytest.param("// SAFETY - a", "a", id="dash"),
        pytest.param("// SAFETY \u2014 a", "a", id="long-dash"),
        pytest.param("// SAFETY (b): a", "a", id="in-brackets"),
        pytest.param("// - SAFETY: a", "a", id="in-a-list"),
        pytest.param("// **Safety**: a", "a", id="emphasis"),
        pytest.param("// # Safety\n//\n// a", "a", id="heading"),
        pytest.param("// ## Safety: a", "a", id="heading-in-line"),
        pytest.param("// SAFETY\n// a", "a", id="alone-on-its-line"),
        pytest.param("// Safety\n// a", "a", id="alone-in-lower-case"),
        pytest.param("// SAFETY:\n// - a\n// - b", "- a - b", id="list"),
        pytest.param("// b\n//\n// SAFETY: a", "a", id="second-paragraph"),
        pytest.param("// b. Safety: a", "a", id="behind-a-sentence"),
        pytest.param("// NB Safety: a", "a", id="behind-a-remark"),
        pytest.param("// SAFETY: `a` is *b*", "a is b", id="emphasis-inside"),
        pytest.param("// SAFETY:", "", id="empty"),
        pytest.param("// SAFETY", "", id="empty-without-colon"),
        pytest.param("// Safe because a", "Safe because a", id="sentence"),
        pytest.param("// This is safe because a", "safe because a", id="in-a-sentence"),
        pytest.param("// it is sound\n// since a", "sound since a", id="over-lines"),
    ],
)
def test_argument(comment, argument):
    assert argument_of(MARKS, [comment]) == argument


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("// a", id="other-words"),
        pytest.param("// the safety register", id="word-in-a-sentence"),
        pytest.param("// SAFETYNET: a", id="longer-word"),
        pytest.param("// safely: a", id="other-word"),
        pytest.param("// FIXME SAFETY: none", id="put-off"),
        pytest.param("// TODO: SAFETY: none", id="put-off-with-colon"),
        pytest.param("// This is not safe because a", id="denied"),
        pytest.param("// This isn't safe because a", id="denied-in-short"),
        pytest.param("// unsafe because a", id="unsafe"),
        pytest.param("// safe", id="no-reason"),
        pytest.param("// now the device is\n// safe\n// to be used", id="broken-prose"),
        pytest.param("", id="nothing"),
    ],
)
def test_no_argument(comment):
    assert argument_of(MARKS, [comment]) is None


def test_the_nearest_comment_with_a_mark_argues():
    assert argument_of(MARKS, ["// a", "// SAFETY: b", "// SAFETY: c"]) == "b"


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        pytest.param(("only called",), "It is only  called by b", "only  called", id="spaces"),
        pytest.param(("only called",), "It is ONLY CALLED", "ONLY CALLED", id="case"),
        pytest.param(("call", "only called"), "only called", "only called", id="whole-words"),
        pytest.param(("call",), "recall or called", None, id="parts-of-words"),
        pytest.param(("called",), "never called", None, id="denied"),
        pytest.param(("a.b",), "axb", None, id="no-pattern"),
        pytest.param((), "anything", None, id="none"),
    ],
)
def test_phrases(phrases, text, found):
    match = any_of(phrases).search(text)
    assert (match and match[0]) == found


def test_plain_text_has_no_signs_of_comments():
    assert one_line(plain("/**\n * a // b\n *\n ** c **\n */")) == "a // b c"
