"""Which posture fits a crisis: situational crisis communication theory, as far as it is allowed.

W. T. Coombs, «Protecting Organization Reputations During a Crisis», Corporate Reputation Review
10 (2007), 163–176. Attacking the accuser and naming a scapegoat are postures of the theory and no
postures of a public authority: there is no member for them, so that nobody can choose them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from incidents.matter.incidents import Finding
from incidents.record.errors import Missing, Sentence
from incidents.record.language import N_, Labelled


class Cluster(Labelled):
    """How much of a crisis people lay at the authority's door, the least first."""

    VICTIM = "victim", N_("cơ quan cũng là nạn nhân: thiên tai, tin đồn, mạo danh, tấn công")
    ACCIDENTAL = (
        "accidental",
        N_("ngoài ý muốn: bị chất vấn, lỗi kỹ thuật, tác động chưa lường"),
    )
    PREVENTABLE = "preventable", N_("lẽ ra tránh được: lỗi của người, vi phạm, quản lý yếu kém")


class Posture(Labelled):
    """What the words may do, beyond telling people what to do and that they are thought of."""

    DENY = "deny", N_("bác bỏ bằng sự thật")
    EXPLAIN = "explain", N_("giải thích: điều gì đúng, điều gì chưa đúng, vì sao")
    REBUILD = "rebuild", N_("nhận lỗi, xin lỗi, khắc phục, bù đắp")
    BOLSTER = "bolster", N_("nhắc việc đã làm được, cảm ơn người giúp sức")


CLUSTERS: Mapping[str, Cluster] = {
    "TIN_GIA_MXH": Cluster.VICTIM,
    "THIEN_TAI": Cluster.VICTIM,
    "GIA_MAO_TAN_CONG": Cluster.VICTIM,
    "CAI_CHINH_BAO_CHI": Cluster.ACCIDENTAL,
    "CHINH_SACH": Cluster.ACCIDENTAL,
    "Y_TE_ATTP": Cluster.ACCIDENTAL,
    "CAN_BO": Cluster.PREVENTABLE,
}
"""Where a playbook's crises begin. One of the office's own begins in the middle."""


@dataclass(frozen=True)
class Suggestion:
    """What fits, with the reasons as msgids and their values."""

    cluster: Cluster
    postures: tuple[Posture, ...]
    reasons: tuple[Sentence, ...]


def suggest(playbook: str, finding: Finding, owned_up: int) -> Suggestion:
    """The posture for what is known; ``owned_up`` counts our own corrections in like matters.

    Until the facts are signed there is none: people are told what to do and that work is going
    on. Earlier errors of the same kind move a crisis one cluster up, since people remember them.
    """
    cluster = CLUSTERS.get(playbook, Cluster.ACCIDENTAL)
    reasons: Missing = [(N_("Loại vụ việc: %(cluster)s."), {"cluster": cluster})]
    if finding is Finding.TRUE and cluster is Cluster.VICTIM:
        cluster = Cluster.ACCIDENTAL
        reasons.append((N_("Điều bị nêu là đúng, nên đây không còn là chuyện của người khác."), {}))
    if owned_up and cluster is not Cluster.PREVENTABLE:
        cluster = _above(cluster)
        reasons.append(
            (
                N_("Một năm qua đã %(count)s lần phải đính chính việc cùng loại: lên một nhóm."),
                {"count": owned_up},
            )
        )
    postures, why = _fitting(cluster, finding)
    return Suggestion(cluster, postures, (*reasons, (why, {})))


def _above(cluster: Cluster) -> Cluster:
    ranks = list(Cluster)
    return ranks[ranks.index(cluster) + 1]


def _fitting(cluster: Cluster, finding: Finding) -> tuple[tuple[Posture, ...], str]:
    match finding:
        case Finding.FALSE:
            return (Posture.DENY,), N_("Đã xác minh là sai: nói sự thật trước, bác bỏ rõ ràng.")
        case Finding.TRUE:
            return (Posture.REBUILD,), N_("Đã xác minh là đúng: nhận lỗi và nói cách khắc phục.")
        case Finding.PARTLY_FALSE if cluster is Cluster.PREVENTABLE:
            return (Posture.REBUILD,), N_(
                "Đúng một phần và lẽ ra tránh được: nhận phần đúng trước, không tranh cãi phần sai."
            )
        case Finding.PARTLY_FALSE:
            return (Posture.EXPLAIN,), N_(
                "Đúng một phần: nói rõ phần đúng, phần sai; không bác bỏ toàn bộ."
            )
        case _:
            return (), N_(
                "Chưa xác minh xong: chưa bác bỏ, chưa nhận lỗi; chỉ hướng dẫn, nói việc đang làm."
            )


def objection(postures: Collection[Posture], finding: Finding) -> str | None:
    """Why postures cannot be taken together, or not on these facts; ``None`` when they can."""
    if Posture.DENY in postures and Posture.REBUILD in postures:
        return N_("Không vừa bác bỏ vừa nhận lỗi: người dân sẽ không tin cả hai.")
    if Posture.DENY in postures and finding is not Finding.FALSE:
        return N_("Chỉ bác bỏ khi đã xác minh là sai.")
    if set(postures) == {Posture.BOLSTER}:
        return N_("Nhắc việc đã làm chỉ đi kèm một tư thế khác, không đứng một mình.")
    return None
