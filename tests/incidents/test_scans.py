"""Scans of papers: kept under their hash with the one paper they show."""

from datetime import date
from hashlib import sha256

from sqlmodel import select

from incidents.intake import evidence, scans
from incidents.matter import standing
from incidents.people import posts
from incidents.people.authorisations import Authorisation
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests.harness import Desk


def test_each_paper_has_its_own_scans(desk: Desk) -> None:
    cast = desk.cast
    with database.reading() as session:
        lent = session.exec(select(Authorisation)).one()
        (founded,) = standing.listed(session)
    post = desk.do(
        posts.appoint,
        role=Role.LEGAL,
        person_id=cast.kien.id,
        rank=4,
        valid_from=desk.time,
        document="91/QĐ-STP",
        signed_on=date(2026, 11, 20),
        signer="Hồ Trọng Đức",
        by=cast.an,
    )
    kept = [
        desk.do(
            scans.keep,
            paper,
            f"trang {number}".encode(),
            filename=f"../trang-{number}.png",
            media_type="image/png",
            by=cast.an,
        )
        for number, paper in enumerate((lent, lent, founded, post))
    ]
    assert [row.filename for row in kept] == [f"trang-{n}.png" for n in range(4)]
    assert evidence.path_of(sha256(b"trang 3").hexdigest()).read_bytes() == b"trang 3"
    with database.reading() as session:
        found = scans.of(session, [lent, founded, post])
    assert [len(found[paper.id]) for paper in (lent, founded, post)] == [2, 1, 1]
    assert found[post.id][0].sha256 == sha256(b"trang 3").hexdigest()
    told = [line.text for line in desk.timeline(DESK, Language.VI)[-2:]]
    assert told[0].startswith("Lưu bản chụp của văn bản số 412/QĐ-UBND: trang-2.png")
    assert told[1].startswith("Lưu bản chụp của văn bản số 91/QĐ-STP")
    with desk.refused(Invalid, "Tệp trống"):
        desk.do(scans.keep, post, b"", filename="x", media_type="image/png", by=cast.an)
    desk.set_aside()
