"""An incident the demonstration plays: a flag, an opening, its steps as people answer, the end."""

import re
import struct
import time
import tomllib
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from incidents.matter import incidents
from incidents.record import clock, database
from incidents.record.errors import Conflict
from incidents.record.language import N_, Phrase
from incidents.response.steps import steps
from trucban import province
from trucban.visiting import CONFLICT, Door, Refused

PLAYBOOK = "TIN_GIA_MXH"
_PATIENCE = 90.0
"""Seconds without any progress after which the engine is said to stand still."""

_LOOK_EVERY = 0.25
_WAITING = ("open", "acknowledged")
_ROUND = re.compile(r"( \d+)?( \([^)]*\))?$")

Told = Callable[..., None]
"""Called with who acts, a sentence and its values after each deed."""


@cache
def script() -> dict[str, Any]:
    """What is said and answered."""
    return tomllib.loads((files("trucban") / "demo.toml").read_text("utf-8"))


def answered(part: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A step's answer as the script says it; its lesson's owner and day are filled in."""
    answer = part["answers"][key]
    if "lesson" not in part or "lessons" not in answer:
        return answer
    names = {username: name for name, username in province.usernames().items()}
    due_on = incidents.today() + timedelta(days=part["lesson"]["days"])
    owner = names[part["lesson"]["owner"]]
    return {**answer, "lessons": answer["lessons"].format(owner=owner, due_on=f"{due_on:%d/%m/%Y}")}


class Journey:
    """One incident of the script, played at the desk's door."""

    def __init__(self, door: Door, part: Mapping[str, Any], tell: Told) -> None:
        self._door = door
        self._part = part
        self._tell = tell
        self._playbook = part.get("playbook", PLAYBOOK)
        self._refused = False
        self._why: Refused | None = None
        self.number = ""

    def flag(self) -> str:
        """Somebody who verifies nothing of it reports what they saw, with a screenshot."""
        reporter = self._part.get("reporter", "theo.doi.2")
        told = {key: str(value) for key, value in self._part["flag"].items()}
        picture = ("man-hinh.png", _picture(), "image/png")
        sent = self._door.post(reporter, "/signals", data=told, files={"files": picture})
        self._tell(reporter, N_("báo tin %(code)s"), code=sent["code"])
        return sent["code"]

    def open(self, code: str) -> None:
        """The officer on shift takes the flag, opens the incident and grades it."""
        officer = self.officer()
        self._door.post(officer, f"/signals/{code}/acknowledge")
        self._tell(officer, N_("tiếp nhận tin báo %(code)s"), code=code)
        self._until(self._playbook_on_offer, officer)
        part = self._part
        asked = {name: part[name] for name in ("title", "place", "level")}
        opened = self._door.post(
            officer, "/incidents", asked | {"playbook": self._playbook, "signal": code}
        )
        self.number = opened["number"]
        self._tell(officer, N_("mở vụ việc %(number)s"), number=self.number)
        if "scores" in part:
            graded = self._door.post(officer, self._at("/score"), part["scores"])
            self._tell(officer, N_("chấm điểm: cấp độ %(level)s"), level=graded["level"])
        if "call" in part:
            happened_at = clock.now() - timedelta(minutes=part["call"]["minutes_ago"])
            call = {name: part["call"][name] for name in ("text", "counterpart")}
            noted = {**call, "kind": "call", "happened_at": happened_at.isoformat()}
            self._door.post(officer, self._at("/notes"), noted)
            self._tell(officer, N_("ghi một cuộc điện thoại trước đó"))

    def work(self) -> None:
        """Everyone answers what they are asked until the last scripted step is done."""
        self._until(self._nothing_left)

    def step(self, key: str) -> dict[str, Any]:
        """A step, as soon as somebody is asked for it."""
        found: list[dict[str, Any]] = []

        def asked() -> bool:
            listed = self._door.get("quan.tri", self._at("/steps"))["items"]
            found[:] = [s for s in listed if s["key"] == key and s["state"] in _WAITING]
            return bool(found)

        self._until(asked)
        return found[0]

    def answer(self, key: str) -> None:
        """One step, as the script answers it."""
        self._answer(self.step(key))

    def end(self) -> None:
        """The leaders look back, calm down, and close."""
        leader = self.holder("lead")
        part = self._part
        self._decide_terms(leader)
        for deed, sentence, body in (
            ("stabilise", N_("đưa vụ việc sang tạm ổn"), {"reason": part["stabilise"]}),
            (
                "review",
                N_("ghi buổi họp rút kinh nghiệm"),
                {"held_at": clock.now().isoformat(), "outcome": part["review"]},
            ),
        ):
            self._door.post(leader, self._at(f"/{deed}"), body)
            self._tell(leader, sentence)
        self._until(self._resolved, leader)
        self._report(leader)
        self._door.prove(leader)
        self._door.post(leader, self._at("/close"), {"reason": part["close"]})
        self._tell(leader, N_("kết thúc vụ việc %(number)s"), number=self.number)

    def _decide_terms(self, leader: str) -> None:
        """What the playbook proposed is decided: here it was a rumour, and nothing is owed."""
        for term in self._door.get(leader, self._at("/clocks"))["items"]:
            if term["state"] == "proposed":
                because = {"reason": self._part["terms"]}
                self._door.post(leader, self._at(f"/clocks/{term['id']}/not-applicable"), because)
                sentence = N_("ghi thời hạn luật định không áp dụng: %(title)s")
                self._tell(leader, sentence, title=term["title"])

    def _report(self, leader: str) -> None:
        """The secretary puts the closing report forward, the lead approves exactly that text."""
        secretary = self.holder("secretary")
        reports = self._at("/closing-reports")
        made = self._door.post(secretary, reports, self._part["report"])
        self._tell(secretary, N_("trình báo cáo tổng kết"))
        self._door.prove(leader)
        heard = {"sha256": made["sha256"]}
        self._door.post(leader, f"{reports}/{made['number']}/approve", heard)
        self._tell(leader, N_("duyệt báo cáo tổng kết đã trình"))

    def _resolved(self, leader: str) -> bool:
        """Refused while the playbook is still looking at the last answer."""
        part = self._part
        said = {"reason": part["resolve"], "uncounted": part["uncounted"]}
        try:
            self._door.post(leader, self._at("/resolve"), said)
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
            self._why = refused
            return False
        self._tell(leader, N_("đưa vụ việc sang chờ tổng kết"))
        return True

    def _at(self, path: str) -> str:
        return f"/incidents/{self.number}{path}"

    def officer(self) -> str:
        """Who is on duty now."""
        on_duty = self._door.get("quan.tri", "/on-duty")["items"][0]["people"]
        return self._door.username(on_duty[0]["id"])

    def holder(self, role: str) -> str:
        """Who holds a role in the task force."""
        forces = self._door.get("quan.tri", "/task-forces")["items"]
        (force,) = [f for f in forces if f["incident_number"] == self.number]
        return next(
            self._door.username(m["person_id"]) for m in force["members"] if m["role"] == role
        )

    def _playbook_on_offer(self, officer: str) -> bool:
        offered = self._door.get(officer, "/playbooks")["items"]
        return any(each["code"] == self._playbook for each in offered)

    def _until(self, done: Callable[..., bool | None], *given: Any) -> None:
        """Look again until it is done; ``None`` means something moved, so patience starts anew."""
        patient_until = time.monotonic() + _PATIENCE
        while True:
            state = done(*given)
            if state:
                return
            if state is None:
                patient_until = time.monotonic() + _PATIENCE
            if time.monotonic() > patient_until:
                raise self._why or Conflict(
                    N_("Bộ máy không tiến triển; hãy xem «trucban doctor» và nhật ký của engine.")
                )
            time.sleep(_LOOK_EVERY)

    def _nothing_left(self) -> bool | None:
        listed = self._door.get("quan.tri", self._at("/steps"))["items"]
        held_back = self._part.get("waits_at", ())
        waiting = [s for s in listed if s["state"] in _WAITING and s["key"] not in held_back]
        # The report is written when all else is done.
        waiting.sort(key=lambda step: step["key"] == "conclude")
        if waiting and (waiting[0]["key"] != "conclude" or self._may_conclude(listed)):
            self._answer(waiting[0])
            return None
        if "waits_at" in self._part:
            return any(s["key"] == held_back[0] and s["state"] in _WAITING for s in listed)
        return any(s["key"] == "conclude" and s["state"] == "done" for s in listed)

    def _may_conclude(self, listed: list[dict[str, Any]]) -> bool:
        last = self._part.get("last_before_conclusion", "refer to the police")
        return any(s["key"] == last and s["state"] == "done" for s in listed)

    def _answer(self, step: dict[str, Any]) -> None:
        who = self._door.username(step["assignee_id"])
        base = _ROUND.sub("", step["key"])
        if step["kind"] == "approve":
            self._sign(who, step)
            return
        answer = self._draft(who, step) if step["kind"] == "draft" else answered(self._part, base)
        if base in self._part["by_link"]:
            self._by_link(step, answer)
            self._tell(who, N_("trả lời qua liên kết: %(title)s"), title=_title(step))
            return
        if step["state"] == "open":
            self._door.post(who, f"/steps/{step['id']}/acknowledge")
        self._door.post(who, f"/steps/{step['id']}/complete", {"answer": answer})
        self._tell(who, N_("hoàn thành: %(title)s"), title=_title(step))

    def _draft(self, who: str, step: dict[str, Any]) -> dict[str, str]:
        version = self._door.get(who, f"/statements/{step['statement_id']}")["version"]
        return {"title": version["title"], "text": version["text"]}

    def _sign(self, who: str, step: dict[str, Any]) -> None:
        statement = self._door.get(who, f"/statements/{step['statement_id']}")
        version = statement["version"]
        refuse = step["key"] == self._part.get("refused_once") and not self._refused
        verdict = {
            "verdict": "refused" if refuse else "granted",
            "sha256": version["sha256"],
            "comment": self._part["refused_because"] if refuse else "",
        }
        self._refused |= refuse
        self._door.prove(who)
        path = f"/statements/{statement['id']}/versions/{version['id']}/sign-off"
        self._door.post(who, path, verdict)
        sentence = N_("không duyệt: %(title)s") if refuse else N_("duyệt: %(title)s")
        self._tell(who, sentence, title=_title(step))

    def _by_link(self, step: dict[str, Any], answer: Mapping[str, Any]) -> None:
        sent = self._door.get("quan.tri", self._at("/messages"))["items"]
        message = next(
            m
            for m in reversed(sent)
            if m["step_id"] == step["id"] and m["recipient_id"] == step["assignee_id"]
        )
        if step["state"] == "open":
            self._door.by_link(message["id"], "tiep-nhan")
        self._door.by_link(message["id"], "hoan-thanh", **{k: _typed(v) for k, v in answer.items()})


def _title(step: Mapping[str, Any]) -> Phrase:
    """What a step is called, in the language the story is told in."""
    with database.reading() as session:
        return steps.name(session, steps.get(session, UUID(step["id"])))


def _typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _picture() -> bytes:
    """A small grey PNG (RFC 2083) that stands for the screenshot."""
    width, height = 64, 40
    rows = (b"\x00" + b"\xd0" * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
