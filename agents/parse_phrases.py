"""How models decline to answer, and how they say that they see no picture, in five languages.

Patterns are over words as :func:`agents.parse_text.plain` gives them. Each asks for the object of the sentence, because
the beginning alone says little: "I can't" goes on to "answer that", to "stop watching" and to "help but like it".
"""

from __future__ import annotations

import re
from functools import cache

_IMAGE = r"(?:images?|pictures?|photos?|photographs?|videos?|clips?|pics?|screenshots?|frames?|attachments?|visuals?)"
_SHOWN = (
    r"(?:provided|attached|given|shown|uploaded|included|visible|available|present|found|supplied|sent|received|shared"
    r"|loaded|detected|displayed|accessible|linked)"
)
_LOOK = (
    r"to (?:see|view|look at|watch|evaluate|judge|describe|analy[sz]e|rate|refer to|assess|comment on|react to|go by"
    r"|respond to|base)"
)
_END = (
    rf"(?=\s*(?:$|[.,;:!?)\n\"—]|- |(?:here|there|{_SHOWN}|directly|at (?:all|the moment|this time)|right now|currently"
    rf"|yet|in (?:your|the|this|our) (?:message|prompt|conversation|chat|input|question|request)|for me|{_LOOK}"
    r"|(?:that )?(?:i can|you(?:'re| are|'ve| have)?) (?:see|view|mention\w*|refer\w*|describ\w*|provided|shared|sent"
    r"|uploaded|attached)|so|and|but|with(?: your| this)|associated|accompanying|because|since|as i|or|in order)\b))"
)
_INABLE = (
    r"(?:can ?not|can't|could not|couldn't|(?:am|'m|are|'re|is)(?: currently| also| just)? (?:not (?:able|capable)"
    r"|unable"
    r"|incapable)(?: to| of)?)"
)
_ARTICLE = r"(?:an? |any |the |this |that |your |these |those |such |its )?"

_NO_PICTURE_ENGLISH = rf"""
  \bno\ (?:actual\ |accompanying\ |such\ |visible\ )?{_IMAGE}(?:\ (?:file|content|data|input))?s?,?\s*
    (?:(?:was|were|is|are|has\ been|have\ been|seems?\ to\ (?:be|have\ been)|appears?\ to\ (?:be|have\ been)|got|came
    |in\ (?:your|the|this)\ \w+)\ )*(?:actually\ |currently\ |yet\ )*(?:{_SHOWN}|here|through|{_LOOK})\b
| \A\W*(?:(?:yes|no)\W+)?no\ (?:visible\ |available\ |actual\ )?{_IMAGE}\W*\Z
| \b(?:forgot|forgotten|neglected|failed|meant|intended)\ to\ (?:attach|include|upload|provide|send|share
    |add)\ (?:an?|the|your|any)\ {_IMAGE}\b
| \b(?:there\ (?:is|was|are|were)\ (?:no|not\ an?y?)|there(?:'s|\ seems\ to\ be|\ appears\ to\ be)\ no
    |there\ (?:isn't|wasn't|aren't)\ (?:an|any))\ (?:actual\ |visible\ |attached\ )?{_IMAGE}\b{_END}
| \bi\ ?(?:(?:currently|still|simply|actually|really|also)\ )*(?:do\ not|don't|did\ not|didn't|am\ not|'m\ not
    |{_INABLE})
    (?:\ (?:actually|currently|really|physically|directly|yet))*
    (?:\ (?:seeing|see|find|detect|view|access|open|receive|received|perceive|have|load|display|process|analy[sz]e
    |interpret))(?:\ access\ to|\ the\ ability\ to\ (?:see|view|process)|\ or\ \w+)?\ {_ARTICLE}
    (?:actual\ |attached\ |provided\ |uploaded\ |visible\ )*{_IMAGE}\b{_END}
| \bi\ (?:see|have|find|got|received|was\ given|was\ shown|am\ seeing|have\ received
    |have\ been\ given)\ no\ {_IMAGE}\b{_END}
| \bi\ (?:haven't|have\ not|have\ not\ yet|haven't\ yet|was\ not|wasn't)\ (?:been\ )?(?:given|shown|provided\ with
    |received
    |seen|sent)\ (?:an?|any|the)\ {_IMAGE}\b{_END}
| \b(?:your|the|this|that|any)\ {_IMAGE}(?:\ (?:that\ )?you(?:'re|\ are|'ve|\ have)?\ \w+(?:\ (?:to|of|about|me|here
    |with))*)?\ (?:(?:was|is|did|does|has|seems|appears|could|can|may|might|were|are|have)\ ?
    (?:not|n't|to\ not|not\ to)|couldn't|cannot|can't|failed\ to|wasn't|isn't|didn't|doesn't|hasn't)
    (?:\ (?:been|be|have|seem\ to|appear\ to|to))*\ (?:{_SHOWN}|load|come\ through|show(?:\ up|n)?|appear|render\w*
    |opened
    |there|viewed|seen|upload|attach|display|go\ through|work)\b(?!\ (?:in\ full|with|something|much|enough|very
    |well|clearly|as|any\w*)\b)
| \b(?:your|the|this)\ {_IMAGE}\ (?:is|are|was|were|seems\ to\ be|appears\ to\ be)\ (?:missing|unavailable
    |not\ there|broken)\b(?!\ (?:something|much|any\w*)\b)
| \b(?:please|could\ you|can\ you|would\ you|if\ you(?:\ could|\ can)?|once\ you|until\ you|you\ (?:have\ not
    |haven't|did\ not
    |didn't|need\ to|will\ need\ to|'ll\ need\ to|may\ need\ to))\ (?:please\ |kindly\ )?(?:provided?|upload(?:ed)?
    |attach(?:ed)?|shared?|send|sent|included?|re-?upload|resend|re-?attach|shown?(?:\ me)?|give(?:n)?(?:\ me)?
    |describe)
    (?:\ me)?(?:\ with)?\ (?:an?|the|your|that|any)\ (?:actual\ )?{_IMAGE}\b
| \bwithout\ (?:(?:seeing|access\ to|being\ able\ to\ see|having|viewing|actually\ seeing)\ )?(?:an?\ |the\ |any[ ]
    |actual\ )*
    {_IMAGE}\b{_END}
| \b(?:i\ |it\ seems\ i\ )?(?:don't|do\ not|{_INABLE})\ (?:actually\ |currently\ )?see\ (?:anything|it
    |what\ you(?:'re|\ are)?
    \ (?:show|refer|see|look|shar|describ)\w*)(?=\s*(?:$|[.,;!\n]|here\b|so\b|to\b|at\ all))
| \bnothing\ (?:was|is|has\ been)\ (?:shown|attached|provided|displayed|uploaded|visible)\b
| \bi\ (?:have\ no|don't\ have(?:\ any)?|do\ not\ have(?:\ any)?|lack)\ (?:visual\ (?:access|capabilit\w+|input
    |perception
    |abilit\w+)|vision|image[- ](?:viewing|processing)\ \w+|eyes\ to\ see)
| \bi\ (?:can\ )?(?:only|just)?\ ?(?:see|received?|have|got|process|read|handle)\ (?:only\ |just\ )?(?:the[ ]
    |your\ )?text\b
| \bthere\ (?:doesn't|does\ not|don't|didn't|does\ n't)\ (?:seem|appear)\ to\ be\ (?:an?|any|actually\ an)\ {_IMAGE}\b
| \bi\ (?:would\ |'d\ |will\ |'ll\ )?need\ (?:to\ (?:see|view)\ )?(?:an?|the|that
    |your)\ (?:actual\ )?{_IMAGE}\ (?:to|in\ order|before|first)\b
| \b(?:not\ seeing|unable\ to\ (?:see|view|access|load|open|display)|(?:can't|cannot|could\ not|couldn't)\ (?:see
    |view|find|load|access
    |open|display|process|locate))\ {_ARTICLE}(?:attached\ |provided\ )?{_IMAGE}\b{_END}
| \b{_IMAGE}\ (?:is\ )?(?:not\ (?:found|{_SHOWN})|missing|unavailable)\b(?!\ (?:in\ full|with|something|much|enough
    |very|well|clearly|as|any\w*)\b)
| \b(?:missing|lacking)\ (?:an?\ |the\ )?{_IMAGE}\b{_END}
| \A\W*(?:what|which|where(?:\ is|'s))\ (?:the\ )?{_IMAGE}\W*\Z
| \b(?:can't|cannot|don't|do\ not|unable\ to)\ (?:process|see|view|interpret|perceive|receive)\ (?:any\ )?visual(?:s
    |\ \w+)\b
"""
_NO_PICTURE_GERMAN = r"""
  \b(?:sehe|sehen|erkenne|finde|habe|erhalte|bekomme|gibt|es|ist|wurde|wurden|liegt|leider|hier|mir|da|kann|konnte)\b
    [^.!?\n]{0,30}\bkein(?:e|en|em|es|erlei)?\ (?:einziges\ )?(?:bild|foto|video|datei|anhang|clip|aufnahme)\w{0,3}\b
    (?=\s*(?:$|[.,;:!\n—]|(?:hier|da|vor|sehen|erkennen|finden|bereit\w*|an|angehängt|vorhanden|beigefügt
    |hochgeladen|zu\ sehen
    |gezeigt|verfügbar|mitgeschickt|mitgesendet|sichtbar|übermittelt|erhalten|geladen|gesendet|geschickt|angezeigt
    |bekommen
    |öffnen|anzeigen|empfangen|und|also|weil|daher)\b))
| \bkein(?:e|en)?\ (?:bild|foto|video|datei|anhang)\w{0,3}\ (?:wurde\ |ist\ |wird\ |war\ )?(?:bereitgestellt|angehängt
    |vorhanden|beigefügt|hochgeladen|zu\ sehen|gezeigt|verfügbar|mitgeschickt|sichtbar|übermittelt|da|angezeigt
    |gefunden|erhalten)\b
| \A\W*(?:nein\W+)?kein\ (?:bild|foto|video)\W*\Z
| \bich\ (?:kann|konnte)\b[^.!?\n]{0,25}\b(?:das|dieses|dein|ihr|die|diese|ihre|deine|auf\ das|keine)[ ]
    (?:bild|foto|video|bilder|datei|aufnahme)\w{0,2}\ (?:leider\ |derzeit\ |aktuell\ )*(?:nicht\ )?(?:sehen
    |anzeigen|öffnen|laden
    |erkennen|ansehen|einsehen|betrachten|zugreifen|empfangen)\b
| \b(?:das|dein|ihr)\ (?:bild|foto|video)\ (?:fehlt|ist\ (?:leider\ )?nicht\ (?:zu\ sehen|sichtbar|da|vorhanden
    |angekommen|angehängt)
    |wurde\ (?:leider\ )?nicht\ \w+|wird\ (?:mir\ )?(?:leider\ )?nicht\ angezeigt|(?:konnte|kann|lässt\ sich
    |liess\ sich)\ nicht
    \ (?:geladen|angezeigt|geöffnet|öffnen|laden)|lädt\ nicht)
| \bbitte\b[^.!?\n]{0,40}\b(?:bild|foto|video)\b[^.!?\n]{0,20}\b(?:hoch|bereit|an|mit|zur\ verfügung|schicken
    |senden|hochladen
    |teilen|anhängen)\b
| \bbitte\ (?:lade|laden|schick\w*|send\w*|teil\w*|stell\w*)\b[^.!?\n]{0,30}\b(?:bild|foto|video)\b
| \bohne\ (?:das\ |ein\ |dieses\ )?(?:bild|foto|video)\b(?:\ zu\ sehen)?(?=\s*(?:$|[.,;\n]|kann|zu))
"""
_NO_PICTURE_FRENCH = r"""
  \bje\ ne\ (?:vois|peux|parviens|distingue|trouve|dispose|reçois|perçois|suis)\b[^.!?\n]{0,45}\b(?:d'|l'|la[ ]
    |cette\ |aucune?\ |les\ |une?\ |votre\ |de\ |des\ |pas\ d'|pas\ de\ )
    (?:image|photo|photographie|vidéo|illustration|fichier)s?(?=\s*(?:$|[.,;:!\n—]|(?:ici|jointe?|fournie?|dans
    |pour|et|donc|à|que\ vous)\b))
| \b(?:je\ n'ai|nous\ n'avons)\b[^.!?\n]{0,25}(?:reçu|vu|accès|pas)[^.!?\n]{0,15}\b(?:image|photo
    |vidéo)s?(?=\s*(?:$|[.,;:!\n]|(?:ici|à|dans|et)\b))
| \baucune\ (?:image|photo|vidéo|illustration)\ (?:n'(?:a\ été|est|a|apparaît)|fournie|jointe|visible|présente
    |disponible|reçue|ici|à\ voir)
| \A\W*(?:non\W+)?(?:aucune|pas\ d')\s*(?:image|photo|vidéo)\W*\Z
| \bil\ n'y\ a\ (?:pas\ d'|pas\ de\ |aucune\ )(?:image|photo|vidéo)s?(?=\s*(?:$|[.,;:!\n]|(?:ici|jointe|fournie
    |dans|à|et|visible)\b))
| \bpas\ d'image\ (?:fournie|jointe|ici|à\ voir|visible|disponible)
| \b(?:l'image|la\ photo|la\ vidéo|votre\ image|votre\ photo)\ (?:n'(?:a\ pas|est\ pas|apparaît\ pas)
    |ne\ (?:s'affiche|se\ charge|charge|m'est|semble)|manque|est\ manquante|est\ absente)
| \b(?:veuillez|pouvez-vous|pourriez-vous|merci\ de|peux-tu|pourrais-tu)\b[^.!?\n]{0,30}\b(?:fournir|télécharger
    |joindre|partager|envoyer|importer|téléverser|renvoyer|montrer)\b[^.!?\n]{0,20}\b(?:image|photo|vidéo)
| \bsans\ (?:voir\ )?(?:l'|la\ |une\ |d')?(?:image|photo|vidéo)(?=\s*(?:$|[.,;\n]|je))
"""
_NO_PICTURE_SPANISH = r"""
  \bno\ (?:veo|puedo|logro|consigo|encuentro|recibo|he\ recibido|recibí|tengo|hay|dispongo|se\ (?:ha|han|me|adjuntó
    |proporcionó|ve|muestra|incluyó|puede)|me\ (?:ha|has|han|aparece|llega|llegó)|aparece|llegó|figura|existe
    |encontré)\b
    [^.!?\n]{0,40}\b(?:imagen|imágenes|fotos?|fotografías?|vídeos?|videos?|archivo)\b
    (?=\s*(?:$|[.,;:!\n—]|(?:aquí|adjunta|en|para|y|así|que\ (?:has|ha|me)|disponible|visible|proporcionada)\b))
| \bno\ (?:veo|hay|tengo|recibo|puedo\ ver)\ (?:imagen|imágenes|fotos?|vídeos?|videos?)(?=\s*(?:$|[.,;:!\n]|(?:aquí
    |adjunta|en)\b))
| \bninguna\ (?:imagen|foto|fotografía)\ (?:fue|ha\ sido|se|adjunta|visible|disponible|proporcionada)
| \A\W*(?:no\W+)?(?:ninguna|sin|no\ hay)\ (?:imagen|foto)\W*\Z
| \b(?:la|tu|su)\ (?:imagen|foto)\ no\ (?:se|está|ha|fue|aparece|carga|me)
| \bfalta\ la\ (?:imagen|foto)
| \b(?:por\ favor|podrías|puedes|podría|puede)\b,?[^.!?\n]{0,20}\b(?:proporcion\w+|sub[aei]\w*|adjunt\w+|compart\w+
    |env[ií]\w+|carg\w+|muéstra\w*|mostrar\w*)\b[^.!?\n]{0,15}\b(?:imagen|foto|vídeo|video)
| \bsin\ (?:ver\ )?(?:la\ |una\ |ninguna\ )?(?:imagen|foto)(?=\s*(?:$|[.,;\n]|no))
"""
_NO_PICTURE_CHINESE = r"""
  (?:看不到|看不见|没看到|没有看到|未看到|没看见|没有看见|无法看到|无法查看|无法看见|无法访问|无法显示|无法识别
    |无法获取|无法打开|无法读取|不能看到|不能查看|没有收到
    |未收到|没收到|未检测到|没有检测到|见不到)[^。,，!?\n比]{0,10}(?:图片|图像|图|照片|画面|影像|视频)
| (?:没有|未|并未|没|未曾)(?:任何|一张)?[^。,，!?\n比]{0,3}(?:提供|上传|附上|附带|显示|发送|发|给出|给我|加载
    |附)(?:任何|一张|出)?[^。,，!?\n比]{0,4}(?:图片|图像
    |图|照片|画面|视频)
| (?:没有|并没有|无)(?:任何)?(?:图片|图像|照片|画面|视频)(?=[。,!\s?]|$|可|供|被|提供|在|呢|啊)
| (?:图片|图像|照片|画面|视频)(?:似乎|好像|可能)?(?:并)?(?:未|没有|没|无法|不能|缺失|丢失)(?:能|成功|被)?(?:显示
    |加载|上传|提供|打开|收到|附上|看到|出来|发送|附)?
| 请(?:您|你|先|再|重新)*(?:提供|上传|发送|分享|附上|发)[^。,!?\n]{0,8}(?:图片|图像|图|照片|视频)
"""

_HOLD = r"(?:have|hold|form|possess|experience|feel|harbou?r|having|forming|feeling|develop)"
_INNER = (
    r"(?:preferences?|opinions?|feelings|emotions?|likes|dislikes|tastes|beliefs|values|desires|consciousness|sentience"
    r"|experiences|judg(?:e)?ments|views|subjectivity|personality|interests|sensations)"
)
_OWN = (
    r"(?:(?:personal|subjective|human|real|emotional|individual|own|genuine|aesthetic|inherent|conscious|true)"
    r"(?: or |, | and | )?)"
)
_ANSWER_VERB = (
    r"(?:answer(?:ing)?|respond(?:ing)?|reply(?:ing)?|assist(?:ing)?|comply(?:ing)?|comment(?:ing)?|judg(?:e|ing)"
    r"|evaluat(?:e|ing)|rat(?:e|ing)|assess(?:ing)?|scor(?:e|ing)|discuss(?:ing)?|engag(?:e|ing) (?:with|in)"
    r"|fulfil+(?:ing)?|complet(?:e|ing) (?:this|that|your)|continue with (?:this|that|your)|participat(?:e|ing)"
    r"|help(?:ing)?(?! (?:but|it|myself|my|liking|loving|smiling|feeling|laughing|watching|thinking|noticing"
    r"|wondering|being))"
    r"|(?:offer|shar|provid|giv|express|form|mak|stat)(?:e|ing)? (?:you |with you )?(?:an? |any |my |such |that "
    r"|this |you )?"
    rf"(?:honest |direct )?{_OWN}*(?:{_INNER}|answer|rating|score|response|assessment|evaluation|opinion|advice"
    r"|information|judg(?:e)?ment|commentary|feedback|reaction|statement|content|that)"
    r"|process (?:this|that|your)|support (?:this|that|your)|look at (?:this|that|it)|identify (?:people|real"
    r"|the person|anyone))"
)
_NOT_PRAISE = r"(?![^.!?\n]{0,30}\b(?:enough|how much|how (?:beautiful|good|bad|great|funny|cute)|high(?:er|ly)?)\b)"
_REFUSAL_ENGLISH = rf"""
  \b(?:i\ (?:simply\ |just\ |really\ |also\ |currently\ )?)?(?:{_INABLE}|am\ not\ (?:allowed|permitted)\ to
    |'m\ not\ (?:allowed|permitted)\ to
    |not\ (?:able|allowed|permitted)\ to|unable\ to|must\ decline\ to|decline\ to|refuse\ to
    |(?:am|'m)\ not\ (?:going\ to|comfortable(?:\ with)?)|will\ not|won't|(?:do\ not|don't)\ (?:wish|want
    |feel\ comfortable)(?:\ to)?
    |would\ (?:rather|prefer)\ not(?:\ to)?|'d\ (?:rather|prefer)\ not(?:\ to)?|prefer\ not\ to|rather\ not)
    (?:\ (?:really|actually|ethically|directly|properly|truly|in\ good\ conscience|be\ able\ to|personally
    |to))*\ {_ANSWER_VERB}\b{_NOT_PRAISE}
| \bi\ (?:{_INABLE})\ (?:do\ (?:that|this|so)|comply|assist|help)\s*(?:$|[.,;!\n]|with\b)
| \A\W*i\ (?:can't|cannot|can\ not|am\ unable\ to|am\ not\ able\ to)\W*\Z
| \b(?:i(?:'d|\ would)|i)\ (?:rather|prefer)\ not(?:\ to)?(?:\ (?:answer|say|comment|respond|judge|rate|share
    |discuss|express)\b|\s*(?:$|[.!\n]))
| \brather\ not\ say\b
| \bas\ an?\ (?:[\w-]+\ ){{0,3}}?(?:ai|a\.i\.|artificial\ intelligence|language\ model|llm|chatbot|assistant|bot
    |(?:ai|vision|text|large|multimodal)\ model
    |machine|computer\ program|(?:ai|language|vision|text)[\w-]*\ \w+)\b
| \bi(?:'m|\ am)\ (?:just\ |only\ |merely\ |simply\ )*(?:an?\ )(?:[\w-]+\ ){{0,2}}?(?:ai|a\.i\.
    |artificial\ intelligence|language\ model|machine|assistant
    |chatbot|bot|computer\ program|program|llm|(?:ai|text|language)[\w-]*\ \w+)\b
| \bi\ (?:do\ not|don't|cannot|can't|can\ not|do\ not\ actually|don't\ actually|lack|am\ (?:not\ capable
    |incapable)\ of|'m\ (?:not\ capable|incapable)\ of)[ ]
    (?:really\ |actually\ |truly\ |personally\ )*(?:{_HOLD}\ )?(?:any\ |an?\ |the\ |such\ |my\ own[ ]
    |(?:the\ )?(?:ability|capacity|capability)\ (?:to|for)\ (?:{_HOLD}\ )?)*
    {_OWN}*{_INNER}\b(?!\ (?:about|either|towards?|for)\b)
| \bi\ (?:have|hold)\ no\ (?:{_OWN}+{_INNER}|(?:preferences|feelings|emotions|opinions|opinion)\s*(?:$|[.,;!\n]
    |as\b|on\b|of\ my\ own))
| \b(?:not|isn't)\ capable\ of\ (?:having|forming|holding)\ {_OWN}*{_INNER}
| \b(?:ai|language)\ models?\ (?:like\ me\ )?(?:do\ not|don't|cannot|can't)\ (?:have|form|hold|experience)
| \bi\ (?:must\ |have\ to\ |will\ |would\ |shall\ |need\ to\ |'ll\ |'d\ )?(?:respectfully\ |politely[ ]
    |kindly\ )?(?:have\ to\ )?(?:decline|refuse|refrain|abstain)
    (?=\s*(?:$|[.,;!\n—]|here\b)|\ (?:to|from)\ (?:{_ANSWER_VERB}|choos\w+|mak\w+|tak\w+\ (?:a\ )?(?:part|sides?))
    |\ (?:your|this|that)\ (?:request|question))
| \b(?:against|violat\w+|outside(?:\ of)?|conflicts?\ with|due\ to|because\ of|per|under|contrary\ to|breach\w*
    |not\ (?:in\ line|aligned|consistent|permitted)\ (?:with|by|under))
    \ (?:my|our|the|openai's|anthropic's|google's|content|safety|usage|community|ethical|company
    |platform)\ ?(?:\w+\ ){{0,2}}
    (?:guidelines?|polic(?:y|ies)|programming|principles|terms|rules|restrictions|safety)
| \bi(?:\ was|\ am|'m|\ have\ been)\ (?:not\ )?(?:designed|programmed|trained|built|intended|meant
    |configured)\ (?:not\ )?to\b
| \b(?:not\ (?:be\ )?|in)appropriate\ (?:for\ me\ )?to\ (?:answer|comment|respond|judge|rate|share|provide|express|give
    |evaluate)
| \bnot\ something\ i\ (?:can|am\ able\ to|'m\ able\ to)\ (?!watch|see|enjoy|like)
| \b(?:this|that|your|the)\ (?:request|question|prompt|query)\ (?:cannot|can't|could\ not|has|was|is|violates
    |falls)\b[^.!?\n]{{0,15}}
    \b(?:fulfilled|processed|answered|blocked|flagged|completed|denied|rejected|declined|refused|inappropriate|outside)
| \brequest\ (?:denied|blocked|refused|rejected|declined)
| \b(?:beyond|outside(?:\ of)?)\ my\ (?:capabilities|abilities|scope|ability|remit|knowledge)
| \b(?:is|it's|'s|be|am|'m)\ not\ (?:possible\ for\ me|in\ a\ position|at\ liberty|free)\ to\ {_ANSWER_VERB}\b
| \b(?:my|our|the)\ (?:\w+\ ){{0,2}}(?:guidelines?|polic(?:y|ies)|programming|rules|instructions|settings|restrictions)
    \ (?:do\ not|don't|does\ not|doesn't|prohibit|prevent|forbid|won't|will\ not|restrict
    |require\ me\ to\ (?:decline|refuse))
| \bi(?:'ve|\ have)\ been\ (?:instructed|told|asked|trained)\ not\ to\b
| \bi(?:'ll|\ will)?\ (?:have\ to\ )?pass\ on\ (?:answering|this\ question|that\ question)
| \bi\ (?:do\ not|don't)\ (?:give|offer|provide|share|make|express|render)\ (?:any\ )?{_OWN}*{_INNER}\b
| \b(?:personal\ )?(?:preferences|opinions|feelings)\ (?:are|is)\ not\ something\ i\b
| \b(?:am|'m)\ (?:here|only\ able)\ to\ (?:assist|help|provide)\b[^.!?\n]{{0,40}}\b(?:not|but\ (?:can't|cannot))\b
| \bi\ (?:neither\ )?(?:don't|do\ not)\ (?:actually\ )?(?:like\ or\ dislike\ things|engage\ in\ subjective)
"""
_REFUSAL_GERMAN = r"""
  \bals\ (?:eine?\ |reine?\ |reines\ )?(?:[\w-]+\ ){0,2}?(?:ki|künstliche\ intelligenz|sprachmodell|ki-\w+|ai
    |assistent\w*|maschine|chatbot|computerprogramm|ki-modell)\b
| \bich\ bin\ (?:nur\ |lediglich\ |bloss\ )?(?:eine?\ )?(?:[\w-]+\ ){0,2}?(?:ki|künstliche\ intelligenz
    |sprachmodell|ki-\w+|assistent\w*|maschine|chatbot|programm)\b
| \bich\ (?:kann|darf|möchte|werde|will|könnte|bin)\b[^.!?\n]{0,60}\b(?:nicht|keine?n?
    |nichts)\b[^.!?\n]{0,40}\b(?:beantworten|antworten|helfen|weiterhelfen|beurteilen|bewerten
    |kommentieren|äussern|abgeben|dienen|eingehen|teilnehmen|erfüllen|beitragen|nachkommen|unterstützen|geben
    |urteilen)\b
| \b(?:kann|darf|möchte)\ ich\b[^.!?\n]{0,60}\b(?:nicht|keine?n?|nichts)\b[^.!?\n]{0,40}\b(?:beantworten|antworten
    |helfen|weiterhelfen|beurteilen|bewerten|kommentieren|äussern
    |abgeben|dienen|sagen|geben|nachkommen)\b
| \b(?:ich\ )?(?:habe|besitze|hege|empfinde|verfüge\ über)\ (?:ich\ )?(?:als\ [\w-]+\ |leider[ ]
    |selbst\ )?keine\ (?:persönlichen?\ |eigenen?\ |subjektiven?\ |menschlichen?\ )*
    (?:vorlieben|meinung(?:en)?|gefühle|präferenzen|emotionen|empfindungen|ansichten)
| \bich\ (?:muss|möchte|werde)?\s?(?:das|dies|diese\ \w+)?\s?(?:leider\ )?(?:ablehnen|lehne\b[^.!?\n]{0,25}\bab
    |verweigere|enthalte\ mich|mich\ enthalten)
| \b(?:gegen|verstösst|verstossen|widerspricht)\b[^.!?\n]{0,20}(?:richtlinien|regeln|grundsätze)
| \bunmöglich[^.!?\n]{0,20}zu\ (?:beantworten|bewerten)
| \bnicht\ in\ der\ lage[^.!?\n]{0,40}\b(?:beantworten|zu\ antworten|helfen|beurteilen|bewerten|äussern)
"""
_REFUSAL_FRENCH = r"""
  \ben\ tant\ qu(?:e\ |')(?:une?\ )?(?:[\w-]+\ ){0,2}?(?:ia|intelligence\ artificielle|modèle|assistante?|programme
    |machine)
| \bje\ (?:ne\ )?suis\ (?:qu'|juste\ |seulement\ )?(?:une?\ )?(?:[\w-]+\ )?(?:ia|intelligence\ artificielle|modèle
    |assistante?|programme|machine)\b
| \bje\ ne\ (?:peux|puis|suis\ pas|saurais|souhaite|veux|dois|pourrai|pourrais)\b[^.!?\n]{0,50}\b(?:répondre|aider
    |assister|juger|évaluer|commenter|donner|exprimer|fournir|noter
    |prononcer|satisfaire|traiter|émettre|partager|accéder\ à\ (?:votre|cette)\ demande)\b
| \bje\ n(?:'ai|'éprouve|e\ possède|e\ ressens)\ (?:pas|aucune?)\ (?:de\ |d')?(?:préférences?|opinions?|sentiments?
    |émotions?|avis|goûts)
| \bje\ préfère\ ne\ pas\ (?:répondre|me\ prononcer|donner|dire|commenter)
| \bje\ (?:dois\ )?(?:décline|refuse|refuser|décliner|m'abstiens|m'abstenir)\b(?!\ de\ (?:regarder|voir|continuer))
| \b(?:contraire|contrevient|enfreint|va\ à\ l'encontre)\b[^.!?\n]{0,20}\b(?:règles|politiques?|directives
    |principes|consignes)
| \b(?:impossible|pas\ en\ mesure)\ (?:pour\ moi\ )?de\ (?:répondre|juger|donner|vous\ aider|me\ prononcer)
"""
_REFUSAL_SPANISH = r"""
  \bcomo\ (?:un\ |una\ )?(?:modelo\ de\ (?:lenguaje|ia)|ia\b|inteligencia\ artificial|asistente|sistema\ de\ ia|modelo)
| \b(?:solo\ |sólo\ )?soy\ (?:solo\ |sólo\ |únicamente\ )?(?:un\ |una\ )?(?:modelo|ia\b|inteligencia|asistente
    |programa|máquina)
| \bno\ (?:puedo|podría|podré|me\ es\ posible|soy\ capaz\ de|debo|deseo|quiero|estoy\ (?:autorizad\w|capacitad\w
    |en\ condiciones\ de|programad\w))\b[^.!?\n]{0,50}
    \b(?:responder|contestar|ayudar\w*|asistir\w*|opinar|juzgar|evaluar|calificar|dar(?:te|le)?|expresar
    |proporcionar|comentar|cumplir|emitir|valorar|ofrecer)\b
| \bno\ (?:tengo|poseo|experimento)\ (?:una\ |ninguna\ )?(?:preferencias?|opiniones|opinión|sentimientos|emociones
    |gustos)
| \bprefiero\ no\ (?:responder|contestar|decir|opinar|comentar)
| \b(?:me\ niego|me\ abstengo|debo\ (?:rechazar|abstenerme|declinar)|rehúso|declino)\b(?!\ a\ (?:ver|mirar|seguir))
| \b(?:en\ contra\ de|viola|infringe|incumple)\b[^.!?\n]{0,15}\b(?:políticas?|normas|directrices|reglas|principios)
"""
_REFUSAL_CHINESE = r"""
  作为(?:一个|一名|一款|一种)?[^,。!?\n]{0,8}(?:ai|人工智能|语言模型|机器人|助手|模型|程序)
| 我(?:只|仅仅)?是(?:一个|一名|一款|一种)?[^,。!?\n]{0,8}(?:ai|人工智能|语言模型|机器人|模型|程序|助手)
| (?:无法|不能|不可以|没办法|无权|不便|不方便|不会|不适合|不予|恕不
    |难以)(?:对[^,。!?\n]{0,10})?[^,。!?\n]{0,8}(?:回答|答复|回应|评价|评论|判断|提供|协助|帮助|帮到|满足
    |表达|发表|评分|打分|置评|处理|作答)
| (?:没有|不具备|不具有|并没有|并无)[^,。!?\n]{0,6}(?:个人|主观|自己的)?(?:喜好|偏好|意见|看法|情感|感情|感受|观点
    |好恶)
| 拒绝(?:回答|评价|评论|作答)|我拒绝(?!看|观看)
| 违反[^。!?\n]{0,10}(?:政策|规定|准则|规则|规范)
"""
_SORRY = (
    r"(?:i(?:'m| am| do)? (?:so |very |really |truly |deeply |afraid )?(?:sorry|apologi[sz]e)(?: for \w+ \w+)?"
    r"|sorry|my apologies|apologies"
    r"|(?:es )?tut mir (?:sehr |wirklich )?leid|entschuldigung|entschuldige|verzeihung|leider"
    r"|(?:je suis )?(?:vraiment )?désolée?|je m'excuse|pardon|lo siento(?: mucho)?|lo lamento|disculpa|disculpe"
    r"|perdón|perdona"
    r"|很?抱歉|非常抱歉|对不起|很遗憾|不好意思)"
)
_LINK = r"[\s,.:;!。—-]*(?:but|however|aber|jedoch|mais|pero|但是|但|不过|可是)?[\s,.:;—-]*"


def _compiled(*tables: str) -> re.Pattern[str]:
    """One pattern of several tables; line breaks in them, with the blanks that follow, mean nothing."""
    return re.compile("|".join(re.sub(r"\n\s*(\|?)[ ]*", r"\1", table.strip()) for table in tables))


@cache
def no_picture() -> re.Pattern[str]:
    """Says that there is no picture to be seen."""
    return _compiled(
        *(_NO_PICTURE_ENGLISH, _NO_PICTURE_GERMAN, _NO_PICTURE_FRENCH, _NO_PICTURE_SPANISH, _NO_PICTURE_CHINESE)
    )


@cache
def refusal() -> re.Pattern[str]:
    """Declines to answer, or to have a preference at all."""
    return _compiled(_REFUSAL_ENGLISH, _REFUSAL_GERMAN, _REFUSAL_FRENCH, _REFUSAL_SPANISH, _REFUSAL_CHINESE)


APOLOGY = re.compile(rf"\W*{_SORRY}{_LINK}")
"""How declining often begins; alone it is a refusal, before a statement it is none."""
