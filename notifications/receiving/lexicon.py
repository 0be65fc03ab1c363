"""The words answers are made of, without marks: the one place to teach the desk another one."""

from incidents.record.inbox import Verb


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PHRASES: dict[Verb, str] = {
    Verb.DECLINE: """
        khong nhan, khong the nhan, khong tiep nhan, khong dam nhan, khong the dam nhan,
        khong nhan lam, khong lam duoc, khong the lam, khong tham gia duoc, khong the tham gia,
        tu choi, de nghi chuyen, xin chuyen, de nghi giao, nho nguoi khac, giao nguoi khac,
        chuyen nguoi khac, nhan khong duoc, decline, declined, i decline, cannot take, can not take,
        can't take, unable to take, cannot do, can't do, can not do, unable to do, not me,
        someone else please, somebody else please""",
    Verb.COMPLETE: """
        hoan thanh, hoan tat, lam xong, xong viec, xong, thuc hien xong, xu ly xong, done, all done,
        completed, complete, finished, is done""",
    Verb.SIGN: """
        dong y, khong dong y, duyet, khong duyet, phe duyet, khong phe duyet, ky duyet, chap thuan,
        khong chap thuan, approved, approve, not approved, agreed""",
    Verb.ACKNOWLEDGE: """
        nhan, tiep nhan, dam nhan, xac nhan, ro, nhan lenh, se lam, lam ngay, de em lam,
        de toi lam, se thuc hien, acknowledged, acknowledge, ack, accepted, accept, received, roger,
        roger that, got it, on it, will do, taking it, take it, confirmed, confirm, understood,
        copy that""",
    Verb.WHO: """
        ai dang giu, ai giu, ai dang lam, ai lam, ai dang nhan, ai nhan, ai da nhan,
        ai phu trach, ai dang phu trach, who has, who is on, who's on, who is doing, who took,
        who's got, who is handling""",
    Verb.COMMENT: "ghi chu, y kien, trao doi, luu y, note, comment, remark",
}
"""Verb → how an answer may begin; of two that fit the longer counts."""

POLITE = _words("ok oki oke okie okay okey vang yes u uh yep sure duoc")
"""Alone they take the work; before a verb they are only manners."""

BEFORE = _words(
    """da a oi thua kinh bao cao em toi minh chau con anh chi bac chu co chung ta don vi ben ban
    dong chi xin viec nay cong nhiem vu i we i'll i've i'm we've we'll we're am have has is it
    this the task thi cung roi lanh dao sep phep van now already just step"""
)
"""What may stand before a verb and changes nothing."""

AFTER = _words(
    """a nhe nha nhen roi ah da day luon ngay viec nay nhiem vu thong tin thu mail email tin cong
    lenh so nhan tiep va dang se lam thuc hien trien khai xu ly em toi minh anh chi oi duoc chi
    dao phan hanh chap khan truong cam on xin bao cao sau it this the task step assignment
    thanks thank you will do and am i we on working with now sir madam ok vang that noted your
    message"""
)
"""What may stand after a taking, which stays one."""

AFTER_DECLINE = _words(
    """a nhe nha roi ah dau viec nay nhiem vu lan hom bay gio luc em toi minh duoc lam cho nguoi
    khac sang giup it this the task step now today sorry please to thay anh chi"""
)
"""What may stand after a declining, which stays one."""

GREETINGS = _words("chao gui dear hi hello hey good alo")
NEGATIONS = _words(
    """khong chua chang dung not never cannot can't don't won't isn't aren't haven't hasn't didn't
    unable no"""
)
DOINGS = _words(
    """nhan lam xong hoan tham dam kip tiep mo vao take taken do done finish finished complete
    completed accept"""
)
"""Said of them, a negation leaves nothing clear."""

UNFINISHED = _words(
    """chua sap gan neu con almost nearly soon if when until partly half not 50% 80% 90%"""
)
"""In the sentence of a completion they leave it open whether it is one."""

OPEN_HERE = UNFINISHED | _words("khi phan nua truoc trong by before part will se khong hau tam")
"""So do these, close to it."""

REASONS = _words("dang bi om nghi benh mac trung het hien hom on away leave ill sick")
"""With one of these a reason begins."""

ALIKE = {
    **dict.fromkeys(("ko", "kg", "hok", "hong", "hem", "khg", "kh"), "khong"),
    **dict.fromkeys(("dc", "dk"), "duoc"),
    **dict.fromkeys(("oki", "oke", "okie", "okay", "okey", "okla"), "ok"),
    "dont": "don't",
    "cant": "can't",
    "ng": "nguoi",
}
"""What is typed in haste → what it stands for."""

SPLITS = _words("nhung but vi do nen because since as boi tai")
"""Words that begin another clause."""

ENGLISH = _words("will to not cannot can't don't i we you unable")
"""After one of these «do» is the English verb, and begins no reason."""

HALVES = {
    "nua": 0.5,
    "half an": 0.5,
    "mot": 1.0,
    "hai": 2.0,
    "ba": 3.0,
    "one": 1.0,
    "an": 1.0,
    "two": 2.0,
}
UNITS = {
    **dict.fromkeys(("phut", "p", "'", "min", "mins", "minute", "minutes"), 1),
    **dict.fromkeys(("tieng", "gio", "h", "g", "hour", "hours", "hr", "hrs"), 60),
    **dict.fromkeys(("ngay", "day", "days"), 1440),
}
"""Units of time in minutes."""
