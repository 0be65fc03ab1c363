"""Who did something, and by which way they did it."""

from dataclasses import dataclass
from uuid import UUID

from incidents.record.errors import NotPermitted
from incidents.record.language import N_, Labelled


class Via(Labelled):
    """The way a deed reached the desk."""

    DESK = "desk", N_("trên trang trực ban")
    LINK = "link", N_("qua liên kết trong thư")
    MAIL = "mail", N_("bằng thư trả lời")
    ZALO = "zalo", N_("qua Zalo")
    TELEGRAM = "telegram", N_("qua Telegram")
    MATRIX = "matrix", N_("qua Matrix")
    SMS = "sms", N_("bằng tin nhắn SMS")
    CALL = "call", N_("bấm phím khi nghe máy")
    PROXY = "proxy", N_("người trực ghi thay")
    REST = "rest", N_("qua giao diện lập trình")
    COMMAND = "command", N_("bằng dòng lệnh")
    PHONE = "phone", N_("qua điện thoại")
    ENGINE = "engine", N_("tự động")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting by some way, or the desk itself when ``person_id`` is ``None``."""

    person_id: UUID | None
    via: Via

    def somebody(self) -> UUID:
        """The person, where the desk itself may not do it; ``NotPermitted`` when there is none."""
        if self.person_id is None:
            raise NotPermitted(N_("Việc này phải do một người làm."))
        return self.person_id


ENGINE = Actor(None, Via.ENGINE)
