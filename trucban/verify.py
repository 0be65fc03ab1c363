"""``trucban verify``: prove that the record was not rewritten, or name the entry that was."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidents.record.language import N_, Speech
from trucban.terminal import NO, AsJson, Lang, Reader, answers, marked, put, put_json, says, voice

if TYPE_CHECKING:
    from trucban.chains import Proven

command = typer.Typer()


@command.command(help=says(N_("Chứng minh nhật ký không bị sửa, hoặc chỉ rõ mục bị sửa, bị xóa.")))
@answers
def verify(
    number: Annotated[
        str | None, typer.Argument(help=says(N_("Số vụ việc; bỏ trống để kiểm tra tất cả.")))
    ] = None,
    *,
    username: Reader = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    from incidents.matter import incidents
    from incidents.record import database, guards
    from incidents.rights.permissions import Deed
    from trucban import chains, desk

    desk.require_ready()
    say = voice(lang)
    with database.reading() as session:
        about = incidents.by_number(session, number) if number else None
        desk.act(session, username, Deed.VERIFY_RECORD, about)
        proven = chains.prove(session, number)
        unguarded = guards.missing(session)
        quoted = {p.proof.chain: chains.quote(session, p, say) for p in proven}
    intact = not unguarded and all(p.intact for p in proven)
    if as_json:
        put_json(
            {
                "intact": intact,
                "chains": [_plain(p, say) for p in proven],
                "missing_guards": unguarded,
            }
        )
    else:
        for each in proven:
            _show(each, quoted[each.proof.chain], say)
        for name in unguarded:
            put(say.text(N_("Chốt chống sửa «%(name)s» trong cơ sở dữ liệu đã bị gỡ."), name=name))
    if not intact:
        raise typer.Exit(NO)


def _plain(proven: "Proven", say: Speech) -> dict[str, Any]:
    proof = proven.proof
    return {
        "about": proven.about,
        "chain": proof.chain,
        "entries": proof.entries,
        "head": proof.head,
        "intact": proven.intact,
        "findings": [
            {"fault": f.fault.value, "seq": f.seq, "text": _sentence(f.fault.label, f.seq, say)}
            for f in proof.findings
        ],
        "differing": [
            {
                "difference": d.difference.value,
                "seq": d.seq,
                "recorded": d.recorded,
                "kept": d.kept,
                "text": d.said(say),
            }
            for d in proven.differing
        ],
    }


def _show(proven: "Proven", quoted: dict[int, str], say: Speech) -> None:
    proof, about = proven.proof, marked(proven.about, say, exercise=proven.exercise)
    if proven.intact:
        put(
            say.text(
                N_("%(about)s: toàn vẹn, %(entries)s mục, mã cuối %(head)s"),
                about=about,
                entries=proof.entries,
                head=proof.head[:16],
            )
        )
        return
    put(say.text(N_("%(about)s: KHÔNG toàn vẹn"), about=about))
    for finding in proof.findings:
        put("  " + _sentence(finding.fault.label, finding.seq, say))
        if finding.seq in quoted:
            put("    " + say.text(N_("Hiện ghi: %(text)s"), text=quoted[finding.seq]))
    for differing in proven.differing:
        put("  " + differing.said(say))


def _sentence(label: str, seq: int, say: Speech) -> str:
    # The number is an entry's name here, not a quantity: no thousands separator.
    return say.text(label, seq=str(seq))
