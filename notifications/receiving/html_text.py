"""The words of an HTML mail without what its mail program quoted."""

from html.parser import HTMLParser


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words("p div br li tr table ul ol h1 h2 h3 h4 pre hr section")
_SILENT = _words("script style head title template svg noscript")
_VOID = _words("br hr img meta link input area base col embed source track wbr")
_QUOTES = ("gmail_quote", "gmail_extra", "moz-cite-prefix", "yahoo_quoted", "zmail_extra")
_QUOTES_FROM = ("divrplyfwdmsg", "appendonsend", "zwchr", "mail-editor-reference-message-container")
"""From here to the end everything is quoted: Outlook and Zimbra put the quote beside its mark."""
_DEEPEST = 200


class _Text(HTMLParser):
    """Collects what is neither quoted nor hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._silent = 0
        self._ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: (value or "").lower() for name, value in attrs}
        marks = f"{named.get('id', '')} {named.get('class', '')} {named.get('data-marker', '')}"
        if any(mark in marks for mark in (*_QUOTES_FROM, "__divider__")):
            self._ended = True
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in _VOID or len(self._open) >= _DEEPEST:
            return
        hidden = "display:none" in named.get("style", "").replace(" ", "")
        cite = any(mark in marks for mark in _QUOTES)
        silent = hidden or cite or tag in _SILENT or tag == "blockquote"
        self._open.append((tag, silent))
        self._silent += silent

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                for _, silent in self._open[place:]:
                    self._silent -= silent
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._ended:
            self.parts.append(" ".join(data.split()) if data.strip() else " ")


def words(html: str) -> str:
    """The text of a page, a line a block; never raises, whatever the page is made of."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
