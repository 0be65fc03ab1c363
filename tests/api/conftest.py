"""The application over a real database, and browsers and programs of the cast in front of it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import app
from tests.cast import PASSWORD
from tests.harness import Desk

Page = Any
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser:
    """A person at the desk's pages; fills in the form token as a page would."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.form_token = ""

    def get(self, path: str, **options: Any) -> Page:
        """Look at a page."""
        return self.client.get(path, **options)

    def post(self, path: str, **fields: Any) -> Page:
        """Send a form of ours."""
        files = fields.pop("files", None)
        data = {"form_token": self.form_token} | fields
        return self.client.post(path, data=data, files=files)

    def sign_in(self, username: str) -> None:
        """Sign in as somebody of the cast."""
        page = self.client.post("/dang-nhap", data={"username": username, "password": PASSWORD})
        assert page.status_code == 200, page.text
        found = FORM_TOKEN.search(page.text)
        assert found, "a signed-in page carries its form token"
        # Without its second half, which tells one showing of the page from another.
        self.form_token = found[1].partition(".")[0]


class Program:
    """A program that speaks REST for a person."""

    def __init__(self, client: TestClient, token: str = "", name: str = "") -> None:
        self.client = client
        self.name = name
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **options: Any) -> Any:
        """Ask."""
        return self.client.get(f"/api/v1{path}", headers=self.headers, **options)

    def prove(self) -> None:
        """Give the password again: good for one signature."""
        assert self.post("/sessions/proof", {"password": PASSWORD}).status_code == 200

    def post(self, path: str, body: Any = None, *, key: str = "", **options: Any) -> Any:
        """Do."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        if body is not None:
            options["json"] = body
        return self.client.post(f"/api/v1{path}", headers=headers, **options)


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient]:
    """The application, answering as it would over the network."""
    with TestClient(app.create(), base_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.fixture
def new_browser(client: TestClient) -> Callable[..., Browser]:
    """A browser with cookies of its own, signed in when a name is given."""

    def opened(username: str = "") -> Browser:
        browser = Browser(TestClient(client.app, base_url="http://127.0.0.1:8000"))
        if username:
            browser.sign_in(username)
        return browser

    return opened


@pytest.fixture
def program(client: TestClient) -> Callable[..., Program]:
    """A program signed in over REST, or a nameless one."""

    def opened(username: str = "") -> Program:
        fresh = TestClient(client.app, base_url="http://127.0.0.1:8000")
        if not username:
            return Program(fresh)
        answer = Program(fresh).post("/sessions", {"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return Program(fresh, answer.json()["token"], username)

    return opened
