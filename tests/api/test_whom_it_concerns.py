"""Whom an incident concerns reads nothing of it by any road, and does nothing to it.

Long is a duty officer and An administers the desk; an incident names both. Lan has the same rights
as Long and is not concerned. Every GET of the table of routes is asked: a new one that shows a word
of the matter to those it concerns fails here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from incidents.intake import claims, evidence, merging, wording
from incidents.intake.signals import File, Nature, Signal
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.people.rosters import Shift
from incidents.record import database, links
from incidents.response.clocks import clocks
from incidents.response.learning import lessons
from incidents.response.learning.lessons import Lesson
from incidents.response.life import merging as joining
from incidents.response.reports import handovers
from incidents.response.staffing import recusing
from incidents.response.steps import added_steps
from tests.api.conftest import Browser, Program
from tests.api.test_every_route import DUTY, NO, STREAMS, TABLE
from tests.harness import Desk, hours, minutes

WORD = "Zorvan"
"""Stands in everything that was said of the matter, and nowhere else."""
NOTHING = UUID(int=1)
OWN = "Chính tôi đã thấy bài này"

Ask = Callable[[str], Any]


@dataclass
class Told:
    """The matter, one split from it, and what of the first Long has in hand."""

    incident: Incident
    beside: Incident
    flag: Signal
    own: Signal
    waiting: Signal
    lesson: Lesson
    later: Lesson
    claim: str
    values: dict[str, str]
    link: str


@pytest.fixture
def told(desk: Desk) -> Told:
    cast = desk.cast
    seen = {"seen_where": f"Nhóm {WORD}", "reporter": f"Bà {WORD}"}
    kept = File(f"{WORD}".encode(), f"{WORD}.txt", "text/plain")
    flag = desk.take(desk.flag(f"{WORD} sắp vỡ", **seen, files=[kept]))
    incident = desk.open(flag, level=3, title=f"Tin đồn {WORD}")
    desk.activate(incident, Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY)
    number = incident.number
    own = desk.take(desk.flag(OWN, by=cast.long))
    apart = desk.take(desk.flag("Một chuyện khác hẳn"))
    for each in (own, apart):
        desk.do(merging.merge, each.id, number, by=cast.lan)
    waiting = desk.take(desk.flag("Một chuyện chưa xét"))

    statement, version = desk.drafted(incident, text=f"Về {WORD}: đang xác minh.")
    desk.plan(incident, "ask the police", Role.POLICE_LIAISON)
    answered = {"title": f"Xem lại {WORD}", "due_at": desk.time + hours(2)}
    done = desk.do(
        added_steps.add, incident.id, **answered, person_id=cast.long.id, role=None, by=cast.ha
    )
    desk.answer(done.key, by=cast.long)
    step = desk.do(
        added_steps.add, incident.id, **answered, role=Role.SECRETARY, person_id=None, by=cast.ha
    )
    stated, shared = desk.do(
        claims.state,
        incident.id,
        [f"{WORD} nứt", "Đường bị ngập"],
        nature=Nature.CLAIM,
        by=cast.khoi,
    )
    proposed = desk.do(clocks.propose, incident.id, "FIRST_INFORMATION", by=cast.ha)
    lesson = _learnt(desk, incident, f"Gọi {WORD} trước", owner_id=cast.long.id)
    beside = desk.do(
        joining.split,
        incident.id,
        signal_ids=[apart.id],
        claim_ids=[],
        playbook=incident.playbook,
        level=3,
        title="Chuyện bên cạnh",
        reason="Chuyện khác",
        by=cast.lan,
    )
    desk.do(wording.link, shared.id, beside.number, by=cast.lan)
    desk.fast_forward(minutes(1))
    later = _learnt(desk, beside, "Gọi sớm hơn", earlier=lesson.id)
    with database.reading() as session:
        shift = session.exec(select(Shift).where(Shift.person_id == cast.lan.id)).one()
        file = evidence.of_incident(session, incident.id)[0]
    said = f"– {number} Tin đồn {WORD}: chờ duyệt\n– {beside.number} Chuyện bên cạnh"
    parts = {"open_work": said, "deadlines": "không có", "unknown": f"– {number}: {WORD} nứt"}
    desk.do(handovers.write, shift.id, **parts, by=cast.lan)
    mail = desk.messages(to=cast.long, kind="step_assigned")[-1]
    about = desk.messages(to=cast.ha, kind="step_assigned")[-1]
    for person in (cast.long, cast.an):
        desk.do(recusing.declare, incident.id, person.id, reason="Bị nêu tên", by=cast.ha)
    desk.set_aside()
    values = {
        "code": flag.code,
        "number": number,
        "step_id": str(step.id),
        "statement_id": str(statement.id),
        "version_id": str(version.id),
        "claim_id": str(stated.id),
        "evidence_id": str(file.id),
        "message_id": str(about.id),
        "clock_id": str(proposed.id),
        "lesson_id": str(lesson.id),
        "person_id": str(cast.son.id),
        "organisation": "CA",
        "playbook": incident.playbook,
        "papers": "authorisations",
        "kind": "people",
        "report": "1",
        "token": links.token(mail.id),
    }
    link = links.token(mail.id)
    return Told(incident, beside, flag, own, waiting, lesson, later, str(shared.id), values, link)


def _learnt(desk: Desk, incident: Incident, improvement: str, **more: Any) -> Lesson:
    earlier = more.pop("earlier", None)
    learnt = lessons.Learnt(improvement, **more)
    return desk.do(lessons.learn, incident.id, learnt, earlier=earlier, by=desk.cast.ha)


class _Values(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return str(NOTHING)


def _roads(told: Told) -> list[tuple[str, str]]:
    """Every GET that ends, at the matter and at what was split from it."""
    patterns = [path for method, path in TABLE if method == "GET" and path not in STREAMS]
    beside = told.values | {
        "number": told.beside.number,
        "claim_id": told.claim,
        "code": told.waiting.code,
    }
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        plain = pattern.replace("{name:path}", "")
        paths = [plain.format_map(_Values(values)) for values in (told.values, beside)]
        found += [(pattern, path) for path in dict.fromkeys(paths)]
    return found


_READ = {
    *("/", "/vu-viec", "/vu-viec/{number}", "/bai-hoc", "/lich-truc"),
    *("/tin-bao/{code}", "/tu-lieu/{evidence_id}", "/hop-thu-di/{message_id}"),
    *("/nhiem-vu/{step_id}", "/phat-ngon/{statement_id}"),
    *("/api/v1/incidents", "/api/v1/signals", "/api/v1/signals/{code}", "/api/v1/lessons"),
    *("/api/v1/claims/{claim_id}", "/api/v1/hand-overs", "/api/v1/hand-overs/draft"),
}


def _lists(told: Told) -> list[tuple[str, str]]:
    """Where administrators read what duty officers do, by rights of their own."""
    read = ("/", "/vu-viec", "/bai-hoc", "/hop-thu-di", "/hop-thu-di/{message_id}", "/lich-truc")
    return [(pattern, pattern.format_map(_Values(told.values))) for pattern in read]


def test_no_road_shows_a_word_of_the_matter(
    desk: Desk, told: Told, program: Callable[..., Program], new_browser: Callable[..., Browser]
) -> None:
    def reader(name: str) -> Ask:
        rest, pages = program(name), new_browser(name)

        def ask(path: str) -> Any:
            answer = (
                rest.client.get(path, headers=rest.headers)
                if path.startswith("/api/")
                else pages.get(path, follow_redirects=False)
            )
            assert answer.status_code < 500, answer.text
            return answer

        return ask

    lan, long, administrator = map(reader, ("lan", "long", "an"))
    roads = _roads(told)
    # Without these the test proves nothing: on each of them the matter is there to be read.
    there = {pattern for pattern, path in roads if pattern in _READ and WORD in lan(path).text}
    assert there == _READ
    kept_for_administrators = {road for road in roads if TABLE["GET", road[0]][1][DUTY] == NO}
    asked = [(long, *road) for road in roads]
    asked += [(administrator, *road) for road in {*kept_for_administrators, *_lists(told)}]
    shown = {pattern for ask, pattern, path in asked if WORD in ask(path).text}
    assert not shown
    # Lists do not even count it; a list of what belongs to it does not name it.
    listed = ("/incidents", "/signals", "/lessons", "/task-forces", "/runs", "/hand-overs")
    at_rest = program("long")
    for path in (*listed, "/organisations/CA/requests", f"/claims/{told.claim}"):
        said = at_rest.get(path)
        assert said.status_code == 200, path
        assert told.incident.number not in said.text, path
        assert str(told.incident.id) not in said.text, path
    outbox = new_browser("long").get("/hop-thu-di").text
    assert told.values["message_id"] not in outbox
    assert told.values["message_id"] in new_browser("lan").get("/hop-thu-di").text
    desk.settle()
    desk.set_aside()


def test_nothing_is_done_to_it_and_what_one_reported_stays_ones_own(
    desk: Desk, told: Told, program: Callable[..., Program], new_browser: Callable[..., Browser]
) -> None:
    long, number = program("long"), told.incident.number
    because = {"reason": "Vì thế"}
    opened = {"playbook": "TIN_GIA_MXH", "level": 1, "title": "x", **because}
    for path, body in (
        (f"/signals/{told.waiting.code}/merge", {"into": number}),
        (f"/signals/{told.waiting.code}/merge", {"into": told.flag.code}),
        (f"/signals/{told.own.code}/unmerge", because),
        (f"/signals/{told.flag.code}/claims", {"text": "x"}),
        (f"/incidents/{number}/split", {**opened, "signals": [told.flag.code]}),
        (f"/incidents/{told.beside.number}/merge", {"into": number, **because}),
        (f"/claims/{told.values['claim_id']}/edit", {"text": "x"}),
        (f"/claims/{told.claim}/unlink", {"where": number}),
        (f"/lessons/{told.lesson.id}/finish", {"proof": "x"}),
        (f"/lessons/{told.later.id}/link", {"earlier": str(told.lesson.id)}),
    ):
        refused = long.post(path, body)
        assert refused.status_code == 403, (path, refused.text)
        assert WORD not in refused.text
    free = program("lan").post(f"/signals/{told.waiting.code}/merge", {"into": number})
    assert free.status_code == 200, free.text
    # An old mail leads nowhere any more, even to what they had done themselves.
    gone = new_browser().get(f"/t/{told.link}")
    assert gone.status_code == 403
    assert WORD not in gone.text
    # They see what they sent, as any reporter does, and not what became part of the matter.
    mine = new_browser("long").get(f"/tin-bao/{told.own.code}")
    assert mine.status_code == 200
    assert OWN in mine.text
    assert number not in mine.text
    assert new_browser("long").get(f"/tin-bao/{told.flag.code}").status_code == 403
    note = long.get("/hand-overs").json()["items"][0]["open_work"]
    assert note.splitlines() == [
        f"– {told.beside.number} Chuyện bên cạnh",
        "– Phần về vụ việc liên quan đến đồng chí đã được lược bỏ.",
    ]
    desk.settle()
    desk.set_aside()
