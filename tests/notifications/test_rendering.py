"""Every kind of message reads well in both languages, and statements are data in a safe frame."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from incidents.intake import signals
from incidents.intake.signals import Signal
from incidents.people import organisations
from incidents.people.directory import keeping
from incidents.people.roles import Role
from incidents.record import database, ids, keys, links, settings
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, NotFound
from incidents.record.language import Language, catalogue, speech
from incidents.record.language.sentences import Told
from incidents.record.outbox import Channel, OutgoingMessage
from incidents.response.clocks import clocks
from incidents.response.learning import lessons
from incidents.response.steps.catalog import PlaybookWording
from incidents.response.steps.steps import StepKind
from incidents.words.approvals import Approval, ApprovalKind, Verdict
from notifications import briefing, delivery, destinations, drafting, rendering
from notifications.receiving import outcomes
from notifications.rendering import Mail
from tests.notifications.conftest import KEY, Stage

ROOT = Path(rendering.__file__).parents[1]
VIETNAMESE_ONLY = set("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
NOT_MAILED = {"publication"}


def _message(stage: Stage, kind: str, **about: Any) -> OutgoingMessage:
    """A message of a kind about the staged incident, to Bình unless said otherwise."""
    to = about.pop("to", stage.cast.binh)
    return OutgoingMessage(
        id=ids.new(),
        key=f"{kind}:test",
        channel=Channel.MAIL,
        kind=kind,
        address=f"{to.username}@binhkhe.test",
        recipient_id=to.id,
        **about,
    )


def _approved_by_telephone(stage: Stage) -> Approval:
    return Approval(
        version_id=ids.new(),
        sha256="0" * 64,
        kind=ApprovalKind.SIGN_OFF,
        verdict=Verdict.GRANTED,
        person_id=stage.cast.minh.id,
        role=Role.SPOKESPERSON,
        given_at=stage.now,
        witness_id=stage.cast.ha.id,
        confirm_by=stage.now + timedelta(days=1),
    )


def _started(stage: Stage) -> clocks.Clock:
    by = Actor(stage.cast.lan.id, Via.DESK)
    with database.transaction() as session:
        proposed = clocks.propose(session, stage.incident.id, "FIRST_INFORMATION", by=by)
        return clocks.start(session, proposed.id, confirmed=True, by=by)


def _learnt(stage: Stage) -> lessons.Lesson:
    learnt = lessons.Learnt("SOP 12", due_on=stage.now.date() + timedelta(days=1))
    with database.transaction() as session:
        by = Actor(stage.cast.lan.id, Via.DESK)
        return lessons.learn(session, stage.incident.id, learnt, by=by)


def _every_kind(
    stage: Stage, session: Session, flagged: Signal, **about: Any
) -> dict[str, OutgoingMessage]:
    step = stage.ask()
    started, lesson = _started(stage), _learnt(stage)
    approval = _approved_by_telephone(stage)
    session.add(approval)
    about_a_shift = {
        "role": "duty_officer",
        "by": str(stage.cast.phuc.id),
        "starts_at": "2026-11-24T23:00:00+00:00",
        "ends_at": "2026-11-25T07:00:00+00:00",
        "count": 2,
    }
    about_a_paper = {**about_a_shift, "to": str(stage.cast.yen.id), "paper": "18/GUQ-UBND"}
    about_a_post = {**about_a_shift, "to": str(stage.cast.yen.id)}
    decision = {
        "decision": "509/2026",
        "signed_on": "2026-11-20",
        "signer": "Phan Đình Chương",
        "from_level": 3,
        "first_day": "2026-12-01",
        "last_day": "2026-12-31",
    }
    values: dict[str, dict[str, Any]] = {
        "called_out": {"roles": ["lead", "spokesperson"]},
        "inject": {"inject": 2, "role": "lead", "text": {"vi": "Phóng viên gọi", "en": "A call"}},
        "role_vacant": {"role": "legal"},
        "signature_vacant": {"role": "lead"},
        "step_taken": {"by": str(stage.cast.phuc.id)},
        "answered_for": {
            "by": str(stage.cast.phuc.id),
            "verb": "acknowledge",
            "heard": "group",
        },
        "decision_review": {"decision": 2},
        "lesson_assigned": {"lesson": str(lesson.id)},
        "lesson_due": {"lesson": str(lesson.id), "overdue": True},
        "contact_test": {},
        "lesson_wanting": {"lesson": str(lesson.id), "overdue": False},
        "step_cancelled": {"by": str(stage.cast.phuc.id)},
        "more_time_asked": {"by": str(stage.cast.phuc.id), "minutes": 30, "reason": "flooded"},
        "reply_outcome": {
            "told": [Told.of(outcomes.HOW).plain()],
            "done": True,
            "answers": "<a@may.test>",
        },
        "statement_released": {"kind": "holding", "version": 2, "channels": ["public_page"]},
        "level_changed": {"level": 4, "reason": "", "steps": [str(step.id)]},
        "lowering_asked": {
            "by": str(stage.cast.phuc.id),
            "before": 3,
            "level": 2,
            "points": 41,
            "reason": "2026",
            "reminded": True,
        },
        "lowering_void": {"level": 2, "because": "graded"},
        "lowering_refused": {"by": str(stage.cast.phuc.id), "level": 2, "reason": "2026"},
        "incident_resumed": {"reason": "2026"},
        "incident_merged": {"other": "2026-0002", "titles": ["2026"]},
        "incident_split": {"other": "2026-0002"},
        "no_duff": {"drill": "2026-0002"},
        "confirm_telephone": {"approval": str(approval.id), "kind": "holding"},
        "edit_refused": {
            "statement": str(approval.id),
            "kind": "holding",
            "version": 3,
            "stands": 2,
            "reason": "2026",
            "by": str(stage.cast.phuc.id),
        },
        "reported_up": {"level": 4, "before": 3},
        "closing_report_waits": {"by": str(stage.cast.phuc.id)},
        "closing_report_approved": {"by": str(stage.cast.phuc.id)},
        "closing_report_returned": {"by": str(stage.cast.phuc.id), "reason": "2026"},
        "scores_missing": {"until": "2026-11-25T07:00:00+00:00", "above": True},
        "review_meeting_due": {"until": "2026-11-25T07:00:00+00:00", "overdue": True},
        "audit_alarm": {"what": delivery.NO_SERVER},
        "not_reached": {
            "to": str(stage.cast.phuc.id),
            "channels": ["mail"],
            "why": [delivery.NO_SERVER, "450 4.2.1 mailbox busy"],
        },
        "work_inherited": {"by": str(stage.cast.phuc.id)},
        "work_taken_back": {
            "by": str(stage.cast.phuc.id),
            "gone": [
                ["nhiệm vụ đang mở", ["2026-0001 (3)"]],
                ["vai theo chức trách", ["Pháp chế"]],
            ],
        },
        "role_handed_over": {
            **about_a_shift,
            "outgoing": str(stage.cast.khoi.id),
            "to": str(stage.cast.yen.id),
        },
        "authorisation_recorded": about_a_paper,
        "authorisation_ended": about_a_paper,
        "post_given": {**about_a_post, "rank": 2},
        "post_ended": {**about_a_post, "rank": 1},
        "founding_recorded": decision,
        "founding_ended": decision,
        "shell_changed": {
            "what": "waiting",
            "shell": "LU-DE",
            "by": str(stage.cast.phuc.id),
        },
        "account_changed": {
            "what": "given",
            "username": "yen",
            "by": str(stage.cast.phuc.id),
        },
        "direction_unsigned": {"given_by": "Phan Đình Chương"},
        "signal_review": {"review_at": "2026-11-24T23:00:00+00:00"},
        "silence_review": {"review_at": "2026-11-24T23:00:00+00:00"},
        "signal_outcome": {"outcome": "dismissed", "ground": "opinion", "body": "", "slip": ""},
        "clock_due": {"clock": str(started.id), "percent": 75},
        "clock_breached": {"clock": str(started.id), "percent": 100},
        "clock_vouched": {"clock": str(started.id), "percent": "vouched"},
    }
    values |= dict.fromkeys(destinations.ABOUT_ROSTERS, about_a_shift)
    values |= {
        "swap_asked": {**about_a_shift, "taken_at": "", "reason": "2026"},
        "swap_accepted": {**about_a_shift, "taken_at": "2026-11-26T23:00:00+00:00"},
        "shift_by_hand": {**about_a_post, "what": "moved"},
        "swap_after_leaving": {
            "fate": "passed_on",
            "role": "duty_officer",
            "by": str(stage.cast.phuc.id),
            "to": str(stage.cast.yen.id),
            "heir": str(stage.cast.long.id),
            "theirs": ["2026-11-24T23:00:00+00:00", "2026-11-25T07:00:00+00:00"],
            "own": ["2026-11-26T23:00:00+00:00", "2026-11-27T07:00:00+00:00"],
        },
        "contact_code": {"nonce": str(ids.new())},
        "contacts_stale": {"code": "SYT", "name": "UBND xã Tân An", "points": 3, "untested": 1},
        "directory_review": {"count": 2, "names": ["UBND xã Tân An", "UBND xã Vàm Lá"]},
    }
    made = {}
    for kind in rendering.kinds():
        subject = (
            {"signal_id": flagged.id}
            if kind.startswith("signal")
            else {"incident_id": stage.incident.id}
        )
        if kind.startswith("step") or kind in _ABOUT_STEPS:
            subject["step_id"] = step.id
        made[kind] = _message(stage, kind, values=values.get(kind, {}), **subject, **about)
    return made


@pytest.fixture
def session(stage: Stage) -> Iterator[Session]:
    with database.reading() as opened:
        opened.autoflush = False
        yield opened


def test_every_kind_used_in_the_code_has_words_and_no_words_are_left_over() -> None:
    used = set()
    for folder in ("incidents", "flows", "api", "playbooks"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    used.add(node.value)
    missing = _kinds_told() - rendering.kinds() - NOT_MAILED
    assert not missing, f"no mail template for {missing}"
    assert rendering.kinds() <= used


def _kinds_told() -> set[str]:
    """The constant third argument or ``kind=`` of each call that queues a message."""
    told = set()
    for folder in ("incidents", "flows", "api", "playbooks"):
        for file in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call) and _name(call) in TELLING:
                    arguments = [*call.args, *(k.value for k in call.keywords if k.arg == "kind")]
                    told |= {
                        a.value
                        for a in arguments
                        if isinstance(a, ast.Constant) and isinstance(a.value, str)
                    }
    return {kind for kind in told if "_" in kind} | NOT_MAILED


_ABOUT_STEPS = ("answered_for", "role_vacant", "signature_vacant", "more_time_asked")
TELLING = {
    "tell",
    "tell_all",
    "alert",
    "notify",
    "hand_over",
    "_tell_members",
    "OutgoingMessage",
}


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


@pytest.mark.parametrize("language", Language)
def test_every_kind_reads_well_in_both_languages(
    stage: Stage, session: Session, flagged: Signal, language: Language
) -> None:
    reader = stage.cast.kien if language is Language.EN else stage.cast.phuc
    for kind, message in _every_kind(stage, session, flagged, to=reader).items():
        mail = rendering.message(session, message)
        assert mail.language is language
        for words in (mail.subject, mail.text, mail.html):
            assert "None" not in words, kind
            assert "%(" not in words, kind
            assert "{{" not in words, kind
        assert mail.link in mail.text, kind
        if language is Language.EN:
            said = mail.text.replace(stage.incident.title, "")
            for name in vars(stage.cast).values():
                said = said.replace(name.name, "").replace(name.post, "")
            said = said.replace("Trực Ban", "")
            assert not VIETNAMESE_ONLY & set(said.lower()), (kind, said)


def test_every_vietnamese_sentence_of_the_templates_has_its_english() -> None:
    from jinja2.ext import babel_extract

    english = catalogue(Language.EN)
    for file in (ROOT / "notifications" / "templates").rglob("*.j2"):
        with file.open("rb") as opened:
            for _, _, found, _ in babel_extract(opened, ["_"], [], {}):
                # Called with values, a sentence is found as a tuple with its arguments.
                sentence = found[0] if isinstance(found, tuple) else found
                assert sentence is None or sentence in english, f"{file.name}: {sentence}"


def test_a_step_mail_says_what_for_whom_until_when_and_how_to_answer(
    stage: Stage, session: Session
) -> None:
    stage.ask()
    message = stage.message("step_assigned", stage.cast.phuc)
    mail = rendering.message(session, message)
    step = stage.step(message.step_id)
    assert mail.subject.startswith("[2026-0001] ")
    for said in (
        "Đồng chí Đặng Hồng Phúc,",
        "Xác minh tại cơ quan chủ quản",
        "Kiểm tra từng điểm, trả lời đúng, sai hay chưa rõ.",
        "2026-0001 – Tin đồn hồ Suối Trầm sắp vỡ",
        "Vai: Thành viên chuyên môn",
        f"Xác nhận trước: {speech('vi').moment(step.acknowledge_by)}",
        f"Hoàn thành trước: {speech('vi').moment(step.due_at)}",
        f"Giao cho: {stage.cast.phuc.name}, {stage.cast.phuc.post}",
        f"Mã việc: {step.code}",
        f"/t/{links.token(message.id)}",
        f"Số xác nhận: {links.number(message.id)}",
    ):
        assert said in mail.text
    assert mail.number
    assert mail.link == f"{settings.current().address}/t/{links.token(message.id)}"
    assert mail.link in mail.html
    assert "<img" not in mail.html
    assert "<script" not in mail.html


def test_the_mail_about_a_flag_keeps_what_was_seen_on_the_desk(
    stage: Stage, session: Session, flagged: Signal
) -> None:
    mail = rendering.message(session, stage.message("signal_flagged", stage.cast.lan))
    everything = mail.subject + mail.text + mail.html
    for secret in ("Suối Trầm", "Tư Xóm Gò", "mang-xa-hoi.test", "Chợ Gò"):
        assert secret not in everything
    assert mail.subject.startswith(f"[{flagged.code}] Tin báo mới")


def test_leaders_are_reported_to(stage: Stage, session: Session) -> None:
    def opening(person: Any) -> str:
        message = _message(stage, "incident_opened", to=person, incident_id=stage.incident.id)
        return rendering.message(session, message).text.splitlines()[0]

    assert opening(stage.cast.binh) == "Kính báo cáo đồng chí Nguyễn Hòa Bình,"
    assert opening(stage.cast.chuong) == "Kính báo cáo đồng chí Phan Đình Chương,"
    assert opening(stage.cast.phuc) == "Đồng chí Đặng Hồng Phúc,"


def test_an_exercise_says_so_first(stage: Stage, session: Session) -> None:
    incident = session.get_one(type(stage.incident), stage.incident.id)
    incident.exercise = True
    message = _message(stage, "incident_opened", incident_id=incident.id)
    mail = rendering.message(session, message)
    assert mail.subject.startswith("[DIỄN TẬP] [2026-0001] ")
    assert mail.text.startswith("DIỄN TẬP – không phải sự việc thật")


def test_work_asked_for_in_an_exercise_says_that_nothing_goes_out(
    stage: Stage, session: Session
) -> None:
    stage.ask("post it", Role.PUBLISHER, kind=StepKind.PUBLISH, form="Posted")
    incident = session.get_one(type(stage.incident), stage.incident.id)
    incident.exercise = True
    mail = rendering.message(session, stage.message("step_assigned", stage.cast.mai))
    for words in (mail.text, mail.html):
        assert "Không đăng, không gửi, không gọi ra ngoài phạm vi diễn tập" in words


def test_a_message_about_the_flag_of_an_exercise_is_marked_too(
    stage: Stage, session: Session
) -> None:
    signal = signals.of_incident(session, stage.incident.id)[0]
    signal.exercise = True
    message = _message(stage, "signal_reminder", to=stage.cast.lan, signal_id=signal.id)
    assert rendering.message(session, message).subject.startswith("[DIỄN TẬP] ")


def test_what_would_go_to_a_public_channel_is_marked_in_its_preview(
    stage: Stage, session: Session
) -> None:
    incident = session.get_one(type(stage.incident), stage.incident.id)
    incident.exercise = True
    message = _message(stage, "publication", incident_id=incident.id)
    message.channel, message.values = Channel.PUBLIC_PAGE, {"purpose": "release"}
    assert rendering.preview(session, message).subject.startswith("[DIỄN TẬP] [2026-0001] ")


def test_words_drafted_in_an_exercise_say_so_themselves(stage: Stage, session: Session) -> None:
    incident = session.get_one(type(stage.incident), stage.incident.id)
    incident.exercise = True
    title, text = drafting.statement(
        session, incident, template="holding", facts={"explanation": "Hồ an toàn"}
    )
    assert title.startswith("[DIỄN TẬP] Thông tin ban đầu")
    assert text.startswith("DIỄN TẬP – không phải sự việc thật\n\n")


def test_user_text_in_a_mail_is_data(stage: Stage, session: Session) -> None:
    incident = session.get_one(type(stage.incident), stage.incident.id)
    incident.title = "<script>alert(1)</script> {{ 7*7 }} %(x)s\nBcc: ai@khac.test"
    message = _message(stage, "incident_opened", incident_id=incident.id)
    mail = rendering.message(session, message)
    assert "<script>" not in mail.html
    assert "{{ 7*7 }} %(x)s" in mail.text
    assert "\n" not in mail.subject


def test_an_approver_is_told_to_sign_in(stage: Stage, session: Session) -> None:
    stage.ask("sign", Role.SPOKESPERSON, kind=StepKind.APPROVE, form="SignOff")
    mail = rendering.message(session, stage.message("step_assigned", stage.cast.minh))
    assert "việc duyệt làm trên trang trực ban, sau khi đăng nhập" in mail.text


def test_a_statement_names_the_agencies_of_the_incident_s_own_day(
    stage: Stage, session: Session
) -> None:
    """Renamed since: what the office writes about an old matter still says the old name."""
    session.autoflush = True
    by = Actor(stage.cast.an.id, Via.DESK)
    with database.transaction() as writing:
        body = organisations.by_code(writing, "SYT")
        keeping.change(
            writing,
            body.id,
            name="Sở Y tế và Dân số",
            parent_id=None,
            starts_on=stage.now.date() + timedelta(days=2),
            basis="",
            by=by,
        )
    session.add(
        PlaybookWording(
            code=stage.incident.playbook,
            language=Language.VI,
            path="templates/holding/text",
            words="{{ agencies.subject_lead }} đang kiểm tra.",
        )
    )
    _, text = drafting.statement(session, stage.incident, template="holding")
    assert text == "Sở Y tế tỉnh Bình Khê đang kiểm tra."


def test_a_statement_is_rendered_from_the_catalogue(stage: Stage, session: Session) -> None:
    title, text = drafting.statement(
        session,
        stage.incident,
        template="holding",
        facts={"explanation": "Hồ an toàn {{ 7*7 }} {% raw %}<b>"},
    )
    assert title == "Thông tin ban đầu về sự việc tại xã Gò Trầm"
    assert "02:30 ngày 23/11/2026" in text
    assert "Hồ an toàn {{ 7*7 }} {% raw %}<b>" in text


def test_the_office_words_win_over_the_published_ones(stage: Stage, session: Session) -> None:
    session.autoflush = True
    session.add(
        PlaybookWording(
            code=stage.incident.playbook,
            language=Language.VI,
            path="templates/holding/title",
            words="Thông báo của {{ desk.name }}",
        )
    )
    title, _ = drafting.statement(session, stage.incident, template="holding")
    assert title == "Thông báo của Trực Ban"


@pytest.mark.parametrize("template", ["broken", "prying"])
def test_a_template_that_asks_for_what_is_not_there_is_refused(
    stage: Stage, session: Session, template: str
) -> None:
    with pytest.raises(Conflict, match="có lỗi"):
        drafting.statement(session, stage.incident, template=template)


def test_a_missing_template_is_named(stage: Stage, session: Session) -> None:
    with pytest.raises(NotFound, match="«apology»"):
        drafting.statement(session, stage.incident, template="apology")


def test_the_preview_of_a_mail_is_the_mail(stage: Stage, session: Session) -> None:
    stage.ask()
    message = stage.message("step_assigned", stage.cast.phuc)
    assert rendering.preview(session, message) == rendering.message(session, message)
    assert isinstance(rendering.preview(session, message), Mail)
    assert keys.digest(links.token(message.id)) not in rendering.preview(session, message).text
    assert KEY not in rendering.preview(session, message).text


def test_alarms_of_clocks_ask_no_more_often_for_a_hundred_than_for_one(
    stage: Stage, session: Session
) -> None:
    running = _started(stage)
    alarm = {"clock": str(running.id), "percent": 75, "by": str(stage.cast.phuc.id)}
    alarms = [
        _message(stage, "clock_due", values=alarm, incident_id=stage.incident.id) for _ in range(99)
    ]

    def asked(messages: list[OutgoingMessage]) -> int:
        session.expunge_all()
        session.connection()  # its BEGIN is no question
        sent: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *a: sent.append(a[2]))
        briefing.gather(session, messages)
        return len(sent)

    assert asked(alarms) == asked(alarms[:1])
