"""Shells before they are signed: written by one, approved by another under a numbered decision.

Approval binds to the hash of title and frame as they were read (rule 3 of practice), in both
languages where it was written in both: the duty officer has nobody to translate at night. A shell
that was approved never changes, it is withdrawn and another is written.
"""

import re
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people import authorisations, persons, roles, rosters
from incidents.people.authorisations import Authorisation
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    Wrong,
    given,
)
from incidents.record.language import N_, Labelled, Language
from incidents.words import slots
from incidents.words.shell_facts import ShellRefused, ShellSigned, ShellWithdrawn, ShellWritten
from incidents.words.shells import Shell
from incidents.words.slots import Slot
from incidents.words.statements import Wording, digest, wordings

APPROVERS = (Role.SPOKESPERSON, Role.LEAD, Role.CHAIR)
"""Whoever may sign in one of these parts, by post or by a paper, approves a shell."""

LEVELS = (3, 4)
"""At these the duty officer may release one by themselves."""

MOST_WORDS = 180
_CODE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")


class DraftState(Labelled):
    """What became of a shell that was written."""

    WAITING = "waiting", N_("chờ duyệt")
    APPROVED = "approved", N_("đã duyệt")
    REFUSED = "refused", N_("không duyệt")


class ShellDraft(Table, table=True):
    """A shell as it was written, until somebody decides about it."""

    __tablename__ = "shell_draft"

    id: UUID = identifier()
    code: str = Field(index=True)
    title: str
    frame: str
    title_en: str = ""
    frame_en: str = ""
    frame_sha256: str
    from_level: int = 3
    valid_to: date | None = None
    written_by: UUID = reference("person.id")
    written_at: datetime = moment()
    state: DraftState = choice(DraftState, DraftState.WAITING)
    settled_at: datetime | None = moment(optional=True)

    @property
    def slots(self) -> list[Slot]:
        """What the duty officer will fill in."""
        return slots.of(self.frame)

    def wordings(self, first: Language) -> list[Wording]:
        """Title and frame in every language they were written in, the reader's first."""
        own = Wording(Language.VI, self.title, self.frame)
        return wordings(first, own, self.title_en, self.frame_en)


def write(
    session: Session,
    *,
    code: str,
    title: str,
    frame: str,
    from_level: int,
    title_en: str = "",
    frame_en: str = "",
    valid_to: date | None = None,
    by: Actor,
) -> ShellDraft:
    """Write a shell down for approval; its code is its own for ever, its English no must."""
    person_id = by.somebody()
    title, title_en = (" ".join(each.split()) for each in (title, title_en))
    frame, frame_en = (each.strip().replace("\r\n", "\n") for each in (frame, frame_en))
    draft = ShellDraft(
        code=code.strip().upper(),
        title=title,
        frame=frame,
        title_en=title_en,
        frame_en=frame_en,
        frame_sha256=digest(title, frame, title_en, frame_en),
        from_level=from_level,
        valid_to=valid_to,
        written_by=person_id,
        written_at=clock.now(),
    )
    if wrong := _wrong(draft):
        raise Invalid(fields=wrong)
    _require_new(session, draft.code)
    session.add(draft)
    session.flush()
    fact = ShellWritten(draft.code, draft.frame_sha256, title)
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, draft.code, "waiting", approvers(session) - {person_id}, draft.id, by)
    return draft


def _require_new(session: Session, code: str) -> None:
    taken = session.exec(select(Shell.id).where(Shell.code == code)).first()
    waiting = session.exec(
        select(ShellDraft.id).where(ShellDraft.code == code, ShellDraft.state == DraftState.WAITING)
    ).first()
    if taken or waiting:
        raise Conflict(N_("Mã mẫu %(code)s đã dùng; đặt mã khác."), code=code)


def _wrong(draft: ShellDraft) -> Wrong:
    wrong: Wrong = {}
    if not _CODE.fullmatch(draft.code):
        wrong["code"] = (N_("Mã mẫu gồm chữ hoa không dấu, chữ số, gạch nối; ví dụ LU-DE."), {})
    if not draft.title:
        wrong["title"] = (N_("Ghi tiêu đề."), {})
    for name, frame, least in (("frame", draft.frame, 1), ("frame_en", draft.frame_en, 0)):
        if not least <= len(frame.split()) <= MOST_WORDS:
            wrong[name] = (N_("Khung mẫu dài từ 1 đến %(most)s từ."), {"most": MOST_WORDS})
    if bool(draft.title_en) != bool(draft.frame_en):
        missing = "frame_en" if draft.title_en else "title_en"
        wrong[missing] = (N_("Bản tiếng Anh cần cả tiêu đề và khung."), {})
    if draft.from_level not in LEVELS:
        wrong["from_level"] = (N_("Mẫu duyệt sẵn chỉ phát ở cấp 3, 4."), {})
    if draft.valid_to and draft.valid_to < clock.now().astimezone(clock.LOCAL).date():
        wrong["valid_to"] = (N_("Ngày cuối không thể đã qua."), {})
    return wrong or _wrong_slots(draft)


def _wrong_slots(draft: ShellDraft) -> Wrong:
    """Every hole of the frame is a slot there is; the English frame has the same ones."""
    if not slots.whole(draft.frame):
        names = [f"{{{slot.value}}}" for slot in Slot]
        return {"frame": (N_("Trong ngoặc nhọn chỉ dùng: %(names)s."), {"names": names})}
    if draft.frame_en and not _same_slots(draft):
        sentence = N_("Khung tiếng Anh phải có đúng các ô của khung tiếng Việt.")
        return {"frame_en": (sentence, {})}
    return {}


def _same_slots(draft: ShellDraft) -> bool:
    return slots.whole(draft.frame_en) and slots.of(draft.frame_en) == draft.slots


def approvers(session: Session) -> set[UUID]:
    """Who may approve a shell now."""
    now = clock.now()
    return {each for role in APPROVERS for each in authorisations.signers(session, role, now)}


def acts_as(session: Session, person_id: UUID) -> tuple[Role, Authorisation | None] | None:
    """The part in which somebody approves a shell: their own post first, else by a paper."""
    now = clock.now()
    for role in APPROVERS:
        if roles.holders(session, role, now)[:1] == [person_id]:
            return role, None
    for role in APPROVERS:
        for paper in authorisations.valid(session, role, now):
            if paper.grantee_id == person_id:
                return role, paper
    return None


def approve(
    session: Session,
    draft_id: UUID,
    *,
    sha256: str,
    decision: str,
    decided_on: date,
    by: Actor,
) -> Shell:
    """Sign what was read, under the number of the decision; never what one wrote oneself."""
    draft = _waiting(session, draft_id)
    person_id, role, paper = _approver(session, draft, by)
    if sha256 != draft.frame_sha256:
        raise Conflict(N_("Mẫu không còn là bản đồng chí đã đọc; hãy tải lại trang."))
    wrong: Wrong = {}
    if not decision.strip():
        wrong["decision"] = (N_("Ghi số quyết định."), {})
    if decided_on > clock.now().astimezone(clock.LOCAL).date():
        wrong["decided_on"] = (N_("Ngày ký không thể ở phía trước."), {})
    if wrong:
        raise Invalid(fields=wrong)
    shell = Shell(
        code=draft.code,
        title=draft.title,
        frame=draft.frame,
        title_en=draft.title_en,
        frame_en=draft.frame_en,
        frame_sha256=draft.frame_sha256,
        from_level=draft.from_level,
        decision=" ".join(decision.split()),
        decided_on=decided_on,
        approved_by=person_id,
        approved_as=role,
        authorisation_id=paper.id if paper else None,
        valid_to=draft.valid_to,
    )
    session.add(shell)
    _settle(session, draft, DraftState.APPROVED)
    fact = ShellSigned(
        shell.code,
        shell.frame_sha256,
        shell.decision,
        decided_on,
        shell.from_level,
        role,
        paper.number if paper else "",
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    on_shift = rosters.on_shift(session, clock.now())
    _tell(session, shell.code, "approved", {draft.written_by, *on_shift}, draft.id, by)
    return shell


def refuse(session: Session, draft_id: UUID, *, reason: str, by: Actor) -> ShellDraft:
    """Do not approve it, and say why; whoever wrote it takes it back in the same way."""
    draft = _waiting(session, draft_id)
    if by.person_id != draft.written_by:
        _approver(session, draft, by)
    reason = given(reason)
    _settle(session, draft, DraftState.REFUSED)
    timeline.record(session, timeline.DESK, ShellRefused(draft.code, reason), by=by)
    _tell(session, draft.code, "refused", {draft.written_by}, draft.id, by)
    return draft


def withdraw(session: Session, code: str, *, reason: str, by: Actor) -> Shell:
    """Let nobody release a shell any more, at once."""
    found = session.exec(select(Shell.id).where(Shell.code == code.strip().upper())).first()
    shell = locked(session, Shell, found) if found else None
    if shell is None:
        raise NotFound(N_("Không có mẫu duyệt sẵn %(code)s."), code=code)
    if shell.withdrawn_at:
        raise AlreadySettled(N_("Mẫu %(code)s đã rút."), code=shell.code)
    if by.person_id not in approvers(session):
        raise NotPermitted(_NOT_AN_APPROVER)
    reason = given(reason)
    shell.withdrawn_at = clock.now()
    session.add(shell)
    timeline.record(session, timeline.DESK, ShellWithdrawn(shell.code, reason), by=by)
    on_shift = rosters.on_shift(session, clock.now())
    _tell(session, shell.code, "withdrawn", {shell.approved_by, *on_shift}, shell.id, by)
    return shell


_NOT_AN_APPROVER = N_(
    "Chỉ Người phát ngôn, Tổ trưởng, Chủ tịch, hoặc người có giấy ủy quyền của họ, được duyệt, rút "
    "mẫu."
)


def _waiting(session: Session, draft_id: UUID) -> ShellDraft:
    draft = locked(session, ShellDraft, draft_id)
    if draft is None:
        raise NotFound(N_("Không tìm thấy mẫu này."))
    if draft.state is not DraftState.WAITING:
        raise AlreadySettled(N_("Mẫu %(code)s: %(state)s."), code=draft.code, state=draft.state)
    return draft


def _approver(
    session: Session, draft: ShellDraft, by: Actor
) -> tuple[UUID, Role, Authorisation | None]:
    acting = acts_as(session, by.person_id) if by.person_id else None
    if by.person_id is None or acting is None:
        raise NotPermitted(_NOT_AN_APPROVER)
    if by.person_id == draft.written_by:
        raise NotPermitted(N_("Người soạn không tự duyệt mẫu của mình."))
    return by.person_id, *acting


def _settle(session: Session, draft: ShellDraft, state: DraftState) -> None:
    draft.state, draft.settled_at = state, clock.now()
    session.add(draft)
    session.flush()


def _tell(
    session: Session, code: str, what: str, people: set[UUID], about: UUID, by: Actor
) -> None:
    persons.tell_all(
        session,
        sorted(people - {by.person_id}),  # type: ignore[arg-type]
        "shell_changed",
        key=f"shell:{about}:{what}",
        values={"what": what, "shell": code, "by": str(by.person_id)},
    )


def waiting(session: Session) -> list[ShellDraft]:
    """The shells that wait for their approval, the oldest first."""
    return list(
        session.exec(
            select(ShellDraft)
            .where(ShellDraft.state == DraftState.WAITING)
            .order_by(col(ShellDraft.written_at))
        )
    )
