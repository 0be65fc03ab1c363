"""Which posture fits: suggested with its reason, taken as a decision, never two that contradict."""

from typing import Any

import pytest

from incidents.matter.incidents import Finding, Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language, speech
from incidents.record.outbox import Channel
from incidents.response.judgement import decisions, postures
from incidents.response.judgement.decisions import Words
from incidents.response.judgement.postures import Stance
from incidents.response.life import lifecycle
from incidents.response.steps.steps import StepKind
from incidents.rights import permissions
from incidents.rights.deeds import ABOVE
from incidents.rights.permissions import Deed
from incidents.words import doctrine
from incidents.words.doctrine import CLUSTERS, Cluster, Posture, Suggestion
from incidents.words.statements import StatementKind
from playbooks.catalog import PLAYBOOKS
from tests.harness import CODE, Desk, hours

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL]
DENY, EXPLAIN, REBUILD, BOLSTER = Posture


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def settled(desk: Desk, incident: Incident, finding: Finding) -> Incident:
    """What verification found, on a signed sheet."""
    key = f"verify {finding.value}"
    desk.plan(incident, key, Role.LEAD, form="Verification")
    desk.answer(key, by=desk.cast.binh, finding=finding.value, explanation="Tại chỗ", source="SNN")
    desk.set_aside()
    return desk.reload(incident)


def take(desk: Desk, incident: Incident, *chosen: Posture, **more: Any) -> Stance:
    values: dict[str, Any] = {"cluster": Cluster.VICTIM, "reason": "Theo gợi ý", **more}
    values.setdefault("by", desk.cast.minh)
    return desk.do(postures.take, incident.id, chosen, **values)


def suggested(incident: Incident) -> Suggestion:
    with database.reading() as session:
        return postures.suggestion(session, incident)


def standing(incident: Incident) -> Stance | None:
    with database.reading() as session:
        found = postures.standing(session, incident.id)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("playbook", "finding", "owned_up", "cluster", "fitting"),
    [
        (CODE, Finding.PENDING, 0, Cluster.VICTIM, ()),
        (CODE, Finding.UNDETERMINED, 2, Cluster.ACCIDENTAL, ()),
        (CODE, Finding.FALSE, 0, Cluster.VICTIM, (DENY,)),
        (CODE, Finding.TRUE, 0, Cluster.ACCIDENTAL, (REBUILD,)),
        (CODE, Finding.TRUE, 1, Cluster.PREVENTABLE, (REBUILD,)),
        (CODE, Finding.PARTLY_FALSE, 0, Cluster.VICTIM, (EXPLAIN,)),
        ("CHINH_SACH", Finding.PARTLY_FALSE, 0, Cluster.ACCIDENTAL, (EXPLAIN,)),
        ("CHINH_SACH", Finding.PARTLY_FALSE, 1, Cluster.PREVENTABLE, (REBUILD,)),
        ("CAN_BO", Finding.PENDING, 3, Cluster.PREVENTABLE, ()),
        ("CAN_BO", Finding.PARTLY_FALSE, 0, Cluster.PREVENTABLE, (REBUILD,)),
        ("NHA_MAY_NUOC", Finding.FALSE, 0, Cluster.ACCIDENTAL, (DENY,)),
    ],
)
def test_it_follows_what_is_known_and_what_people_remember(
    playbook: str, finding: Finding, owned_up: int, cluster: Cluster, fitting: tuple[Posture, ...]
) -> None:
    found = doctrine.suggest(playbook, finding, owned_up)
    assert (found.cluster, found.postures) == (cluster, fitting)
    assert found.reasons
    assert doctrine.objection(found.postures, finding) is None


def test_every_playbook_of_ours_has_its_cluster_and_no_attack_is_on_offer() -> None:
    assert set(CLUSTERS) == {p.code for p in PLAYBOOKS} - {"DIEN_TAP"}
    assert {each.value for each in Posture} == {"deny", "explain", "rebuild", "bolster"}


def test_a_posture_is_a_decision_that_the_next_one_replaces(desk: Desk, incident: Incident) -> None:
    first = take(desk, incident, cluster=Cluster.ACCIDENTAL, reason="Chờ kết quả thực địa")
    assert (first.taken, first.suggested) == ([], [])
    incident = settled(desk, incident, Finding.FALSE)
    take(desk, incident, DENY, BOLSTER, dissent="Đồng chí Phúc: nên chờ thêm")
    with database.reading() as session:
        one, two = decisions.of_incident(session, incident.id)
    before, after = (each.in_words(speech(Language.VI), {}) for each in (one, two))
    assert before["chosen"] == (
        "chỉ hướng dẫn và chia sẻ (ngoài ý muốn: bị chất vấn, lỗi kỹ thuật, tác động chưa lường)"
    )
    assert (two.replaces_id, two.decided_by) == (one.id, desk.cast.minh.id)
    assert after["chosen"].startswith("bác bỏ bằng sự thật; nhắc việc đã làm được")
    assert (after["options"], after["dissent"]) == (
        "Gợi ý: bác bỏ bằng sự thật",
        "Đồng chí Phúc: nên chờ thêm",
    )
    english = two.in_words(speech(Language.EN), {})
    assert english["question"] == "Posture of the words"
    assert english["chosen"].startswith("deny with facts; ")
    assert english["dissent"] == after["dissent"]
    now = standing(incident)
    assert now
    assert (now.taken, now.suggested) == ([DENY, BOLSTER], ["deny"])
    assert "thay quyết định 1. Vấn đề: Tư thế phát ngôn" in desk.timeline(incident)[-1].text


def test_nobody_denies_before_the_facts_nor_denies_and_owns_up_at_once(
    desk: Desk, incident: Incident
) -> None:
    with desk.refused(Conflict, "Chỉ bác bỏ khi đã xác minh là sai"):
        take(desk, incident, DENY)
    with desk.refused(Conflict, "không đứng một mình"):
        take(desk, incident, BOLSTER)
    with desk.refused(Invalid, "lý do"):
        take(desk, incident, reason=" ")
    false = settled(desk, incident, Finding.FALSE)
    with desk.refused(Conflict, "Không vừa bác bỏ vừa nhận lỗi"):
        take(desk, false, DENY, REBUILD)
    assert standing(incident) is None


def test_facts_found_later_make_a_denial_stray_and_a_statement_that_contradicts_is_named(
    desk: Desk, incident: Incident
) -> None:
    false = settled(desk, incident, Finding.FALSE)
    stance = take(desk, false, DENY)
    assert postures.stray(stance, false) is None
    assert "xin lỗi" in (postures.against(stance, StatementKind.CORRECTION) or "")
    assert postures.against(stance, StatementKind.REFUTATION) is None
    true = settled(desk, false, Finding.TRUE)
    assert postures.stray(stance, true) == "Chỉ bác bỏ khi đã xác minh là sai."
    stance = take(desk, true, REBUILD)
    assert "bác bỏ" in (postures.against(stance, StatementKind.REFUTATION) or "")


def test_another_decision_may_take_its_place_and_an_ended_incident_takes_none(
    desk: Desk, incident: Incident
) -> None:
    stance = take(desk, incident)
    words = Words(question="Tư thế?", chosen="Bàn lại", reason="Có tin mới")
    desk.do(decisions.take, incident.id, words, replaces=stance.decision_id, by=desk.cast.ha)
    assert standing(incident) is None
    desk.do(lifecycle.stand_down, incident.id, reason="Hết tin", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(Conflict):
        take(desk, incident)


def test_our_own_corrections_of_a_year_move_the_next_one_up(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    statement, _ = desk.drafted(incident, StatementKind.CORRECTION, by=cast.ha)
    desk.plan(
        incident,
        "check",
        Role.LEGAL,
        kind=StepKind.CHECK,
        form="LegalCheck",
        statement_id=statement.id,
    )
    for key, role in (("sign", Role.SPOKESPERSON), ("sign (lead)", Role.LEAD)):
        desk.plan(
            incident,
            key,
            role,
            kind=StepKind.APPROVE,
            form="SignOff",
            statement_id=statement.id,
            release_to=(Channel.PUBLIC_PAGE,),
        )
    desk.answer("check", by=cast.dung, verdict="granted")
    desk.sign("sign", by=cast.minh)
    desk.sign("sign (lead)", by=cast.binh)
    desk.expect_published(StatementKind.CORRECTION)
    desk.set_aside()

    assert suggested(incident).cluster is Cluster.VICTIM  # its own correction is no past of it
    following = desk.opened()
    assert suggested(following).cluster is Cluster.ACCIDENTAL
    assert {"count": 1} in [dict(values) for _, values in suggested(following).reasons]
    desk.fast_forward(hours(24 * 366))
    desk.set_aside()
    assert suggested(desk.opened()).cluster is Cluster.VICTIM


def test_those_who_answer_for_the_words_choose_and_nobody_else(
    desk: Desk, incident: Incident
) -> None:
    above = ("minh", "binh", "tung", "chuong")
    assert {Role.SPOKESPERSON, Role.LEAD, Role.STANDING_DEPUTY, Role.CHAIR} == set(ABOVE)
    with database.reading() as session:
        for name in (*above, "lan", "ha", "dung", "khoi", "phuc", "kien"):
            person = getattr(desk.cast, name)
            allowed = permissions.allowed(session, person, Deed.TAKE_POSTURE, incident)
            assert allowed is (name in above), name
