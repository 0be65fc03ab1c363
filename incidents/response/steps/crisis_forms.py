"""The questions of particular kinds of crisis: hazards, health, channels, newsrooms, policies.

Typed forms like those of ``forms``; what they change beside their step is in ``answering``.
"""

from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator

from incidents.record.language import N_, Labelled
from incidents.response.steps import owned_lines
from incidents.response.steps.forms import Form, Line, Prose, Remark, Verification


class Danger(Labelled):
    """Whether people are in danger; what is not excluded is never called safe."""

    PRESENT = "present", N_("đang có nguy hiểm")
    NOT_EXCLUDED = "not_excluded", N_("chưa loại trừ nguy hiểm")
    EXCLUDED = "excluded", N_("đã loại trừ nguy hiểm")


class HazardReport(Verification):
    """What was seen or measured from a place without danger, and by whom; pictures come later."""

    heading: ClassVar[str] = N_("Báo cáo hiện trường, kỹ thuật")
    danger: Danger = Field(title=N_("Nguy hiểm cho người dân"))


class Cases(Labelled):
    """How far a health scare is confirmed."""

    CONFIRMED = "confirmed", N_("đã có ca hoặc mẫu dương tính")
    WAITING = "waiting", N_("đang chờ kết quả")
    NONE = "none", N_("không có ca, không có mẫu dương tính")


class CaseReport(Verification):
    """Cases and samples as the health authority signs them; never a patient's name."""

    heading: ClassVar[str] = N_("Báo cáo ca bệnh, mẫu xét nghiệm")
    cases: Cases = Field(title=N_("Ca bệnh, mẫu xét nghiệm"))


class YesOrNo(Form):
    """A yes or no that has consequences, and the ground it stands on."""

    heading: ClassVar[str] = N_("Trả lời có hoặc không")
    yes: bool = Field(title=N_("Câu trả lời"))
    ground: Prose = Field(title=N_("Căn cứ; số, ngày quyết định nếu có"))


class Attack(Labelled):
    """What the owner of a channel says has happened to it."""

    HACKED = "hacked", N_("kênh thật bị chiếm quyền")
    IMPERSONATED = "impersonated", N_("trang, tài khoản mạo danh")
    DEEPFAKE = "deepfake", N_("hình ảnh, giọng nói giả bằng công nghệ")
    GENUINE = "genuine", N_("kênh và nội dung là thật")


class ChannelCheck(Form):
    """The owner's word by the directory's number, never through the channel in doubt."""

    heading: ClassVar[str] = N_("Xác nhận với chủ kênh")
    attack: Attack = Field(title=N_("Chủ kênh xác nhận"))
    called: Line = Field(title=N_("Đã gọi ai, số nào trong danh bạ, lúc nào"))
    note: Remark = Field("", title=N_("Ghi chú"))


class Redress(Labelled):
    """What a newsroom does about a statement that a signed fact contradicts."""

    FULL = "full", N_("cải chính đầy đủ")
    PARTLY = "partly", N_("cải chính một phần")
    CONTESTED = "contested", N_("nêu căn cứ khác")
    NONE = "none", N_("không đăng, chưa trả lời")


class NewsroomAnswer(Form):
    """What a newsroom says or has published; about the text, never about a journalist."""

    heading: ClassVar[str] = N_("Kết quả từ tòa soạn")
    redress: Redress = Field(title=N_("Tòa soạn"))
    missing: Remark = Field("", title=N_("Điểm chưa đạt, hoặc căn cứ tòa soạn nêu"))


class PolicyCourse(Labelled):
    EXPLAIN = "explain", N_("Giải thích")
    ADJUST = "adjust", N_("Điều chỉnh")
    PAUSE = "pause", N_("Tạm dừng")
    WITHDRAW = "withdraw", N_("Thu hồi")


class PolicyDecision(Form):
    """The course a policy takes, with the options considered and the dissent (ISO 22361)."""

    heading: ClassVar[str] = N_("Quyết định về chính sách")
    course: PolicyCourse = Field(title=N_("Hướng xử lý"))
    reason: Prose = Field(title=N_("Lý do và nội dung, bằng lời có thể công bố"))
    promises: Prose = Field(title=N_("Cam kết với người dân: việc gì, ai, hạn nào"))
    options: Prose = Field(title=N_("Các phương án đã cân nhắc và vì sao không chọn"))
    dissent: Remark = Field("", title=N_("Ý kiến khác"))


class Promises(Form):
    """What was promised in public: what, who keeps it, until which day; or why nothing was."""

    heading: ClassVar[str] = N_("Danh sách cam kết với người dân")
    promises: Remark = Field(
        "",
        title=N_(
            "Cam kết đã công bố, mỗi dòng: việc; người, vai hoặc cơ quan phụ trách; "
            "hạn ngày/tháng/năm"
        ),
    )
    note: Remark = Field(
        "", title=N_("Không cam kết điều gì thì ghi vì sao"), validate_default=True
    )

    @field_validator("promises")
    @classmethod
    def owned(cls, value: str) -> str:
        """Every promise has somebody who keeps it and a day; each becomes a step."""
        if len(owned_lines.read(value)) > 20:  # noqa: PLR2004 - said in the sentence of the fault
            raise ValueError("too_many_promises")
        return value

    @field_validator("note")
    @classmethod
    def said(cls, value: str, known: ValidationInfo) -> str:
        """An empty list is no oversight."""
        if not value and not known.data.get("promises", "-"):
            raise ValueError("promises_unsaid")
        return value


class Kept(Labelled):
    """What became of a promise."""

    KEPT = "kept", N_("đã làm đúng cam kết")
    PARTLY = "partly", N_("mới làm được một phần")
    BROKEN = "broken", N_("không làm được")


class PromiseKept(Form):
    """What became of one promise, with what shows it."""

    heading: ClassVar[str] = N_("Kết quả thực hiện cam kết")
    outcome: Kept = Field(title=N_("Cam kết"))
    account: Prose = Field(
        title=N_("Đã làm gì, minh chứng; chưa làm được thì vì sao, đã nói với người dân thế nào")
    )


class Recusal(Form):
    """Who steps back: nobody approves words about themselves or about their own superior."""

    heading: ClassVar[str] = N_("Rút người liên quan khỏi chuỗi duyệt")
    lead: bool = Field(title=N_("Tổ trưởng là người liên quan hoặc dưới quyền người liên quan"))
    chair: bool = Field(title=N_("Chủ tịch UBND là người liên quan"))
    concerned: Remark = Field(
        "", title=N_("Người liên quan khác: họ tên như trong danh bạ, mỗi người một dòng")
    )
    reason: Remark = Field("", title=N_("Liên quan thế nào (có người liên quan thì phải ghi)"))
    note: Remark = Field("", title=N_("Những vai đã thay người, ai được xem hồ sơ"))
