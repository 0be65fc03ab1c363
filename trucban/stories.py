"""What one shows a sceptic: short stories, played at the running desk and left there to see."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from incidents.matter.incidents import Finding
from incidents.people import persons
from incidents.people.organisations import Organisation
from incidents.record import clock, database
from incidents.record.errors import Conflict
from incidents.record.language import N_, Labelled
from incidents.response.steps.timers import LADDER_KINDS, Timer, TimerState
from trucban.journey import Journey, Told, script
from trucban.visiting import Door, Refused

FINGERPRINT = 6
"""Signs of a text's hash that are read out on the telephone."""


class Story(Labelled):
    """Which one is played."""

    JOURNEY = "journey", N_("cả hành trình, từ tin báo đến kết thúc")
    DYKE = "dyke", N_("tin vỡ đê lúc nửa đêm: mẫu duyệt sẵn ra trong vài phút")
    TRUE = "true", N_("tin đồn hóa ra đúng: đính chính và xin lỗi")
    TELEPHONE = "telephone", N_("duyệt qua điện thoại, rồi một chữ bị sửa")
    MERGER = "merger", N_("một vụ việc cũ sau khi hợp nhất tỉnh: tên cơ quan giữ như ngày ấy")


def play(story: Story, door: Door, tell: Told) -> list[str]:
    """Play it; the numbers of the incidents it leaves at the desk."""
    return {
        Story.JOURNEY: journey,
        Story.DYKE: dyke,
        Story.TRUE: true,
        Story.TELEPHONE: telephone,
        Story.MERGER: merger,
    }[story](door, tell)


def journey(door: Door, tell: Told) -> list[str]:
    """Three flags: one is worked to its end, one waits for signatures, one for an officer."""
    closed, left_open = (Journey(door, script()[part], tell) for part in ("closed", "open"))
    closed.open(closed.flag())
    closed.work()
    closed.end()
    left_open.open(left_open.flag())
    left_open.work()
    Journey(door, script()["waiting"], tell).flag()
    return [closed.number, left_open.number]


def dyke(door: Door, tell: Told) -> list[str]:
    """A shell is out in minutes; the commune answers, and what was to remind it stops by itself."""
    part = script()["dyke"]
    told = Journey(door, part, tell)
    began = time.monotonic()
    told.open(told.flag())
    officer = told.officer()
    door.prove(officer)
    shell = part["shell"]
    hours = {"gio": _hour(0), "gio_ke_tiep": _hour(2)}
    door.post(
        officer,
        f"/incidents/{told.number}/shells/{shell['code']}/release",
        {"values": shell["values"] | hours},
    )
    passed = round(time.monotonic() - began)
    tell(officer, N_("phát mẫu duyệt sẵn %(seconds)s giây sau tin báo"), seconds=passed)
    step = told.step("report from the ground")
    before = _armed(step)
    told.answer("report from the ground")
    tell(
        door.username(step["assignee_id"]),
        N_("nhắc và chuyển việc đã hẹn cho việc này: trước %(before)s, nay %(after)s"),
        before=before,
        after=_armed(step),
    )
    return [told.number]


def true(door: Door, tell: Told) -> list[str]:
    """The rumour was right: a correction with an apology, and the incident says so for good."""
    told = Journey(door, script()["true"], tell)
    told.open(told.flag())
    told.work()
    told.end()
    ended = door.get("quan.tri", f"/incidents/{told.number}")
    tell("quan.tri", N_("kết quả ghi trong hồ sơ: %(finding)s"), finding=Finding(ended["finding"]))
    return [told.number]


def telephone(door: Door, tell: Told) -> list[str]:
    """What was approved by telephone is that text; with one word changed it counts no more."""
    part = script()["telephone"]
    told = Journey(door, part, tell)
    told.open(told.flag())
    told.work()
    step = told.step("sign the holding statement")
    approver = door.username(step["assignee_id"])
    statement = door.get(approver, f"/statements/{step['statement_id']}")
    heard = statement["version"]
    _approve_by_telephone(door, told, step, statement)
    tell(
        told.officer(),
        N_("ghi nhận duyệt qua điện thoại bản có mã %(code)s"),
        code=heard["sha256"][:FINGERPRINT].upper(),
    )
    writer = told.holder("secretary")
    changed = one_word_changed(heard["text"])
    again = {"title": heard["title"], "text": changed}
    version = door.post(writer, f"/statements/{statement['id']}/versions", again)
    tell(writer, N_("sửa một chữ: thành bản %(number)s"), number=version["number"])
    if told.step("sign the holding statement")["assignee_id"] != step["assignee_id"]:
        raise Conflict(N_("Bản đã sửa không về người có quyền duyệt."))
    door.prove(approver)
    path = f"/statements/{statement['id']}/versions/{version['id']}/sign-off"
    try:
        door.post(approver, path, {"verdict": "granted", "sha256": heard["sha256"]})
    except Refused as refused:
        tell(approver, N_("dùng lại lần duyệt cũ: %(why)s"), why=refused.why)
    else:
        raise Conflict(N_("Bàn trực đã nhận một lần duyệt cho văn bản khác."))
    return [told.number]


def one_word_changed(text: str) -> str:
    """A text with one word changed, in whichever language the desk has drafted it."""
    pairs = script()["telephone"]["one_word"]
    was, now = next(pair for pair in pairs if pair[0] in text)
    return text.replace(was, now)


def merger(door: Door, tell: Told) -> list[str]:
    """An old incident keeps the names of its day, whatever became of the bodies since."""
    keeper, number = "quan.tri", script()["merger"]["number"]
    opened = date.fromisoformat(door.get(keeper, f"/incidents/{number}")["opened_at"][:10])
    bodies = [door.get(keeper, "/organisations", on=day.isoformat()) for day in (opened, _today())]
    then, now = (len(each["items"]) for each in bodies)
    tell(
        keeper,
        N_("danh bạ ngày %(day)s có %(then)s cơ quan, hôm nay %(now)s"),
        day=opened,
        then=then,
        now=now,
    )
    for seat in door.get(keeper, f"/incidents/{number}/task-force")["seats"]:
        tell(
            door.username(seat["person_id"]),
            N_("khi đó: %(then)s; nay: %(now)s"),
            then=seat["agency"],
            now=_agency_of(seat["person_id"]),
        )
    return [number]


def _today() -> date:
    return clock.now().astimezone(clock.LOCAL).date()


def _agency_of(person_id: str) -> str:
    """Where a person works now."""
    with database.reading() as session:
        person = persons.get(session, UUID(person_id))
        return session.get_one(Organisation, person.organisation_id).name


def _approve_by_telephone(
    door: Door, told: Journey, step: dict[str, Any], statement: dict[str, Any]
) -> None:
    version, officer = statement["version"], told.officer()
    door.prove(officer)
    door.post(
        officer,
        f"/statements/{statement['id']}/versions/{version['id']}/telephone",
        {
            "verdict": "granted",
            "approver_id": step["assignee_id"],
            "witness_id": door.person_id("theo.doi"),
            "number_called": _telephone_of(step["assignee_id"]),
            "read_back": version["sha256"][:FINGERPRINT],
        },
    )


def _telephone_of(person_id: str) -> str:
    """The number of the directory: the desk takes no other."""
    with database.reading() as session:
        return persons.get(session, UUID(person_id)).telephone


def _armed(step: dict[str, Any]) -> int:
    """Reminders and hand-overs that would still come for a step."""
    with database.reading() as session:
        return session.exec(
            select(func.count())
            .select_from(Timer)
            .where(
                Timer.step_id == UUID(step["id"]),
                Timer.state == TimerState.ARMED,
                col(Timer.kind).in_(LADDER_KINDS),
            )
        ).one()


def _hour(later: int) -> str:
    """A moment some hours from now."""
    return (clock.now() + timedelta(hours=later)).isoformat()
