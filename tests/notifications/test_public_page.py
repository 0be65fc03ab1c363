"""The public page shows exactly what was approved, says what was withdrawn, and nothing else."""

import re
import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from incidents.intake import signals
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, settings
from incidents.record.errors import Conflict
from incidents.record.language import Language
from incidents.record.outbox import Channel, MessageState, OutgoingMessage
from incidents.response.answers import signing
from incidents.response.life import opening
from incidents.words import publications, statements
from incidents.words.approvals import ApprovalKind, Verdict
from incidents.words.publications import Publication
from incidents.words.statements import StatementKind
from notifications import delivery, rendering
from notifications.channels import public_page
from tests.notifications.conftest import Stage, by

SLUG = "2026-0001-holding"


def _released(stage: Stage, text: str = "Đang xác minh.\n\nBản tin tiếp lúc 5 giờ.") -> Publication:
    """A holding statement, signed and released to the public page."""
    from incidents.words import approvals

    with database.transaction() as session:
        statement = statements.draft(
            session,
            stage.incident.id,
            key="holding",
            kind=StatementKind.HOLDING,
            title="Thông tin <ban đầu>",
            text=text,
            by=by(stage.cast.ha),
        )
        version = statements.current(session, statement)
        if version.text != text:
            version = signing.revise(
                session, statement.id, title=version.title, text=text, by=by(stage.cast.ha)
            )
        approvals.give(
            session,
            version,
            Verdict.GRANTED,
            kind=ApprovalKind.SIGN_OFF,
            person_id=stage.cast.minh.id,
            role=Role.SPOKESPERSON,
            by=by(stage.cast.minh),
        )
        return signing.release(
            session,
            statement,
            version,
            [Channel.PUBLIC_PAGE],
            sha256=version.sha256,
            by=by(stage.cast.minh),
        )[0]


def _deliver() -> None:
    while delivery.deliver_due():
        pass


def _read(name: str = f"{SLUG}.html") -> str:
    return (public_page.folder() / name).read_text()


def _message(publication: Publication, purpose: str = "release") -> OutgoingMessage:
    with database.reading() as session:
        return session.exec(
            select(OutgoingMessage).where(
                OutgoingMessage.key == f"publish:{publication.version_id}:public_page:{purpose}"
            )
        ).one()


def test_the_page_carries_the_approved_text_with_version_time_and_hash(stage: Stage) -> None:
    publication = _released(stage)
    _deliver()
    page = _read()
    assert "Thông tin &lt;ban đầu&gt;" in page
    assert "<p>Đang xác minh.</p>" in page
    assert "<p>Bản tin tiếp lúc 5 giờ.</p>" in page
    assert publication.sha256 in page
    assert publication.sha256[:6].upper() in page
    assert "02:30 ngày 23/11/2026" in page
    assert "đề nghị xem lại" in page
    assert "<script" not in page
    assert f'href="{SLUG}.html"' in _read("index.html")
    assert _message(publication).state is MessageState.SENT
    with database.reading() as session:
        assert session.get_one(Publication, publication.id).published_at


def test_an_edited_statement_lists_its_earlier_version(stage: Stage) -> None:
    first = _released(stage)
    _deliver()
    stage.pass_time(timedelta(hours=1))
    second = _released(stage, "Đã rõ: hồ an toàn.")
    _deliver()
    page = _read()
    assert "Đã rõ: hồ an toàn." in page
    assert "Đang xác minh." not in page
    assert (
        f"Bản 1, công bố lúc 02:30 ngày 23/11/2026, mã kiểm tra {first.sha256[:6].upper()}" in page
    )
    assert second.sha256 in page


def test_a_withdrawn_text_is_gone_and_its_address_says_why(stage: Stage) -> None:
    publication = _released(stage)
    _deliver()
    stage.pass_time(timedelta(minutes=30))
    with database.transaction() as session:
        publications.withdraw(session, publication.id, reason="Sai <giờ>", by=by(stage.cast.minh))
    _deliver()
    page = _read()
    assert "Đã rút nội dung này lúc 03:00 ngày 23/11/2026." in page
    assert 'Lý do: <span lang="vi">Sai &lt;giờ&gt;</span>' in page
    assert "Đang xác minh." not in page
    assert "Nội dung đã được rút" in _read("index.html")
    assert _message(publication, "withdraw").state is MessageState.SENT


def test_withdrawing_the_newest_shows_the_one_before_it_again(stage: Stage) -> None:
    _released(stage)
    stage.pass_time(timedelta(hours=1))
    second = _released(stage, "Đã rõ: hồ an toàn.")
    _deliver()
    with database.transaction() as session:
        publications.withdraw(session, second.id, reason="Nhầm", by=by(stage.cast.minh))
    _deliver()
    assert "<p>Đang xác minh.</p>" in _read()
    assert 'Lý do: <span lang="vi">Nhầm</span>' in _read()


def _tamper(version_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the triggers refuse a hand in the database, done to the rows on their way out."""
    read = publications.on_public_page

    def altered(session: object) -> list[object]:
        rows = read(session)  # type: ignore[arg-type]
        session.expunge_all()  # type: ignore[attr-defined]
        for _, version, _ in rows:
            if version.id == version_id:
                version.text += " Mọi người cứ yên tâm!"
        return list(rows)

    monkeypatch.setattr(publications, "on_public_page", altered)


def test_another_text_than_the_approved_one_is_never_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = _released(stage)
    with monkeypatch.context() as tampering:
        _tamper(publication.version_id, tampering)
        _deliver()
    message = _message(publication)
    assert message.state is MessageState.FAILED
    assert message.reason == "Nội dung lưu không khớp mã băm đã duyệt; không đăng."
    assert not (public_page.folder() / f"{SLUG}.html").exists()
    with database.reading() as session:
        assert session.get_one(Publication, publication.id).published_at is None


def test_a_text_altered_later_leaves_its_page_as_it_was(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = _released(stage)
    _deliver()
    before = _read()
    _tamper(publication.version_id, monkeypatch)
    with pytest.raises(Exception, match="không khớp"):
        public_page.publish(publication.id)
    assert _read() == before


def _make_it_an_exercise(stage: Stage) -> None:
    with database.transaction() as session:
        incident = incidents.get(session, stage.incident.id, lock=True)
        incident.exercise = True
        session.add(incident)


def test_the_channel_refuses_what_an_exercise_released_and_nothing_is_queued_for_it(
    stage: Stage,
) -> None:
    _make_it_an_exercise(stage)
    publication = _released(stage)
    _deliver()
    with database.reading() as session:
        assert not session.exec(
            select(OutgoingMessage).where(OutgoingMessage.channel == Channel.PUBLIC_PAGE)
        ).all()
        assert session.get_one(Publication, publication.id).published_at is None
    with pytest.raises(Conflict, match="không bao giờ đăng"):
        public_page.publish(publication.id)
    assert not list(public_page.folder().glob("*.html"))


def test_a_page_an_exercise_left_behind_is_taken_away(stage: Stage) -> None:
    _released(stage)
    _deliver()
    assert (public_page.folder() / f"{SLUG}.html").exists()
    _make_it_an_exercise(stage)
    with database.transaction() as session:
        lan = by(stage.cast.lan)
        flag = signals.flag(session, text="Tin thật", by=lan)
        signals.acknowledge(session, flag.id, by=lan)
        other = opening.open(
            session,
            playbook="TIN_GIA_MXH",
            level=3,
            title="Vụ việc thật",
            signal_id=flag.id,
            by=lan,
        )
    stage.incident = other
    _released(stage)
    _deliver()
    names = {p.name for p in public_page.folder().glob("*.html")}
    assert names == {"2026-0002-holding.html", "index.html"}
    assert SLUG not in _read("index.html") + _read("en/index.html")
    assert not (public_page.folder() / "en" / f"{SLUG}.html").exists()


def test_a_message_queued_before_the_matter_was_an_exercise_fails_for_good(stage: Stage) -> None:
    publication = _released(stage)
    _make_it_an_exercise(stage)
    _deliver()
    message = _message(publication)
    assert message.state is MessageState.FAILED
    assert message.reason == "Nội dung của diễn tập không bao giờ đăng ra trang công khai."


def test_publishing_twice_writes_the_same_and_leaves_nothing_half_done(stage: Stage) -> None:
    publication = _released(stage)
    _deliver()
    names = sorted(p.name for p in public_page.folder().iterdir())
    written = (public_page.folder() / f"{SLUG}.html").stat().st_mtime_ns
    public_page.publish(publication.id)
    assert sorted(p.name for p in public_page.folder().iterdir()) == names
    assert (public_page.folder() / f"{SLUG}.html").stat().st_mtime_ns == written
    assert names == [".writing", f"{SLUG}.html", "en", "index.html"]
    assert sorted(p.name for p in (public_page.folder() / "en").iterdir()) == [
        f"{SLUG}.html",
        "index.html",
    ]


def test_nothing_of_the_flag_reaches_the_public(stage: Stage) -> None:
    _released(stage)
    _deliver()
    everything = "".join(p.read_text() for p in Path(public_page.folder()).rglob("*.html"))
    for secret in ("Tư Xóm Gò", "mang-xa-hoi.test", stage.cast.ha.name, stage.incident.title):
        assert secret not in everything


def test_the_outbox_page_can_name_a_publication(stage: Stage) -> None:
    publication = _released(stage)
    with database.reading() as session:
        told = rendering.preview(session, _message(publication))
        assert session.get_one(Incident, stage.incident.id).number in told.subject
    assert SLUG in told.text
    assert told.link.startswith(settings.current().address)


_VIETNAMESE = re.compile(r"[À-ỹ]")


def _plain(page: str) -> str:
    """What a page says itself, without the office's name and what is marked as Vietnamese."""
    page = page.replace("– Trực Ban</title>", "</title>")
    own = re.sub(r'<(\w+)[^>]*\blang="vi"[^>]*>.*?</\1>', "", page, flags=re.DOTALL)
    return re.sub(r"<style>.*?</style>", "", own, flags=re.DOTALL)


def test_in_english_the_frame_is_english_and_the_text_as_it_was_approved(stage: Stage) -> None:
    first = _released(stage)
    _deliver()
    stage.pass_time(timedelta(hours=1))
    second = _released(stage, "Đã rõ: hồ an toàn.")
    _deliver()
    page, index = _read(f"en/{SLUG}.html"), _read("en/index.html")
    for each in (page, index):
        assert '<html lang="en">' in each
        assert not _VIETNAMESE.search(_plain(each)), _VIETNAMESE.findall(_plain(each))
    assert "There is no approved English version" in page
    assert '<h1 lang="vi">Thông tin &lt;ban đầu&gt;</h1>' in page
    assert "<p>Đã rõ: hồ an toàn.</p>" in page
    assert second.sha256 in page
    assert "Version 1, published at 02:30, 23 Nov 2026" in page
    assert first.sha256[:6].upper() in page
    assert "No translation of them has been approved" in index
    assert f'<a href="{SLUG}.html" lang="vi">' in index
    # From one to the other, by plain files as well.
    assert f'href="../{SLUG}.html?lang=vi"' in page
    assert f'href="en/{SLUG}.html?lang=en"' in _read()
    assert 'href="en/index.html?lang=en"' in _read("index.html")
    assert "chỉ được duyệt bằng" not in _read() + _read("index.html")


def test_in_english_a_withdrawal_says_so(stage: Stage) -> None:
    publication = _released(stage)
    _deliver()
    with database.transaction() as session:
        publications.withdraw(session, publication.id, reason="Sai giờ", by=by(stage.cast.minh))
    _deliver()
    page = _read(f"en/{SLUG}.html")
    assert '<span lang="vi">Sai giờ</span>' in page
    assert not _VIETNAMESE.search(_plain(page))
    assert not _VIETNAMESE.search(_plain(_read("en/index.html")))


def test_a_desk_that_speaks_english_has_vietnamese_in_the_folder(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _released(stage)
    monkeypatch.setattr(settings.current(), "language", Language.EN)
    _deliver()
    assert '<html lang="en">' in _read("index.html")
    assert '<html lang="vi">' in _read("vi/index.html")
    assert f'href="vi/{SLUG}.html?lang=vi"' in _read()


def test_a_folder_that_cannot_be_written_is_a_reason_and_is_tried_again(stage: Stage) -> None:
    publication = _released(stage)
    folder = settings.current().data_dir / "public"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("a file stands in the way")
    delivery.deliver_due()
    with database.reading() as session:
        message = session.exec(
            select(OutgoingMessage).where(OutgoingMessage.channel == Channel.PUBLIC_PAGE)
        ).one()
    assert (message.state, message.reason) == (MessageState.QUEUED, delivery.NOT_WRITTEN)
    folder.unlink()
    stage.pass_time(timedelta(minutes=1))
    delivery.deliver_due()
    assert (folder / f"{publication.slug}.html").is_file()
