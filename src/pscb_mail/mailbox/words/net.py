"""The net below the patterns: whether a sentence touches on coming off at all.

Pure and linear. The second tier of the reading: whatever is caught here and is no plain wish is read by a person, so
that no wish is lost because nobody foresaw its words. A word of ending near a word of mail (or of oneself) is enough;
what is plainly about something else ("the rota") is for the caller to let go.
"""

import re

# Ending, in every form people give it, and refusing.
_ENDING = re.compile(
    r"\b(?:remov\w*|delet\w*|eras\w*|purg\w*|withdraw\w*|unsub\w*|un-sub\w*|un sub\w*|deregister\w*|unenrol\w*"
    r"|opt\w*[ -]out|stop\w*|ceas\w*|cancel\w*|discontinu\w*|desist|refrain|end|quit|exclude\w*|drop(?:ped)?"
    r"|cross(?:ed)?|strike|struck|cut|tak(?:e|en|ing)|get(?:ting)?|com(?:e|ing)|leave|leaving|want|am|be|i'm|out|wish"
    r"|rid|scrub|expunge|block\w*|off|no longer|no more|any ?more|any longer|no need|no use|no interest|no thanks"
    r"|no thank you|enough|too many|unwanted|fed up|sick of|leave me|rather not|not (?:\w+ )?(?:want|wish|need"
    r"|require|interested|relevant|like|for me|applicable|use|read)|n't (?:\w+ )?(?:want|wish|need|require|like|read"
    r"|use))\b"
)
_AWAY = re.compile(
    r"\b(?:(?:(?<!%.)off|from|out of|away|rid of) (?:\w+ ){0,6}?(?:list\w*|mail\w*|e-?mail\w*|newsletters?|bulletins?"
    r"|circulation|distribution|database|records?|contacts?|system|group|chain|subscription|these|here"
    r"|this(?! (?:week|month|morning|afternoon|term|year|\w+day)\b))|(?:take"
    r"|taken|taking|get|come|coming|be|want|wants?|me|us|myself|address|name) (?:\w+ ){0,2}?(?:off|out)(?: please)?$"
    r"|(?:take|taken|taking) (?:me|us|this|my \w+(?: \w+)?) off)\b"
)
_STRONG = (
    r"(?:\b(?:remov\w*|delet\w*|eras\w*|purg\w*|withdraw\w*|unsub\w*|deregister\w*|unenrol\w*|opt\w*[ -]out|stop"
    r"|stopping|ceas\w*|cancel\w*|discontinu\w*|desist|refrain|end|quit|exclude\w*|drop|no longer(?! (?:receiv|get"
    r"|arriv|com|able)\w*)|no more|no further|no need|needn't|need not|no use|no interest|enough|too many|unwanted"
    r"|fed up|sick of|rather not|prefer not|block\w*|scrub|expunge)|(?:\bnot|\bnever|\bdont|n't) (?:\w+ ){0,2}?"
    r"(?:want|wish|need|require|interested|relevant|like|read|use|send|ask|asked|sign|signed|subscribed?|agreed?"
    r"|consent\w*|e-?mail)"
    r"|\b(?:ensure|make sure|see that)\b.{0,20}(?:\bnot|n't|\bnever|\bno longer) (?:get|receive|have))\b"
)
_MAIL = (
    r"(?:lists?|listing|mail\w*|e-?mail\w*|newsletters?|news letters?|bulletins?|circulation|circulars?|distribution"
    r"|database|subscri\w+|copies|inbox|mailshots?|spam|me|us|myself|my (?:name|details|address|data|account)|this"
    r"|these|it|them|address|contacts?)\b"
)
_NEAR = re.compile(rf"{_STRONG}(?:\W+\w+){{0,4}}?\W+{_MAIL}")
# A sentence of a few words that refuses: "Not for me", "No longer needed", "Please discontinue".
_CURT = re.compile(
    r"^(?:\w+ )?(?:no thanks|no thank you|no|no more|not for me|not interested|do not want|not wanted|no interest"
    r"|discontinue|leave me alone|remove|delete|erase|cancel|enough|off|go away|stop|stop it|nothing (?:here "
    r"|in (?:it|this|these) )?for (?:me|us)|not relevant|not needed|not required|no longer (?:\w+)|this is spam|spam"
    r"|(?:stop|cease|quit|discontinue) (?:sending|mailing|e-?mailing|contacting)"
    r"|end|removal|opting out|opt out|do so)(?: (?:please|thanks|to me|for me|now|this|it|these))*$"
)
_STILL_HERE = re.compile(
    r"^(?:remove|delete|erase|cancel)\s*[-,;:(.]|\bstill (?:get|getting|receiv\w+|come|comes|coming|sent"
    r"|on)\b.{0,20}\b(?:this|these|newsletters?|e-?mails?|it|them|list)\b|\b(?:should not"
    r"|shouldn't) (?:\w+ )?(?:be )?(?:com|get|receiv|send|on)\w* (?:to )?(?:me|us|this|these)\b|\bwhy (?:do|are"
    r"|have) you (?:\w+ )?(?:send|sent|sending|e-?mail\w*)\b|\bdo (?:i|we) (?:\w+ )?need (?:this|these|it|them)\b"
    r"|\bwhy (?:am|do|are|did) (?:i|we) (?:(?:still|keep|always|even|suddenly) )?"
    r"(?:get|getting|receiv\w+|being|on)\b|\b(?:should|why|how|am|are"
    r"|be|up)\b.{0,40}\bon (?:this|your|the) (?:\w+ )?(?:list|mailing)\b|\bno longer (?:wish|want|need"
    r"|require)\w*(?: to (?:receive|get|have))?$|\bmake (?:it|this|these|them) stop\b|\bneed for me to (?:get"
    r"|receive)\b|\b(?:let|set) (?:me|us) (?:go|free|off)(?: (?:from|of) (?:\w+ ){1,4}list)?(?: please)?$"
    r"|\b(?:count|rule|leave|keep) (?:me|us) out\b"
    r"|^enough already$|\bthat(?:'s| is) enough\b|\b(?:tak(?:e|ing)|remov(?:e|ing)|get) (?:\w+ ){1,4}(?:me|us|i"
    r"|myself) off\b|(?:^|\b(?:you|to) )(?:take|get) (?:[\w'@.-]+ ){1,4}off(?: and\b|$|[,.;:!])|\b(?:pause|suspend"
    r"|on hold)\b|\b(?:(?:did not|didn't|never|not|no) (?:\w+ )?(?:give|given|gave|have"
    r"|had) (?:you )?(?:\w+ )?(?:permission|consent)|separate ways|delete key|too much (?:e-?mail|mail)|leav(?:e"
    r"|ing) (?:me|us|people) out|(?:never|do not|don't) read (?:it|this|these|them))\b|\b(?:fewer"
    r"|less) (?:of )?(?:e-?mails|newsletters|these)\b|\bwithout (?:this|the|your) (?:newsletter|e-?mail)"
)


# How people refuse without a word of ending: "this can go straight in the bin", "let us part company", "wrong person".
_IDIOM = re.compile(
    r"\b(?:(?:shan't|shall not|won't|will not|do not|don't) (?:be )?need(?:ing)? (?:this|these|it|them)|(?:e-?mail"
    r"|mail|newsletter)s? (?:less|fewer)\b|goodbye (?:newsletters?|to (?:this|the|your))|(?:amend|update|correct"
    r"|adjust) your (?:\w+ )?(?:lists?|records) (?:accordingly|please)|spare (?:me|us|my|our)\b|(?:leave|let) (?:me"
    r"|us|the \w+|my \w+) (?:be|alone|in peace)\b|(?:is|was|are|were) (?:this|these|it) (?:\w+ )?(?:meant|intended|for)"
    r"(?: for)? (?:me|us)\b|(?:not sure|unsure|not certain|doubt|wonder\w*|don't think|do not think|don't believe)"
    r"(?: \w+){0,3}? (?:i|we) (?:really |still |actually )?(?:should|ought|need|am|are)(?: \w+){0,2}? (?:get\w*"
    r"|receiv\w+|be sent|on|have|having)\b|(?:don't|do not) (?:think|believe|feel) (?:that )?(?:this|these|it)(?:'s"
    r"| is| are|'re)? (?:\w+ )?(?:for|meant for|relevant to) (?:me|us)\b"
    r"|not (?:my|our) (?:cup of tea|thing|area|field|remit|bag)\b"
    r"|not for (?:me|us)\b|on (?:your|the|this) (?:\w+ )?list (?:by (?:\w+ )?(?:mistake|accident|error)|in error)\b"
    r"|wrong (?:person|address|reader|mailbox|inbox|recipient)\b|mistaken identity|(?:never"
    r"|did not|didn't|didnt) (?:\w+ )?(?:ask(?:ed)? for|sign(?:ed)? up|subscribed?|want(?:ed)?) (?:to |for )?(?:this"
    r"|these|it|the newsletter|your)|(?:done|finished|through) with (?:this|these|the newsletter|your|newsletters)\b"
    r"|give (?:it|me|us) a (?:rest|break)\b|surplus to requirements|(?:of )?no (?:further |more |earthly "
    r"|longer of )?(?:use|interest|relevance) to (?:me|us)\b|(?:straight|go(?:es)?|went) (?:\w+ )?(?:in|into"
    r"|to) (?:the |my )?(?:bin|junk|trash|rubbish)\b|(?:clogging|cluttering|filling)(?: up)? (?:my|our|the)\b"
    r"|(?:stop|cancel|drop|remove|delete) (?:one|the other|the second)(?: (?:of (?:them|these)|please|one))?(?:$|[,;!])"
    r"|(?:no (?:need|point|reason|use|sense)(?: in| to)?|(?:do not|don't|needn't) (?:need to|have to)?) ?keep(?:ing)?"
    r" (?:me|us|my \w+) on\b|less (?:often|frequently|regularly)\b|or (?:else )?not at all\b|(?:take off|remove|delete"
    r"|unsubscribe|take) (?:everybody|everyone|all (?:of )?(?:us|them)|the whole)\b|(?:bombard|pester|inundat|swamp"
    r"|harass|hound|spam)\w*\b"
    r"(?! (?:on|in|at)\b(?!.{0,40}\b(?:(?:by|from|with) (?:\w+ ){0,2}your|newsletters?|e-?mails?|bulletins?)\b)"
    r"| with (?:calls|questions|quer\w+|enquir\w+|requests|phone)\b(?!.{0,40}\b(?:newsletters?|e-?mails?"
    r"|bulletins?)\b))|drowning in\b|i'm drowning"
    r"|unsolicited|bow(?:ing)? out\b"
    r"|call it a day|part (?:company|ways)\b|say (?:goodbye|farewell)|(?:forget|lose) (?:me|us|my|our) ?(?:address"
    r"|e-?mail|details|name)?\b|one (?:less|fewer) (?:to|for you|person|reader|e-?mail)|save (?:yourself|yourselves"
    r"|you) (?:the |an? |one |sending |some )|consider (?:me|us) (?:gone|off|out|unsubscribed)|(?:happier|better off"
    r"|rather be|do|manage|live|cope) without (?:it|this|these|them|the newsletter|your)\b|bin (?:me|us|my|our)"
    r"|(?:this|these|it|they|them|that|e-?mails|newsletters?|mailings?)(?: one| ones| all)? (?:to |please |must "
    r"|should |has to )?(?:stop|cease|end)\b(?! at| in| on| of| up)|(?:not|don't|dont|never) (?:\w+ )?(?:send|e-?mail"
    r"|mail|contact)(?: me| us| any| it| this| these)?(?: again| ever again| any ?more| more)?(?:$|[,.;!])"
    r"|not to (?:\w+ )?(?:receive|get|be sent|be on|be included|be contacted|be e-?mailed)|no (?:more"
    r"|further) (?:editions?|issues?|copies|mail|post|newsletters?)\b)"
)
# A bare refusal: "No.", "No offence but no", "Pass", "Thanks but remove".
_REFUSAL = re.compile(
    r"^(?:\w+ ){0,4}(?:no|nope|nah|pass|nein|non|nie|nao|nu|ne)$|^(?:\w+,? ){1,3}(?:remove|delete|unsubscribe|stop)$"
    r"|[,:;-] ?no more$"
)


# The same abroad, by the stems of many languages, beside a noun of mail in any of them: enough for a person to look.
_ENDING_ABROAD = re.compile(
    r"\b(?:stop|schluss|aufhor|verzicht|widerruf|widersprech|abonnier|sortir|annul|resili|efface|radi|ote|salir|salga"
    r"|suprim|parar|pare|sair|saia|desist|wycof|zaprzest|koniec|wyrejestr|zakoncz|wymaz|skasuj|kasow|nustok|nutrauk"
    r"|baik|israsyk|nereik|nebereik|partrauc|beidz|atcel|iesi|incet|opri|retrag|revoc|ausgetragen|streich|losch|gelosch"
    r"|entfern|kundig|nicht mehr|keine|kein interesse|raus|des-abon|retir|supprim|enlev|raye|arret|cess"
    r"|plus (?:recevoir|envoyer)|baja|elimin|quit|borr|sacar|desubscri|dejen|no (?:quiero|deseo|quisiera)|remov|apag"
    r"|exclu|cancel|anul|deixem|deixar|nao (?:quero|desejo|pretendo)|wykresl|skresl|usun|odsub|odwol|przesta"
    r"|(?:wy|przy)sylac|nie (?:chce|zycze|wysyl|przysyl)|isbrauk|ismesk|isimk|pasalin|salin|istrin|nebesius|nesius"
    r"|neben|nenor|issiregistr|izregistr|dezinscri|desapunt|izdzes|dzes|iznem|nonem|atteik|atsak|svitro|izsvitro"
    r"|izsledz"
    r"|nevel|negrib|nesut|sterg|sters|scoat|scos|renunt|nu (?:mai |imi |imi mai )?(?:vreau|doresc|trimit)"
    r"|t[hy]?ynn[wu]|dynnu|d?dile|ddim (?:eisiau|am)|peidi|nikal|nikaal|hata (?:de|do)|nahi+n? chah|band kar|na bhej"
    # Languages that no pattern reads: Dutch, Italian, Czech, Slovak, Hungarian, Turkish, Scandinavian ones, Albanian.
    r"|afmeld|af te melden|uitschrij|verwijder|niet (?:langer|meer)\b|geen\b|disiscri|disabbon|rimuov|toglie"
    r"|non (?:desidero|voglio|vorrei|inviate)|odhlas|odstran|vyrad|vymaz|zrus|nechc|neposil|neposiel|nezasil|leirat"
    r"|iratkoz|torol|ne kuld|nem (?:szeretn|kivan|ker|akar)|cıkar|cikar|silin|istemiyor|abonelikten|gonderme|avregistr"
    r"|avprenumer|avmeld|avslutt|ta bort|fjern|slett|(?:inte|ikke|ikkje)\b|hiq|fshi|c'?regjistr|mos me"
    r"|nuk (?:dua|deshiro)"
    # Russian, Ukrainian, Bulgarian.
    r"|отпис|отпиш|відпис|удал|видал|исключ|виключ|убер|прибер|премахн|изтри|больше не|більше не"
    r"|не (?:хоч|присыл|надсил|шлит|искам|желая|желаю|бажаю|изпращ)|прекрат|припин|спрете)"
)
_MAIL_ABROAD = re.compile(
    r"\b(?:newsletter|verteiler|rundbrief|mail|e-?mail|courriel|lettre|diffusion|correo|boletin|boletim|su[bs]scri"
    r"|biulety|wiadomosc|naujienlaisk|laisk|prenumer|e-?past|jaunum|vestul|zin[aju]|bileten|buletin|abon|list|rhestr"
    r"|cylchlyth|saras|sarakst|adres|direccion|endereco|daten|baz|base|nieuwsbrie|lijst|elenc|odber|novin|zoznam|seznam"
    r"|hirlev|levele|bulten|e-?posta|posta|nyhetsbrev|nyhedsbrev|nyheitsbrev|utskick|рассыл|розсил|спис|письм|лист|пошт"
    r"|почт|бюлет|имеил|новин|адрес)"
)
# Words that mean nothing else, so that they need no noun beside them.
_ALONE_ABROAD = re.compile(
    r"\b(?:abbestell|abmeld|abzumeld|meld\w* .{0,60}\bab\b|austrag|desabon|desinscri|desuscri|dessuscri|descadast"
    r"|dar\w* de baja|de baja\b|baja por favor|wypis|zrezygn|rezygn|atsisak|atregistr|isregistr|atrakst|izrakst"
    r"|dezabon)"
)
# "No more" before a verb of sending or getting, whatever it is that is sent.
_NO_SENDING_ABROAD = re.compile(
    r"\b(?:nie|wiecej|juz|nicht|kein\w*|plus|pas|no|mas|nao|mais|nu|mai|daugiau|nebe|ne|vairs"
    r"|vairak)\b(?:\W+\w+){0,4}?\W+(?:wysyl|przysyl|przesyl|otrzymyw|dostaw|siu[sn]t|gau(?:ti|nu)|env[io]|mand|receb"
    r"|recib|recev|primi|trimit|sanem|sut|schick|send|erhalt|bekomm|zusend|adress)|\b(?:nebesiu|nesius|nesut|niewysyl"
    r"|nieprzysyl|nieprzesyl|nebegau)"
)
_ENGLISH = re.compile(
    r"\b(?:the|and|not|from|future|could|would|can|be|off|our|you|of|is|to|for|with|have|please|this|that|your|it|my"
    r"|i)\b"
)


def is_english(words: str) -> bool:
    """Whether words are plainly English, so that a stem of another language in them means nothing."""
    return len(set(_ENGLISH.findall(words))) >= 2  # different ones: Welsh has an "i" as well


def touches_abroad(words: str) -> bool:
    """Whether words in another language touch on coming off."""
    if is_english(words):
        return False
    ended = _ENDING_ABROAD.search(words) and _MAIL_ABROAD.search(words)
    return bool(ended or _ALONE_ABROAD.search(words) or _NO_SENDING_ABROAD.search(words))


def touches(words: str) -> bool:
    """Whether the words touch on coming off: an ending and our mail, a way out of it, or a curt refusal."""
    if len(words.split()) <= 6 and _CURT.search(words):
        return True
    if _AWAY.search(words) and _ENDING.search(words):
        return True
    return bool(_NEAR.search(words) or _STILL_HERE.search(words) or _IDIOM.search(words) or _REFUSAL.match(words))
