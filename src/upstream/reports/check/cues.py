"""Which of the numbers of a claim is the later level, the earlier level, a change or none of these."""

from __future__ import annotations

import re

from upstream.reports.check.movement import DOWN, UP

CHANGE = re.compile(
    r"(?:<[tq]\d+>[^<()]{0,12}?\(\s*(?:[a-z ]{0,20}?[-+]?)?<n(\d+)>(?! *(?:of|out of)\b)"
    r"[^()<]{0,40}\))|(?:<n(\d+)>[^<()]{0,30}?\(\s*(?:or |[-+]|[a-z ]{0,14})?<t\d+>[^()"
    r"<]{0,30}\))|\(\s*<t\d+>,? (?:or )?<n(\d+)>\s*\)"
)
PASSIVE = (
    r"(?<!followed )(?<!attended )(?<!recorded )(?<!reported )(?<!handled )(?<!committed )(?<!shared )(?<!divided "
    r")(?<!supported )(?<!preceded )(?<!matched )(?<!joined )(?<!covered )(?<!served )"
)
_EARLIER_BEFORE = re.compile(
    r"(?:\bfrom|compar\w+ (?:with|to|against)|\bagainst|\bversus|\bvs?\.?|\bon|\bthan|"
    r"previous\w*|\bprior|last year\S*|year before\S*|year (?:ago|earlier)|having (?:been|"
    r"stood at)|had (?:been|stood at)|used to be|once|\bwas|\bwere|relative to|baseline "
    r"of|starting (?:at|from|point of)|\bup on|down on|after|original\w*|instead of|in place of|"
    r"following|\bbeat|above|below)(?: (?:the|a|an|of|at|was|were|saw|had|figure|level|"
    r"total|there|just|only|month|year|quarter|month's|year's|in|all|some|our|its|their|been|"
    r"count|number|recorded|counted))*[:,]?\s*\(?$"
)
_LATER_BEFORE = re.compile(
    r"(?:\bto|\bnow|reach\w*|\bat|stands? at|standing at|stood at|total\w*|current\w*|"
    r"latest|this (?:year|month|quarter|time)\S*|\bis|recorded|saw|there (?:were|are)|"
    r"seen|hit|end\w* (?:at|on|up at)|bring\w*|leav\w*|came to|taking|landed on|counted|"
    r"logged|settl\w* at|amount\w* to|sits? at)(?: (?:the|a|an|of|at|it|us|was|were|there|"
    r"figure|level|total|just|only|in|all|some|around|month|is|are|volumes?|up|number|"
    r"count))*[:,]?\s*\(?$"
)
_EARLIER_AFTER = re.compile(
    r"^\)?(?: [a-z'-]+){0,4}?,? (?:then|last (?:year|month|quarter)|(?:the )?(?:year|"
    r"month|quarter) (?:before|earlier|ago|prior)|previously|a (?:year|month|quarter|period|week|decade) (?:ago|"
    r"earlier|before)"
    r"|before|earlier|(?:in|seen in|from|of|for|over|during) the (?:previous|prior|same)|"
    r"originally|twelve months (?:ago|earlier))\b"
)
_LATER_AFTER = re.compile(
    r"^\)?(?: [a-z'-]+){0,4}?,? (?:now|this (?:year|month|quarter|time)|currently|today|"
    r"(?:in|for) the (?:latest|current))\b"
)
# "was 1,153, up by 285": the level is the later one
_CHANGE_FOLLOWS = re.compile(
    rf"^[^<]{{0,40}}?(?:,|;|:|\(|-)\s*(?:which (?:is|was) |this (?:is|was) |that is )?(?:an? )?(?:{UP}|{DOWN}|up|"
    rf"down|higher|lower)\b"
)
_THERE_WERE = re.compile(r"^\s*there (?:were|was|are|is|have been)(?: (?:a total of|just|only))?\s*$")
_JUST_WAS = re.compile(r"(?<!had been)\b(?:was|were|been)(?: (?:the|at|a|just|only))*\s*$")
_STANDARD = re.compile(
    r"(?:at most|at least|no more than|minimum of|maximum of|targets?|limits?|threshold|"
    r"goal|ambition|aim|standard|national|similar forces|average|benchmark)\b[^<.;]{0,"
    r"20}<[nt](\d+)>|<[nt](\d+)>\s+(?:[a-z]+ )?(?:target|limit|threshold|goal|standard|"
    r"average)\b"
)
_OF_WHICH = re.compile(r"\b(?:of (?:which|these|those|whom|them)|including)\b(?! there)[^<.;]{0,24}<[nt](\d+)>")


def standards(part: str) -> set[int]:
    """Numbers that are targets, limits or averages: never a level of the change."""
    found = (*_STANDARD.finditer(part), *_OF_WHICH.finditer(part))
    return {int(n) for m in found for n in m.groups() if n}


def moves(part: str) -> set[int]:
    """Per cents that are changes ("a 2% increase", "fell by 5%"): never levels."""
    words = f"(?:{UP}|{DOWN})"
    after = re.finditer(rf"<t(\d+)>\s*(?:\([^()]*\)\s*)?(?:[a-z-]+ ){{0,1}}?{words}", part)
    before = re.finditer(rf"{words}\s*(?:of|by)?\s*(?:just |only )?<t(\d+)>", part)
    return {int(m[1]) for m in (*after, *before)}


def cue(part: str, number: int) -> int:
    """1 when the words about a number make it the later level, -1 the earlier, 0 neither."""
    token = re.search(rf"<[nt]{number}>", part)
    if token is None:
        return 0
    if re.search(
        rf"\((?:in |for )?<p\d+>\s*[:,-]?\s*<[nt]{number}>\)|\(<[nt]{number}> (?:in|for|during) <p\d+>\)", part
    ):
        return -1
    before = re.split(r"<[ntqx]\d+>", part[: token.start()])[-1]
    before = re.sub(r"\s*(?:in |for |during |over )?(?:the month of )?<p\d+>[,:]?\s*", " ", before)
    clause = re.split(r"[,;]", before)[-1]
    before = clause if len(clause.split()) > 1 else before
    opened = before.rsplit(":", 1)[-1]
    before = opened if _THERE_WERE.search(opened) else before
    after = re.split(r"<[ntqxp]\d+>", part[token.end() :])[0]
    if _CHANGE_FOLLOWS.search(after) and _JUST_WAS.search(before[-60:]):
        return 1
    if _THERE_WERE.search(before) and not _EARLIER_AFTER.search(after):
        return 1
    if _EARLIER_AFTER.search(after) or _EARLIER_BEFORE.search(before[-60:]):
        return -1 if not _LATER_AFTER.search(after) else 1
    return 1 if _LATER_AFTER.search(after) or _LATER_BEFORE.search(before[-60:]) else 0


def beside(part: str, number: int) -> int | None:
    """The period mark that stands with a level: joined to it by a preposition or a bracket, else just before it."""
    after = re.search(
        rf"<[nt]{number}>\)?(?:(?!\b(?:and|but|while|whereas)\b)[^<(,;]){{0,40}}?(?:\b(?:in|for|during|by|"
        r"at|over|of|through|across|recorded in)\s+(?:the )?(?:month of )?<p(\d+)>|"
        # a period that opens a bracket labels the number behind it, if there is one
        r"\(<p(\d+)>(?!\s*[:,-]?\s*<[nt]\d))",
        part,
    )
    bracket = re.search(rf"<p(\d+)>[^<]{{0,16}}\(<[nt]{number}>", part)
    before = re.search(rf"<p(\d+)>\)?[:\s]*(?:,? ?(?:which|when|where) )?(?:[a-z'&-]+ ){{0,6}}\(?<[nt]{number}>", part)
    loose = re.search(
        rf"<[nt]{number}>\)?(?:(?!\b(?:and|but|while|whereas)\b)[^<(,;]){{0,24}}?"
        r"(?:<p(\d+)>|\(<p(\d+)>(?!\s*[:,-]?\s*<[nt]\d))",
        part,
    )
    found = bracket or after or before or loose
    return next(int(n) for n in found.groups() if n) if found else None


# "232 (July 2021: 316)": a bracket with a period and its own number
LABELLED = re.compile(r"\(<p\d+>\s*[:,-]?\s*<[nt](\d+)>")


_MOVES = re.compile(
    rf"(?:{PASSIVE}\b(?:by|up|down|another|further|extra|difference|change|gap|gain|loss|increase|"
    r"decrease|rise|fall|drop|growth|reduction|jump|decline|uplift|cut)(?: of| is| was)?"
    r"(?: just| only| some| exactly| a further| around| about)?) <n(\d+)>|"
    r"<n(\d+)>\s*(?:\(<t\d+>\)\s*)?(?:[a-z'-]+ ){0,4}?(?:more|fewer|less|additional|extra|"
    r"greater|larger|smaller|bigger|higher|lower|above|below|(?<!made )(?:up|down))\b|"
    # "an advance of 44 on 93", whatever the noun
    r"\b(?:an?|the) [a-z-]+ of <n(\d+)> (?:on|over) (?:the )?<n"
)


def changes_in(line: str) -> set[int]:
    """Numbers of a line that are said to be a change and so are no level."""
    found = {int(n) for pattern in (_MOVES, CHANGE) for m in pattern.finditer(line) for n in m.groups() if n}
    # "to 296 (16 per cent)" is a level with the per cent that it moved by
    return {n for n in found if not re.search(rf"(?:\bto|\bat|\bnow|reached|hit) <n{n}>\s*\(", line)}
