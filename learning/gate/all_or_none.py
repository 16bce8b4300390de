"""Choices that speak of the other choices, "all of the above" and its like, in many languages.

What only sounds like it is let through: quantities ("none of them" beside "half of them"), values
(`None`), pairs of things that are called A and B.
"""

import re
from collections.abc import Sequence

from learning.gate.sameness import is_about_code

_ENGLISH = r"""
    (?:all|none|both|neither|any|some|most|either|two|three|more\ than\ one)
        (?:\s+(?:one|two|three|four))?\s+(?:of\s+)?(?:the\s+)?
        (?:above|below|preceding|previous|foregoing)\b.*
  | (?:the\s+)?above\s+all
  | (?:all|none|both|neither|any|either)(?:\s+(?:two|three|four))?\s+(?:of\s+)?
        (?:(?:the|these|those)\s+)?(?:(?:given|listed|other|following)\s+)*
        (?:others?|these|those|options?|choices?|answers?|listed|given
        |statements(?:(?<=the\ statements)|(?<=given\ statements)|(?=\s+(?:is|are|above))))
        (?:\s+(?:listed|given|above|mentioned|below|here))*
        (?:\s+(?:is|are)\s+(?:correct|true|right|false|wrong|possible)|\s+apply|\s+applies)?
  | (?:all|none)\s+of\s+(?:these|those)\s+(?:factors|things|items|reasons|cases|statements)
  | (?:all|both|neither|none)\s+(?:(?:is|are)\s+)?(?:correct|true|right|false|wrong|apply|applies)
"""
_OTHER_LANGUAGES = r"""
    (?:alle|keine|beide)[rsn]?\s+(?:der\s+|die\s+)?
        (?:oben|obigen|genannten|anderen|antworten|aussagen|vorherigen|davon)
        (?:\s+(?:genannten|antworten|aussagen|möglichkeiten|optionen))*
        (?:\s+(?:ist|sind|treffen|trifft)\s+(?:richtig|korrekt|zu|falsch))?
  | (?:todas|todos|ningun[ao]|ambas|ambos)(?:\s+de)?(?:\s+(?:las|los))?
        \s+(?:anteriores|respuestas|opciones|otras|demás)
        (?:\s+(?:anteriores|respuestas|son\s+correctas))*
  | (?:toutes|aucune)(?:\s+(?:les|des|de\s+ces|ces|de\s+ses))?
        \s+(?:réponses|propositions|autres|options)
        (?:\s+(?:ci-dessus|précédentes|proposées|correctes|ne\s+convient))*
        (?:\s+sont\s+(?:correctes|justes|vraies))?
  | (?:todas|nenhuma)(?:\s+d?as)?\s+(?:anteriores|alternativas|opções|respostas)(?:\s+anteriores)?
  | (?:tutte|nessuna)(?:\s+(?:le|delle))?\s+(?:precedenti|risposte|opzioni|altre)
        (?:\s+precedenti)?
  | (?:alle|geen)(?:\s+van)?(?:\s+de)?\s+(?:bovenstaande|genoemde|antwoorden)(?:\s+antwoorden)?
  | (?:wszystkie|żadne|żadna)(?:\s+z)?\s+(?:powyższe|powyższych|odpowiedzi)
        (?:\s+(?:powyższe|odpowiedzi))?
  | hepsi | hiçbiri | yukarıdakilerin\s+(?:hepsi|hiçbiri)
  | вс[её]\s+(?:выше)?перечисленн(?:ое|ые) | вс[её]\s+(?:ответы|варианты)(?:\s+верны)?
  | (?:ничего|ни\s+один|ни\s+одно)(?:\s+из)?
        \s+(?:вышеперечисленного|перечисленного|перечисленных|ответов)
  | (?:以上|上述)(?:选项)?(?:都|皆|全部|全|均)?(?:不)?(?:是|对|正确|非|错)? | 全部都?(?:正确|是|对)
  | 上記の?(?:すべて|全て|いずれでもない|どれでもない) | (?:すべて|全て)正しい
  | 위의?\s*(?:모두|보기\s*모두) | (?:해당|정답)\s*없음 | 모두\s*(?:정답|맞다|맞음)
  | (?:كل|جميع)\s+ما\s+(?:سبق|ذكر) | لا\s+شيء\s+مما\s+(?:سبق|ذكر)
  | جميع\s+(?:الإجابات|الخيارات)(?:\s+صحيحة)?
  | (?:उपरोक्त|उपर्युक्त)\s+(?:सभी|में\s+से\s+कोई\s+नहीं) | इनमें\s+से\s+(?:कोई\s+नहीं|सभी)
  | tất\s+cả\s+(?:các\s+)?(?:đáp\s+án|câu)\s+(?:trên|đều\s+đúng) | semua\s+(?:jawaban\s+)?benar
"""
_OF_THE_OTHERS = re.compile(
    rf"\W*(?:{_ENGLISH}|{_OTHER_LANGUAGES})\W*", re.VERBOSE | re.IGNORECASE | re.DOTALL
)
_ALONE = re.compile(r"\W*(?:all|none)\W*", re.IGNORECASE)
_OF_SEVERAL = re.compile(
    r"\b(?:which|what)\b.*\b(?:these|those|the following|below)\b", re.I | re.S
)

# Choices are called by capitals; small letters name them only beside a word that says so.
_CAPITAL = r"\(?(?:[A-D]|I{1,3}|IV)\)?"
_SMALL = r"\(?[a-d]\)?"
_AND = r"\s*(?:,|[Aa]nd|&|[Oo]r|[Nn]or)\s*"
_TAIL = r"(?:\s+only|\s+(?:are|is)\s+(?:correct|true|right))?\W*"
_NAMING = r"(?i:both|neither|either|only|choices?|options?|answers?)"
_SEVERAL = re.compile(
    rf"(?:{_NAMING}\s*)?{_CAPITAL}(?:{_AND}{_CAPITAL})+{_TAIL}"
    rf"|{_NAMING}\s*{_SMALL}(?:{_AND}{_SMALL})+{_TAIL}"
)
# The article "A" is no name, nor is a letter within a word or an abbreviation.
_NAMED = re.compile(
    r"(?<![\w.])(?:[B-D]|I{1,3}|IV|A(?!\s+(?!only|alone|and|or|but|is|has)[a-z]))(?![\w.'])"
)


def speaks_of_the_others(question: str, choices: Sequence[str]) -> bool:
    """Whether one of the choices of a question means all, none or several of the others."""
    if any(map(_OF_THE_OTHERS.fullmatch, choices)):
        return True
    if any(map(_ALONE.fullmatch, choices)):
        return bool(_OF_SEVERAL.search(question)) and not is_about_code(question, *choices)
    return _names_others(question, choices)


def _names_others(question: str, choices: Sequence[str]) -> bool:
    """Whether choices such as "A and C" stand where nothing else is called A or C."""
    pairs = [choice for choice in choices if _SEVERAL.fullmatch(choice)]
    others = [choice for choice in choices if choice not in pairs]
    return 0 < len(pairs) <= len(others) and not any(map(_NAMED.search, (question, *others)))
