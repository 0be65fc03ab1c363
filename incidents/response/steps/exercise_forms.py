"""The forms of an exercise: its plan with injects by the minute, its marks, and its lessons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.language import N_, Labelled, Language, speech
from incidents.response.steps import owned_lines
from incidents.response.steps.forms import Form, Prose, Remark
from incidents.words.approvals import Verdict

MOST_INJECTS = 30
LONGEST = 24 * 60
"""Minutes an exercise may last."""


@dataclass(frozen=True)
class Inject:
    """What the director lets happen: to one role, so many minutes after the beginning."""

    minute: int
    role: Role
    text: Mapping[str, str]
    """Language → the words."""


class Rehearsed(Labelled):
    """The playbook that runs beside the injects, by its code."""

    NONE = "none", N_("chỉ diễn theo tình huống, không chạy kịch bản nào")
    FALSE_RUMOUR = "TIN_GIA_MXH", N_("tin giả trên mạng xã hội")
    PRESS_ERROR = "CAI_CHINH_BAO_CHI", N_("báo chí đưa tin sai")
    POLICY = "CHINH_SACH", N_("khủng hoảng quanh một chính sách")
    DISASTER = "THIEN_TAI", N_("thiên tai, vỡ đê, nhiễm mặn")
    HEALTH = "Y_TE_ATTP", N_("y tế, an toàn thực phẩm")
    OFFICIAL = "CAN_BO", N_("sai phạm, phát ngôn của cán bộ")
    IMPERSONATION = "GIA_MAO_TAN_CONG", N_("giả mạo, tấn công mạng")


class Scenario(Labelled):
    """Injects that come with the playbook, or one's own."""

    OWN = "own", N_("tự soạn ở ô dưới")
    DYKE_AT_NIGHT = "dyke_at_night", N_("tin đồn vỡ đê lúc nửa đêm")
    FAKE_PAGE = "fake_page", N_("trang giả mạo kêu gọi chuyển tiền")
    SCHOOL_MEAL = "school_meal", N_("nghi ngộ độc bữa ăn ở trường")


class ExercisePlan(Form):
    """What is tried, which playbook runs, what happens at which minute, and when it begins."""

    heading: ClassVar[str] = N_("Kế hoạch diễn tập")
    purpose: Prose = Field(title=N_("Mục đích: điều muốn thử, ai đóng vai, ai quan sát"))
    playbook: Rehearsed = Field(title=N_("Kịch bản chạy trong buổi diễn"))
    scenario: Scenario = Field(title=N_("Tình huống"))
    injects: Remark = Field(
        "",
        validate_default=True,
        title=N_("Tình huống tự soạn, mỗi dòng: số phút; vai; nội dung"),
    )
    begins_at: datetime = Field(
        title=N_("Bắt đầu lúc (ngoài người duyệt, không báo trước giờ này)")
    )

    @field_validator("injects")
    @classmethod
    def readable(cls, value: str, info: ValidationInfo) -> str:
        """One's own scenario has at least one inject, and each of its lines can be read."""
        if info.data.get("scenario") is Scenario.OWN and not value:
            raise PydanticCustomError("injects_missing", "one's own scenario has injects")
        read_injects(value)
        return value

    @field_validator("begins_at")
    @classmethod
    def zoned(cls, value: datetime) -> datetime:
        """A time without a zone is the province's."""
        return value if value.tzinfo else value.replace(tzinfo=clock.LOCAL)


class Approval(Form):
    """The leader's word on a plan or on lessons; a refusal says what to change."""

    heading: ClassVar[str] = N_("Ý kiến của người duyệt")
    verdict: Verdict = Field(title=N_("Kết luận"))
    comment: Remark = Field("", title=N_("Ý kiến"))


class Mark(Labelled):
    """What an observer says of one thing."""

    MET = "met", N_("đạt")
    PARTLY = "partly", N_("đạt một phần")
    MISSED = "missed", N_("chưa đạt")


class ExerciseMarks(Form):
    """The observers' marks beside the figures the record gives by itself."""

    heading: ClassVar[str] = N_("Chấm buổi diễn tập")
    acknowledgements: Mark = Field(title=N_("Nhận việc, chuyển việc khi vắng người"))
    first_text: Mark = Field(title=N_("Thông tin ban đầu: kịp giờ, đúng, đủ"))
    deadlines: Mark = Field(title=N_("Các việc còn lại so với hạn"))
    coordination: Mark = Field(title=N_("Phối hợp giữa các cơ quan"))
    kept_inside: bool = Field(title=N_("Không có nội dung nào ra ngoài phạm vi diễn tập"))
    errors: Remark = Field("", title=N_("Sai sót đã thấy, vào phút nào"))


class Lessons(Form):
    """What the exercise taught, each lesson with whoever owns it and a day."""

    heading: ClassVar[str] = N_("Rút kinh nghiệm diễn tập")
    summary: Prose = Field(title=N_("Điều làm tốt, điều chưa tốt"))
    lessons: Prose = Field(
        title=N_("Việc cải thiện, mỗi dòng: việc; người phụ trách; hạn ngày/tháng/năm")
    )

    @field_validator("lessons")
    @classmethod
    def owned(cls, value: str) -> str:
        """Every lesson has an owner and a day."""
        owned_lines.read(value)
        return value


def read_injects(written: str) -> list[Inject]:
    """The injects of a typed scenario in the order of their minutes; each line must be readable."""
    found = list(owned_lines.lines(written, _inject, "inject_unreadable"))
    if len(found) > MOST_INJECTS:
        raise PydanticCustomError("too_many_injects", "too many", {"most": MOST_INJECTS})
    return sorted(found, key=lambda inject: inject.minute)


def _inject(parts: list[str]) -> Inject | None:
    minute, role = parts[0].removeprefix("+"), role_named(parts[1])
    if role is None or not minute.isascii() or not minute.isdigit() or int(minute) > LONGEST:
        return None
    return Inject(int(minute), role, {each.value: parts[2] for each in Language})


def role_named(said: str) -> Role | None:
    """A role by its name in either language."""
    english = speech(Language.EN)
    for role in Role:
        if said.casefold() in {role.value, role.label.casefold(), english.value(role).casefold()}:
            return role
    return None
