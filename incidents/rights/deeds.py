"""Everything a person can do at the desk, and the roles that hold each deed."""

from incidents.people.roles import COMMAND, ROOM, Role
from incidents.record.language import N_, Labelled


class Deed(Labelled):
    """Everything a person can do at the desk."""

    FLAG = "flag", N_("báo tin")
    SEE_DESK = "see_desk", N_("xem bàn trực")
    TRIAGE = "triage", N_("sàng lọc tin báo")
    OPEN = "open", N_("mở vụ việc")
    SEE_INCIDENT = "see_incident", N_("xem vụ việc")
    NOTE = "note", N_("ghi nhật ký")
    STATE_CLAIM = "state_claim", N_("ghi, sửa nội dung cần xác minh")
    VERIFY = "verify", N_("kết luận về nội dung cần xác minh")
    WEIGH = "weigh", N_("quyết định trả lời hay theo dõi")
    TAKE_POSTURE = "take_posture", N_("chọn tư thế phát ngôn")
    GRADE = "grade", N_("xếp cấp độ")
    AGREE_LOWER = "agree_lower", N_("đồng ý hạ cấp độ")
    DIRECT = "direct", N_("phân công, gia hạn, thay người")
    ADD_STEP = "add_step", N_("thêm việc")
    CANCEL_STEP = "cancel_step", N_("hủy việc đã thêm")
    LOG_DECISION = "log_decision", N_("ghi quyết định")
    REPORT = "report", N_("phát hành báo cáo nhanh")
    LEARN = "learn", N_("ghi, giao bài học kinh nghiệm")
    FINISH_LESSON = "finish_lesson", N_("báo hoàn thành bài học")
    SEE_LESSONS = "see_lessons", N_("xem bài học kinh nghiệm")
    WAIVE = "waive", N_("miễn nhiệm vụ")
    STABILISE = "stabilise", N_("chuyển trạng thái tạm ổn")
    RESOLVE = "resolve", N_("chuyển chờ tổng kết")
    APPROVE_REPORT = "approve_report", N_("duyệt báo cáo tổng kết")
    CLOSE = "close", N_("kết thúc vụ việc")
    STAND_DOWN = "stand_down", N_("dừng xử lý")
    FLARE_UP = "flare_up", N_("báo bùng phát trở lại")
    TAKE_BACK = "take_back", N_("đưa vụ việc chờ tổng kết trở lại tạm ổn")
    REOPEN = "reopen", N_("mở lại vụ việc đã kết thúc")
    MERGE = "merge", N_("gộp, tách vụ việc")
    ANSWER = "answer", N_("trả lời nhiệm vụ")
    ANSWER_FOR = "answer_for", N_("ghi thay câu trả lời của người vắng")
    EDIT_STATEMENT = "edit_statement", N_("sửa văn bản phát ngôn")
    SIGN = "sign", N_("duyệt văn bản")
    SIGN_BY_TELEPHONE = "sign_by_telephone", N_("ghi nhận duyệt qua điện thoại")
    RELEASE_SHELL = "release_shell", N_("phát mẫu duyệt sẵn")
    WRITE_SHELL = "write_shell", N_("soạn mẫu chờ duyệt")
    APPROVE_SHELL = "approve_shell", N_("duyệt, rút mẫu duyệt sẵn")
    WITHDRAW = "withdraw", N_("rút nội dung đã đăng")
    PROPOSE_TASK_FORCE = "propose_task_force", N_("trình thành lập Tổ công tác")
    APPRAISE = "appraise", N_("thẩm tra tờ trình lập Tổ công tác")
    ENTER_DECISION = "enter_decision", N_("nhập quyết định về Tổ công tác")
    HAND_OVER_ROLE = "hand_over_role", N_("bàn giao vai của mình trong Tổ công tác")
    DECLARE_CONFLICT = "declare_conflict", N_("khai báo người, cơ quan liên quan")
    LIFT_CONFLICT = "lift_conflict", N_("gỡ khai báo người, cơ quan liên quan")
    TEND_CLOCK = "tend_clock", N_("xác nhận, kết thúc thời hạn luật định")
    SEE_ROSTERS = "see_rosters", N_("xem lịch trực")
    KEEP_ROSTERS = "keep_rosters", N_("lập, sửa lịch trực")
    OWN_DUTY = "own_duty", N_("đổi ca, báo vắng, bàn giao ca của mình")
    SEE_DIRECTORY = "see_directory", N_("xem danh bạ")
    KEEP_DIRECTORY = "keep_directory", N_("lập, sửa danh bạ")
    KEEP_CONTACTS = "keep_contacts", N_("sửa, kiểm chứng liên hệ của cơ quan")
    TEST_CONTACTS = "test_contacts", N_("thử liên lạc đầu mối")
    VERIFY_RECORD = "verify_record", N_("kiểm tra tính toàn vẹn")
    MARK_LEFT = "mark_left", N_("ghi người thôi làm việc, chuyển việc đang giữ")
    KEEP_AUTHORISATIONS = "keep_authorisations", N_("ghi, chấm dứt giấy ủy quyền")
    KEEP_POSTS = "keep_posts", N_("cử người vào vai, ghi thôi vai")
    KEEP_ACCOUNTS = "keep_accounts", N_("cấp, khóa tài khoản")
    ADMINISTER = "administer", N_("quản trị")


FRESHLY_PROVED = frozenset(
    {
        Deed.SIGN,
        Deed.SIGN_BY_TELEPHONE,
        Deed.RELEASE_SHELL,
        Deed.APPROVE_SHELL,
        Deed.WITHDRAW,
        Deed.AGREE_LOWER,
        Deed.APPROVE_REPORT,
        Deed.CLOSE,
        Deed.REOPEN,
        Deed.WAIVE,
        Deed.LIFT_CONFLICT,
        Deed.MARK_LEFT,
        Deed.KEEP_AUTHORISATIONS,
        Deed.KEEP_POSTS,
        Deed.KEEP_ACCOUNTS,
    }
)
"""Deeds that ask for the password again, however long the session still runs."""

PROVED_EACH_TIME = frozenset({Deed.SIGN, Deed.SIGN_BY_TELEPHONE, Deed.APPROVE_REPORT})
"""Of these the signatures and the verdicts on closing reports.

Each asks for the password itself, however recently it was given.
"""

ABOVE = COMMAND | {Role.SPOKESPERSON}
DESK = frozenset(
    {Role.DUTY_OFFICER, Role.DEPARTMENT_DUTY_LEADER, Role.OFFICE_DUTY, Role.STANDING_DEPUTY}
)

HELD: dict[Deed, frozenset[Role]] = {
    Deed.TRIAGE: DESK,
    Deed.OPEN: DESK,
    Deed.STATE_CLAIM: ROOM | DESK | {Role.MONITORING, Role.SUBJECT_LEAD, Role.LEGAL},
    Deed.VERIFY: COMMAND | {Role.SUBJECT_LEAD, Role.MONITORING},
    Deed.WEIGH: ABOVE | DESK,
    Deed.TAKE_POSTURE: ABOVE,
    Deed.GRADE: ROOM,
    Deed.AGREE_LOWER: ROOM,
    Deed.DIRECT: ROOM,
    Deed.ANSWER_FOR: ROOM | DESK,
    Deed.ADD_STEP: ROOM,
    Deed.LOG_DECISION: ROOM,
    Deed.REPORT: ROOM,
    Deed.LEARN: ROOM,
    Deed.WAIVE: COMMAND,
    Deed.STABILISE: COMMAND,
    Deed.RESOLVE: COMMAND,
    Deed.APPROVE_REPORT: COMMAND,
    Deed.CLOSE: COMMAND,
    Deed.STAND_DOWN: COMMAND | {Role.DUTY_OFFICER},
    Deed.FLARE_UP: ROOM,
    Deed.TAKE_BACK: COMMAND,
    Deed.REOPEN: COMMAND,
    Deed.MERGE: COMMAND | {Role.DUTY_OFFICER},
    Deed.EDIT_STATEMENT: ABOVE | {Role.SECRETARY},
    Deed.SIGN_BY_TELEPHONE: frozenset({Role.DUTY_OFFICER}),
    Deed.RELEASE_SHELL: frozenset({Role.DUTY_OFFICER}),
    Deed.WRITE_SHELL: ABOVE | {Role.SECRETARY, Role.LEGAL},
    Deed.WITHDRAW: ABOVE,
    Deed.DECLARE_CONFLICT: ROOM | {Role.LEGAL},
    Deed.LIFT_CONFLICT: frozenset({Role.LEAD, Role.CHAIR}),
    Deed.PROPOSE_TASK_FORCE: DESK | {Role.SECRETARY},
    Deed.APPRAISE: frozenset({Role.OFFICE_DUTY}),
    Deed.ENTER_DECISION: ROOM | {Role.OFFICE_DUTY},
    Deed.TEND_CLOCK: ROOM | {Role.SPOKESPERSON, Role.LEGAL},
    Deed.KEEP_ROSTERS: frozenset({Role.STANDING_DEPUTY}),
    Deed.KEEP_DIRECTORY: frozenset({Role.STANDING_DEPUTY}),
    Deed.KEEP_AUTHORISATIONS: frozenset({Role.OFFICE_DUTY}),
}
