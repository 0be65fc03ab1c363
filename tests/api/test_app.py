"""The application by itself, as the process that answers people loads it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import app
from tests.api.conftest import Browser
from tests.harness import Desk

ROOT = Path(__file__).parents[2]


def alone(code: str) -> None:
    """Run code in a fresh interpreter, where no test has imported anything yet."""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT)


def test_every_table_is_known_where_only_pages_are_loaded() -> None:
    alone(
        "from sqlmodel import SQLModel\n"
        "import api.app\n"
        "for table in SQLModel.metadata.tables.values():\n"
        "    [key.column for key in table.foreign_keys]\n"
    )


def test_at_a_desk_each_commit_waits_for_the_disk(tmp_path: Path) -> None:
    """Stories spare it (``tests/disk.py``); a desk never does."""
    alone(
        "import os\n"
        f"os.environ['TRUCBAN_DATA_DIR'] = {str(tmp_path)!r}\n"
        "from incidents.record import database\n"
        "with database.writing_engine().connect() as connection:\n"
        "    found = connection.exec_driver_sql('PRAGMA synchronous').scalar()\n"
        "assert found == 2, found\n"
    )


def test_prefect_is_never_loaded() -> None:
    alone("import sys, api.app; api.app.create(); assert 'prefect' not in sys.modules")


@pytest.mark.parametrize(
    ("path", "said"),
    [("/khong-co", "Không có trang này."), ("/khong-co?lang=en", "There is no such page.")],
)
def test_an_address_that_does_not_exist_is_said_in_the_readers_language(
    client: TestClient, path: str, said: str
) -> None:
    page = client.get(path)
    assert (page.status_code, said in page.text) == (404, True)
    problem = client.get(f"/api/v1{path}")
    assert (problem.status_code, problem.json()["title"]) == (404, said)


def test_a_mistake_of_ours_tells_nothing_about_itself(client: TestClient) -> None:
    application = app.create()

    @application.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("a secret")

    answer = TestClient(application, raise_server_exceptions=False).get("/api/v1/broken")
    assert (answer.status_code, answer.json()["type"]) == (500, "broken")
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/dang-nhap", "/cong-bo/", "/api/v1/health", "/khong-co"])
def test_head_answers_like_get_without_the_body(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == str(len(whole.content))


def test_head_does_not_wait_for_what_is_streamed(
    desk: Desk, new_browser: Callable[..., Browser]
) -> None:
    head = new_browser("lan").client.head("/song/ban-truc")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")


def test_every_answer_carries_the_headers_that_protect(client: TestClient) -> None:
    for path in ("/dang-nhap", "/api/v1/health", "/khong-co", "/tinh/desk.css"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get("/dang-nhap").headers["cache-control"] == "no-store"
