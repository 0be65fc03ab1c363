"""From a flag to a closed incident in a real browser, with real mail, on a desk and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import mail_server
from tests.smoke import town
from tests.smoke.town import RunningDesk, Town
from trucban import province

pytestmark = [pytest.mark.smoke, pytest.mark.timeout(420)]

RUMOUR = "Nghe nói cống ngăn mặn Vàm Lá vỡ rồi, bà con chạy đi!"
TITLE = "Tin lan truyền về cống ngăn mặn Vàm Lá"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = town.chromium(play)
        yield opened
        opened.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    with mail_server.running(tmp_path) as mail, town.running(tmp_path, mail) as running:
        yield running


@pytest.fixture
def people(
    desk: RunningDesk, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Town:
    shots = Path(request.config.rootpath) / ".pictures" / request.node.callspec.id
    shots.mkdir(parents=True, exist_ok=True)
    return Town(desk, browser, request.node.callspec.params["screen"], shots)


def on_shift(people: Town) -> str:
    """Who was woken by the flag, as their mailbox tells."""
    woken: list[str] = []

    def look() -> bool:
        woken[:] = [
            u for u in province.usernames().values() if u.startswith("truc.ban") and people.mails(u)
        ]
        return bool(woken)

    town.until(look, "the duty officer is alerted by e-mail")
    assert len(woken) == 1
    return woken[0]


@pytest.mark.parametrize(("screen", "finding"), [("desk", "false"), ("phone", "true")])
def test_a_flag_becomes_a_closed_incident(
    people: Town, screen: str, finding: str, tmp_path: Path
) -> None:
    people.finding = finding
    picture = tmp_path / "man-hinh.png"
    reporter = people.page("theo.doi.2")
    reporter.screenshot(path=picture)
    reporter.goto(f"{people.desk.address}/bao-tin")
    reporter.fill("[name=text]", RUMOUR)
    reporter.fill("[name=url]", "https://mang-xa-hoi.test/bai/1")
    reporter.fill("[name=seen_where]", "Nhóm Zalo xóm Vàm Lá")
    reporter.fill("[name=reach]", "1800")
    reporter.set_input_files("[name=files]", picture)
    people.shoot(reporter, "flag")
    reporter.click("form[action='/bao-tin'] button.main")
    reporter.wait_for_url(re.compile("/tin-bao/T"))
    code = reporter.url.split("/tin-bao/")[1].split("?")[0]

    officer = people.page(on_shift(people))
    officer.goto(f"{people.desk.address}/")
    people.shoot(officer, "desk-3am")
    officer.goto(f"{people.desk.address}/tin-bao/{code}")
    officer.click("form[action$='/tiep-nhan'] button")
    people.shoot(officer, "flag-taken")
    officer.locator("form[action$='/mo-vu-viec'] [name=level][value='3']").check()
    officer.fill("form[action$='/mo-vu-viec'] [name=title]", TITLE)
    people.shoot(officer, "triage")
    officer.click("form[action$='/mo-vu-viec'] button.main")
    officer.wait_for_url(re.compile("/vu-viec/"))
    number = officer.url.split("/vu-viec/")[1].split("?")[0].split("#")[0]
    assert re.fullmatch(r"\d{4}-0001", number)

    room = f"{people.desk.address}/vu-viec/{number}"
    people.carry_on()
    officer.goto(room)
    people.shoot(officer, "room")
    assert "Thông tin ban đầu" in officer.inner_text("body")

    public = people.page("quan.tri")
    public.goto(f"{people.desk.address}/cong-bo/")
    people.shoot(public, "public")
    kind = "refutation" if finding == "false" else "correction"
    public.goto(f"{people.desk.address}/cong-bo/{number}-{kind}")
    people.shoot(public, "public-statement")

    _close(people, room)
    assert people.desk.command("verify", number).returncode == 0
    told = people.desk.command("timeline", number, "--lang", "en").stdout
    assert "closed" in told.lower()
    assert people.errors == []


def _close(people: Town, room: str) -> None:
    leader = people.page("to.truong")
    leader.goto(room)
    while leader.locator("form[action$='/khong-ap-dung-thoi-han']").count():
        _send(leader, "khong-ap-dung-thoi-han", reason="Chỉ là tin đồn, không có sự cố.")
        leader.goto(room)
    _send(leader, "tam-on", reason="Lượt chia sẻ giảm, báo chí đã đăng lại bản chính thức.")
    _send(
        leader,
        "hop-rut-kinh-nghiem",
        outcome="Rút kinh nghiệm: báo tin từ xã đến sớm, cần trực loa đêm.",
    )
    _send(leader, "cho-tong-ket", uncounted="Không chờ hai ngày trong bài thử.")
    people.shoot(leader, "resolved")

    secretary = people.page("thu.ky")
    secretary.goto(f"{room}/bao-cao-tong-ket")
    people.shoot(secretary, "closing-report-draft")
    _send(secretary, "trinh", effect="Thông tin ban đầu ra trong đêm.")
    leader.goto(f"{room}/bao-cao-tong-ket")
    people.shoot(leader, "closing-report")
    _send(leader, "duyet")
    leader.goto(room)
    _send(leader, "ket-thuc")
    people.shoot(leader, "closed")
    assert "Kết thúc" in leader.inner_text("main")


def _send(page: Page, deed: str, **words: str) -> None:
    """The first form of a deed, with its words and the password where it asks for one."""
    form = page.locator(f"form[action$='/{deed}']").first
    form.evaluate("f => { for (let d = f; d; d = d.parentElement) if ('open' in d) d.open = true }")
    for name, said in words.items():
        form.locator(f"[name={name}]").fill(said)
    if form.locator("[name=password]").count():
        form.locator("[name=password]").fill(province.PASSWORD)
    form.locator("button").click()
    page.wait_for_load_state()
