"""``trucban doctor``: every setting with its source, and what is wrong with this desk."""

import typer

from incidents.record.language import N_
from trucban.terminal import NO, AsJson, Lang, answers, put, put_json, put_table, says, voice

command = typer.Typer()


@command.command(
    help=says(N_("Liệt kê thiết lập và kiểm tra bàn trực; có gì sai thì thoát với 1."))
)
@answers
def doctor(*, lang: Lang = None, as_json: AsJson = False) -> None:
    from trucban import checkup

    say = voice(lang)
    found = checkup.settings_in_force()
    checks = checkup.examine()
    sound = all(check.sound for check in checks)
    if as_json:
        put_json(
            {
                "sound": sound,
                "settings": {s.name: {"value": s.value, "source": s.source.value} for s in found},
                "checks": [
                    {
                        "name": c.name.value,
                        "sound": c.sound,
                        "text": say.text(c.sentence, **c.values),
                    }
                    for c in checks
                ],
            }
        )
    else:
        put_table(
            [say.text(h) for h in (N_("Thiết lập"), N_("Giá trị"), N_("Từ đâu"))],
            [[s.name, s.value, say.value(s.source)] for s in found],
        )
        put()
        put_table(
            ["", say.text(N_("Kiểm tra")), say.text(N_("Kết quả"))],
            [
                ["✓" if c.sound else "✗", say.value(c.name), say.text(c.sentence, **c.values)]
                for c in checks
            ],
        )
    if not sound:
        raise typer.Exit(NO)
