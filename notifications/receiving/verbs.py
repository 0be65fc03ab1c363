"""What an answer says: one of a few verbs, in Vietnamese or English, with marks or without.

Whatever is not plainly one of them is a remark: an unclear answer never takes or ends anything,
and a negation near a verb wins over it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from incidents.record.inbox import Verb
from incidents.record.language.alphabet import folded
from notifications.receiving import lexicon

MOST_MINUTES = 7 * 24 * 60
_LOOKED_AT = 1000
"""Characters that can make an answer; what comes after is a note."""
_NEAR = 3
"""Words between a negation and what it is said of."""

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?%?|[?!.;\n,:()–—-]")
_STOPS = frozenset(".!;?\n")
_PAUSES = frozenset(",:()–—-")
_APOSTROPHES = "\u2019\u2018\u00b4`"
_CODE_LENGTH = 4
_CODE = re.compile(r"[2-9CDFGHJKMNPQRTVWX]{4}")
_THUMBS = re.compile("[👍✅✔🆗👌]")
_MORE = re.compile(
    r"\b(?:xin(?: (?:cho|phep|duoc|em|toi))* (?:them|gia han)|gia han(?: them)?|can them|"
    r"cho (?:em |toi |minh )?them|de nghi (?:them|gia han)|them|need|give me|extend|extension of|"
    r"another|request)\b"
)
_ASKS = re.compile(r"\b(?:xin(?: (?:cho|phep|duoc|em|toi))* (?:them|gia han)|gia han|more time)\b")
_TIME = re.compile(
    r"\b(?:(?P<n>\d{1,5}(?:[.,]5)?)\s?|(?P<w>nua|mot|hai|ba|half an|one|an|two)\s)(?:more )?"
    r"(?P<u>phut|p|'|minutes?|mins?|tieng|gio|h|g|hours?|hrs?|ngay|days?)"
    r"(?:(?: dong ho)? ?(?P<extra>[1-5]?\d)(?: ?(?:phut|p|'))?(?!\d)|(?P<half> ruoi))?(?![a-z])"
)
_WHEN = re.compile(r"\bbao (?:gio|lau|nhieu)\b")
_BARE = re.compile(r"\s+(?P<n>\d{1,4})(?![\d%/:])")
"""After «XIN THÊM», as the mail says it: minutes."""
_CLOSE = 60
_WHY = re.compile(
    r"^[\s.,:;–—-]*(?:(?:vì|do|bởi|tại|because|as|since|lý do|ly do|vi)\b[\s:]*)?", re.IGNORECASE
)
_TAIL = re.compile(r"^(?:[\s.,:;!–—-]|(?:rồi|roi|ạ|nhé|nhe|nha)\b)*", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What an answer says; ``clear`` is false where it had to be taken as a remark."""

    verb: Verb
    note: str = ""
    minutes: int | None = None
    takes: bool = False
    """Who asks for more time takes the work in the same breath."""
    number: int | None = None
    code: str | None = None
    clear: bool = True


class _Token(NamedTuple):
    word: str
    start: int
    end: int


_Clause = list[_Token]


def read(text: str, *, reaction: str = "") -> Said:
    """The verb of an answer with its note, and the step's number or code where one is named."""
    words = unicodedata.normalize("NFC", text).strip()
    if not words:
        taken = bool(_THUMBS.search(reaction))
        return Said(Verb.ACKNOWLEDGE) if taken else Said(Verb.COMMENT, clear=False)
    return _Reading(words).said()


class _Reading:
    """One text, and its first words folded sign by sign: places in one are places in the other."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.plain = "".join(_sign(each) for each in words[:_LOOKED_AT])
        self.tokens = [
            _Token(lexicon.ALIKE.get(m[0], m[0]), m.start(), m.end())
            for m in _TOKEN.finditer(self.plain)
        ]
        self.sentences = _split(self.tokens, _STOPS)
        self.clauses = [c for s in self.sentences for c in _clauses(s)]

    def said(self) -> Said:
        """The first verb that is plainly meant."""
        unclear = Said(Verb.COMMENT, self.words, clear=False)
        if not self.tokens:
            return Said(Verb.ACKNOWLEDGE) if _THUMBS.search(self.words) else unclear
        for look in (self._remark, self._who, self._sign, self._declined):
            if found := look():
                return self._named(found)
        if self._negated():
            return self._named(unclear)
        for look in (self._more_time, self._completed, self._acknowledged):
            if found := look():
                return self._named(found)
        return self._named(unclear)

    def _remark(self) -> Said | None:
        first = self.clauses[0] if self.clauses else []
        span = _begins(first, Verb.COMMENT)
        rest = self.plain[span.end :].lstrip() if span else ""
        return Said(Verb.COMMENT, self._after(span)) if span and rest.startswith(":") else None

    def _who(self) -> Said | None:
        for clause in self.clauses[:3]:
            alone = [t.word for t in clause] in (["ai"], ["who"])
            asked = self.plain[clause[-1].end :].lstrip().startswith("?")
            if (alone and (asked or len(self.tokens) == 1)) or _begins(clause, Verb.WHO):
                return Said(Verb.WHO)
        return None

    def _sign(self) -> Said | None:
        for clause in self.clauses[:2]:
            if _begins(clause, Verb.SIGN):
                return Said(Verb.SIGN, self.words)
        return None

    def _declined(self) -> Said | None:
        for clause in self.clauses:
            span = _begins(clause, Verb.DECLINE)
            if span is None or self._asked(clause):
                continue
            left = [t.word for t in clause if t.start >= span.end]
            if not (_only(left, lexicon.AFTER_DECLINE) or self._ordered(clause, span, left)):
                continue
            end = clause[-1].end if _only(left, lexicon.AFTER_DECLINE) else span.end
            reason = _WHY.sub("", self.words[end:]).strip()
            received = left[:1] == ["duoc"] and not {"viec", "nhiem", "lam"} & set(left)
            if received and not (reason or clause is not self.clauses[0]):
                continue  # «không nhận được» alone: the work, or the letter?
            before = self.words[: span.start].strip(" ,.;:\n")
            return Said(Verb.DECLINE, reason or (before if before.count(" ") >= _NEAR else ""))
        return None

    def _ordered(self, clause: _Clause, span: _Token, left: list[str]) -> bool:
        """«KHÔNG NHẬN đang nghỉ»: as the mail says it, or with what can only be a reason."""
        written = self.words[span.start : span.end]
        given = self.words[clause[0].start :][: len(written)] == written
        busy = self.words[span.end :].split()[:1] == ["bận"]
        return given and (written.isupper() or busy or left[0] in lexicon.REASONS)

    def _negated(self) -> bool:
        """A negation close before a doing, anywhere: nothing is clear then."""
        for sentence in self.sentences:
            words = [token.word for token in sentence]
            for place, word in enumerate(words):
                near = words[place + 1 : place + 1 + _NEAR]
                if word in lexicon.NEGATIONS and lexicon.DOINGS & set(near):
                    return True
        return False

    def _more_time(self) -> Said | None:
        for asked in _MORE.finditer(self.plain):
            within = asked.end() + _CLOSE
            time = _TIME.search(self.plain, asked.end(), within)
            time = time or _BARE.match(self.plain, asked.end(), within)
            before = [t.word for t in self.tokens if t.end <= asked.start()][-2:]
            if time is None or lexicon.NEGATIONS & set(before):
                continue
            left = self.words[: asked.start()] + self.words[time.end() :]
            note = _WHY.sub("", left).strip() or self.words
            takes = self._acknowledged(self.clauses[:1]) is not None
            return Said(Verb.MORE_TIME, note, minutes=_minutes(time), takes=takes)
        return Said(Verb.MORE_TIME, self.words) if _ASKS.search(self.plain) else None

    def _completed(self) -> Said | None:
        for clause in self._leading():
            span = _begins(clause, Verb.COMPLETE)
            if span is None:
                continue
            sentence = next(s for s in self.sentences if clause[0] in s)
            open_ = lexicon.UNFINISHED & {t.word for t in sentence}
            open_ |= set(_WHEN.findall(self.plain, sentence[0].start, sentence[-1].end))
            here = lexicon.OPEN_HERE & {t.word for t in clause}
            if open_ or here or self._asked(sentence):
                return None
            return Said(Verb.COMPLETE, _TAIL.sub("", self._after(span)).strip())
        return None

    def _acknowledged(self, clauses: Sequence[_Clause] | None = None) -> Said | None:
        for clause in self._leading() if clauses is None else clauses:
            bare = _bare(clause)
            span = _begins(clause, Verb.ACKNOWLEDGE)
            polite = any(t.word in lexicon.POLITE for t in clause)
            left = [t.word for t in (bare if span is None else clause)]
            if span is not None:
                left = [t.word for t in clause if t.start >= span.end]
            elif not polite:
                continue
            sentence = next(s for s in self.sentences if clause[0] in s)
            negated = lexicon.NEGATIONS & {t.word for t in clause}
            if negated or self._asked(sentence) or not _only(left, lexicon.AFTER):
                return None
            if span is None and clauses is None and not _only_manners(sentence, clause):
                return None
            more = self.words[clause[-1].end :].strip(" \t.,;:!()–—-\n")
            return Said(Verb.ACKNOWLEDGE, self.words if more else "")
        return None

    def _leading(self) -> list[_Clause]:
        """The first clauses up to the one that says something."""
        leading: list[_Clause] = []
        verbs = (Verb.COMPLETE, Verb.ACKNOWLEDGE)
        for clause in self.clauses[:5]:
            greets = {t.word for t in clause[:3]} & lexicon.GREETINGS
            if greets and not any(_begins(clause, verb) for verb in verbs):
                continue
            leading.append(clause)
            says = _bare(clause) and not all(t.word in lexicon.POLITE for t in _bare(clause))
            if says:
                break
        with_verb = [c for c in leading if _bare(c)]
        plain = [c for c in with_verb if any(_begins(c, verb) for verb in verbs)]
        return plain or [c for c in leading if any(t.word in lexicon.POLITE for t in c)]

    def _asked(self, part: _Clause) -> bool:
        return self.plain[part[-1].end :].lstrip().startswith("?")

    def _after(self, span: _Token) -> str:
        return self.words[span.end :].strip(" \t:,-–—")

    def _named(self, said: Said) -> Said:
        """With the number of the step, said after the verb, and its code."""
        for verb in (said.verb, Verb.COMPLETE, Verb.ACKNOWLEDGE, Verb.DECLINE):
            for clause in self.clauses[:2]:
                span = _begins(clause, verb) if said.clear else None
                if span:
                    number, code, end = self._numbered(clause, span)
                    note = said.note
                    if (number or code) and verb is Verb.COMPLETE and said.verb is verb:
                        note = _TAIL.sub("", self.words[end:]).strip()
                    return replace(said, note=note, number=number, code=code or self._code())
        return replace(said, code=self._code())

    def _numbered(self, clause: _Clause, span: _Token) -> tuple[int | None, str | None, int]:
        left = [t for t in clause if t.start >= span.end]
        while left and left[0].word in ("viec", "so", "step", "task", "nhiem", "vu", "no", "nay"):
            left.pop(0)
        if not left:
            return None, None, span.end
        first = left[0]
        if _CODE.fullmatch(self.words[first.start : first.end]):
            return None, self.words[first.start : first.end], first.end
        counted = len(left) > 1 and (left[1].word in lexicon.UNITS or left[1].word == "nguoi")
        short = first.word.isdigit() and len(first.word) <= 3 and not counted  # noqa: PLR2004
        return (int(first.word), None, first.end) if short else (None, None, span.end)

    def _code(self) -> str | None:
        for token in self.tokens:
            written = self.words[token.start : token.end]
            mixed = not written.isdigit() and not written.isalpha()
            if mixed and _CODE.fullmatch(written):
                return written
        return None


def _sign(sign: str) -> str:
    bare = "'" if sign in _APOSTROPHES else folded(sign)
    return bare if len(bare) == 1 else bare[:1] or " "


def _split(tokens: list[_Token], at: frozenset[str]) -> list[_Clause]:
    parts: list[_Clause] = [[]]
    for token in tokens:
        english = token.word == "do" and bool(parts[-1]) and parts[-1][-1].word in lexicon.ENGLISH
        if token.word in at and not english:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _clauses(sentence: _Clause) -> list[_Clause]:
    return [
        clause
        for part in _split(sentence, _PAUSES)
        for clause in _split(part, lexicon.SPLITS)
        if clause
    ]


def _bare(clause: _Clause) -> _Clause:
    """Without what may stand before a verb."""
    place = 0
    while place < len(clause) and clause[place].word in lexicon.BEFORE:
        place += 1
    return clause[place:]


@lru_cache
def _phrases(verb: Verb) -> list[list[str]]:
    given = lexicon.PHRASES[verb].split(",") if verb in lexicon.PHRASES else ()
    return sorted((phrase.split() for phrase in given), key=len, reverse=True)


def _begins(clause: _Clause, verb: Verb) -> _Token | None:
    """The phrase of the verb a clause begins with, manners and forms of address aside."""
    place = 0
    while place < len(clause):
        for phrase in _phrases(verb):
            here = clause[place : place + len(phrase)]
            if [t.word for t in here] == phrase:
                return _Token(" ".join(phrase), here[0].start, here[-1].end)
        if clause[place].word not in lexicon.BEFORE | lexicon.POLITE:
            return None
        place += 1
    return None


def _only(words: Sequence[str], known: frozenset[str]) -> bool:
    return all(w in known or w in lexicon.POLITE or _figure(w) for w in words)


def _figure(word: str) -> bool:
    """A step's number or code."""
    return len(word) <= _CODE_LENGTH and not word.isalpha()


def _only_manners(sentence: _Clause, clause: _Clause) -> bool:
    """Whether a sentence says nothing beyond «OK»."""
    known = lexicon.BEFORE | lexicon.POLITE | lexicon.AFTER
    return all(t.word in known or t.word in _PAUSES for t in sentence if t not in clause)


def _minutes(time: re.Match[str]) -> int:
    if time.re is _BARE:
        return int(time["n"])
    given, word = time["n"], time["w"]
    count = float(given.replace(",", ".")) if given else lexicon.HALVES[word]
    unit = lexicon.UNITS[time["u"]]
    if time["half"]:
        count += 0.5
    return round(count * unit) + (int(time["extra"]) if time["extra"] and unit == 60 else 0)  # noqa: PLR2004
