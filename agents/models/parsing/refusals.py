"""How models decline to answer, or to have a preference at all, in six languages.

Each pattern is a sentence: who x a verb that declines x what is asked for, for the beginning alone says little: "I
can't" goes on to "answer that", to "stop watching" and to "help but like it". Beside it stand what models say of
themselves ("as an AI", "I don't have preferences") and their rules. Patterns are over words as
:func:`agents.models.parsing.text.plain` gives them; gaps are bounded, so that any text is searched in linear time.
"""

from __future__ import annotations

import re
from functools import cache

_ADVERB = (
    r"(?:simply|just|really|also|currently|unfortunately|actually|personally|ethically|directly|properly|truly"
    r"|respectfully|politely|kindly|in good conscience|genuinely|therefore|still) "
)
_I = (
    r"(?:\b(?:i|we) ?|(?:\A\W*|[.,;:!?—(\"\n-] ?|\b(?:but|and|so|therefore|thus|hence|unfortunately|however|or"
    r"|(?:this|the) (?:assistant|model|ai)) ))"
)
"""Who says it: I, or nobody named; "she seems to refuse to answer" is about somebody in the picture."""
_CANNOT = (
    r"(?:can ?not|can't|could not|couldn't|won't be able to|will not be able to"
    r"|(?:(?:am|'m|are|'re|is) (?:currently |also |just |simply )?)?(?:not (?:able|capable)|unable|incapable)(?: to| "
    r"of)?)"
)
_WILL_NOT = (
    r"(?:(?:am |'m |are |'re )?not (?:allowed|permitted|authori[sz]ed|supposed|going) to|must decline to|choose not "
    r"to|decline to"
    r"|refuse to|(?:am|'m) not comfortable(?: with)?|will not(?: be)?|won't(?: be)?|(?:do not|don't) (?:wish|want"
    r"|feel comfortable)(?: to)?|(?:would |'d )?(?:rather|prefer) not(?: to)?|not comfortable(?: with)?)"
)
_OWN = (
    r"(?:(?:personal|subjective|human|real|emotional|individual|own|genuine|aesthetic|inherent|conscious|true|actual"
    r"|human-like)(?:,? (?:and |or )?))"
)
_INNER = (
    r"(?:preferences?|opinions?|feelings|emotions?|likes|dislikes|tastes?|beliefs|values|desires|consciousness"
    r"|sentience"
    r"|experiences|judg(?:e)?ments|views|subjectivity|personality|interests|sensations)"
)
_HOLD = r"(?:have|hold|form|possess|experience|feel|harbou?r|having|forming|feeling|develop|developing|holding)"
_FEEL = (
    r"(?:feel(?:ing)?|lik(?:e|ing)|dislik(?:e|ing)|enjoy(?:ing|ment)?|prefer(?:ring)?|experienc(?:e|ing)|emotions?"
    r"|appreciat(?:e|ing)|judg(?:e|ing)|have|form|hold|hav(?:e|ing)|form(?:ing)?|hold(?:ing)?)"
)
_MACHINE = (
    r"(?:ai|a\.i\.|artificial intelligence|language model|llm|chatbot|assistant|bot|neural network|algorithm"
    r"|piece of software|machine|computer program|program|(?:ai|vision|text|large|multimodal|language)[\w-]*"
    r" (?:language )?(?:model|assistant|system|program|chatbot|bot|agent|tool))"
    r"(?=\s*(?:$|[.,;:!?)—\n]|- |(?:and|so|but|i|i'm|my|that|who|which|without|with|not|by|from|in this|created"
    r"|developed"
    r"|trained|designed|made|built|like|because|therefore|here|can|can't|cannot|do|don't|we|system|it is not)\b))"
)
"""What a model calls itself; "an AI enthusiast" and "an AI-generated image" are others."""
_YES_OR_NO = (
    r"(?:(?:simple |direct |definite |definitive |clear |straight )?(?:yes[ -]or[ -]no|yes/no)(?: answer| response)?)"
)
_ANSWER = (
    r"(?:answer(?:ing)?|respond(?:ing)?|speculat(?:e|ing)|weigh(?:ing)? in|reply(?:ing)?|assist(?:ing)?"
    r"|comply(?:ing)?|comment(?:ing)?|judg(?:e|ing)"
    r"|evaluat(?:e|ing)|rat(?:e|ing)|assess(?:ing)?|scor(?:e|ing)|discuss(?:ing)?|engag(?:e|ing) (?:with|in)"
    r"|fulfil+(?:ing)?|complet(?:e|ing) (?:this|that|your)|continue with (?:this|that|your)|participat(?:e|ing)"
    r"|help(?:ing)?(?! (?:but|it|myself|my|liking|loving|smiling|feeling|laughing|watching|thinking|noticing|wondering"
    r"|being))"
    r"|(?:offer|shar|provid|giv|express|form|mak|stat|tak)(?:e|ing)? (?:you |with you |it |this |that |the \w+ "
    r")?(?:an? |any |my |such |that "
    rf"|this |you )?(?:honest |direct |definitive )?{_OWN}*(?:{_INNER}|answer|rating|score|response|assessment"
    rf"|evaluation"
    rf"|advice|information|assistance|help|input|insight|details|verdict|judg(?:e)?ment|commentary|feedback|reaction"
    rf"|statement|content|that|stance|sides?|{_YES_OR_NO})"
    r"|process (?:this|that|your)|support (?:this|that|your)|look at (?:this|that|it)"
    r"|(?:identify|recogni[sz]e)(?:ing)? (?:or \w+ )?(?:people|real|anyone|any|individuals?|who|faces"
    r"|(?:the|this|these|that|specific|those) (?:person|people|individuals?|man|woman|face)))"
)
_PRAISE = (
    r"(?![^.!?\n]{0,30}\b(?:enough|how much|how (?:beautiful|good|bad|great|funny|cute)|high(?:er|ly)?"
    r"|straight face|without (?:smiling|laughing|crying|thinking|feeling|wanting))\b)"
)
_RULES = (
    r"(?:guidelines?|polic(?:y|ies)|programming|principles|terms|rules|restrictions|safety|instructions|settings"
    r"|standards)"
)
_ENGLISH = (
    # I cannot, will not answer
    rf"{_I}(?:{_ADVERB})*(?:{_CANNOT}|{_WILL_NOT})(?: (?:really|actually|ethically|directly|properly|truly"
    rf"|in good conscience|be able to|personally|to|neither))* {_ANSWER}\b{_PRAISE}",
    rf"{_I}(?:{_ADVERB})*(?:{_CANNOT}|{_WILL_NOT}) (?:do (?:that|this|so)|comply|assist|help)\s*(?:$|[.,;!\n]|with\b)",
    rf"\bi (?:{_CANNOT}) (?:neither )?(?:like (?:or|nor) dislike|form|have|hold) (?:an? |any )?(?:{_OWN}*{_INNER}"
    rf"|things"
    r"|anything)\b(?! (?:about|either|towards?|for)\b)",
    r"\bi(?:'m| am) not comfortable with (?:this|that|your|the) (?:content|request|question|topic|task)\b",
    r"\A\W*i (?:can't|cannot|can not|am unable to|am not able to)\W*\Z",
    r"\bi(?:'d| would)? (?:rather|prefer) not(?: to)?(?: (?:answer|say|comment|respond|judge|rate|share|discuss"
    r"|express)\b|\s*(?:$|[.!\n]))",
    r"\brather not say\b",
    r"\bi (?:must |have to |will |would |shall |need to |'ll |'d |am going to |'m going to )?(?:respectfully |politely "
    r"|kindly )?(?:have to )?(?:decline|refuse|refrain|abstain)(?=\s*(?:$|[.,;!\n—]|here\b)| (?:to|from) "
    rf"(?:{_ANSWER}|choos\w+|mak\w+|tak\w+ (?:a )?(?:part|sides?))| (?:your|this|that) (?:request|question))",
    r"\b(?:have to |i |i'll |will )pass on (?:answering|this question|that question)",
    rf"\b(?:should not|shouldn't|don't think i (?:should|can)|do not think i (?:should|can)) {_ANSWER}\b{_PRAISE}",
    rf"\b(?:which|that|something|that's what) i (?:{_CANNOT}|{_WILL_NOT}) (?:provide|offer|give|share|express|do|form)"
    r"(?=\s*(?:$|[.,;!\n]))",
    rf"{_I}(?:{_ADVERB})*(?:{_CANNOT}|{_WILL_NOT}) (?:tell you|say|verify|guess|reveal|confirm|disclose|determine) "
    rf"(?:who|whose"
    r"|the (?:name|identity))\b",
    r"\bi (?:do not|don't) (?:(?:identify|recogni[sz]e) (?:people|individuals|faces|anyone)|take (?:sides|positions)"
    r"|comment on|answer (?:such|these|this|that|questions)|engage (?:in|with)|rate (?:people|images|pictures|content"
    r"|individuals))\b",
    r"\b(?:i|must|have to|to) (?:remain|stay) neutral\b",
    # the question cannot be answered
    r"\b(?:not (?:be )?|in)appropriate (?:for me )?to (?:answer|comment|respond|judge|rate|share|provide|express|give"
    r"|evaluate)",
    rf"\b(?:not|wouldn't|isn't) (?:be )?(?:right|proper|fair|ethical|my place)(?: of me| for me)? to {_ANSWER}\b",
    r"\b(?:prefer|like) to (?:stay out of|abstain|sit this)\b",
    r"\bnot (?:a|the) (?:question|thing|request|task|topic|matter) (?:that )?i (?:can|am able to|should|will)\b",
    r"\bnot something i (?:can|am able to|'m able to) (?!watch|see|enjoy|like)",
    r"\b(?:isn't|is not) something i (?:can|am able to|'m able to) (?:answer|offer|provide|give|help|comment|say)",
    r"\b(?:this|that|your|the) (?:request|question|prompt|query) (?:cannot|can't|could not|has|was|is|violates|falls)\b"
    r"[^.!?\n]{0,15}\b(?:fulfilled|processed|answered|blocked|flagged|completed|denied|rejected|declined|refused"
    r"|inappropriate|outside)",
    r"\brequest (?:denied|blocked|refused|rejected|declined)",
    r"\b(?:is|it's|'s|be|am|'m) not (?:possible for me|in a position|at liberty|free) to "
    rf"{_ANSWER}\b",
    # what I have and do not have
    r"\b(?:ai|language)(?: language| vision)? (?:models?|systems?|assistants?|programs?) (?:like me |such as myself )?"
    r"(?:do not|don't|cannot|can't) (?:have|form|hold|experience|possess|feel|like|enjoy|judge)",
    rf"{_I}(?:{_ADVERB})*(?:do not|don't|cannot|can't|can not|lack|(?:am|'m) (?:not capable|incapable) of) ?"
    rf"(?:really |actually |truly |personally )*(?:{_HOLD} )?(?:any |an? |the |such |my own )*(?:{_OWN}+{_INNER}\b"
    rf"|{_INNER}\b(?! (?:about|either|towards?|for)\b))",
    rf"\b(?:lack|have no|(?:don't|do not) (?:have|possess)|without|no) (?:the |any |an? )?(?:inherent |human "
    rf")?(?:ability|capacity"
    rf"|capability|means) (?:to|for|of) (?:truly |actually |personally )?(?:{_HOLD} )?{_OWN}*(?:{_FEEL}|{_INNER})\b",
    rf"\bi (?:have|hold) no (?:{_OWN}+{_INNER}|(?:preferences|feelings|emotions|opinions|opinion|likes)\s*(?:$|[.,;!\n]"
    r"|as\b|on\b|of my own|or dislikes))",
    r"\bi(?:'m| am) (?:incapable|not capable) of (?:truly |actually )?(?:liking|disliking|enjoying|feeling"
    r"|preferring)\b",
    r"\bi (?:do not|don't|cannot|can't) (?:truly |actually )?(?:experience|feel) (?:any )?(?:enjoyment|pleasure|joy"
    r"|emotions?|anything as an? \w+)(?=\s*(?:$|[.,;!\n]|or\b|and\b|in the\b))",
    rf"\b(?:not|isn't) capable of (?:having|forming|holding) {_OWN}*{_INNER}",
    r"\bi(?: was| am|'m| have been) (?:not )?(?:designed|programmed|trained|built|intended|meant|configured|created)"
    r" (?:not )?to\b",
    rf"\bi (?:do not|don't) (?:give|offer|provide|share|make|express|render) (?:any )?{_OWN}*{_INNER}\b",
    r"\b(?:preferences|opinions|feelings|likes|tastes|emotions) (?:are not|aren't|is not|isn't) something (?:that "
    r")?i\b",
    r"\b(?:preferences|opinions|feelings|likes|tastes|emotions),? (?:which|that) i (?:do not|don't|lack)\b",
    r"\b(?:preferences|opinions|feelings|dislikes|tastes|emotions)\b[^.!?\n]{0,30}\bi (?:do not|don't) have (?:them"
    r"|any)\b",
    r"\bi(?: was| am|'m) (?:trained|created|developed|built|made) by (?:openai|anthropic|google|meta|microsoft"
    r"|alibaba|mistral|deep\w+|tencent|nvidia|x\.?ai|a team|the \w+ team|engineers|researchers|developers)\b",
    r"\bi (?:neither )?(?:don't|do not) (?:actually )?(?:like or dislike things|engage in subjective)",
    # my rules
    r"\b(?:against|violat\w+|outside(?: of)?|conflicts? with|due to|because of|per|under|contrary to|breach\w*|not "
    r"(?:in "
    r"line|aligned|consistent|permitted) (?:with|by|under)) (?:my|our|the|openai's|anthropic's|google's|content|safety"
    rf"|usage|community|ethical|company|platform) ?(?:\w+ ){{0,2}}{_RULES}",
    rf"\b(?:my|our|the) (?:\w+ ){{0,2}}{_RULES} (?:do not|don't|does not|doesn't|prohibit|prevent|forbid|won't|will not"
    r"|restrict|require me to (?:decline|refuse))",
    rf"\b(?:my|our) (?:\w+ )?{_RULES} (?:is|are) (?:not )?to\b",
    r"\bi(?:'ve| have) been (?:instructed|told|asked|trained) not to\b",
    r"\b(?:beyond|outside(?: of)?) what i(?:'m| am| can| may| could)\b",
    r"\b(?:content|safety|usage|community|policy|guidelines?) (?:polic(?:y|ies) )?violation\b",
    r"\b(?:beyond|outside(?: of)?) my (?:capabilities|abilities|scope|ability|remit|knowledge)",
    r"\b(?:am|'m) (?:here|only able) to (?:assist|help|provide)\b[^.!?\n]{0,40}\b(?:not|but (?:can't|cannot))\b",
)

_KI = r"(?:ki|künstliche intelligenz|sprachmodell|ki-\w+|ai|assistent\w*|maschine|chatbot|computerprogramm|programm)\b"
_ANTWORTEN = (
    r"(?:beantworten|antworten|helfen|weiterhelfen|beurteilen|bewerten|kommentieren|äussern|abgeben|dienen|eingehen"
    r"|teilnehmen|erfüllen|beitragen|nachkommen|unterstützen|geben|urteilen|bearbeiten|identifizieren|benoten)"
)
_GERMAN = (
    r"\bich (?:kann|darf|möchte|werde|will|könnte|bin)\b[^.!?\n]{0,60}\b(?:nicht|keine?n?|nichts)\b[^.!?\n]{0,40}"
    rf"\b{_ANTWORTEN}\b",
    rf"\b(?:kann|darf|möchte) ich\b[^.!?\n]{{0,60}}\b(?:nicht|keine?n?|nichts)\b[^.!?\n]{{0,40}}\b{_ANTWORTEN}\b",
    r"\b(?:kann|möchte|darf|werde|will) ich\b[^.!?\n]{0,30}\bnichts\b[^.!?\n]{0,10}\bsagen\b",
    r"\bich (?:möchte|darf|werde|will)\b[^.!?\n]{0,30}\b(?:nicht|nichts)\b[^.!?\n]{0,10}\bsagen\b",
    r"\b(?:ich )?(?:habe|besitze|hege|empfinde|verfüge über) (?:ich )?(?:als [\w-]+ |leider |selbst )?keine "
    r"(?:persönlichen? |eigenen? |subjektiven? |menschlichen? )*(?:vorlieben|meinung(?:en)?|gefühle|präferenzen"
    r"|emotionen|empfindungen|ansichten)",
    r"\bich (?:muss|möchte|werde)?\s?(?:das|dies|diese \w+)?\s?(?:leider )?(?:ablehnen|lehne\b[^.!?\n]{0,25}\bab"
    r"|verweigere|enthalte mich|mich enthalten)",
    r"\bdas (?:kann|darf|werde) ich (?:leider )?nicht (?:tun|machen)\b",
    r"\bich (?:kann|darf|werde) (?:leider )?nicht sagen, wer\b",
    r"\bich verzichte\b[^.!?\n]{0,20}\b(?:bewertung|antwort|stellungnahme|urteil|wertung|meinung|kommentar)",
    r"\bich (?:kann|darf|werde) (?:das|dies|dem|so etwas) (?:leider )?nicht (?:tun|machen|entsprechen)\b",
    r"\b(?:gegen|verstösst|verstossen|widerspricht)\b[^.!?\n]{0,20}(?:richtlinien|regeln|grundsätze)",
    rf"\b(?:unmöglich|nicht möglich|nicht in der lage|nicht imstande|nicht befugt)\b[^.!?\n]{{0,40}}\b(?:zu "
    rf")?{_ANTWORTEN}\b",
)
_IA = r"(?:ia|intelligence artificielle|modèle|assistante?|programme|machine)\b"
_REPONDRE = (
    r"(?:répondre|aider|assister|juger|évaluer|commenter|donner|exprimer|fournir|noter|prononcer|satisfaire|traiter"
    r"|émettre|partager|identifier|reconnaître|porter (?:un|de) jugement|accéder à (?:votre|cette) demande)\b"
)
_FRENCH = (
    r"\bje ne (?:peux|puis|suis pas|saurais|souhaite|veux|dois|pourrai|pourrais)\b[^.!?\n]{0,50}\b"
    rf"{_REPONDRE}",
    r"\bje n(?:'ai|'éprouve|e possède|e ressens) (?:pas|aucune?) (?:de |d')?(?:préférences?|opinions?|sentiments?"
    r"|émotions?|avis|goûts)(?! (?:sur|tranché))",
    r"\bje (?:préfère|préférerais) (?:ne pas (?:répondre|me prononcer|donner|dire|commenter)|m'abstenir)",
    r"\bje ne (?:peux|puis|pourrais) (?:malheureusement )?pas (?:faire (?:cela|ça)|le faire)\b",
    r"\bje (?:dois )?(?:décline|refuse|refuser|décliner|m'abstiens|m'abstenir)\b(?! de (?:regarder|voir|continuer))",
    r"\b(?:contraire|contrevient|enfreint|viole|va à l'encontre)\b[^.!?\n]{0,20}\b(?:règles|politiques?|directives"
    r"|principes|consignes)",
    rf"\b(?:impossible|pas en mesure|incapable|pas capable) (?:pour moi )?d(?:e |')(?:vous |me |y )?{_REPONDRE}",
)
_MODELO = r"(?:modelo|ia\b|inteligencia(?: artificial)?|asistente|programa|máquina|sistema de ia)"
_RESPONDER = (
    r"(?:responder|contestar|ayudar\w*|asistir\w*|opinar|juzgar|evaluar|calificar|dar(?:te|le)?|expresar|proporcionar"
    r"|comentar|cumplir|emitir|valorar|ofrecer|identificar|reconocer a|puntuar|tener (?:gustos|preferencias"
    r"|opiniones))\b"
)
_SPANISH = (
    r"\bno (?:puedo|podría|podré|me es posible|soy capaz de|debo|deseo|quiero|estoy (?:autorizad\w|capacitad\w"
    rf"|en condiciones de|programad\w))\b[^.!?\n]{{0,50}}\b{_RESPONDER}",
    r"\bno (?:tengo|poseo|experimento) (?:una |ninguna )?(?:preferencias?|opiniones|opinión|sentimientos|emociones"
    r"|gustos)(?! (?:sobre|fuerte|definid))",
    r"\b(?:lamento|siento) no poder\b",
    r"\bno puedo hacer (?:eso|esto)\b",
    r"\b(?:prefiero|preferiría) no (?:responder|contestar|decir|opinar|comentar)",
    r"\b(?:me niego|me abstengo|debo (?:rechazar|abstenerme|declinar)|rehúso|declino)\b(?! a (?:ver|mirar|seguir))",
    r"\b(?:en contra de|viola|infringe|incumple)\b[^.!?\n]{0,15}\b(?:políticas?|normas|directrices|reglas|principios)",
)
_MODELLO = (
    r"(?:modello (?:linguistico|di linguaggio|di ia|ai)|ia\b|intelligenza artificiale|chatbot\b"
    r"|assistente (?:virtuale|digitale|ai|ia)\b)"
)
_RISPONDERE = (
    r"(?:risponder(?:e|ti|vi)|aiutar\w*|assister\w*|giudicare|valutare|commentare|esprimer\w*|soddisfare|identificare"
    r"|(?:dare|darti|fornire) (?:un |una |il mio |la mia )?(?:parere|opinione|giudizio|risposta|voto|valutazione))\b"
)
_ITALIAN = (
    r"\bnon (?:posso|potrei|sono in grado di|riesco a|voglio|desidero|intendo|mi è possibile|è possibile"
    rf"|sono (?:autorizzat|programmat)\w)\b[^.!?\n]{{0,50}}\b{_RISPONDERE}",
    r"\bnon (?:ho|possiedo|provo) (?:delle |una |alcuna |nessuna )?(?:preferenz[ae]|opinion[ei]|sentimenti|emozioni"
    r"|gusti)\b(?! (?:su|forti|precis|definit))",
    r"\b(?:preferisco|preferirei) (?:non (?:rispondere|esprimermi|dire|commentare)|astenermi)",
    r"\b(?:mi rifiuto|mi astengo|devo (?:rifiutare|astenermi|declinare)|declino)\b(?! di (?:guardar|veder|continuar))",
    r"\b(?:contro|viola|violerebbe)\b[^.!?\n]{0,20}\b(?:linee guida|politiche|regole|norme|principi)\b",
    rf"\b(?:come|in quanto|essendo) (?:un |una |un')?{_MODELLO}",
    rf"\bsono (?:solo |soltanto |semplicemente )?(?:un |una |un'){_MODELLO}",
)
_MODEL_ZH = r"(?:ai|人工智能|语言模型|机器人|助手|模型|程序)"
_ANSWER_ZH = r"(?:回答|答复|回应|评价|评论|判断|提供|协助|帮助|帮到|满足|表达|发表|评分|打分|置评|处理|作答|识别|辨认)"
_CHINESE = (
    r"(?:无法|不能|不可以|没办法|没有办法|没法|无权|不便|不方便|不会|不适合|不予|恕不|难以)"
    rf"(?:对[^,。!?\n]{{0,10}})?[^,。!?\n]{{0,8}}{_ANSWER_ZH}",
    r"(?:没有|不具备|不具有|并没有|并无)[^,。!?\n]{0,6}(?:个人|主观|自己的)?(?:喜好|偏好|意见|看法|情感|感情|感受|观点|好恶)",
    r"(?:不能|无法|没办法|不可以)(?:这样|这么)做|做不到这一点",
    r"(?:不会|无法|不能|不具备)(?:真正)?(?:喜欢|喜爱)(?:或|或者|和|与|、)(?:讨厌|不喜欢|厌恶)",
    r"拒绝(?:回答|评价|评论|作答)|我拒绝(?!看|观看)",
    r"违反[^。!?\n]{0,10}(?:政策|规定|准则|规则|规范)",
)
_SORRY = (
    r"(?:i(?:'m| am| do)? (?:so |very |really |truly |deeply |afraid )?(?:sorry|apologi[sz]e)(?: for \w+ \w+)?"
    r"|sorry|my apologies|apologies"
    r"|(?:es )?tut mir (?:sehr |wirklich )?leid|entschuldigung|entschuldige|verzeihung|leider"
    r"|(?:je suis )?(?:vraiment )?désolée?|je m'excuse|pardon|lo siento(?: mucho)?|lo lamento|disculpa|disculpe"
    r"|perdón|perdona|mi dispiace|spiacente|很?抱歉|非常抱歉|对不起|很遗憾|不好意思)"
)
_LINK = r"[\s,.:;!。—-]*(?:but|however|aber|jedoch|mais|pero|但是|但|不过|可是)?[\s,.:;—-]*"

_SAYS_MACHINE = (
    rf"\b(?:as|being) an? (?:[\w-]+ ){{0,3}}?{_MACHINE}(?!,? (?:it|he|she|they|which|in the|on the) )",
    rf"\bi(?:'m| am) (?:just |only |merely |simply )*(?:[\w.-]+(?: [\w.-]+)?, )?(?:an? )(?:[\w-]+ ){{0,2}}?{_MACHINE}",
    rf"\bals (?:eine?r? |reine? |reines )?(?:[\w-]+ ){{0,2}}?{_KI}",
    rf"\b(?:ich bin|da ich|weil ich) (?:nur |lediglich |bloss )?(?:eine? )?(?:[\w-]+ ){{0,2}}?{_KI}",
    rf"\ben tant qu(?:e |')(?:une? )?(?:[\w-]+ ){{0,2}}?{_IA}",
    rf"\b(?:je (?:ne )?suis|comme je suis|étant) (?:qu'|juste |seulement )?(?:une? )?(?:[\w-]+ )?{_IA}",
    rf"\b(?:como|al ser|siendo) (?:un |una )?{_MODELO}",
    rf"\b(?:solo |sólo )?soy (?:solo |sólo |únicamente )?(?:un |una )?{_MODELO}",
    rf"(?:作为|身为)(?:一个|一名|一款|一种)?[^,。!?\n]{{0,8}}{_MODEL_ZH}",
    rf"我(?:只|仅仅)?是(?:一个|一名|一款|一种)?[^,。!?\n]{{0,8}}{_MODEL_ZH}",
)
APOLOGY = re.compile(rf"\W*{_SORRY}{_LINK}")
"""How declining often begins; alone it is a refusal, before a statement it is none."""


@cache
def refusal() -> re.Pattern[str]:
    """Declines to answer, or to have a preference at all."""
    return re.compile("|".join((*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_ITALIAN, *_CHINESE, *_SAYS_MACHINE)))


@cache
def says_machine() -> re.Pattern[str]:
    """Says of itself that it is a machine: "as an AI", "I am only a language model"."""
    return re.compile("|".join(_SAYS_MACHINE))
