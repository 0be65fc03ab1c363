"""The cast of every story: invented officials of an invented province, always the same ones.

Lan is on shift; Minh speaks; Hà writes; Bình leads; Tùng is his standing deputy and holds his
authorisation; Thảo deputises for Minh without a paper; Kiên works elsewhere and holds no role.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlmodel import Session, select

from incidents.matter.standing import FoundingDecision
from incidents.people import sign_ins
from incidents.people.authorisations import Authorisation
from incidents.people.organisations import Organisation
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Shift
from incidents.record.language import Language
from incidents.words import statements
from incidents.words.shells import Shell
from incidents.words.statements import StatementKind

PASSWORD = "mat-khau-dien-tap"

# name of the part in the cast: (full name, post, body, role, rank)
_PARTS: dict[str, tuple[str, str, str, Role | None, int]] = {
    "lan": ("Trần Thị Lan", "Chuyên viên trực", "SVHTT", Role.DUTY_OFFICER, 1),
    "long": ("Đỗ Văn Long", "Chuyên viên trực", "SVHTT", Role.DUTY_OFFICER, 2),
    "minh": ("Lê Quang Minh", "Người phát ngôn", "UBND", Role.SPOKESPERSON, 1),
    "thao": ("Ngô Thanh Thảo", "Phó Chánh Văn phòng", "UBND", Role.SPOKESPERSON, 2),
    "ha": ("Phạm Thu Hà", "Thư ký Tổ công tác", "SVHTT", Role.SECRETARY, 1),
    "nga": ("Vũ Hằng Nga", "Chuyên viên", "SVHTT", Role.SECRETARY, 2),
    "binh": ("Nguyễn Hòa Bình", "Phó Chủ tịch UBND tỉnh", "UBND", Role.LEAD, 1),
    "tung": ("Hoàng Thanh Tùng", "Giám đốc sở", "SVHTT", Role.STANDING_DEPUTY, 1),
    "dung": ("Bùi Phương Dung", "Pháp chế sở", "SVHTT", Role.LEGAL, 1),
    "quan": ("Tạ Minh Quân", "Pháp chế Văn phòng", "UBND", Role.LEGAL, 2),
    "khoi": ("Lý Anh Khôi", "Trưởng phòng Theo dõi", "SVHTT", Role.MONITORING, 1),
    "phuc": ("Đặng Hồng Phúc", "Phó Giám đốc Sở Y tế", "SYT", Role.SUBJECT_LEAD, 1),
    "yen": ("Mai Hải Yến", "Trưởng phòng Nghiệp vụ", "SYT", Role.SUBJECT_LEAD, 2),
    "son": ("Cao Thái Sơn", "Đầu mối Công an", "CA", Role.POLICE_LIAISON, 1),
    "mai": ("Trịnh Xuân Mai", "Biên tập viên cổng", "UBND", Role.PUBLISHER, 1),
    "hung": ("Lâm Quốc Hùng", "Chủ tịch UBND phường", "UBP", Role.COMMUNE, 1),
    "chuong": ("Phan Đình Chương", "Chủ tịch UBND tỉnh", "UBND", Role.CHAIR, 1),
    "duc": ("Hồ Trọng Đức", "Trực lãnh đạo sở", "SVHTT", Role.DEPARTMENT_DUTY_LEADER, 1),
    "hoa": ("Dương Lệ Hoa", "Trực Văn phòng", "UBND", Role.OFFICE_DUTY, 1),
    "kien": ("Tô Trung Kiên", "Chuyên viên", "SYT", None, 0),
    "an": ("Quách Bình An", "Quản trị hệ thống", "UBND", None, 0),
}
_BODIES = {
    "UBND": ("UBND tỉnh Bình Khê", "people's committee"),
    "SVHTT": ("Sở Văn hóa, Thể thao và Du lịch tỉnh Bình Khê", "department"),
    "SYT": ("Sở Y tế tỉnh Bình Khê", "department"),
    "CA": ("Công an tỉnh Bình Khê", "police"),
    "UBP": ("UBND phường Tân Hưng", "commune"),
}


@dataclass(frozen=True)
class Cast:
    """Everybody by first name."""

    lan: Person
    long: Person
    minh: Person
    thao: Person
    ha: Person
    nga: Person
    binh: Person
    tung: Person
    dung: Person
    quan: Person
    khoi: Person
    phuc: Person
    yen: Person
    son: Person
    mai: Person
    hung: Person
    chuong: Person
    duc: Person
    hoa: Person
    kien: Person
    an: Person


@cache
def _password_hash() -> str:
    return sign_ins.hash_password(PASSWORD)


def take_their_posts(session: Session, at: datetime) -> Cast:
    """Write everybody down with post, role, address and shift, as they stand at a moment."""
    bodies = {
        code: Organisation(code=code, name=name, kind=kind)
        for code, (name, kind) in _BODIES.items()
    }
    session.add_all(bodies.values())
    people: dict[str, Person] = {}
    for index, (first, (name, post, body, role, rank)) in enumerate(_PARTS.items(), start=1):
        person = people[first] = Person(
            name=name,
            post=post,
            organisation_id=bodies[body].id,
            username=first,
            password_hash=_password_hash(),
            telephone=f"0900 000 {index:03}",
            administrator=first == "an",
            language=Language.EN if first == "kien" else Language.VI,
        )
        session.add(person)
        session.add(
            ContactPoint(
                person_id=person.id,
                channel=ContactKind.MAIL,
                address=f"{first}@binhkhe.test",
                verified_at=at,
            )
        )
        if role:
            session.add(
                RoleHolder(role=role, person_id=person.id, rank=rank, valid_from=_before(at))
            )
    cast = Cast(**people)
    session.add(on_shift(cast.lan, at - timedelta(hours=2)))
    session.add(on_shift(cast.long, at + timedelta(hours=6)))
    session.add(founding_decision())
    session.add(paper(cast.binh, cast.tung, Role.LEAD, at))
    session.add(shell(cast.minh))
    return cast


def found(session: Session) -> Cast:
    """Everybody, where they were written down before."""
    return Cast(**{str(p.username): p for p in session.exec(select(Person))})


def _before(at: datetime) -> datetime:
    return at - timedelta(days=30)


def on_shift(person: Person, from_: datetime, hours: int = 8) -> Shift:
    """A shift of the duty desk."""
    return Shift(
        role=Role.DUTY_OFFICER,
        person_id=person.id,
        starts_at=from_,
        ends_at=from_ + timedelta(hours=hours),
    )


def founding_decision(automatic_from_level: int = 2) -> FoundingDecision:
    """The decision that founds the standing task force."""
    return FoundingDecision(
        number="412/QĐ-UBND",
        signed_on=date(2026, 3, 2),
        signer="Phan Đình Chương",
        automatic_from_level=automatic_from_level,
        valid_from=date(2026, 3, 2),
    )


def paper(grantor: Person, grantee: Person, role: Role, at: datetime) -> Authorisation:
    """An authorisation (giấy ủy quyền) for a month around a moment."""
    return Authorisation(
        number=f"{role.value}/{grantee.username}/GUQ-UBND",
        role=role,
        grantor_id=grantor.id,
        grantee_id=grantee.id,
        scope="Duyệt nội dung phát ngôn",
        valid_from=_before(at),
        valid_to=at + timedelta(days=30),
    )


def shell(approved_by: Person) -> Shell:
    """A frame signed in advance, for the night."""
    title = "Thông tin ban đầu"
    frame = (
        "Lúc {gio}, cơ quan chức năng nhận được thông tin về sự việc tại {dia_ban}. "
        "Nội dung đang xác minh; thông tin tiếp theo lúc {gio_ke_tiep}."
    )
    title_en = "First information"
    frame_en = (
        "At {gio} the authorities heard of a matter at {dia_ban}. It is being verified; the next "
        "information follows at {gio_ke_tiep}."
    )
    return Shell(
        code="BAN-DAU",
        kind=StatementKind.HOLDING,
        title=title,
        frame=frame,
        title_en=title_en,
        frame_en=frame_en,
        frame_sha256=statements.digest(title, frame, title_en, frame_en),
        from_level=3,
        decision="77/QĐ-VP",
        decided_on=date(2026, 5, 4),
        approved_by=approved_by.id,
    )


def filled(at: datetime) -> dict[str, str]:
    """What that frame asks for, half an hour after the report came in."""
    return {
        "gio": (at - timedelta(minutes=30)).isoformat(),
        "dia_ban": "phường Tân Hưng",
        "gio_ke_tiep": (at + timedelta(minutes=90)).isoformat(),
    }
