"""How people ask for a copy for somebody, or tell a new address: small named patterns for `proposals`.

Pure data, each for one sentence as `sentences` returns it. Who has left is told by `departures`.
"""

import re

_NO_NEED = r"(?<!need to )(?<!need for you to )(?<!\bnot )(?<!n't )(?<!\bnot to )(?<!point to )(?<!have to )"
_SUBSCRIBE = {
    "to be put on the list": r"\bbe (?:added|put|included) (?:to|on|in) (?:your|the|this) (?:\w+ ){0,2}?(?:list"
    r"|newsletters?|mailing)\b",
    "how do I join": r"\bhow (?:do|can|could|would) (?:i|we|he|she|they|my \w+)\b.{0,20}\b(?:subscribe|join|sign up"
    r"|get (?:this|the) newsletter)\b",
    "put my colleague on the list": rf"{_NO_NEED}\b(?:put|add|include|sign|keep|get) (?:me|us|my|him|her|them|my"
    rf" colleague|our"
    r"|a colleague|the following|these|this)\b.{0,80}\b(?:list|newsletters?|mailing|distribution|circulation"
    r"|bulletins?|up|back|database|on)\b",
    "subscribe me": r"\b(?:re-?)?subscribe (?:me|us|my|him|her|them|to)\b"
    r"|^(?:can you |could you |i want to |i would like to )?re-?subscribe\b|^subscribe(?: me)?$",
    "would like to receive it": r"\b(?:want|like|wish|wants|love|interested in|happy"
    r"|pleased)\b.{0,25}\b(?:to )?(?:receive|receiving|subscribe|sign up|join|be (?:added|included|put|on)|get|go|have"
    r"|be)\b.{0,50}\b(?:list|newsletters?|bulletins?|mailing|circulation|distribution|copies|copy|e-?mails?|subscribed"
    r"|back on)\b",
    "can I be added": r"\b(?:can|could|may|might) (?:i|we|my colleague|he|she) (?:\w+ )?(?:be|get|receive|join|go"
    r"|come)\b.{0,40}\b(?:added|back on|put on|list|newsletters?|included|subscribed)\b",
    "add … @": r"\b(?:add|include|subscribe|enrol|put)\b.{0,80}@|\bwants? (?:to )?(?:also )?subscribe\b"
    r"|\b(?:wants? (?:also|too)|also wants?) (?:this|the|your) newsletter\b",
    "can Sam get this too": r"^(?:(?:and|so|hi|hello|please)\W+)*(?:can|could|may|might|should"
    r"|would it be possible for|is it possible for|any chance) (?!(?:i|we|you|they) (?:get|have|receive"
    r"|be))(?:\w+[ -]){1,6}?(?:to )?(?:get|receive|have|be sent|be on|be included on|join) (?:this|it|these"
    r"|the newsletters?|the bulletin|your newsletters?|a copy|copies|the (?:\w+ )?list|your (?:\w+ )?list)(?: too"
    r"| as well| also| please| directly| in future| from now on|[,.?!]|$)",
    "she should be getting it": r"\b(?:should|ought to|needs? to|wants? to|would (?:like|love) to|(?:'d"
    r"|would) be (?:keen|glad|pleased|happy) to|keen to) (?:also |really )?(?:be )?(?:get|getting|receive|receiving"
    r"|have|sent|on)\b(?: (?:this|it|these|them|your newsletters?|the newsletters?|a copy|copies|the (?:\w+ )?list"
    r"|your (?:\w+ )?list))(?: too| also| as well| myself| ourselves| directly| personally| regularly| each month"
    r"| every month| in future|\W|$)",
    "add her too": r"\badd (?:him|her|them)(?: (?:too|also|as well|to|on)\b|\W|$)",
    "copy in … @": r"\b(?:copy in|cc|loop in|copying in)\b.{0,80}@"
    r"|\b(?:have|get|receive) (?:it|this|these|one|a copy|copies) (?:too|as well|also)\b",
    "for your list: … @": r"\b(?:for|to|onto|on) (?:the|your|this) (?:\w+ ){0,2}?(?:list|newsletters?|mailing"
    r"|circulation|distribution)\b.{0,60}@",
    "can I be sent it": r"\b(?:can|could|may|might|would like to|want to|love to) (?:i |we )?(?:\w+ )?be (?:sent"
    r"|e-?mailed) (?:it|this|these|the newsletter|a copy|copies|your)\b",
    "can we subscribe": r"^(?:(?:hi|hello|please)\W+)*(?:can|could|may|might|how (?:can|do|could)) (?:i"
    r"|we) (?:please )?subscribe\b",
    "how can I get it": r"\bhow (?:(?:can|do|could|would) (?:i|we|they|she|he)|(?:i|we) (?:can|could)) (?:get|receive"
    r"|have) (?:it|this|them|the newsletter|your newsletters?|a copy|on (?:the|your|this) list)\b",
    "gets it as well": r"\b(?:gets?|receives?|has|have) (?:this|it|these|them|one|a copy|copies) (?:as well|too"
    r"|also)\b",
    "pop her on the list": r"\b(?:pop|put|get|stick|have|add|place|enter) .{1,60}? on(?:to)? (?:the|your"
    r"|this) (?:\w+ ){0,2}?(?:list|mailing|circulation|distribution|database)\b",
    "replace her with me": r"\breplace .{2,80} with (?:me|us|my|our|.{2,60}@)\b.{0,60}\b(?:list|newsletters?|mailing"
    r"|circulation)\b",
    "keep me informed": r"\b(?<!for )(?:keep|be kept) (?:me|us|him|her|them|my \w+|our \w+)? ?(?:informed|updated"
    r"|up to date|up-to-date|posted|in the loop)\b",
    "can we have the newsletter": r"\b(?:can|could|may|might) (?:i|we) (?:please )?(?:have|get|receive|see) (?:the"
    r"|your|this) (?:newsletters?|bulletin)(?! (?:in|as|with|without|of)\b)",
    "who gets me on the list": r"\b(?:who|how) (?:do|can|should|would) (?:i|we) .{0,20}\bget on(?:to| to)? (?:the|your"
    r"|this) (?:\w+ ){0,2}?(?:list|mailing)\b",
    "would love a copy": r"\b(?:love|like|want) (?:a copy|copies)\b"
    r"|\bwould (?:like|love) (?:the|this|your) newsletter\b",
    "start sending it to our": r"\bstart sending (?:it|this|the newsletter) to (?:my|our|the)\b",
    "could Kim be added": r"\b(?:can|could|may|might) .{2,60} be (?:added|included|put on)\b",
    "… @ should be on the list": r"@.{0,80}\b(?:go|be|get|come) on (?:to )?(?:the|your|this) (?:\w+ )?list\b",
    "add Kim to the list": r"\badd(?:ing)? .{2,60} to (?:the|your|this|our) (?:\w+ ){0,2}?(?:list|newsletter|mailing"
    r"|distribution|circulation|database)\b",
    "send a copy to my colleague": r"\b(?:send|forward) (?:it|this|the newsletter|copies|a copy|the bulletin"
    r"|future \w+)\b.{0,40}\bto (?:my colleague|our|.{2,60}@)",
    "ought to receive it": r"\b(?:should|ought to|would like to|wants to|needs to|wishes to) (?:also )?(?:receive|get"
    r"|be on|have|be added)\b.{0,60}\b(?:newsletters?|list|bulletins?|this|it|copy)\b",
    "keep me on": rf"\bput me back\b|\bback on (?:the|your) list\b|{_NO_NEED}\bkeep me on\b"
    r"|\b(?:i )?(?:want|would like|'d like|wish) to (?:stay|remain|come back|be back|keep receiving"
    r"|continue receiving)\b",
    "I did not ask for this": r"\b(?:i )?(?:did not|didn't|never|hadn't) (?:\w+ )?(?:ask|mean|want|intend"
    r"|request)\w*\b.{0,40}\b(?:off|removed|unsubscribed?|this)\b",
    "unsubscribed by mistake": r"\b(?:unsubscribed|removed|taken off|opted out|clicked"
    r"|pressed)\b.{0,40}\b(?:by (?:mistake|accident|error)|in error|accidentally|mistakenly)\b"
    r"|\baccidentally (?:unsubscribed|pressed|clicked)\b",
    "undo the opt-out": r"\b(?:undo|reverse|cancel) (?:(?:this|that|it)(?! \w)|the (?:opt[- ]?out|unsubscri\w+"
    r"|removal))\b",
}
SUBSCRIBE = tuple(re.compile(pattern) for pattern in _SUBSCRIBE.values())
BACK = re.compile(
    rf"\b(?:put|add|get|have) me back(?: on(?: the list)?)?\b|{_NO_NEED}\bkeep me on(?: the list)?\b|\bresubscribe me\b"
    r"|^(?:back|undo|start|stay|re-?subscribe|i want (?:back|to stay(?: on)?)|(?:a |by )?mistake"
    r"|(?:it|this|that) (?:(?:was|is) a mistake|wasn't me|was not me)"
    r"|i (?:did not|didn't) ask (?:for this|to be taken off))$"
)

# What automatic answers tell as well.
_TOLD = {
    "my address has changed": r"\b(?:my|our|his|her|their) (?:new |work |school |correct |current |preferred "
    r"|personal )*(?:e-?mail|email|mail)?(?: |-)?(?:address|e-?mail|details|contact details|mailbox"
    r"|domain)(?: \w+)? (?:is now|has (?:now )?changed|have (?:now )?changed|will (?:be|change)|is changing"
    r"|are changing|was changed|changed|is|are now)\b(?!.{0,20}\b(?:on the list|in your)\b)",
    "the account is being closed": r"\b(?:address|account|mailbox|e-?mail|inbox)\b.{0,40}\b(?:about to be|will be"
    r"|is being|being|is to be|going to be|gets?) (?:switched off|closed|shut|deleted|deactivated|disabled|turned off"
    r"|removed|cut off)\b",
    "this address is no longer used": r"\b(?:this|old) (?:e-?mail |mail )?(?:address|account|mailbox) (?:is|will be"
    r"|has been|was|will) (?:\w+ )?(?:closed|closing|deleted|disabled|no longer (?:in use|used|monitored|active)"
    r"|discontinued|replaced|retired|cease)",
}
_WRITTEN = {
    "new e-mail": r"\bnew (?:work |school |nhs )?(?:e-?mail|email|mail)(?: |-)?(?:address|account|domain)?\b",
    "my address is … @": r"\b(?:my|our) (?:\w+ ){0,3}?(?:address|e-?mail|account|mailbox|inbox|one|domain)\b.{0,60}\S@",
    "replaced by … @": r"\b(?:replaced|superseded) (?:by|with) \S{1,64}@",
    "new: … @": r"\bnew\W{1,3}\S{1,64}@|\S@\S{1,255} (?:rather than|instead|not|and not)\b",
    "change of address": r"\bchange of (?:my |our )?(?:e-?mail (?:address|details)\b|e-?mail\b|address\b.{0,60}@)",
    "I get it at … @": r"\bi(?:'d| would)? (?:\w+ )?(?:get|receive|have|want|like|prefer)\b.{0,40}\b(?:at|to"
    r"|on)\b.{0,30}\S@",
    "mine is now … @": r"\b(?:mine|ours|the new one|that|it)(?: is|'s| will be)(?: now)? \S{1,64}@",
    "update my details": r"\b(?:change|update|amend|replace|correct|alter|switch|swap|move|transfer|redirect"
    r"|re-?route) (?:my|our|the|your|this|his|her)\b.{0,40}\b(?:e-?mail|email|address|details|records?)\b",
    "send it to this address": r"\b(?:send|direct|forward|use|deliver)\b.{0,50}\b(?:to|at)? ?(?:this|my|the|following"
    r"|new)\b.{0,30}\b(?:address|e-?mail|instead)\b",
    "write to … @ from now on": r"\b(?:use|write to|e-?mail me (?:at|on)|contact me (?:at|on)|reach me (?:at|on)"
    r"|send (?:it|them|this|the newsletter) to)\b.{0,40}@.{3,80}\b(?:instead|in future|from now|from today|in place"
    r"|now|please)\b",
    "instead of … @": r"\b(?:instead of|in place of|rather than|not)\b.{0,40}@",
    "reached at … @": r"\b(?:reached|contacted|found) (?:at|on) \S{1,64}@",
    "use … @ in future": r"\b(?:use|write to) \S{1,64}@\S{1,255} (?:for|in|from)\b",
    "I am on … @": r"\b(?:i am|i'm|we are|we're) (?:now )?(?:on |at |called )?\S{1,64}@",
    "we have moved domain": r"\b(?:we|i)(?:'ve| have)? (?:now )?(?:moved|migrated|switched"
    r"|changed) (?:to )?(?:a )?(?:new )?(?:e-?mail|domain|to \S{1,80}@)",
}
ADDRESS_TOLD = tuple(re.compile(pattern) for pattern in _TOLD.values())
ADDRESS_CHANGE = (*ADDRESS_TOLD, *(re.compile(pattern) for pattern in _WRITTEN.values()))

# What an address is named for, where no pattern above says it.
NAMED_AS_NEW = re.compile(
    r"\b(?:my|our|mine|me|i'm|i am|i've|i have) .{0,60}\b(?:address|e-?mail|mail|account|mailbox|moved|changed|now"
    r"|new|at|on)\b|\binstead\b|\b(?:change|update|amend|replace|correct|swap|switch)\b.{0,60}\b(?:address|e-?mail"
    r"|mail|details|entry|record|one)\b|\bno longer (?:use|used|in use|work)|\b(?:old|new|home|work|personal"
    r"|private) (?:e-?mail|address|account|mailbox|one|mail)\b|\b(?:from now|in future|in place)\b"
)
NAMED_TO_JOIN = re.compile(
    r"\b(?:add|list|send|copy|copies|gets?|receives?|include|too|also|as well|subscribe|circulation|newsletters?"
    r"|mailing|bulletin|interested|join|loop|keep .{1,30} (?:informed|updated|posted)|needs? this|want this)\b"
)
NAMED_FOR_OTHERS = re.compile(
    r"\b(?:page|articles?|should (?:say|read)|websites?|web site|bookings?|book|posters?|leaflets?|wrong|mistakes?"
    r"|misprint|error|corrections?|next (?:issue|edition|newsletter)|adverts?|for (?:more|further|any) (?:details"
    r"|information)|to reply|rsvp|questions|queries|invoice|form|minutes|agenda|reports?|referrals?|unsubscribe"
    r"|remove|delete|take|stop|off)\b"
)
NOT_SUBSCRIBE = re.compile(
    # A question, and a place on something else than our list.
    r"\bhow many\b|\bfreedom of information\b|\bfoi\b"
    r"|^(?!.*@).*\b(?:for|to|on|onto|in|into|at) (?:the|a|an|your|this|our|that|any|one of the|next) (?:\w+ ){0,4}?"
    r"(?:(?:waiting|delegate|attendance|reserve) list|waitlist|courses?|training|workshops?|conference|events?"
    r"|seminars?|briefings?|sessions?|webinars?|meetings?|rota|programme|class(?:es)?)\b(?! (?:\w+ )?(?:newsletters?"
    r"|bulletins?|mailings?|e-?mails?|list)\b)|"
    r"\b(?:withdraw|revok)\w* (?:my|our) consent\b|\b(?:whether|why|not (?:\w+ )?(?:sure|certain)|unsure|wondering)"
    r" (?:if |that )?(?:i|we)(?:'ll|'d| will)? (?:\w+ )?(?:need"
    r"|want|stay|should|ought|have|am|are)\b|\b(?:ended|end|finished|got|been put|been added|was put|was added|am"
    r"|being) (?:up )?"
    r"on (?:the|your|this) (?:\w+ )?list\b.{0,20}\b(?:mistake|error|accident|accidentally)\b|"
    r"\b(?:did not|didn't|never|do not|don't|not|haven't) (?:\w+ )?(?:subscribe|sign)\b|\bopt(?:ing)?[- ]?out\b"
    r"|\b(?:include|put|add)\b.{2,80}\bin (?:the|your) (?:next |\w+ )?(?:newsletters?|issue|edition|bulletin)\b"
    r"|\b(?:no longer|stop|remove|removed|removing|delete|taken? off|(?:me|us|my \w+) off|(?:come|be|get"
    r"|want) off|be un-?subscribed"
    r"|rather not|not (?:interested|want|wish|need|like|to)|don't (?:want|wish|need)|do not (?:want|wish|need|add"
    r"|put)|don't (?:add|put)|dont want|(?:i|we)(?:'ll| will|'ve| have) (?:\w+ )?(?:add|added|put|include"
    r"|included)|(?:ensure|make sure|see that|so)(?: that)? (?:i|we) (?:don't|do not|dont|won't|never"
    r"|no longer))\b(?!.{0,60}\b(?:instead|put me back|back on)\b)"
)
ABOUT_US = re.compile(
    r"\b(?:newsletters?|bulletins?|mailing list|distribution list|your list|the list|circulation|unsubscri\w+|pscb"
    r"|safeguarding (?:children )?board)\b"
)
NOT_CHANGE = re.compile(
    r"\b(?:unsubscribe|remove|delete|take)\b(?!.{0,80}\b(?:and|instead|replace|add|use)\b)|\b(?:taken off|be removed"
    r"|is removed|deleted|come off|unsubscribed)\b|\b(?:do not|don't|dont|stop|no longer|never)\b.{0,20}\b(?:send"
    r"|sending|use)\b(?!.{0,60}(?:@|\bold\b))"
)
# Of somebody else, to whom the newsletter should come as well.
THEIRS = re.compile(
    r"\b(?:her|his|their|too|also|as well|colleagues?|new (?!e-?mail|address|account|mailbox|domain|one))\b"
)
# Around the address of a successor, in a sentence that tells of somebody's departure.
SUCCEEDS_AFTER = re.compile(
    r"^\W*(?:who )?(?:has|have|is|will|'s|instead|took|takes)\b(?: now| be| just| been)* (?:tak(?:en|ing|es?)|over"
    r"|replac\w+|succeed\w*|(?:the|our|her|his|their|my) (?:\w+ )?(?:successor|replacement|lead|contact|dsl|head)"
    r"|in (?:her|his|their|my) place)|^\W*(?:instead|in (?:her|his|their|my) place)\b"
)
SUCCEEDS_BEFORE = re.compile(
    r"\b(?:use|write to|contact|e-?mail|speak to|send (?:it|them|this|these|the newsletters?) to|(?:replaced|succeeded"
    r"|covered) by|successor|replacement|instead|in (?:her|his|their) place|over to|taken over by)"
    r"(?: is| now| to|,)*(?:\W+(?!who\b|has\b|have\b|is\b|was\b|and\b)[\w'-]+){0,3}\W*$"
)
# What mailboxes of more than one are called.
_SHARED = """
    office info information admin administration administrator enquiry enquiries inquiries contact contacts contactus
    reception receptionist mail email post hello help helpdesk support hr payroll team general secretary head
    headteacher clerk business customer service services duty mash switchboard school surgery practice safeguarding lado
    front desk finance accounts bookings events news newsletter press media training manager managers referrals access
"""
SHARED = frozenset(_SHARED.split())
WORKED_WITH = re.compile(r"\bwork(?:s|ed|ing)? (?:with|alongside)(?: [a-z'-]+){0,3}\W*$")
HANDS_OVER = re.compile(
    r"\b(?:newsletters?|bulletins?|mailings?|send (?:it|this|these|them)|successor|replacement|replaced by|succeeded by"
    r"|(?:taken|taking|takes|took) over|in (?:my|his|her|their) place"
    r"|(?:the|our) new (?:acting |interim )?(?:head ?(?:teacher|master|mistress)?|deputy|lead|dsl|designated|manager"
    r"|clerk|secretary|chair|nurse|officer|administrator|principal|one)|(?:is|be) (?:the|our|your) new)\b(?! office)"
)
OWN_ADDRESS = re.compile(
    r"\b(?:my|our) (?:\w+ ){0,2}?(?:e-?mail|address|mailbox|details)\b|\b(?:me|us) (?:at|on)\b|\b(?:i am|i'm"
    r"|i will be) (?:now )?(?:at|on|\S{1,64}@)"
)

# -- the same in the other languages that are read, for text from `quotes.plain`: without accents ----------------------

_NEWS = r"(?:newsletter\w*|list\w*|biulety\w*|verteiler\w*|rundbrief\w*|naujienlaisk\w*|saras\w*|sarakst\w*|jaunum\w*"
_MAIL = rf"{_NEWS}|diffusion|lettre\w*|boleti\w*|buletin\w*|bulletin\w*|mailing\w*|wysylk\w*|destinatari\w*|difuzare)"
_ADD = {
    "Polish": r"(?:dodac|dodajcie|dodanie|dopisac|dopiszcie|dopisanie|zapisac|zapiszcie|wpisac|wpiszcie|dolaczyc)",
    "Lithuanian": r"(?:itrauk\w*|pridek\w*|prideti|iras\w*|ireg\w*|uzregistruo\w*|uzprenumeruo\w*)",
    "Latvian": r"(?:pievieno\w*|ieklau\w*|pierakst\w*|pieteik\w*|abonet)",
    "German": r"(?:aufnehmen|aufnahme|hinzufug\w*|eintragen|abonnieren|anmelden|setzen sie|nehmen sie .{1,60} auf\b)",
    "French": r"(?:ajoute\w*|m'inscrire|inscri(?:re|vez)|m'abonner|abonne[rz]?|inclure)",
    "Spanish": r"(?:anad\w+|agreg\w+|inclu(?:ir|ya|yan)\w*|suscribi\w+|inscrib\w+|apunt\w+|dar\w* de alta)",
    "Portuguese": r"(?:adicion\w+|acrescent\w+|inclu(?:ir|a|am|i)\w*|inscrev\w+|subscrev\w+|juntar\w*)",
    "Romanian": r"(?:adaug\w+|inscri\w+|abon(?:ati|ez|are)\b|includ\w+|treceti)",
}
_RECEIVE = (
    r"(?:(?:chcial\w*|chce|chcemy) (?:tez |rowniez )?(?:otrzymywac|dostawac)|(?:noreciau|noriu) (?:\w+ )?gauti"
    r"|velos (?:\w+ )?sanemt|(?:mochte|wurde gern\w*) (?:\w+ ){0,4}?(?:erhalten|bekommen|beziehen)|(?:voudrais"
    r"|aimerais|souhaite) (?:\w+ )?recevoir|(?:quiero|quisiera|me gustaria) (?:\w+ )?recibir|(?:gostaria|gostava"
    r"|queria|quero) (?:\w+ ){0,2}?receber|(?:as vrea|as dori|doresc|vreau) sa (?:\w+ )?primesc)"
)
# A negation anywhere in it makes it something else: `languages` reads the wish to come off.
NO_ABROAD = re.compile(
    r"\b(?:nicht|kein\w*|ne|n'|pas|plus|no|nao|nie|nu|nebe\w*|nenor\w*|vairs|nevel\w*|negrib\w*|des-?\w+|dez\w+"
    r"|wypis\w*|(?:deixar|parar|dejar) de|cess\w+ de|arret\w+ de|sair d\w+|salir d\w+)\b"
)
SUBSCRIBE_ABROAD = (
    *(re.compile(rf"\b{add}\b.{{0,80}}(?:\b{_MAIL}|@)|\b{_MAIL}.{{0,60}}\b{add}(?!\w)") for add in _ADD.values()),
    re.compile(rf"^(?=.*\b(?:{_MAIL}|e-?mail\w*)).*\b{_RECEIVE}\b"),
    re.compile(r"\b(?:in|auf) (?:\w+ ){1,3}?(?:verteiler\w*|liste|newsletter) (?:\w+ )?(?:auf|ein)\b|\bde alta\b"),
)
_NEW = (
    r"(?:zmieni\w+|zmian[aey]|now[aey]\w*|aktualn\w+|zaktualiz\w+|nauj\w+|pakeis\w+|pasikeit\w+|keic\w+|jaun\w+"
    r"|(?:no)?main\w+|neue\w?|geandert\w*|andern|andert|aktualisier\w*|ist jetzt|lautet|nouve\w+|chang\w+|modifi\w+"
    r"|mettre a jour|nuev[oa]|cambi\w+|a[ck]?tualiz\w+|nov[oa]|mud\w+|alter\w+|noua|noul?|schimb\w+)"
)
_ADDRESS = r"(?:adres\w*|e-?mail\w*|mail\w*|correos?|direccion|endereco|courriel|e-?past\w*|past[aou]s?)"
ADDRESS_CHANGE_ABROAD = (
    re.compile(rf"\b{_ADDRESS}\b.{{0,60}}\S@"),
    re.compile(rf"\b{_NEW}\b.{{0,40}}\b{_ADDRESS}\b|\b{_ADDRESS}\b.{{0,40}}\b{_NEW}\b"),
)
