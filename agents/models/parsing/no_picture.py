"""How models say that they see no picture, in six languages.

Each pattern is a sentence: who (I, you, the picture, nothing) x a verb of seeing or sending that is denied x a noun for
a picture. The noun must end the phrase, or go on to something that leaves it absent: "I see no picture here" is about a
missing one, "I see no picture worth my time" is not. Patterns are over words as ``text.plain`` gives them; gaps are
bounded, so that any text is searched in linear time.
"""

from __future__ import annotations

import re
from functools import cache

_ADVERB = (
    r"(?:currently|still|simply|actually|really|also|physically|directly|yet|just|unfortunately|even|presently"
    r"|properly|successfully|correctly|clearly) "
)
_NOUN = (
    r"(?:(?:image|picture|photo|video|media) (?:files?|attachments?|data|content|input|uploads?|links?)"
    r"|(?:image|picture|photo|video) urls?|images?|pictures?|photos?|photographs?|videos?|clips?|pics?|screenshots?"
    r"|frames?|attachments?|visuals?|media|visual (?:content|input|data|information|media)|files?)"
)
_KIND = (
    r"(?:actual|external|embedded|linked|accompanying|such|visible|attached|provided|uploaded|available|specific"
    r"|single|new|valid|readable|shared|corresponding|clear|visual) "
)
_THE = r"(?:an?|any|the|this|that|your|these|those|its|some) "
_PICTURE = rf"(?:{_THE})?(?:{_KIND})*{_NOUN}"
_SENT = (
    r"(?:provided|attached|given|shown|uploaded|included|visible|available|present|found|supplied|sent|received|shared"
    r"|loaded|detected|displayed|accessible|linked|embedded|transmitted|delivered|opened|rendered|viewed|accessed"
    r"|retrieved|processed)"
)
_LOOK = (
    r"to (?:see|view|look at|watch|evaluate|judge|describe|analy[sz]e|rate|refer to|assess|comment on|react to|go by"
    r"|respond to|base|score|answer)"
)
_END = (
    rf"(?=\s*(?:$|[.,;:!?)\]\n\"—]|- |(?:here|there|{_SENT}|directly|properly|at (?:all|the moment|this time)"
    r"|to (?:me|your|this|the|my)|successfully|correctly|due|from|right now|currently|yet|from you|on my (?:end|side)"
    rf"|in (?:your|the|this|our|my) (?:message|prompt|conversation|chat|input|question|request|context)|for me|{_LOOK}"
    r"|(?:that )?(?:i can|you(?:'re| are|'ve| have)?) (?:see|view|mention\w*|refer\w*|describ\w*|provided|shared|sent"
    r"|uploaded|attached|talk\w*|ask\w*)|so|and|but|with(?: your| this)|associated|accompanying|because|since|as i|or"
    r"|in order)\b))"
)
_I = (
    r"(?:\b(?:i|we) ?|(?:\A\W*|[.,;:!?—(\"\n-] ?"
    r"|\b(?:but|and|so|therefore|unfortunately|however|or|is that|model|ai) ))"
)
"""Who says it: I, or nobody named; "he can't see the picture" is about somebody in it."""
_CANNOT = (
    r"(?:can ?not|can't|could not|couldn't|(?:won't|will not) be able to|wasn't able to"
    rf"|(?:(?:am|'m|are|'re|is|was|were) )?(?:{_ADVERB})*(?:not (?:able|capable)|unable|incapable)(?: to| of)?)(?: "
    rf"seem to)?"
)
_DO_NOT = r"(?:do not|don't|did not|didn't|am not|'m not|was not|wasn't|have not|haven't|'ve not|not)"
_SEE = (
    r"(?:see(?:ing|n)?|view(?:ing|ed)?|look(?:ing)? at(?! th(?:is|at)\b)|find|detect|access(?:ing|ed)?|open(?:ing|ed)?"
    r"|receiv(?:e|ed|ing)|perceiv(?:e|ing)|have|load(?:ing|ed)?|display(?:ing)?|process(?:ing)?|analy[sz](?:e|ing)"
    r"|interpret(?:ing)?|locate|been (?:given|shown|sent|provided(?: with)?)|given|shown|sent|provided with)"
)
_READ = r"(?:see|received?|have|got|process|read|handle|work with|understand)"
_SEND = (
    r"(?:provid(?:e|ed|ing)|(?:re-?)?upload(?:ed|ing)?|(?:re-?)?attach(?:ed|ing)?|(?:re-?)?shar(?:e|ed|ing)"
    r"|(?:re-?)?send(?:ing)?|(?:re-?)?sent|includ(?:e|ed|ing)|add(?:ed|ing)?|paste|insert|submit|show(?:n)?|given?"
    r"|post)"
)
_IS = (
    r"(?:(?:was|were|is|are|has been|have been|seems? to (?:be|have been)|appears? to (?:be|have been)|got|came"
    r"|in (?:your|the|this) \w+) )*"
)
_ARRIVED = (
    rf"(?:{_SENT}|load(?:ed|ing)?|com(?:e|ing) through|show(?:ing)?(?: up|n)?|appear(?:ing)?|render(?:ed|ing)?|there"
    r"|upload(?:ing)?|attach|display(?:ing)?|go through|work(?:ing)?(?! for\b)|arrive|open(?:ing)?)"
)
_MISSING = r"missing(?=\s*(?:$|[.,;:!?)\]\n\"—]|(?:from|in (?:your|the|this)|here|so|and|but|or)\b))"
_FAILED = (
    rf"(?:{_MISSING}|unavailable|not there|broken|corrupt(?:ed)?|damaged|inaccessible|unreadable|unsupported|invalid)"
)
_SEEN_AT_ALL = (
    r"(?:(?:images?|pictures?|photos?|videos?|visuals?|vision|media|multi-?modal)"
    r" (?:inputs?|uploads?|attachments?|files?|formats?|content|understanding|recognition|processing|capabilit\w+)"
    r"|images|pictures|photos|videos|vision)"
)
"""Pictures as such, and not the one that is meant: "I don't support this image" is about what it shows."""
_SAID_OF_ALL = (
    r"(?=\s*(?:$|[.,;:!?)\]\n\"—]|- |(?:here|yet|currently|right now|at (?:all|this time|the moment)|so|but)\b"
    r"|(?:by|for|in|on|with) (?:this|the|your|our) (?:\w+ ){0,2}(?:model|endpoint|api|version|server|interface|chat"
    r"|deployment|mode|assistant)\b))"
)
_MODEL = (
    r"\b(?:models?|llm|endpoint|api|server|deployment|assistant|chatbot|version|interface)"
    r"(?: [\"'(]?[\w.:/-]{1,60}[\"')]?)? (?:(?:that|which) )?"
)
_ENGLISH = (
    # no image (was) sent
    rf"\bno (?:{_KIND})*{_NOUN},? {_IS}(?:{_ADVERB})*(?:{_SENT}|here|through|{_LOOK})\b",
    rf"\A\W*(?:(?:yes|no|sorry)\W+)?(?:no|missing) (?:{_KIND})*{_NOUN}\W*\Z",
    rf"\A\W*no {_NOUN}, (?:no|so|hence|therefore)\b",
    rf"[-—:;(] ?no (?:{_KIND})*{_NOUN}\W*\Z",
    rf"\bthere(?: is| was| are| were|'s| seems to be| appears to be) (?:{_ADVERB})*(?:no|not an?y?) "
    rf"(?:{_KIND})*{_NOUN}\b{_END}",
    rf"\bthere (?:isn't|wasn't|aren't|(?:doesn't|does not|don't|do not|didn't|did not) (?:seem|appear) to (?:be|have "
    rf"been)) (?:{_ADVERB})*{_PICTURE}\b{_END}",
    rf"\b(?:nothing|none|no one|neither)(?: of them)? (?:was|is|has been|seems to be|appears to be|were) (?:{_ADVERB})*"
    r"(?:shown|attached|provided|displayed|uploaded|visible|shared|sent)\b(?! (?:but|except|other|that|which)\b)",
    r"\bthere(?:'s| is| was) nothing (?:attached|shared|uploaded|to look at|to see)\b(?! (?:special|much|new|in"
    r"|but)\b)",
    # I do not, cannot see an image
    rf"{_I}(?:{_ADVERB})*(?:{_DO_NOT}|{_CANNOT}) (?:{_ADVERB})*{_SEE}(?: access to|,? (?:or|and) \w+(?: \w+)?)? "
    rf"(?:{_ADVERB})*{_PICTURE}\b{_END}",
    rf"{_I}(?:{_ADVERB})*{_CANNOT} (?:{_ADVERB})*watch(?:ing)? (?:{_THE})?(?:videos?|clips?)\b{_END}",
    rf"\b(?:did not|didn't|have not|haven't) (?:get|gotten) (?:an?|any|your) (?:{_KIND})*{_NOUN}\b{_END}",
    rf"\bi (?:{_ADVERB})*(?:can )?(?:see|have|find|got|received|was given|was shown|am seeing|have received"
    rf"|have been given) no (?:{_KIND})*{_NOUN}\b{_END}",
    rf"\b(?:lack|have no|(?:don't|do not) (?:{_ADVERB})?have|without|no)(?: any| the| an?)? (?:\w+ )?(?:ability"
    rf"|capability|capacity|way"
    rf"|means|access|tools?|option)(?: to| of| for)?(?: {_SEE})?(?: (?:or|and) \w+)? {_PICTURE}\b{_END}",
    rf"{_I}(?:{_ADVERB})*{_CANNOT} (?:see|view|tell|know) what(?:'s| is| was) (?:shown )?(?:in|on) {_PICTURE}\b",
    rf"{_I}(?:{_ADVERB})*(?:don't (?!see it\b)|do not (?!see it\b)|{_CANNOT} )(?:{_ADVERB})*see(?:ing)? "
    rf"(?:anything(?: attached)?|it|one|any|what you"
    r"(?:'re| are)? (?:show|refer|see|look|shar|describ)\w*)(?=\s*(?:$|[.,;!\n]|here\b|so\b|to\b|at all))",
    r"\bnot seeing anything (?:attached|here|at all)\b",
    r"\b(?:can't|cannot|don't|do not|unable to) (?:process|see|view|interpret|perceive|receive) (?:any )?visual(?:s"
    r"| \w+)\b",
    r"\bi (?:have no|don't have(?: any)?|do not have(?: any)?|lack) (?:visual (?:access|capabilit\w+|input|perception"
    r"|abilit\w+)|vision|image[- ](?:viewing|processing)\b|eyes to see)",
    r"\b(?:text-(?:based|only)|language)\b[^.!?\n]{0,30}\b(?:cannot|can't|can not|unable to|not able to) (?:actually )?"
    r"see(?=\s*(?:$|[.,;!\n]))",
    r"\bi(?:'m| am) blind to (?:images?|pictures?|photos?|visual\w*)\b",
    rf"\b(?:i|and) (?:can |could )?(?:(?:only|just) {_READ}|{_READ} (?:only|just)) (?:the |your |a )?text(?: prompt| "
    rf"message)?\b"
    r"(?=\s*(?:$|[.,;!\n]|and|so|no|here|in (?:your|the|this) (?:message|prompt)))",
    rf"{_I}(?:{_ADVERB})*{_CANNOT} [^.!?\n]{{0,30}}\b(?:or|nor|and) {_SEE} {_PICTURE}\b{_END}",
    rf"\b{_NOUN} (?:that |which )?i (?:have not|haven't|can't|cannot|could not|couldn't|did not|didn't|do not|don't"
    rf"|never) "
    r"(?:actually )?(?:seen?|view|access|receive|been (?:shown|given))(?=\s*(?:$|[.,;!)\n]))",
    # the image did not arrive
    rf"(?:\b(?:your|the|this|that|any) |\A\W*|[:.!?\n] ?)(?:{_KIND})*{_NOUN}(?: (?:that )?you(?:'re| are|'ve| have)? "
    rf"\w+(?: (?:to|of|about|me"
    r"|here|with))*)? (?:(?:was|is|did|does|has|seems|appears|could|can|may|might|were|are|have) ?(?:not|n't|to not"
    r"|not to)|couldn't|cannot|can't|won't|will not|failed to|fails to|wasn't|isn't|didn't|doesn't|hasn't)"
    rf"(?: (?:been|be|have|seem to|appear to|to|actually|yet|currently))* {_ARRIVED}\b{_END}",
    rf"\b(?:your|the|this) (?:{_KIND})*{_NOUN}(?: to the image)? (?:is|are|was|were|seems? to be|appears? to be|may be"
    rf"|might be) {_FAILED}{_END}",
    rf"\b{_NOUN} (?:is )?(?:not (?:found|{_SENT})|{_MISSING}|unavailable){_END}",
    rf"\b(?:missing|lacking) (?:an? |the )?{_NOUN}\b{_END}",
    r"\b(?:upload|attachment|transfer) (?:seems to have |appears to have |has |may have )?(?:failed|gone wrong)\b",
    r"\b(?:because|as|since|but|and) (?:it|they|none|one) (?:was not|wasn't|has not been|hasn't been|were not"
    r"|weren't|was never) (?:included|attached|uploaded|provided|sent)\b",
    rf"\b(?:an|the|your|a) {_NOUN} (?:is|would be) (?:required|needed|necessary)\b",
    rf"\b(?:link|url) (?:to (?:the|your) {_NOUN} )?(?:is|seems|appears)(?: to be)? (?:broken|dead|invalid)",
    rf"\b(?:failed|unable|error|trouble|problems?|difficulty|an issue) (?:to |in |with |when )?(?:load|open|access|view"
    rf"|display|receiv|retriev|see)(?:ing)? {_PICTURE}\b{_END}",
    # pictures are not supported
    rf"{_I}(?:{_ADVERB})*(?:does not|doesn't|{_DO_NOT}|{_CANNOT}) (?:{_ADVERB})*support(?:ing)? (?:any )?"
    rf"(?:{_KIND})*{_SEEN_AT_ALL}{_SAID_OF_ALL}",
    rf"{_MODEL}(?:{_ADVERB})*(?:does not|doesn't|do not|don't|cannot|can't) (?:{_ADVERB})*"
    rf"(?:support|accept|handle|process) (?:any )?(?:{_KIND})*{_SEEN_AT_ALL}{_SAID_OF_ALL}",
    rf"\b(?:no|lacks?|without|not have)(?: any)? support for (?:{_KIND})*{_SEEN_AT_ALL}{_SAID_OF_ALL}",
    rf"\b{_SEEN_AT_ALL} (?:(?:is|are) (?:{_ADVERB})*(?:not |un)|isn't |aren't |not )(?:{_ADVERB})*"
    rf"(?:supported|accepted|enabled){_SAID_OF_ALL}",
    # you did not send one; please do
    rf"\b(?:message|prompt|question|request|conversation|chat|input)\b[^.!?\n]{{0,12}} (?:does not|doesn't|did not"
    rf"|didn't) (?:seem to |appear to )?(?:contain|include|have|come with) {_PICTURE}\b",
    r"\b(?:message|prompt|question|request|conversation|chat|input) (?:contains?|contained|includes?|included|has|had"
    rf"|comes? with|came with) no (?:{_KIND})*{_NOUN}\b{_END}",
    rf"\b(?:forgot|forgotten|neglected|failed|meant|intended) to {_SEND} (?:me )?{_PICTURE}\b",
    r"\b(?:doesn't|does not|don't|do not) (?:look like|seem like|seem that|appear that|think|believe) (?:that "
    r")?you(?:'ve| have)?"
    rf" (?:{_ADVERB})*{_SEND} {_PICTURE}\b",
    rf"\byou (?:forgot|left out|omitted) {_PICTURE}\b{_END}",
    rf"\b(?:your|the|this|that) (?:{_KIND})*{_NOUN} (?:has )?never (?:arrived|loaded|came through|appeared|got here"
    r"|made it|uploaded|reached me)\b",
    rf"\byou (?:{_ADVERB})*(?:have not|haven't|did not|didn't|don't seem to have) (?:{_ADVERB})*{_SEND} "
    rf"(?:me |us )?(?:with )?(?:anything|{_PICTURE})\b",
    rf"\b(?:please|kindly|could you|can you|would you|if you(?: could| can|'d| would)?|once you|until you|you(?:'ll| "
    rf"\w+)? "
    rf"(?:need|have) to) (?:please |kindly |like to |try to |try |first |again )*{_SEND}(?: me| it| us)?(?: with)? "
    rf"(?!th(?:is|ese)\b){_PICTURE}\b(?! with (?:others|every\w+|friends|people|the world|more|all))",
    rf"\b(?:please|could you|can you|try|mind) (?:\w+ ){{0,3}}(?:upload|attach|send|shar)ing {_PICTURE}\b",
    rf"\bi (?:would |'d |will |'ll )?need (?:to (?:see|view) )?(?:an?|the|that|your) (?:{_KIND})*{_NOUN} (?:to|in order"
    r"|before|first)\b",
    rf"\bwithout (?:(?:seeing|access to|being able to see|having|viewing|actually seeing) )?(?:an? |the |any |actual )*"
    rf"{_NOUN}\b{_END}",
    rf"\A\W*(?:what|which|where(?: is|'s)) (?:the )?{_NOUN}(?:\W*\Z|\s*\?| (?:do you mean|are you (?:talking|refer)))",
)

_BILD = r"(?:bild|foto|video|datei|anhang|clip|aufnahme|bilddatei|grafik|abbildung)(?:e?s|er|ern|n|en)?"
_EIN_BILD = (
    r"(?:das|dieses|dein|ihr|die|diese|ihre|deine|der|den|dem|ein|eine|einen|euer|irgendein|deinen|ihren|deiner|ihrem"
    rf"|deinem|welches) (?:angehängte |entsprechende |beigefügte )?{_BILD}"
)
_KEIN_BILD = rf"\bkein(?:e|en|em|es|erlei)? (?:einziges |sichtbares |angehängtes )?{_BILD}"
_GELADEN = (
    r"(?:bereitgestellt|angehängt|vorhanden|beigefügt|hochgeladen|zu sehen|gezeigt|verfügbar|mitgeschickt|mitgesendet"
    r"|sichtbar|übermittelt|erhalten|geladen|gesendet|geschickt|angezeigt|bekommen|gefunden|empfangen|angekommen"
    r"|übertragen|geöffnet|da)"
)
_SEHEN = (
    r"(?:sehen|erkennen|finden|anzeigen|öffnen|laden|ansehen|anschauen|einsehen|betrachten|zugreifen|empfangen"
    r"|verarbeiten|abrufen|analysieren)"
)
_GERMAN = (
    rf"\b(?:sehe|sehen|erkenne|finde|enthält|habe|hast|haben|erhalte|bekomme|gibt|es|ist|wurde|wurden|liegt|leider"
    rf"|hier|mir|da|kann|konnte|du|sie)\b[^.!?\n]{{0,30}}{_KEIN_BILD}\b"
    rf"(?=\s*(?:$|[.,;:!\n—]|(?:hier|vor|bereit\w*|an|und|also|weil|daher|{_GELADEN}|{_SEHEN}|zu {_SEHEN})\b))",
    rf"{_KEIN_BILD} (?:wurde |ist |wird |war |konnte )?{_GELADEN}\b",
    rf"\A\W*(?:nein\W+)?{_KEIN_BILD}\W*\Z",
    rf"\b(?:kann|konnte)\b[^.!?\n]{{0,25}}\b(?:{_EIN_BILD}|bilder|fotos|videos)\b (?:leider |derzeit |aktuell "
    rf"|direkt )*nicht (?:\w+ )?{_SEHEN}\b",
    rf"\b(?:kann|konnte)\b[^.!?\n]{{0,15}}\b(?:nicht|keine?n?)\b[^.!?\n]{{0,12}}\b(?:{_EIN_BILD}|bilder|fotos) "
    rf"{_SEHEN}\b",
    rf"\bnicht in der lage\b[^.!?\n]{{0,12}}\b(?:{_EIN_BILD}|bilder|fotos|videos|dateien)\b[^.!?\n]{{0,12}}\bzu "
    rf"{_SEHEN}",
    rf"\bkein(?:en|e)? (?:zugriff|zugang|möglichkeit)\b[^.!?\n]{{0,20}}\b(?:{_EIN_BILD}|bilder|fotos)\b",
    rf"\bnicht\b[^.!?\n]{{0,10}}\bauf {_EIN_BILD}\b[^.!?\n]{{0,10}}\bzugreifen",
    rf"\b{_EIN_BILD} (?:fehlt|scheint zu fehlen|lädt nicht"
    rf"|(?:ist|wurde|wird|konnte|kann|lässt sich|liess sich|scheint)\b (?:\w+ ){{0,3}}?nicht (?:\w+ )?"
    rf"(?:{_GELADEN}|{_SEHEN})"
    r"|ist (?:leider )?(?:beschädigt|defekt))\b",
    rf"\b(?:bitte|könntest|könnten|kannst|können)\b[^.!?\n]{{0,40}}\b{_BILD}\b[^.!?\n]{{0,30}}\b(?:hoch|bereit|an|mit"
    r"|zur verfügung|schicken|senden|hochladen|teilen|anhängen|hochzuladen|bereitstellen|zeigen)\b",
    rf"\bbitte (?:lade|laden|schick\w*|send\w*|teil\w*|stell\w*|zeig\w*|häng\w*|füg\w*)\b(?! (?:\w+ "
    rf")?mehr)[^.!?\n]{{0,30}}\b{_BILD}\b",
    rf"\bohne (?:das |ein |dieses )?{_BILD}\b(?: zu sehen)?(?=\s*(?:$|[.,;\n]|kann|zu))",
    rf"\A\W*welches {_BILD}\s*\?",
)

_UNE_IMAGE = (
    r"(?:d'|l'|la |cette |ces |aucune? |les |une? |votre |vos |de |des |d'aucune |l'intégralité de l')"
    r"(?:image|photo|photographie|vidéo|illustration|fichier|pièce jointe)s?"
)
_FIN = (
    r"(?=\s*(?:$|[.,;:!\n—)]|(?:ici|jointes?|fournies?|dans|pour|et|donc|à|que vous|visibles?|car|mais"
    r"|directement|attachées?)\b))"
)
_VOIR = (
    r"(?:voir|visualiser|afficher|accéder à|ouvrir|analyser|visionner|consulter|charger|regarder|lire|traiter"
    r"|distinguer|trouver|percevoir|recevoir)"
)
_FRENCH = (
    r"\bje ne (?:vois|distingue|trouve|dispose|reçois|perçois)(?: pas| plus| malheureusement| actuellement| encore)* "
    rf"{_UNE_IMAGE}{_FIN}",
    rf"\bje (?:ne (?:peux|parviens|puis|arrive|pouvais|suis)|n'arrive)\b[^.!?\n]{{0,25}}\b{_VOIR}(?: (?:ni|ou) \w+)? "
    rf"{_UNE_IMAGE}{_FIN}",
    rf"\b(?:incapable|impossible|pas capable|pas en mesure|pas la (?:capacité|possibilité)) (?:pour moi )?d(?:e |')"
    rf"{_VOIR} {_UNE_IMAGE}",
    rf"\b(?:je n'ai|nous n'avons|vous n'avez|tu n'as|je n'avais)\b[^.!?\n]{{0,25}}\b(?:reçu|vu|accès|pas|joint|fourni"
    rf"|aucune?|envoyé|téléchargé)[^.!?\n]{{0,15}}\b(?:image|photo|vidéo|fichier)s?{_FIN}",
    rf"\b(?:message|question|demande|conversation) ne (?:contient|comporte|comprend|semble contenir) (?:pas |aucune "
    rf")?{_UNE_IMAGE}",
    r"\baucune (?:image|photo|vidéo|illustration|pièce jointe) (?:n'(?:a été|est|a|apparaît)|fournie|jointe|visible"
    r"|présente|disponible|reçue|ici|à voir)",
    r"\A\W*(?:non\W+)?(?:aucune|pas d')\s*(?:image|photo|vidéo)\W*\Z",
    rf"\bil n'y a (?:pas |aucune )(?:d'|de )?(?:image|photo|vidéo|pièce jointe)s?{_FIN}",
    r"\bpas d'image (?:fournie|jointe|ici|à voir|visible|disponible|reçue)",
    r"\b(?:l'image|la photo|la vidéo|le fichier|votre (?:image|photo|vidéo|fichier)) "
    r"(?:n'(?:a pas (?:été|pu|réussi|chargé|fonctionné)|est pas (?:visible|jointe?|disponible|chargée?|accessible"
    r"|arrivée?|affichée?|passée?)|apparaît pas)"
    r"|ne (?:s'affiche|s'est pas|se charge|charge|m'est|semble pas|s'ouvre|peut pas être)|manque|est manquante"
    r"|est absente|soit (?:manquante|absente)|semble (?:manquante|absente|manquer))",
    r"\b(?:veuillez|pouvez-vous|pourriez-vous|merci de|peux-tu|pourrais-tu|pouvez|pourriez)\b[^.!?\n]{0,30}"
    r"\b(?:fournir|télécharger|joindre|partager|envoyer|importer|téléverser|renvoyer|montrer)\b[^.!?\n]{0,20}"
    r"\b(?:image|photo|vidéo)",
    r"\bsans (?:voir )?(?:l'|la |une |d')?(?:image|photo|vidéo)(?=\s*(?:$|[.,;\n]|je))",
    r"\A\W*quelle (?:image|photo|vidéo)\s*\?",
)

_IMAGEN = r"(?:imagen|imágenes|fotos?|fotografías?|vídeos?|videos?|archivos?|adjuntos?)"
_UNA_IMAGEN = (
    rf"(?:la |las |una |ninguna |ningún |alguna |el |un |esta |esa |tu |su |los |a la |a las |de la |al )*{_IMAGEN}"
)
_FIN_ES = (
    r"(?=\s*(?:$|[.,;:!\n—)]|(?:aquí|adjunt[ao]s?|en (?:tu|su|el|este|la conversación|nuestra)|para|y|así"
    r"|que (?:has|ha|me|mencion\w+|indic\w+)|disponible|visible|proporcionada|pero|por lo que|porque|ya que"
    r"|directamente)\b))"
)
_SPANISH = (
    r"\bno (?:veo|encuentro|recibo|tengo|hay|dispongo de|aparece|llegó|figura|existe|encontré|detecto|recibí"
    r"|se (?:ve|muestra|observa|incluyó|adjuntó|proporcionó|aprecia|detecta)|me (?:aparece|llega|llegó|sale))"
    rf" (?:actualmente |todavía |aún |bien |acceso a )?{_UNA_IMAGEN}(?: alguna)?{_FIN_ES}",
    r"\bno (?:puedo|pude|logro|consigo|soy capaz de|me es posible|se puede|tengo (?:la )?(?:capacidad|posibilidad"
    r"|forma)"
    r" (?:de|para)|estoy en condiciones de) (?:\w+mente )?(?:ver|visualizar|acceder|abrir|cargar|mostrar|procesar"
    r"|analizar"
    rf"|observar|encontrar|mirar)(?: ni \w+| o \w+)? {_UNA_IMAGEN}{_FIN_ES}",
    r"\bno (?:se |me |te |nos )?(?:he|has|ha|han) (?:\w+ )?(?:recibido|adjuntado|proporcionado|enviado|subido|incluido"
    rf"|compartido|cargado|visto|mostrado|llegado|dado|podido ver) {_UNA_IMAGEN}",
    rf"\b(?:mensaje|pregunta|solicitud|conversación) no (?:contiene|incluye|tiene|trae) {_UNA_IMAGEN}",
    rf"\bning(?:una|ún) {_IMAGEN} (?:fue|ha sido|se|adjunt[ao]|visible|disponible|proporcionad[ao])",
    rf"\A\W*(?:no\W+)?(?:ninguna|sin|no hay) {_IMAGEN}\W*\Z",
    rf"\b(?:la|tu|su|el) {_IMAGEN} no (?:se (?:ha|han|carg|muestr|ve|visualiz|abr|adjunt|pudo|puede|encuentr)\w*"
    r"|está (?:disponible|adjunt[ao]|visible|cargad[ao]|presente|aquí)|ha (?:sido (?:proporcion|envi|adjunt|carg|sub"
    r"|inclu|recib|compart)\w+|llegado|podido)|fue (?:proporcion|envi|adjunt|carg|sub|inclu|recib|compart)\w+"
    r"|aparece|carga|me (?:llega|llegó|aparece|carga|sale)|llegó|cargó|pudo)\b(?! (?:bien|del todo|mucho)\b)",
    rf"\b{_IMAGEN} (?:está dañad[ao]|está corrupt[ao]|no disponible|no encontrad[ao])",
    rf"\bfalta (?:la|tu|una) {_IMAGEN}",
    r"\b(?:por favor|podrías|puedes|podría|puede)\b,?[^.!?\n]{0,20}\b(?:proporcion\w+|sub[aei]\w*|adjunt\w+|compart\w+"
    r"|env[ií]\w+|carg\w+|muéstra\w*|mostrar\w*)\b[^.!?\n]{0,15}\b(?:imagen|foto|vídeo|video)",
    rf"\bsin (?:ver )?(?:la |una |ninguna )?{_IMAGEN}(?=\s*(?:$|[.,;\n]|no))",
    r"\A\W*¿?\s*qué (?:imagen|foto|vídeo|video)\s*\?",
)

_IMMAGINE = r"(?:immagin[ei]|foto|fotografi[ae]|video|file|allegat[oi])"
_UN_IMMAGINE = (
    r"(?:(?:l|un|nessun|alcun|quest|dell|all)'|(?:la|le|il|i|una|un|nessuna|nessun|alcuna|alcun|questa|questo|tua|tuo"
    rf"|alla|al|della|del) )*{_IMMAGINE}"
)
_FINE = (
    r"(?=\s*(?:$|[.,;:!\n—)]|(?:qui|allegat[aoe]|da|per|quindi|che (?:hai|ha|mi|avete)|nel|disponibil[ei]|visibil[ei]"
    r"|fornit[ao]|ma|perché|poiché|direttamente)\b))"
)
_ITALIAN = (
    r"\bnon (?:vedo|trovo|ricevo|ho|c'è|ci sono|dispongo di|risulta|rilevo|è presente|compare|visualizzo)"
    rf"(?: attualmente| ancora| purtroppo| accesso)* {_UN_IMMAGINE}{_FINE}",
    r"\bnon (?:posso|riesco a|sono in grado di|ho la (?:capacità|possibilità) di|è possibile|mi è possibile"
    r"|sono riuscit[oa] a) (?:\w+mente )?(?:vedere|visualizzare|accedere|aprire|caricare|elaborare|analizzare|guardare"
    rf"|osservare|ricevere|trovare)(?: (?:o|né) \w+)? {_UN_IMMAGINE}{_FINE}",
    r"\bnon (?:mi )?(?:hai|ha|ho|avete|è stat[ao]|sono stat[eio]) (?:\w+ )?(?:ricevut[oa]|allegat[oa]|fornit[oae]"
    rf"|inviat[oa]|caricat[oa]|condivis[oa]|inclus[oa]|mostrat[oa]|vist[oa]) {_UN_IMMAGINE}{_FINE}",
    rf"\bnessun(?:'|a )?{_IMMAGINE} (?:è (?:stat[ao] )?)?(?:fornit|allegat|inviat|caricat|ricevut|visibil|disponibil"
    r"|presente)",
    rf"\A\W*(?:no\W+)?(?:nessuna |nessun'|non c'è (?:l'|nessuna |alcuna )){_IMMAGINE}\W*\Z",
    rf"\b(?:l'|la |il |tua |tuo |questa |quest'){_IMMAGINE} non (?:è (?:stat[ao] |ancora )?(?:caricat|fornit|allegat"
    r"|inviat|inclus|disponibil|visibil|presente|arrivat|accessibil)|si (?:carica|vede|apre)(?! (?:bene|molto)\b)"
    r"|può essere (?:apert|caricat|visualizzat|elaborat))",
    r"\b(?:per favore|puoi|potresti|potete|può|potrebbe)\b,?[^.!?\n]{0,20}\b(?:fornir\w*|fornisc\w*|caric\w+|alleg\w+"
    r"|condivid\w+|invi\w+|mostra\w*)\b[^.!?\n]{0,15}\b(?:immagine|foto|video)\b",
    rf"\bsenza (?:vedere )?(?:l'|la |un'|una |alcuna )?{_IMMAGINE}(?=\s*(?:$|[.,;\n]|non))",
    r"\A\W*quale (?:immagine|foto|video)\s*\?",
)

_TU = r"(?:图片|图像|图|照片|画面|影像|视频|附件)"
_CHINESE = (
    r"(?:看不到|看不见|没看到|没有看到|未看到|没看见|没有看见|见不到|找不到|未找到|没有找到|没找到|打不开|没有收到|未收到|没收到|未检测到|没有检测到|收不到"
    r"|(?:无法|不能|没办法|没法|不具备|没有能力|无权)(?:直接|实际|真正)?(?:看到|查看|看见|看|访问|显示|获取|打开|读取|接收"
    rf"|加载|浏览|处理))[^。,，!?\n比]{{0,10}}{_TU}",
    r"(?:没有|未|并未|没|未曾)(?:任何|一张)?[^。,，!?\n比]{0,3}(?:提供|上传|附上|附带|显示|发送|发|给出|给我|加载|附|添加)"
    rf"(?:任何|一张|出)?[^。,，!?\n比]{{0,4}}{_TU}",
    rf"(?:没有|并没有|无)(?:任何)?{_TU}(?=[。,!\s?]|$|可|供|被|提供|在|呢|啊)",
    rf"{_TU}(?:似乎|好像|可能)?(?:并)?(?:(?:未|没有|没|无法|不能)(?:能|成功|被)*(?:显示|加载|上传|提供|打开|收到|附上"
    r"|看到|出来|发送|附|找到|传|查看)|缺失|丢失|不存在)",
    rf"{_TU}(?:似乎|好像|可能|已)?(?:加载|上传|显示|打开|读取)(?:失败|不出来|不了|出错)",
    rf"{_TU},?我(?:看不到|看不见|打不开|没看到|没有看到|没收到|没有收到|无法(?:查看|看到|打开))",
    rf"{_TU}(?:已|已经|好像|似乎)?(?:损坏|失效)",
    rf"请(?:您|你|先|再|重新)*(?:提供|上传|发送|分享|附上|发)[^。,!?\n]{{0,8}}{_TU}",
)


@cache
def no_picture() -> re.Pattern[str]:
    """Says that there is no picture to be seen."""
    return re.compile("|".join((*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_ITALIAN, *_CHINESE)))
