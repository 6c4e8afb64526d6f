"""Written forms of options, and the words that may stand round them without changing them or that take them back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.models.base import Choice

_YES = (
    *("yes", "yeah", "yep", "yup", "ja", "jawohl", "oui", "ouais", "sí", "si", "sim", "sì", "да", "はい", "네", "예"),
    *("是的", "对的", "是", "对"),
)
_NO = (
    *("no", "nope", "nah", "nein", "nee", "nö", "non", "não", "нет", "いいえ", "아니요", "아니오"),
    *("不是的", "不是", "不", "否"),
)
"""How the options yes and no are said in other languages, and colloquially."""
_BEGINS_MORE = frozenset({"si"})
"""Forms that begin a condition in other languages ("si la imagen ...", "si c'est ..."): said only where they end."""
_MORE = {"yes": _YES, "no": _NO}
_ALONE = frozenset({"sim", "não", "да", "нет", "はい", "いいえ", "네", "예", "아니요", "아니오"})
"""Forms in languages whose refusals and missing pictures nobody wrote down: they count where nothing else is said."""
_LONE = {
    word: name
    for name, words in {
        "yes": "نعم أجل כן evet tak так हाँ हां হ্যাঁ ναι بله igen ano da kyllä jo ya có ใช่",
        "no": "لا كلا לא hayır hayir nie ні नहीं नही না όχι οχι خیر nem ne nu ei nej nei tidak không ไม่ ไม่ใช่",
    }.items()
    for word in words.split()
}
"""Yes and no in further languages, several of which are words of others within a sentence: the whole of what is said.
Each language has both: one that is read for its yes alone would lean."""
_ROUND_LONE = " \t\n\"'()[]:;,.!…—-。।۔،"
_OTHER_TONGUE = (
    r"(?!\W{1,3}(?:ik|het|geen|dit|deze|maar|helaas|jag|jeg|det|detta|dette|denne|men|tyvärr"
    r"|desværre|dessverre)\b)"
)
"""Not before words of Dutch, Swedish, Danish or Norwegian, which share a form with German; see ``_ALONE``. An option
that was offered in such a form was put in that language, and is read."""
_SHARED = frozenset({"ja", "nee"})
_GOES_ON = {
    "yes": (
        r"i|it|it's|i'm|i'd|i've|this|that|these|the|they|he|she|we|you|my|because|since|as|for|please|sure"
        r"|of course|absolutely"
        r"|definitely|certainly|indeed|very much|very|totally|really|always|sir|thanks|thank you|from me"
        r"|ich|das|dieses|es|sehr|gerne?|natürlich|klar|bitte|weil|auf jeden fall|definitiv|absolut|mir|unbedingt|danke"
        r"|je|j'|c'est|ça|cela|bien sûr|tout à fait|absolument|beaucoup|car|parce que|cette|vraiment"
        r"|me|lo|la|es|claro|por supuesto|mucho|gracias|quiero|porque|señor|está|definitivamente|totalmente"
    ),
    "no": (
        r"i|it|it's|i'm|i'd|i've|this|that|these|the|they|he|she|we|you|my|because|since|thanks|thank you|not|never"
        r"|way(?! (?:around|to|of))|sir|sorry|for(?! real)|definitely|absolutely|certainly|really"
        r"|from me"
        r"|danke|ich|das|dieses|es|nicht|eher nicht|weil|mir|auf keinen fall|leider|absolut nicht|gar nicht"
        r"|je|j'|merci|c'est|ce n'est|ça|pas|car|parce que|cela|pas du tout|absolument pas|vraiment pas"
        r"|gracias|porque|para nada|en absoluto|señor"
    ),
    "": r"it|this|that|the|these|to the next|because|please|immediately|now|for me|as|since|at all"
    r"|in (?:it|this|that|these|the|such)",
}
"""Words that may follow an option at once; others make it part of something else ("no problem", "no one", "no sé")."""
_GOES_ON_CHINESE = re.compile(
    r"(?<=[是对]的)(?=我|它|这|那|很|非常|因为|图|画)|(?<=不是)(?=因为)|(?<=不是的)(?=我|它|这)"
)
ENDS = r"(?=\s*(?:$|\.(?!\s?\d|[a-z]\.)|[,;:!)\]}\"'。、…】\n]|—|-(?!\w)|\())"
OPENER = re.compile(
    r"(?:(?:well|hmm+|hm|mm+|um+|uh+|uhm|er|oh|ah|aha|ha(?:ha)+|ugh|hey|aww*|whoa|yikes|okay|ok|alright|honestly"
    r"|frankly|actually|personally|overall"
    r"|so|then|wow"
    r"|to be honest|in my opinion|in short|simply put|honest answer|short answer|i guess so|wait|sure|of course"
    r"|absolutely|definitely|certainly|great question|good question|good one|interesting|thanks|thank you"
    r"|also|nun|naja|na ja|tja|ehrlich gesagt|gut|klar|natürlich|eh bien|bon|ben|franchement|honnêtement|euh|alors"
    r"|bien sûr|bueno|pues|sinceramente|la verdad|a ver|claro|por supuesto"
    r"|beh|mah|allora|dunque|certo|certamente|assolutamente|onestamente|francamente|senza dubbio"
    r"|嗯|呃|好的?|那么|老实说|当然)"
    r"\s*(?:[,.…!:;、。—-]+|\n)\s*)"
    r"|(?:(?:definitely|absolutely|certainly|clearly|obviously|simply|hell|heck|oh|ah|hmm+|well|a|an|(?:a "
    r"|an )?(?:definite|clear|firm|hard|big"
    r"|resounding|strong|solid|absolute|emphatic|enthusiastic)|eindeutig|ganz klar|un|una|un grand|un rotundo"
    r"|claro que|por supuesto que|bien sûr que|klares|ein klares"
    r"|certo che|certamente|assolutamente|decisamente|direi (?:proprio )?(?:di|che))\s+"
    r"(?=(?:yes|yeah|yep|yup|nope|nah|ja|nein|oui|non|sí|sì|no(?!\s+[a-zà-ÿ]))\b))"
    r"|(?:absolutely|definitely|certainly|of course) not\s*[,.!—-]+\s*(?=no(?:pe)?\b)"
)
LABEL = re.compile(
    r"(?:(?:(?:my|the|final|short|correct|simple|quick|overall|direct|honest|one-word|here is my|here's my|so)\s+)*"
    r"(?:answer|response|reply|choice|verdict|decision|output|result|conclusion|vote|selection|option|action|a)"
    r"(?:\s+(?:to (?:this|your|the) question|here|for this (?:image|picture|video)|in one word))?"
    r"\s*(?:(?:is|would be|will be|remains|=|:|—|-)+|\n)\s*(?:simply |clearly |definitely |just |a |an |that )*"
    r"|(?:i|we)(?:'d|'ll| would| will| must| have to| do)?(?: (?:definitely|honestly|have to|certainly|simply"
    r"|just))* (?:say|answer|choose|pick|select|vote|go with|go for|respond with"
    r"|respond|reply with|reply)\s*[:,]?\s*(?:with )?(?:a |an )?(?:definite |clear |firm |hard |big )?"
    r"|(?:i(?:'m| am)|we're) (?:going with|going for|going to (?:say|answer|go with)|saying)\s*[:,]?\s*(?:a |an )?"
    r"|let's say |put me down for a |i(?:'m| am) (?=not )|i(?:'d|'ll| would| will)(?: rather| prefer to| like to)?\s+"
    r"|(?:it|that|this|(?:this|that|the) (?:person|portrait|description|response|one))"
    r"(?:'s| is|'d be| would be) (?:a |an )?(?:definite |clear |firm |hard |big |solid |resounding )*"
    r"|(?:meine |die |finale |endgültige |kurze )*(?:antwort|entscheidung|wahl)\s*(?:ist|lautet|wäre|:|=|—"
    r"|-)+\s*(?:ganz klar |eindeutig )?"
    r"|ich (?:sage|antworte|würde sagen|wähle|würde)\s*(?:mit )?[:,]?\s*(?=(?:ja|nein)\b)"
    r"|ich (?:wähle|nehme)\s*[:,]?\s*(?=(?:(?:die )?(?:option|antwort) )?[a-z](?!\w))"
    r"|(?:ma |la |notre )?(?:réponse|décision|choix)(?: finale?)?\s*(?:est|serait|:|=|—|-)+\s*|je (?:dis|réponds"
    r"|dirais|choisis)\s*[:,]?\s*(?:que )?"
    r"|(?:mi |la )?(?:respuesta|decisión|elección)(?: final)?\s*(?:es|sería|:|=|—|-)+\s*(?:un |que )?"
    r"|(?:yo )?(?:digo|respondo|diría|elijo)\s*(?:que )?[:,]?\s*(?:un )?"
    r"|(?:la )?(?:mia )?(?:risposta|scelta|decisione)(?: finale)?\s*(?:è|sarebbe|:|=|—|-)+\s*(?:un |che |di )?"
    r"|(?:io )?(?:dico|rispondo|direi|scelgo|sceglierei)\s*(?:che |di )?[:,]?\s*(?:un )?"
    r"|(?:我的)?(?:最终)?(?:答案|回答|答|选择|结论)\s*(?:是|为)?\s*[::]?\s*|我(?:会|的)?(?:选择?|回答|说)\s*[::]?\s*)"
)
CALLED = re.compile(
    r"(?:(?:(?:the|die|den|l'|la|il)\s*)?"
    r"(?:option|choice|course|letter|number|buchstabe|nummer|antwort|lettre|réponse|opción|letra|opzione|lettera)\s+"
    r"|(?:选项|选|選)\s*)(?=[\"'(【]{0,2}[a-z0-9](?![a-z0-9_'-]))"
)
"""What an option that is a letter or a digit is called by."""
FINAL = re.compile(
    r"(?:final(?:ly)?,?\s+(?:answer|choice|verdict|decision)|endgültige antwort|finale antwort|réponse finale"
    r"|respuesta final|最终答案|最后答案)\s*(?:is|ist|est|es|是|为)?\s*[:=—-]?\s*"
)
STATED = re.compile(
    r"(?:(?:my|the|so|thus|therefore|hence)\s+(?:(?:final|overall|short|the|my)\s+)*answer\s*(?:is|would be|:)+"
    r"|(?:^|[\n.!?。]\s?)(?:answer|antwort|réponse|respuesta|risposta|答案|回答)\s*:"
    r"|(?:^|\n)(?:(?:final )?answer|antwort|réponse|respuesta|risposta|答案|回答)\n"
    r"|meine antwort (?:ist|lautet|:)|ma réponse est|mi respuesta es|我的(?:答案|回答)是)\s*[:,]?\s*"
)
WOULD_SAY = re.compile(
    r"(?:^|[,.;:!?\n—-] ?)i(?:'d| would|'ll| will)? (?:definitely |have to )?(?:say|go with|answer|choose|vote)(?= )"
)
HEDGE = re.compile(
    r"(?:[\s,:()—-]|\.{2,}(?!\.)|…)*(?:and|or|but|maybe|perhaps|possibly|depends?|it depends|that depends|partly"
    r"|partially|not sure|unsure|i'm not sure"
    r"|i am not sure|sort of|kind of|to some extent|in a way|sometimes|although|though|if|unless|only if|except"
    r"|depending|provid(?:ed|ing)(?! (?:by|for|with|in|to)\b)|assuming"
    r"|(?:as|so) long as|(?:on|under) (?:the|one|some|certain) conditions?"
    r"|in (?:theory|principle|part)|to (?:a|some|a certain) (?:degree|extent)|more or less|with (?:some |a few )?"
    r"(?:reservations?|caveats?|exceptions?)|i (?:don't|do not) know(?! (?:why|what|how|who|where|when|much|of)\b)|idk"
    r"|aber|und|oder|vielleicht|teilweise|manchmal|kommt darauf an|je nachdem|wenn|falls|obwohl|sofern|solange"
    r"|vorausgesetzt|unter (?:der bedingung|umständen)|im prinzip|mehr oder weniger|zum teil"
    r"|keine ahnung(?!,? (?:warum|wer|was|wo|wie)\b)"
    r"|(?:ich )?weiss (?:es )?nicht(?!,? (?:warum|wer|was|wo|wie)\b)"
    r"|mais|et|ou|peut-être|en partie|parfois|ça dépend|cela dépend|bien que|à condition|pourvu que?|tant que?"
    r"|en (?:théorie|principe)|plus ou moins|dans une certaine mesure"
    r"|je ne sais pas(?! (?:pourquoi|qui|où|ce|comment)\b)"
    r"|pero|y|o|e|tal vez|quizás?|a veces|depende|en parte|aunque|siempre que|con tal de|a condición|más o menos"
    r"|en (?:teoría|principio)|hasta cierto punto|no (?:lo )?sé(?! (?:por qué|quién|qué|dónde|cómo)\b)"
    r"|ma(?!')|però|forse|dipende|in parte|a volte|anche se|sebbene|purché|a (?:patto|condizione) che|più o meno"
    r"|in teoria|non (?:lo )?so(?! (?:perché|chi|cosa|dove|come)\b)"
    r"|但|但是|也|或|或者|可能|不过|也许|和|如果)(?!\w)"
    r'|[\s,.!]*"[\s,]*(?:(?:is|was) (?:written|printed|painted|shown)|(?:says?|said|reads?) (?!i\b)|(?:he|she|they) sa)'
    r"|[\s,]*(?:但|也不|或|可能|不过|也许|如果|只要|除非|前提|要看|取决于|不确定|不知道|某种程度|一定程度)|[\s,.!]*\?"
)
_CLAUSE_BEFORE = r"(?:(?!\b(?:even|more|better|also|as|wonder\w*|ask\w*|know|als|comme|como|come)\b)[^.;:!?\n]){0,60}?"
ONLY_IF = re.compile(
    rf"{_CLAUSE_BEFORE}\b(?:"
    r"if (?:i|it|he|she|we|they|you|there|(?:the|this|that|these|those)(?: \w+){0,2})"
    r" (?:were|was|had|weren't|wasn't|hadn't|didn't)"
    r"|wenn [^.;:!?\n]{0,40}\b(?:wäre|wären|hätte|hätten|gäbe|würde)"
    r"|si (?:elle|il|ça|cela|on|j'|c'|(?:l'|la |le |cette |cet |ce )\w+)(?: ne| n')? ?"
    r"(?:étai(?:t|s)|avai(?:t|s)|pouvait)"
    r"|si (?:\w+ ){0,3}(?:fuera|fuese|tuviera|tuviese|hubiera|estuviera)"
    r"|se (?:\w+ ){0,3}(?:fosse|fossero|avesse|avessero|potesse))\b"
)
"""Makes an answer one about something else: "i would like it if it were brighter", but not "... even more if ..."."""
_IDIOMS = re.compile(
    r"why not|por qué no|pourquoi pas|warum nicht|yes[- ]m[ae]n|no (?:doubt|problem|question|wonder|matter|reason"
    r"|need|issues?|idea)|or no(?:t)?t\b"
)
_NEGATIVE = re.compile(r"-\d")
_BUT_NOT = r"[,;(—]\s*(?P<said>(?:not|rather than|instead of|nicht|pas) (?:an? |the )?"
"""Begins what is said against another option behind a mark: "security, not power"."""


def forms(choice: Choice, among: Sequence[Choice]) -> list[str]:
    """Written forms of an option in lower case, longest first; those of other languages where it is yes or no."""
    written = {form.casefold().replace("_", " ") for form in (*choice.surfaces, choice.name)}
    names = {other.name for other in among}
    if names == set(_MORE) and choice.name in written:
        written.update(_MORE[choice.name])
    written |= {form.replace(" ", "-") for form in written}
    return sorted(filter(None, map(str.strip, written)), key=len, reverse=True)


def _as_word(form: str, offered: bool) -> str:
    """Pattern of a form as a whole word, its last letter drawn out or not ("yesss", "nooo")."""
    if form in _BEGINS_MORE:
        return rf"{re.escape(form)}{ENDS}"
    if form[-1] >= "⺀":
        return re.escape(form)  # Chinese and Japanese have no blanks between words
    drawn_out = f"{re.escape(form[-1])}*" if form in _YES or form in _NO else ""
    known = _OTHER_TONGUE if form in _SHARED and not offered else ""
    return rf"{re.escape(form)}{drawn_out}(?!\w|'\w){known}"


def _said(form: str, *, offered: bool) -> str:
    """Pattern of a form as it must be said to count.

    Args:
        form: In small letters.
        offered: Whether the option was put in this form, and so in its language.
    """
    return rf"{re.escape(form)}(?=\W*\Z)" if form in _ALONE else _as_word(form, offered)


class Options:
    """Finds the written forms of some options at the beginning of words.

    Args:
        choices: The options.
    """

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._whole: dict[str, re.Pattern[str]] = {}
        self._part: dict[str, re.Pattern[str]] = {}
        self._alone: dict[str, re.Pattern[str]] = {}
        self._rejected: dict[str, re.Pattern[str]] = {}
        written = {choice.name: forms(choice, choices) for choice in choices}
        self._yes_or_no = set(written) == set(_MORE)
        self._signed = any(_NEGATIVE.match(form) for listed in written.values() for form in listed)
        before = r"(?<![\w-])" if self._signed else r"(?<!\w)"
        for choice in choices:
            own = {form.casefold() for form in choice.surfaces}
            any_form = "|".join(_said(form, offered=form in own) for form in written[choice.name])
            goes_on = _GOES_ON.get(choice.name if len(choices) == len(_MORE) else "", _GOES_ON[""])
            rest = rf"(?:{ENDS}|(?=\s+(?:{goes_on})(?!\w)))"
            self._whole[choice.name] = re.compile(rf"(?:{any_form})(?:[\s,.!]+(?:{any_form}))*{rest}")
            self._part[choice.name] = re.compile(any_form)
            self._alone[choice.name] = re.compile(rf"{before}(?:{any_form})\W*\Z")
            self._rejected[choice.name] = re.compile(rf"{_BUT_NOT}(?:{any_form}))\)?(?=\s*(?:\Z|\.(?!\d)|[!\n]))")

    def opens(self, words: str) -> tuple[str, int]:
        """The option that words open with, and where it ends; empty and 0 where there is none or it is part of more."""
        best = ("", 0)
        for name, pattern in self._whole.items():
            found, part = pattern.match(words), self._part[name].match(words)
            if found is None and part is not None and _GOES_ON_CHINESE.match(words, part.end()):
                found = part
            end = max(match.end() if match else 0 for match in (found, part))
            if end > best[1]:
                best = (name if found else "", end)
        return best if best[0] else ("", 0)

    def with_sign(self, words: str, place: int) -> int:
        """Where a number at a place begins: a minus before it is a part of it where some option is below 0."""
        signed = self._signed and words[place : place + 1].isdecimal() and words[:place].endswith("-")
        return place - 1 if signed else place

    def without_rejected(self, words: str, but: str) -> str:
        """Words without what they say against options other than one, where a sentence ends with it.

        Of yes and no nothing is left out: "no, not yes" may be neither.

        Example:
            >>> options = Options([Choice("power", ("power",)), Choice("security", ("security",))])
            >>> [options.without_rejected(rest, "security") for rest in (", not power.", ", not power?")]
            [' .', ', not power?']
        """
        if self._yes_or_no:
            return words
        for name, pattern in self._rejected.items():
            if name != but:
                words = pattern.sub(lambda found: found[0] if self.opens(found["said"])[0] else " ", words)
        return words

    def ends(self, words: str, but: str) -> bool:
        """Whether words end with an option other than one."""
        return any(pattern.search(words) for name, pattern in self._alone.items() if name != but)


def lone(words: str, choices: Sequence[Choice]) -> str:
    """Yes or no where words are nothing else, in a language of which no sentences are read; empty where they are not.

    Example:
        >>> options = (Choice("yes", ("yes",)), Choice("no", ("no",)))
        >>> [lone(words, options) for words in ("evet.", "לא", "tak, ale nie", "नहीं।")]
        ['yes', 'no', '', 'no']
    """
    said = _LONE.get(words.strip(_ROUND_LONE), "")
    return said if {choice.name for choice in choices} == set(_MORE) else ""


def without_idioms(words: str) -> str:
    """Words without turns of phrase in which an option means nothing."""
    return _IDIOMS.sub(" ", words)
