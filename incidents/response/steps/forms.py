"""The questions people are asked, as typed forms; a step keeps its form's name and JSON Schema.

Append-only by name: old steps are read with the form they were asked by. A playbook may branch
on a form's enum and bool fields only, which is why those carry the decision.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from incidents.intake.signals import Nature
from incidents.intake.typology import ContentType, Subject
from incidents.matter.incidents import Finding
from incidents.record.errors import Invalid, NotFound, Wrong
from incidents.record.language import N_, Labelled
from incidents.words.approvals import Verdict

REGISTRY: dict[str, type["Form"]] = {}
READ_AGAIN = "forms read again"
"""The module of forms that were made from what a step kept of them."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]


class Form(BaseModel):
    """What completing a step asks for. Field titles are the Vietnamese words on the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    heading: ClassVar[str]
    heading_en: ClassVar[str] = ""
    """English words of an office's own form; ours are in the catalogue."""
    kept: ClassVar[dict[str, Any]] = {}
    """The schema it was read from again, where its class is not at hand (``own_forms``)."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Enter the form under its name, unless it is only read again from a step."""
        if cls.__module__ != READ_AGAIN:
            REGISTRY[cls.__name__] = cls


class Done(Form):
    """The work is done; a remark may say how."""

    heading: ClassVar[str] = N_("Hoàn thành nhiệm vụ")
    note: Remark = Field("", title=N_("Ghi chú"))


class ObjectionReview(Form):
    """What was made of the objections to words that are out, by somebody who did not check them."""

    heading: ClassVar[str] = N_("Xem xét ý kiến phản đối")
    note: Remark = Field("", title=N_("Ghi chú"))


class Capture(Form):
    """The post as it stood: whether its picture is kept, and its counters."""

    heading: ClassVar[str] = N_("Ghi nhận bài đăng")
    screenshot_kept: bool = Field(title=N_("Đã lưu ảnh chụp cả trang"))
    interactions: int = Field(ge=0, le=10_000_000_000, title=N_("Tổng lượt tương tác lúc ghi nhận"))
    note: Remark = Field("", title=N_("Ghi chú"))


class Classification(Form):
    """What kind of utterance it is, and the sentences to verify, one a line."""

    heading: ClassVar[str] = N_("Phân loại và tách nội dung")
    nature: Nature = Field(title=N_("Bản chất"))
    content_type: ContentType = Field(title=N_("Dạng nội dung"))
    subject: Subject = Field(title=N_("Lĩnh vực"))
    claims: Prose = Field(title=N_("Nội dung cần xác minh, mỗi câu một dòng"))

    @field_validator("claims")
    @classmethod
    def few(cls, value: str) -> str:
        """At most twenty sentences: more is another incident."""
        lines = [line.strip() for line in value.splitlines() if line.strip()]
        if len(lines) > 20:  # noqa: PLR2004 - said in the sentence above
            raise ValueError("too_many_claims")
        return "\n".join(lines)


class Verification(Form):
    """A named official's finding: right, wrong, partly right, or not yet known, until when."""

    heading: ClassVar[str] = N_("Phiếu xác minh")
    finding: Finding = Field(title=N_("Kết quả"))
    explanation: Prose = Field(title=N_("Sự thật và căn cứ"))
    source: Line = Field(title=N_("Nguồn, văn bản, người xác nhận"))
    next_word_at: datetime | None = Field(None, title=N_("Nếu chưa rõ: hẹn trả lời lúc"))

    @field_validator("finding")
    @classmethod
    def settled(cls, value: Finding) -> Finding:
        """A finding that is still pending is no answer."""
        if value is Finding.PENDING:
            raise ValueError("finding_pending")
        return value


class Course(Labelled):
    """Answer in public, or watch."""

    ANSWER = "answer", N_("Trả lời")
    WATCH = "watch", N_("Theo dõi, chưa trả lời")


class AnswerOrWatch(Form):
    """The respond-or-ignore test before any public text, and the decision with its reason."""

    heading: ClassVar[str] = N_("Trả lời hay theo dõi")
    spreading: bool = Field(title=N_("Đang lan ra ngoài nơi xuất phát?"))
    silence_harms: bool = Field(title=N_("Im lặng có làm tăng thiệt hại?"))
    fact_held: bool = Field(title=N_("Đã có ít nhất một sự thật hoặc việc làm để nói?"))
    without_repeating: bool = Field(title=N_("Trả lời được mà không nhắc lại đường dẫn, tin sai?"))
    course: Course = Field(title=N_("Quyết định"))
    reason: Prose = Field(title=N_("Lý do"))
    review_at: datetime | None = Field(None, title=N_("Nếu theo dõi: xem lại lúc"))


class Draft(Form):
    """The words of a statement as their author submits them."""

    heading: ClassVar[str] = N_("Soạn văn bản phát ngôn")
    title: Line = Field(title=N_("Tiêu đề"))
    text: Prose = Field(title=N_("Nội dung"))


class LegalCheck(Form):
    """The legal officer's verdict on one exact version."""

    heading: ClassVar[str] = N_("Kiểm tra pháp lý")
    verdict: Verdict = Field(title=N_("Kết luận"))
    comment: Remark = Field("", title=N_("Ý kiến"))


class SignOff(Form):
    """The approver's verdict; given only on the desk, signed in."""

    heading: ClassVar[str] = N_("Duyệt văn bản")
    verdict: Verdict = Field(title=N_("Kết luận"))
    comment: Remark = Field("", title=N_("Ý kiến"))


class Posted(Form):
    """Proof that the approved words were put out, unchanged, on the channels people use."""

    heading: ClassVar[str] = N_("Đã đăng trên các kênh")
    channels: Prose = Field(title=N_("Kênh, đường dẫn và giờ đăng, mỗi kênh một dòng"))
    unchanged: bool = Field(title=N_("Đăng đúng nguyên văn bản đã duyệt"))

    @field_validator("unchanged")
    @classmethod
    def word_for_word(cls, value: bool) -> bool:  # noqa: FBT001 - pydantic calls it
        """Posting anything else than what was approved is no posting of it."""
        if not value:
            raise ValueError("posted_otherwise")
        return value


class Referral(Labelled):
    """Whether something was passed on; not passing it on is a normal answer."""

    SENT = "sent", N_("Đã chuyển")
    NOT_SENT = "not_sent", N_("Không chuyển")


class Request(Form):
    """A request to the national centre, a platform's authority or the police: sent or not."""

    heading: ClassVar[str] = N_("Chuyển cơ quan có thẩm quyền")
    referral: Referral = Field(title=N_("Kết quả"))
    reference: Remark = Field("", title=N_("Số văn bản, biên bản giao nhận"))
    addressee: Name = Field("", title=N_("Gửi cơ quan nào, theo tên hoặc mã trong danh bạ"))
    ground: Prose = Field(title=N_("Nội dung và căn cứ, hoặc lý do không chuyển"))


class Measurement(Form):
    """What could be counted at one moment; where reach cannot be measured, say so in words."""

    heading: ClassVar[str] = N_("Đo mức lan truyền")
    interactions: int | None = Field(None, ge=0, le=10_000_000_000, title=N_("Tổng lượt tương tác"))
    falling: bool = Field(title=N_("Đang giảm"))
    note: Remark = Field("", title=N_("Nhận định"))


class Conclusion(Form):
    """What happened, what worked, and what the library and the questions-and-answers page learn."""

    heading: ClassVar[str] = N_("Kết luận vụ việc")
    summary: Prose = Field(title=N_("Tóm tắt diễn biến và kết quả"))
    lessons: Remark = Field("", title=N_("Bài học kinh nghiệm"))
    library_updated: bool = Field(title=N_("Đã cập nhật hỏi–đáp"))
    report_url: HttpUrl | None = Field(None, title=N_("Đường dẫn báo cáo"))


class Change(Labelled):
    """Whether anything has changed since the last look."""

    NONE = "none", N_("Không thay đổi")
    CHANGED = "changed", N_("Có thay đổi")


class Trend(Labelled):
    """Which way the spread goes, as far as anybody can tell."""

    UNKNOWN = "unknown", N_("chưa đo được")
    FALLING = "falling", N_("đang giảm")
    STEADY = "steady", N_("đi ngang")
    RISING = "rising", N_("đang tăng")


class HowItStands(Form):
    """A review in the rhythm of the level: what changed, which way it spreads."""

    heading: ClassVar[str] = N_("Rà soát tình hình")
    change: Change = Field(title=N_("Từ lần trước đến nay"))
    trend: Trend = Field(Trend.UNKNOWN, title=N_("Lan truyền"))
    note: Remark = Field("", title=N_("Thay đổi gì, cần gì"), validate_default=True)

    @field_validator("note")
    @classmethod
    def said(cls, value: str, known: ValidationInfo) -> str:
        """A change is said in words."""
        if known.data.get("change") is Change.CHANGED and not value:
            raise ValueError("change_unsaid")
        return value


_SENTENCES: dict[str, str] = {
    "missing": N_("Ô này phải điền."),
    "string_too_short": N_("Ô này phải điền."),
    "string_too_long": N_("Tối đa %(max_length)s ký tự."),
    "enum": N_("Hãy chọn một trong các mục."),
    "bool_parsing": N_("Hãy chọn có hoặc không."),
    "bool_type": N_("Hãy chọn có hoặc không."),
    "int_parsing": N_("Hãy nhập một số nguyên."),
    "int_type": N_("Hãy nhập một số nguyên."),
    "int_from_float": N_("Hãy nhập một số nguyên."),
    "greater_than_equal": N_("Số phải từ %(ge)s trở lên."),
    "less_than_equal": N_("Số quá lớn."),
    "url_parsing": N_("Đường dẫn không hợp lệ."),
    "url_scheme": N_("Đường dẫn phải bắt đầu bằng http:// hoặc https://."),
    "datetime_parsing": N_("Ngày giờ không hợp lệ."),
    "datetime_from_date_parsing": N_("Ngày giờ không hợp lệ."),
    "extra_forbidden": N_("Biểu mẫu không có ô này."),
    "too_many_claims": N_("Tối đa 20 câu; nhiều hơn là một vụ việc khác."),
    "too_many_promises": N_("Tối đa 20 cam kết; nhiều hơn thì gộp lại."),
    "promises_unsaid": N_("Ghi cam kết, hoặc ghi vì sao không có cam kết nào."),
    "injects_missing": N_("Tự soạn thì ghi ít nhất một tình huống."),
    "inject_unreadable": N_("Dòng %(line)s chưa đọc được: số phút; vai; nội dung."),
    "too_many_injects": N_("Tối đa %(most)s tình huống."),
    "owned_line_unreadable": N_(
        "Dòng %(line)s chưa đọc được: việc; người phụ trách; ngày/tháng/năm."
    ),
    "person_or_body": N_("Chọn một người hoặc một cơ quan."),
    "posted_otherwise": N_("Đã đăng khác bản duyệt thì gỡ, đăng lại đúng bản rồi mới báo xong."),
    "database_unknown": N_(
        "địa chỉ không đọc được; viết như postgresql://người:mật-khẩu@máy/tên hoặc sqlite:///tệp."
    ),
    "mailbox_unknown": N_(
        "địa chỉ hộp thư không đọc được; viết như imaps://người:mật-khẩu@máy/INBOX."
    ),
    "service_in_the_open": N_(
        "khóa của dịch vụ sẽ đi không mã hóa; ghi địa chỉ bắt đầu bằng https://."
    ),
    "homeserver_unknown": N_(
        "địa chỉ máy chủ Matrix không đọc được; viết như matrixs://tài-khoản:mật-khẩu@máy."
    ),
    "homeserver_in_the_open": N_(
        "mật khẩu Matrix sẽ đi không mã hóa; viết địa chỉ bắt đầu bằng matrixs://."
    ),
    "change_unsaid": N_("Có thay đổi thì ghi rõ thay đổi gì."),
    "finding_pending": N_("Chưa có kết quả thì chọn «chưa xác minh được» và hẹn giờ."),
}
_ELSE = N_("Giá trị này không dùng được.")


def choice_of(annotation: Any) -> type[Labelled] | None:
    """The closed choice a field is, if it is one, be it optional."""
    kinds = [k for k in (annotation, *get_args(annotation)) if isinstance(k, type)]
    return next((k for k in kinds if issubclass(k, Labelled)), None)


def of(name: str) -> type[Form]:
    """The form of a name; ``NotFound`` when there is none."""
    if name not in REGISTRY:
        raise NotFound(N_("Không có biểu mẫu này."))
    return REGISTRY[name]


def check(form: str | type[Form], answer: dict[str, Any]) -> Form:
    """The answer, typed; ``Invalid`` names every field in the field's words."""
    try:
        return (of(form) if isinstance(form, str) else form).model_validate(answer)
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """Pydantic's refusal as ours, in sentences people understand."""
    return Invalid(fields=in_sentences(error.errors()))


def in_sentences(errors: Sequence[Any]) -> Wrong:
    """Field → its sentence, from Pydantic's list of errors; the last one about a field stands."""
    fields: Wrong = {}
    for each in errors:
        context = each.get("ctx", {})
        kind = str(context["error"]) if each["type"] == "value_error" else each["type"]
        name = ".".join(map(str, each["loc"])) or "__all__"
        fields[name] = (_SENTENCES.get(kind, _ELSE), context)
    return fields
