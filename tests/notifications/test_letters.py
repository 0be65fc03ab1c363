"""Invented replies as mail programs send them, each with what the desk reads in it."""

import time
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.record.inbox import Verb, Why
from notifications.receiving import letters, quotes, verbs
from notifications.receiving.inbound import Inbound

REPLIES = Path(__file__).parent / "replies"
OURS = "<khongdoanduoc@binhkhe.test>"
TOKEN = "abcdefghijklmnopqrstuvwxyz234567"

READ_AS = {
    "gmail_vi_above": "acknowledge",
    "gmail_en_above": "acknowledge",
    "gmail_vi_decline": "decline",
    "gmail_vi_base64": "complete",
    "gmail_vi_quoted_printable": "complete",
    "gmail_vi_not_done": "unclear",
    "gmail_html_only": "more_time",
    "gmail_alternative": "acknowledge",
    "outlook_vi": "acknowledge",
    "outlook_en": "complete",
    "outlook_en_decline": "decline",
    "outlook_vi_signature": "acknowledge",
    "outlook_desktop_html": "acknowledge",
    "outlook_web_html": "complete",
    "outlook_winmail": "acknowledge",
    "outlook_original_message": "acknowledge",
    "zimbra_vi": "decline",
    "zimbra_html": "acknowledge",
    "thunderbird_vi_below": "acknowledge",
    "thunderbird_en_below": "more_time",
    "thunderbird_flowed": "complete",
    "ios_vi": "acknowledge",
    "ios_en": "acknowledge",
    "ios_html": "who",
    "android_outlook": "acknowledge",
    "zalo_mail": "acknowledge",
    "lotus_notes": "decline",
    "lotus_notes_rule": "acknowledge",
    "wrong_charset_says_latin": "acknowledge",
    "wrong_charset_unknown": "acknowledge",
    "wrong_charset_none": "decline",
    "windows_1258": "acknowledge",
    "windows_1258_marks": "more_time",
    "decomposed": "acknowledge",
    "utf16": "complete",
    "no_marks": "acknowledge",
    "hasty": "decline",
    "disclaimer_vi": "acknowledge",
    "disclaimer_en": "acknowledge",
    "signature_only": "empty",
    "quote_only": "empty",
    "thumb": "acknowledge",
    "question": "unclear",
    "contradiction": "decline",
    "received_not_opened": "unclear",
    "remark_about_remarks": "unclear",
    "remark": "remark",
    "sign": "sign",
    "both": "more_time",
    "photo": "complete",
    "vacation_vi_outlook": "automatic",
    "vacation_vi_subject_only": "automatic",
    "vacation_en": "automatic",
    "vacation_gmail": "automatic",
    "mailing_list": "automatic",
    "empty_return_path": "automatic",
    "bounce_postfix": "returned",
    "bounce_exchange": "returned",
    "bounce_gmail": "returned",
    "bounce_delayed": "delayed",
    "bounce_exim": "returned",
    "bounce_vietnamese": "returned",
}


def _read(name: str) -> Inbound:
    return letters.read((REPLIES / f"{name}.eml").read_bytes())


def test_every_reply_is_in_the_table() -> None:
    assert {each.stem for each in REPLIES.glob("*.eml")} == set(READ_AS)


@pytest.mark.parametrize(("name", "expected"), READ_AS.items())
def test_a_reply_is_read_as_it_was_meant(name: str, expected: str) -> None:
    found = _read(name)
    assert _in_short(found) == expected, found.text
    assert OURS in (found.returned.names if found.returned else found.reply_to)
    if found.left_alone is not Why.RETURNED:
        assert (found.sender, found.tokens) == ("phuc@binhkhe.test", (TOKEN,))


def _in_short(found: Inbound) -> str:
    if found.returned:
        assert found.left_alone is Why.RETURNED
        return "returned" if found.returned.for_good else "delayed"
    if found.left_alone:
        return found.left_alone.value
    said = verbs.read(found.text)
    if not found.text:
        return "empty"
    if said.verb is Verb.COMMENT:
        return "remark" if said.clear else "unclear"
    return said.verb.value


@pytest.mark.parametrize(
    ("name", "minutes", "note"),
    [
        ("gmail_html_only", 30, "đường ngập"),
        ("thunderbird_en_below", 45, "road flooded"),
        ("both", 90, "mất điện"),
    ],
)
def test_more_time_has_its_minutes_and_its_reason(name: str, minutes: int, note: str) -> None:
    said = verbs.read(_read(name).text)
    assert (said.minutes, note in said.note) == (minutes, True)


def test_files_are_counted() -> None:
    assert [_read(name).files for name in ("photo", "outlook_winmail", "gmail_vi_above")] == [
        *(1, 1, 0)
    ]


@given(st.binary(max_size=4000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_reading_raise(raw: bytes) -> None:
    letters.read(raw)


_PIECES = st.sampled_from(
    [
        *(
            "On ",
            "wrote:",
            "\n",
            "\n\n",
            "> ",
            "Từ: ",
            "Vào ",
            "đã viết:",
            "-- \n",
            "_" * 33,
            "mail ",
        ),
        *("Disclaimer: ", "không ", "nhận ", "xong ", "xin thêm ", "30 ", "phút ", "? ", "<div>"),
        *("From: a\n", "=?utf-8?q?", "Content-Type: ", "a", " ", "-", "\t", "Trân trọng", "ai "),
    ]
)


@given(st.lists(_PIECES, max_size=60), st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_reading_costs_little_whatever_is_repeated(pieces: list[str], times: int) -> None:
    text = "".join(pieces) * times
    letter = EmailMessage(policy=policy.SMTP)
    letter.set_content(text)
    raw = letter.as_bytes()
    began = time.process_time()
    verbs.read(letters.read(raw).text)
    verbs.read(text)
    assert time.process_time() - began < 1


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_whatever_is_negated_takes_and_ends_nothing(text: str) -> None:
    said = verbs.read(f"không {text} nhận")
    assert said.verb is not Verb.COMPLETE
    quotes.written(text)


@pytest.mark.parametrize(
    "text",
    [
        "chưa nhận",
        "chưa xong",
        "chưa hoàn thành",
        "not done",
        "don't accept",
        "xong chưa?",
        "ok?",
        "bao giờ xong",
    ],
)
def test_a_negation_or_a_question_is_never_a_yes(text: str) -> None:
    assert verbs.read(text).verb is Verb.COMMENT


@pytest.mark.parametrize(
    ("text", "verb", "number", "code"),
    [
        ("nhận 3", Verb.ACKNOWLEDGE, 3, None),
        ("xong đã gửi báo cáo", Verb.COMPLETE, None, None),
        ("XONG 3 đã báo cáo anh Phúc", Verb.COMPLETE, 3, None),
        ("xong 3 đã gọi", Verb.COMPLETE, 3, None),
        ("xong 4K7Q đã gọi", Verb.COMPLETE, None, "4K7Q"),
        ("XIN THÊM 30 chờ số liệu", Verb.MORE_TIME, None, None),
        ("NEED 30 waiting for figures", Verb.MORE_TIME, None, None),
        ("DECLINE no car today", Verb.DECLINE, None, None),
        ("DONE all three communes called", Verb.COMPLETE, None, None),
        ("WHO?", Verb.WHO, None, None),
    ],
)
def test_what_the_mail_says_to_write_is_understood(
    text: str, verb: Verb, number: int | None, code: str | None
) -> None:
    said = verbs.read(text)
    assert (said.verb, said.number, said.code) == (verb, number, code)
