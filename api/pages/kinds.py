"""What each kind of outgoing message is called on pages."""

from incidents.record.language import N_

KINDS: dict[str, str] = {
    "signal_flagged": N_("có tin báo mới"),
    "signal_taken": N_("tin báo đã có người nhận"),
    "incident_opened": N_("đã mở vụ việc"),
    "called_out": N_("gọi vào Tổ công tác"),
    "inject": N_("tình huống diễn tập"),
    "step_assigned": N_("giao nhiệm vụ"),
    "step_passed": N_("chuyển nhiệm vụ"),
    "step_reminder": N_("nhắc xác nhận"),
    "step_unanswered": N_("nhiệm vụ chưa ai nhận"),
    "step_reopened": N_("mở lại nhiệm vụ"),
    "step_taken": N_("nhiệm vụ đã có người nhận"),
    "role_vacant": N_("vai chưa có người giữ"),
    "statement_released": N_("đã phát hành văn bản"),
    "level_changed": N_("đổi cấp độ"),
    "confirm_telephone": N_("cần xác nhận việc duyệt qua điện thoại"),
    "clock_due": N_("nhắc thời hạn luật định"),
    "clock_breached": N_("quá hạn luật định"),
    "stood_down": N_("dừng xử lý"),
    "incident_closed": N_("kết thúc vụ việc"),
    "publication": N_("đăng, rút trên trang công bố"),
    "swap_asked": N_("đề nghị đổi ca trực"),
    "swap_accepted": N_("đã nhận ca trực"),
    "swap_declined": N_("không nhận ca trực"),
    "stand_in_set": N_("trực thay"),
    "shift_handed_over": N_("bàn giao ca trực"),
    "hand_over_missing": N_("chưa có bản bàn giao ca"),
    "roster_gap": N_("lịch trực trống"),
    "audit_alarm": N_("cảnh báo của bàn trực"),
}
