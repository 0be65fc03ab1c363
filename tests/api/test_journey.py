"""One matter from its flag to its end over REST, people answering as they would."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, settings
from incidents.record.outbox import Channel
from incidents.response.steps import runs
from incidents.response.steps.runs import Where
from incidents.response.steps.steps import StepKind
from tests.api.conftest import Program
from tests.harness import Desk

SCORES = {"reach": 2, "velocity": 3, "harm": 4, "credibility": 2, "duty": 2}


def test_from_a_flag_to_a_closed_incident(  # noqa: PLR0915 - one journey, one story
    desk: Desk, program: Callable[..., Program]
) -> None:
    cast = desk.cast
    khoi, lan, minh, ha, tung = (program(n) for n in ("khoi", "lan", "minh", "ha", "tung"))

    flagged = khoi.post(
        "/signals",
        data={"text": "Đập sắp vỡ", "url": "https://a.test/1", "reach": "120"},
        files={"files": ("anh.png", b"\x89PNG", "image/png")},
    )
    assert flagged.status_code == 201, flagged.text
    code = flagged.json()["code"]
    desk.settle()
    desk.expect_message(to=cast.lan, kind="signal_flagged")
    assert lan.post(f"/signals/{code}/acknowledge").json()["state"] == "triage"

    opened = lan.post(
        "/incidents",
        {"signal": code, "playbook": "TIN_GIA_MXH", "level": 3, "title": "Tin đồn vỡ đập"},
    )
    assert opened.status_code == 201, opened.text
    number = opened.json()["number"]
    assert number == "2026-0001"
    room = f"/incidents/{number}"
    assert len(lan.get(f"{room}/evidence").json()["items"]) == 2
    assert lan.post(f"{room}/score", SCORES).json()["level"] == 3

    incident = desk.reload(_incident(number))
    desk.activate(incident, Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY)
    statement, _ = desk.drafted(incident)
    draft = desk.plan(
        incident,
        "draft",
        Role.SECRETARY,
        kind=StepKind.DRAFT,
        form="Draft",
        statement_id=statement.id,
    )
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
        after=draft.id,
        release_to=(Channel.PUBLIC_PAGE,),
    )

    waiting = ha.get("/steps").json()["items"]
    assert [s["key"] for s in waiting] == ["draft"]
    assert set(waiting[0]["form_schema"]["properties"]) == {"title", "text"}
    assert ha.post(f"/steps/{draft.id}/acknowledge").json()["state"] == "acknowledged"
    words = {"title": "Thông tin ban đầu", "text": "Cơ quan chức năng đang xác minh tại chỗ."}
    assert ha.post(f"/steps/{draft.id}/complete", {"answer": words}).json()["state"] == "done"

    version = minh.get(f"{room}/statements").json()["items"][0]["version"]
    assert version["text"] == words["text"]
    signing = f"/statements/{statement.id}/versions/{version['id']}/sign-off"
    stale = minh.post(signing, {"verdict": "granted", "sha256": version["sha256"]})
    assert (stale.status_code, stale.json()["type"]) == (401, "sign-in-again")
    minh.prove()
    signed = minh.post(signing, {"verdict": "granted", "sha256": version["sha256"]})
    assert signed.json()["sha256"] == version["sha256"], signed.text
    desk.settle()
    whole = minh.get(f"/statements/{statement.id}").json()
    assert whole["publications"][0]["published_at"], whole
    assert lan.get(room).json()["first_statement_at"]

    too_early = tung.post(f"{room}/resolve", {}).json()
    assert too_early["type"] == "guard-failed"
    assert too_early["missing"]
    assert tung.post(f"{room}/stabilise", {"reason": "Đã yên"}).json()["status"] == "stabilising"
    done = desk.plan(incident, "conclude", Role.SECRETARY, form="Conclusion")
    ha.post(f"/steps/{done.id}/acknowledge")
    conclusion = {"summary": "Tin sai, đã nói rõ.", "library_updated": "true"}
    assert ha.post(f"/steps/{done.id}/complete", {"answer": conclusion}).json()["late"] is False
    _playbook_ends(incident.id)
    resolved = tung.post(f"{room}/resolve", {})
    assert resolved.json().get("status") == "resolved", resolved.text
    desk.fast_forward(timedelta(minutes=6))
    tung.prove()
    refused = tung.post(f"{room}/close", {})
    assert "rút kinh nghiệm" in " ".join(refused.json()["missing"])
    owed = lan.get(f"{room}/review").json()
    assert owed["until"]
    assert (owed["owed"], owed["meetings"]) == (True, [])
    met = {"held_at": desk.time.isoformat(), "outcome": "Phối hợp nhanh"}
    assert tung.post(f"{room}/review", met).status_code == 200
    review = lan.get(f"{room}/review").json()
    assert (review["until"], review["owed"]) == (owed["until"], False)
    assert review["meetings"][0]["outcome"] == "Phối hợp nhanh"
    assert review["meetings"][0]["recorded_by"] == str(desk.cast.tung.id)
    report = ha.post(f"{room}/closing-reports", {"effect": "Nói sớm"}).json()
    assert "BÁO CÁO TỔNG KẾT" in report["text"]
    tung.prove()
    judged = tung.post(f"{room}/closing-reports/1/approve", {"sha256": report["sha256"]})
    assert judged.json()["approved"] is True, judged.text
    assert tung.post(f"{room}/close", {}).json()["status"] == "closed"

    assert lan.get(f"{room}/verify").json()["intact"] is True
    told = [line["fact"] for line in lan.get(f"{room}/timeline").json()["items"]]
    assert told[0] == "IncidentOpened"
    assert "StatementReleased" in told
    assert told[-1] == "StatusChanged"
    desk.set_aside()


def _incident(number: str) -> Incident:
    with database.reading() as session:
        return incidents.by_number(session, number)


def _playbook_ends(incident_id: UUID) -> None:
    """The run comes to its end, as the engine would write it down."""
    with database.transaction() as session:
        run = runs.of_incident(session, incident_id)[0]
        claim = runs.claim(session, run.id, Where.PLAIN)
        assert claim
        runs.settle(session, claim, outcome="finished", finished=True)


def test_a_late_note_keeps_both_its_times(desk: Desk, program: Callable[..., Program]) -> None:
    incident = desk.opened()
    lan = program("lan")
    earlier = (desk.time - timedelta(minutes=20)).isoformat()
    note = {"kind": "call", "counterpart": "Trạm", "text": "Chưa thấy nứt", "happened_at": earlier}
    assert lan.post(f"/incidents/{incident.number}/notes", note).status_code == 201
    line = lan.get(f"/incidents/{incident.number}/timeline").json()["items"][-1]
    assert line["back_dated"]
    assert line["happened_at"] < line["recorded_at"]


def test_a_list_goes_on_where_the_page_before_ended(
    desk: Desk, program: Callable[..., Program]
) -> None:
    lan = program("lan")
    for count in range(5):
        lan.post("/signals", {"text": f"tin {count}"})
    first = lan.get("/signals", params={"limit": 3}).json()
    second = lan.get("/signals", params={"limit": 3, "before": first["next"]}).json()
    texts = [s["text"] for s in [*first["items"], *second["items"]]]
    assert texts == ["tin 4", "tin 3", "tin 2", "tin 1", "tin 0"]
    assert second["next"] is None
    desk.set_aside()


def test_one_key_is_carried_out_once(desk: Desk, program: Callable[..., Program]) -> None:
    lan = program("lan")
    first = lan.post("/signals", {"text": "Một lần"}, key="k-1")
    again = lan.post("/signals", {"text": "Một lần"}, key="k-1")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = lan.post("/signals", {"text": "Khác"}, key="k-1")
    assert (other.status_code, other.json()["type"]) == (409, "conflict")
    assert program("khoi").post("/signals", {"text": "Của Khôi"}, key="k-1").status_code == 201
    assert len(lan.get("/signals").json()["items"]) == 2
    desk.set_aside()


def test_a_refused_request_frees_its_key(desk: Desk, program: Callable[..., Program]) -> None:
    lan = program("lan")
    assert lan.post("/signals", {"text": ""}, key="k-2").status_code == 422
    assert lan.post("/signals", {"text": "Nay có chữ"}, key="k-2").status_code == 201
    desk.set_aside()


def test_health_says_when_nobody_does_what_is_due(
    desk: Desk, program: Callable[..., Program]
) -> None:
    nameless = program()
    assert nameless.get("/health").json()["status"] == "ok"
    desk.mail_works = False
    program("lan").post("/signals", {"text": "x"})
    desk.time += timedelta(minutes=5)
    assert nameless.get("/health").json()["status"] == "late"
    assert "trucban_messages_queued 1.0" in nameless.get("/metrics").text
    desk.set_aside()


def test_health_says_when_the_engine_stands_still_although_the_pages_answer(
    desk: Desk, program: Callable[..., Program]
) -> None:
    nameless, heart = program(), settings.current().data_dir / "engine.heartbeat"

    def told(ago: timedelta) -> tuple[str, float]:
        heart.write_text((desk.time - ago).isoformat())
        said = nameless.get("/health").json()
        return said["status"], said["engine_seen_seconds"]

    assert told(timedelta(minutes=2)) == ("ok", 120.0)
    assert told(timedelta(minutes=2, seconds=1)) == ("frozen", 121.0)
    heart.unlink()
    assert nameless.get("/health").json()["status"] == "ok", "it works on another machine"
