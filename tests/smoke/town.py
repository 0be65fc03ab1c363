"""The whole program as people meet it: a running desk, a mail server, and browsers."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, Playwright, ViewportSize

from tests.mail_server import MailServer, free_port
from trucban import province

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS: dict[str, ViewportSize] = {
    "desk": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
_LINK = re.compile(r"(http://127\.0\.0\.1:\d+/t/[a-z0-9]+)")
_NUMBER = re.compile(r"(?:Số xác nhận|Confirmation number): (\d\d)")
_PATIENCE = 90

ANSWERS: dict[str, dict[str, str]] = {
    "screenshot_kept": {"screenshot_kept": "true", "interactions": "3200"},
    "nature": {
        "nature": "claim",
        "content_type": "fabricated",
        "subject": "disaster",
        "claims": "Cống ngăn mặn Vàm Lá đã vỡ lúc 2 giờ sáng.",
    },
    "finding": {
        "explanation": "Kiểm tra tại chỗ lúc 3 giờ: cống kín, mực nước trong giới hạn.",
        "source": "Biên bản kiểm tra 14/BB-CVL",
    },
    "course": {
        "spreading": "true",
        "silence_harms": "true",
        "fact_held": "true",
        "without_repeating": "true",
        "course": "answer",
        "reason": "Người dân hỏi nhiều; cần nói trước khi hoang mang.",
    },
    "verdict": {"verdict": "granted", "comment": "Đúng thẩm quyền."},
    "unchanged": {"channels": "Zalo tỉnh 03:40\nLoa xã Vàm Lá 03:45", "unchanged": "true"},
    "referral": {"referral": "sent", "reference": "12/CV", "ground": "Theo kết luận xác minh."},
    "library_updated": {"summary": "Đã trả lời và kiểm chứng.", "library_updated": "true"},
    "falling": {"interactions": "100", "falling": "true"},
}
"""What people answer, by a field that tells which form it is."""


def chromium(play: Playwright) -> Browser:
    """Debian's Chromium where there is one, else the one Playwright has downloaded."""
    path = CHROMIUM if Path(CHROMIUM).exists() else None
    return play.chromium.launch(executable_path=path, args=FLAGS)


class RunningDesk:
    """``trucban serve --demo`` with a real mail server behind it."""

    def __init__(self, folder: Path, mail: MailServer) -> None:
        self.port, self.mail, self.folder = free_port(), mail, folder
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "serve.log").open("wb")
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("TRUCBAN_")},
            "TRUCBAN_DATA_DIR": str(folder / "data"),
            "TRUCBAN_PORT": str(self.port),
            "TRUCBAN_SMTP_URL": mail.smtp_url,
            "TRUCBAN_PASSWORD_MEMORY_KIB": "1024",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trucban", "serve", "--demo"],
            env=self._env,
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command of the program, on the same desk."""
        return subprocess.run(
            [sys.executable, "-m", "trucban", *words],
            env=self._env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def answers(self) -> bool:
        """Whether HTTP is there."""
        assert self._process.poll() is None, self.said()
        try:
            with urlopen(f"{self.address}/dang-nhap", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def said(self) -> str:
        """What it printed."""
        return (self.folder / "serve.log").read_text()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)
        self._log.close()


def until(true: Callable[[], object], why: str = "") -> None:
    """Look again until it is true."""
    late = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < late, f"never came true: {why}"
        time.sleep(0.2)


@contextmanager
def running(folder: Path, mail: MailServer) -> Generator[RunningDesk]:
    """A desk for as long as the block lasts."""
    desk = RunningDesk(folder, mail)
    try:
        until(desk.answers, "the desk answers")
        yield desk
    finally:
        desk.stop()
        print(desk.said()[-20_000:])  # noqa: T201 - pytest shows it when the story fails


class Town:
    """Everybody of the demo province, each with a mailbox and a browser."""

    def __init__(self, desk: RunningDesk, browser: Browser, screen: str, shots: Path) -> None:
        self.desk, self.browser, self.screen, self.shots = desk, browser, screen, shots
        self.finding, self.concluded = "false", False
        self.errors: list[str] = []
        self._pages: dict[str, Page] = {}
        self._read: set[str] = set()
        self._taken = 0

    def page(self, username: str) -> Page:
        """The browser of a person, signed in."""
        if username not in self._pages:
            page = self._new_page(self.screen)
            page.goto(f"{self.desk.address}/dang-nhap")
            page.fill("[name=username]", username)
            page.fill("[name=password]", province.PASSWORD)
            page.click("main button, form button.main")
            page.wait_for_url(f"{self.desk.address}/")
            self._pages[username] = page
        return self._pages[username]

    def _new_page(self, screen: str) -> Page:
        context = self.browser.new_context(
            viewport=SCREENS[screen], locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        # A blocked script or style is an error of ours, not a matter of taste.
        page.on("console", lambda m: self.errors.append(m.text) if _alarming(m.text) else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def shoot(self, page: Page, name: str) -> None:
        """Keep a picture to look at, and see that nothing sticks out sideways."""
        self._taken += 1
        # Hiding the caret would put a style into the page, which its policy rightly refuses.
        path = self.shots / f"{self._taken:02}-{name}.png"
        page.screenshot(path=path, full_page=True, caret="initial")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 1, f"{name} is {wide} px wider than the {self.screen}"

    def mails(self, username: str) -> list[tuple[str, str]]:
        """Subject and text of everything in a mailbox."""
        return [(m.subject, m.text) for m in self.desk.mail.mails_to(f"{username}@cuasong.test")]

    def carry_on(self) -> None:
        """Everybody answers their mail by its link, on a phone, until the matter is concluded."""
        phone = self._new_page("phone")
        late = time.monotonic() + 2 * _PATIENCE
        while True:
            moved = [self._answer(phone, u) for u in province.usernames().values()]
            if self.concluded and not any(moved):
                break
            assert time.monotonic() < late, "nobody was asked to conclude"
            if not any(moved):
                time.sleep(0.3)
        phone.context.close()

    def _answer(self, phone: Page, username: str) -> bool:
        moved = False
        for subject, text in self.mails(username):
            link, number = _LINK.search(text), _NUMBER.search(text)
            if not link or link[1] in self._read:
                continue
            self._read.add(link[1])
            if "/t/" in link[1] and number:
                moved |= self._by_link(phone, username, link[1], number[1], subject)
        return moved

    def _by_link(self, phone: Page, username: str, link: str, number: str, subject: str) -> bool:
        phone.goto(link)
        take = phone.locator("form[action$='/tiep-nhan']")
        if take.count():
            take.locator("[name=number]").fill(number)
            take.locator("button").click()
            phone.wait_for_selector("[role=status]")
        if "/tin-bao" in subject or not phone.locator("form[action$='/hoan-thanh']").count():
            return self._sign(phone, username)
        self._complete(phone, number)
        return True

    def _complete(self, phone: Page, number: str) -> None:
        form = phone.locator("form[action$='/hoan-thanh']")
        form.evaluate("f => f.closest('details') && (f.closest('details').open = true)")
        names = set(form.locator("[name]").evaluate_all("all => all.map(e => e.name)"))
        answer = next((a for key, a in ANSWERS.items() if key in names), {})
        if "finding" in names:
            answer = {**answer, "finding": self.finding}
        for name, value in answer.items():
            field = form.locator(f"[name={name}]")
            if field.first.get_attribute("type") == "radio":
                form.locator(f"[name={name}][value='{value}']").check()
            else:
                field.fill(value)
        form.locator("[name=number]").fill(number)
        if "text" in names or "finding" in names:
            self.shoot(phone, "member")
        form.locator("button").click()
        phone.wait_for_selector("[role=status]")
        self.concluded |= "library_updated" in names

    def _sign(self, phone: Page, username: str) -> bool:
        """A signature is asked for: the link leads to the desk, signed in, password again."""
        onward = phone.locator("p.notice a.strong")
        if not onward.count():
            return False
        address = onward.first.get_attribute("href") or ""
        page = self.page(username)
        page.goto(urljoin(self.desk.address, address))
        form = page.locator("form[action$='/duyet']")
        if not form.count():
            return False
        self.shoot(page, f"sign-{username}")
        form.locator("[name=verdict][value=granted]").check()
        form.locator("[name=password]").fill(province.PASSWORD)
        form.locator("button").click()
        page.wait_for_load_state()
        return True


def _alarming(text: str) -> bool:
    return "Content Security Policy" in text or "Uncaught" in text
