"""Words of movement: up, down, unchanged, doubled; verbs, nouns and adverbs."""

from __future__ import annotations

import re

# "more than half of", "fewer than one in ten": a share and no movement
SHARE = r"(?:half|(?:an?|one|two|three|four|nine)[ -](?:half|third|quarter|fifth|sixth|eighth|tenth|in|out)\b)"
UP = (
    r"increas\w*|rise\w*|rising|rose|risen|grew|grow(?:n|s|ing|th)?|uplift\w*|climb\w*|"
    r"jump\w*|surg(?:e|es|ed|ing)\b|gained?(?= <)|up(?= (?:by|on|from|<))|upturn|more than(?= (?:in|the|last)"
    r")|"
    r"higher(?= than)|went up|gone up|going up|gain\w*|escalat\w*|swell\w*|swollen|"
    r"expan(?:d\w*|sion)|soar\w*|more(?= (?:[a-z]+ ){0,5}than (?!<|halv|doubl|"
    rf"trebl|tripl|quadrupl|quarter|twice|{SHARE}))|greater(?= than "
    r"(?!<t))|above(?= (?:the )?(?:previous|last))"
)
DOWN = (
    r"decreas\w*|declin\w*|fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|reduc\w*|(?:lost|shed|loses)(?= <)|down(?= "
    r"(?:by|on|from|<))|downturn|lower(?= than)|went down|gone down|going down|"
    rf"shrank|shr[iu]nk\w*|fewer(?! than {SHARE})"
    r"(?= (?:[a-z]+ ){0,5}than (?!<)|[. ,;)]|$)|less than(?= "
    r"(?:in|the|last))|lower(?:ed|ing)|dip(?:s|ped)?|diminish\w*|cut(?= (?:by|from|of))|"
    r"dwindl\w*|slump\w*|eas(?:ed|ing)|plunge\w*|slid|below(?= (?:the )?(?:previous|last))"
)
# other ways of saying so: a verb with "up" or "down", and a thesaurus of plain movement
UP += (
    r"|uptick|upsurge|swung up|shot up|rallied|recover(?:ed|ing)\b|built up|ballooning|deepen(?:ed|"
    r"ing)|widen(?:ed|ing)|"
    r"strengthen(?:ed|ing)|multipl(?:ied|ying)|outstripp\w*|overtak\w*|overtook"
    r"|advanc(?:ed|ing)(?= (?:by|to|from|<))|mount(?:ed|ing)|spik(?:es?|ed)|"
    r"accelerat\w*|balloon\w*|rocket\w*|leap\w*|leapt|intensif\w*|elevated|inflat(?:ed|"
    r"ing)|rebound\w*|heighten\w*|upward\w*"
    r"|(?:crept|creep\w*|tick\w*|edg\w*|inch\w*|push\w*|pick\w*|move\w*|shoot\w*|shot|"
    r"bumped|nudged|driven|com\w*|came|trend\w*|sent) (?:\w+ly )?up\b(?!wards? of)"
    r"|on the rise|upswing|bigger than|worsen\w*(?= by <)"
)
DOWN += (
    r"|retreat(?:ed|ing)|weaken(?:ed|ing)|narrow(?:ed|ing)|thinn(?:ed|ing)|fad(?:ed|ing)|crash(?:ed|ing)|crumbl\w*|"
    r"deplet\w*|halt(?:ed)? at|cool(?:ed|ing)\b|recoil\w*|plumm\w*|drain(?:ed|ing)|sagg(?:ed|ing)|"
    r"slow(?:ed|ing) to|backed off"
    r"|contract(?:ed|ing)\b|reced\w*|sank|sink(?:s|ing)?|sunk|tumbl\w*|slip(?:s|ped|ping)"
    r"?|plummet\w*|wan(?:ed|ing)|ebb(?:ed|ing)?|subsid\w*|collaps\w*|nosediv\w*|soften\w*|"
    r"abat(?:ed|ing)"
    r"|taper\w*|downward\w*|lessen\w*|trimm\w*|curtail\w*|downswing|smaller than|tail(?:ed|ing) off|slack\w*"
    r"|(?:crept|creep\w*|tick\w*|edg\w*|inch\w*|push\w*|com\w*|came|move\w*|brought|"
    r"driven|trend\w*|nudged|slid\w*|wound|sent) (?:\w+ly )?down\b"
)
_THOSE = r"(?: (?:the (?:level|figure|number|total|count|volume|mark)s?|those|that|last|its level)\b| the <p| <p)"
UP += rf"|exceed(?:s|ed|ing)?(?={_THOSE})|advance(?= (?:of|to|from) <)"
DOWN += rf"|(?:com\w*|came|fell|falls|falling) short of(?={_THOSE})|retreat(?= (?:of|to|from) <)"
_FLAT = (
    r"unchanged|no change|the same(?= (?:as|level|number))|stayed flat|flat\b|"
    r"(?:remain\w*|stay\w*|held|been) (?:\w+ ){0,2}(?:stable|steady|consistent|constant|"
    r"level)|consistent with|in line with(?= (?:the )?(?:previous|last|same))|stable|"
    r"static"
)
TIMES = {
    "doubled": 2.0,
    "doubling": 2.0,
    "twice": 2.0,
    "two-fold": 2.0,
    "twofold": 2.0,
    "trebled": 3.0,
    "tripled": 3.0,
    "tripling": 3.0,
    "threefold": 3.0,
    "three times": 3.0,
    "quadrupled": 4.0,
    "fourfold": 4.0,
    "four times": 4.0,
    "halved": 0.5,
    "halving": 0.5,
    "half the": 0.5,
}
DIRECTION = re.compile(
    rf"(?<!-)\b(?!\w+-[a-z])(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<flat>{_FLAT}))(?![a-z])|(?<=> )(?:(?P<more>higher|"
    rf"more|greater|up|above)|(?P<less>lower|fewer|less|down|below))(?! than <t)\b",
    re.IGNORECASE,
)
MOVED = re.compile(r"\b(?:improv|worsen|deteriorat|chang|mov|shift|varied|from <[nt]\d+>[^<]{0,30} to <)\w*")
