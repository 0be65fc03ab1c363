"""What a short message holds (3GPP TS 23.038): 160 signs of its own alphabet, or 70 of any other.

A longer text goes in parts of 153 or 67. Vietnamese marks are outside that alphabet, so without
them a text costs less than half and fits one part, which arrives when the network is busy.
"""

from incidents.record import settings
from incidents.record.language.alphabet import unmarked

_PARTS = 3
_IN_PARTS, _IN_PARTS_MARKED = 153, 67
_SIGNS = str.maketrans({"«": '"', "»": '"', "–": "-", "—": "-", "…": "...", "“": '"', "”": '"'})
_CUT = "..."


def message(text: str) -> str:
    """One line of at most three parts, without marks unless the office wants them."""
    line = " ".join(text.translate(_SIGNS).split())
    marked = settings.current().sms_marks
    line = line if marked else unmarked(line)
    most = _PARTS * (_IN_PARTS_MARKED if marked else _IN_PARTS)
    return line if len(line) <= most else f"{line[: most - len(_CUT)].rstrip()}{_CUT}"
