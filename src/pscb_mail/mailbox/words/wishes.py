"""How people ask to come off a list, in English: small named patterns, and what makes their words doubtful.

Pure data, for `optout`. Every pattern is for one sentence as `sentences` returns it; none can backtrack far.
"""

import re

ME = (
    r"(?:me|us|myself|ourselves|my ?self|(?:my|our|this|the|these) (?:(?:own|work|school|shared|team|group|generic"
    r"|office|department|old|full|business|personal|contact|current|above|following|nhs|name|and|or|e-?mail|email"
    r"|mail|details|address|addresses|account|mailbox|inbox|data|information) ?){1,6}|this one"
    r"|the undersigned|the above (?:named |mentioned )?(?:e-?mail ?address|e-?mail|address)|(?:our|this) (?:practice"
    r"|surgery|nursery|clinic|playgroup|pre-?school|centre|parish|charity))"
)
LIST = (
    r"(?:list|lists|listing|mailings?|mailing-?list|distribution|dl|newsletters?|circulation|circulars?|database"
    r"|bulletins?|e-?mails?|mail|records?|contacts?|system|subscriptions?|updates?|editions?|issues?|copies"
    r"|mailshots?|everything|communications?|correspondence|publications?|mail-?outs?|e-?shots?|recipients?"
    r"|readership|address book|(?:this|it|these|here|those)$)"
)
TO_BE = r"(?:be|get|come|have (?:my|our|this) (?:\w+ ){1,3})"
WANT = (
    r"(?:want|wants|like|wish|need|prefer|ask|asking|asked|request|requesting|love|happy|grateful|keen"
    r"|good(?! morning| afternoon| evening| day))"
)
# Each on a sentence without politeness ("please", "if possible", …).
WISHES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "take me off": rf"\b(?:take|taking|get|cross|strike|scratch|leave|cut|knock) {ME} ?(?:right )?(?:off|out"
        rf"|from)\b",
        "pop me off": rf"\b(?:pop|bin|kick|chuck|whip|wipe|throw|boot|bump|pull|whisk|lift|tick|rub|slip|sign|scrub"
        rf"|strip|score|keep|rule|opt) {ME} ?(?:right )?(?:off|out|from) (?:of )?(?:the|this|your|all|any|it|here"
        r"|these)\b",
        "count me out": r"\bcount (?:me|us) out (?:of|for|from) (?:(?:the|this|your|all|any|these) )?(?:(?:future"
        r"|further|more) )?(?:newsletters?|bulletins?|mailings?|e-?mails?|mailing list|copies|issues|editions)\b",
        "remove me": rf"\b(?:remove|removing|delete|deleting|drop|exclude|withdraw|erase|omit|purge|deregister"
        rf"|de-register) (?:both )?{ME}",
        "remove from "
        "the list": r"\b(?:(?:remove|delete) (?:from|off|of)|(?:taken? off|take out|unsubscribe)(?: (?:from|off"
        r"|of))?) (?:your|the|this|all|any|these|our) (?:\w+ ){0,3}?(?:list|lists|mailings?|newsletters?|distribution"
        r"|circulation|e-?mails?|bulletins?|database)\b",
        "to be "
        "removed": rf"\b{WANT}\b.{{0,30}}\b(?:to )?{TO_BE} ?(?:removed|taken off|taken out|deleted|unsubscribed|left "
        rf"off|off|"
        r"dropped|out|excluded|opted out|erased)\b",
        "like my address removed": rf"\b{WANT} (?:to have |that )?{ME} ?(?:to be |be )?(?:removed|deleted"
        rf"|taken (?:off|out)|unsubscribed|dropped|erased|struck)\b",
        "may I be removed": rf"\b(?:can|could|may|might|should)\b (?:i|we|(?:my|our"
        rf"|this) \w+(?: \w+)?) {TO_BE} ?(?:\w+ )?"
        r"(?:removed|taken off|taken out|deleted|unsubscribed|off|dropped|out)\b",
        "my name should be removed": rf"\b(?:i|we|{ME}) (?:should|must|needs? to|ought to|has to) (?:now )?{TO_BE} ?"
        r"(?:removed|taken off|taken out|deleted|unsubscribed|dropped|erased)\b",
        "I could be removed": rf"^(?:that )?(?:i|we|{ME}) could {TO_BE} ?(?:removed|taken off|taken out|deleted"
        r"|unsubscribed|dropped|erased)\b",
        "any chance": r"\b(?:chance|possib\w+|way|wonder\w*|ask)\b.{0,15}\b(?:i|we) (?:can|could|may|might) (?:be"
        r"|get|come) ?(?:removed|taken off|taken out|deleted|unsubscribed|off)\b",
        "is it possible": rf"\b(?:possible|ok|okay|all right|alright) (?:for me )?to {TO_BE} ?(?:removed|taken off"
        rf"|deleted|unsubscribed|off)\b",
        "off the list": r"(?:^(?:me )?|\bno - )off (?:of )?(?:the|your|this) (?:\w+ ){0,2}?(?:list|newsletter|mailing)",
        "chance of": r"\b(?:chance|possibility|way) of (?:me )?(?:being|getting) (?:removed|taken off|unsubscribed"
        r"|deleted|off)\b",
        "unsubscribing": r"(?:^|\bso )(?:i'm|i am|we're|we are|this is me) unsubscribing$",
        "be removed": r"^(?:to )?(?:be|being) (?:removed|taken off|unsubscribed|deleted|dropped)\b",
        "want off": r"\b(?:want|like|wish|need) (?:to get |to be |to come )?(?:off|out)(?: (?:of )?(?:the|this"
        r"|your)\b|$)",
        "should "
        "come off": r"\b(?:i|we) (?:should|ought to|need to|must|had better) (?:\w+ )?(?:come|be|get) (?:off|removed"
        r"|taken off)\b",
        "come off": r"\b(?:i|we)(?:'d| would| want| wish|'ll)?(?: like| want| wish| prefer)?(?: to)? (?:come|get|be) "
        r"off\b",
        "time I came off": r"\btime (?:i|we) (?:came|got|went) off\b",
        "unsubscribe me": rf"\bun-? ?subscri(?:be|bing) {ME}",
        "want to unsubscribe": rf"\b{WANT} (?:(?:you|me|us) )?(?:to )?(?:be )?un-? ?subscri(?:be|bed|bing)\b",
        "unsubscribe": r"^(?:(?:can|could|would|will|may|do)? ?(?:you|i|we)? ?|i am writing to |can i "
        r")?(?!.{0,90}\b(?:click|https?|visit|link|reply)\b)un-? ?subscri(?:be|bed|ption)(?: (?:request"
        r"|me))?(?: (?:from|to|of) .{1,80}$|(?= ?[,;:-] )|$)",
        "stop sending": r"\b(?:stop|cease|quit|discontinue)(?: to)? (?:sending|receiving|getting|e-?mailing"
        r"|using (?:my|our|this) (?:\w+ ){0,2}?(?:address|details|data|name)"
        r"|mailing|send|contacting|messaging|spamming|including|writing|these|the e-?mails?|the mailings?"
        r"|this newsletter|the newsletter|all e-?mails?|e-?mails?|email|(?:all |any |your |the )?(?:further |future "
        r"|more )?(?:correspondence|communications?|contact|e-?mails|mailings?|newsletters?|messages|mail|bulletins?"
        r"|updates))\b",
        "do not send": r"\b(?:do not|don't|dont|do no longer|never|no need to|not to)(?: \w+)? (?:send|e-?mail|mail"
        r"|contact|write to|include|keep sending|continue (?:sending|to send))(?: it| this| these| them"
        r"| the newsletter| newsletters?)?(?: to)? (?:me|us)\b",
        "do not send "
        "newsletters": r"\b(?:do not|don't|dont) send (?:any )?(?:more|further) (?:newsletters?|e-?mails?|mails?"
        r"|copies|issues|bulletins?)\b",
        "no longer want": r"(?:\b(?:i|we)\b.{0,60}|^(?:as |since )?)\b(?P<wish>no longer|not|don't|dont|never"
        r"|wouldn't|do not|rather not|not to) (?:\w+ ){0,2}?(?:wish|want|like|need|require|care|interested|wanting"
        r"|wishing|desire|receive (?:any )?(?:more|further))\b",
        "rather not": r"\b(?:rather not|(?:prefer|like|wish|ask|want) not to|sooner not) (?:\w+ ){0,2}?(?:receive|get"
        r"|have|be (?:sent|on|included|contacted))\b",
        "rather you did not": r"\b(?:rather|prefer (?:it )?if|prefer that) you (?:didn't|did not|don't|do not|stopped"
        r"|no longer|would not|wouldn't) (?:\w+ )?(?:send|e-?mail|contact|sending|e-?mailing|mail)",
        "no more": r"^no (?:more|further) (?:of )?(?:these |this |the |your )?(?:newsletters?|e-?mails?|mails?"
        r"|mailings?|bulletins?|copies)\b|^no (?:more|further) of (?:these|this)$",
        "no interest": r"\b(?:i|we)(?:'ve| have| 've got)? (?:got )?no (?:further |more |longer any )?(?:interest in"
        r"|need (?:of|for|to receive)|use for|wish to receive)\b",
        "no longer send": r"(?:^|\b(?:would|could|can|will|to|please) )no longer (?:send|e-?mail|mail|contact"
        r"|include)\b",
        "so that I am not": r"\b(?:so that|so|that|ensure|sure) (?:i|we|my \w+(?: \w+)?) (?:am|are|is|do|will be|be"
        r"|will) (?:no longer|not) (?:sent|included|on|receiv\w+|get|getting|listed|contacted|e-?mailed)\b",
        "make sure I do not get": r"\b(?:ensure|sure|see)(?: that)? (?:i|we) (?:do not|don't|dont|won't|never"
        r"|no longer) (?:get|receive)(?: (?:any|more|further|future|of|the|this|these|your)){0,4}"
        r" (?:newsletters?|bulletins?|mailings?|e-?mails?)\b(?! in (?:my|our) (?:spam|junk))",
        "send not "
        "to me": r"\b(?:do not|don't|dont|never) (?:send|e-?mail|mail) (?:this|these|it|them|those|any(?: more)? of "
        r"(?:this|these))(?: to (?:me|us))?\b",
        "receive no more": r"\b(?:ensure|make sure|see|arrange|so)(?: that)? (?:i|we) (?:receive|get|have|am sent"
        r"|are sent) no (?:further|more)\b",
        "no longer required": r"^(?:the |this |your |these )?(?:newsletters?|e-?mails?|mailings?|bulletins?)(?: is"
        r"| are)? (?:no longer|not) (?:required|needed|wanted|relevant|applicable|of (?:use|interest))(?: to me"
        r"| to us| any ?more)?$",
        "removed me": r"\b(?:removed|took|deleted) (?:me|us|my \w+) (?:from|off)\b",
        "withdraw me": r"\b(?:un-?enrol|un-?register|de-?register|withdraw|discharge) (?:me|us)\b",
        "and unsubscribe": r"[-,:;] ?(?:so )?(?:unsubscribe|remove|delete)(?: me)?$",
        "delete my subscription": r"\b(?:delete|remove) (?:my|our|this) (?:\w+ )?(?:subscription|registration|entry)\b",
        "stop it coming": r"\bstop (?:this|these|it|them) (?:\w+ )?(?:coming|arriving|being sent)\b",
        "stop these": r"^(?:can you |could you )?(?:stop|cease|end) (?:these|this|them|it)$",
        "resign": r"\b(?:resign|withdraw|retire|come out) (?:from|of) (?:this|the|your) (?:\w+ ){0,2}?(?:list|mailing"
        r"|newsletter)\b",
        "leave the list": r"\b(?:leave|quit|exit|withdraw from|come out of|get out of) (?:this|the|your) (?:\w+ "
        r"){0,2}?(?:list|mailing)\b(?! (?:of|at|in|on|with|behind)\b)",
        "like to stop": r"\b(?:i|we)(?:'d| would) (?:now )?(?:like|prefer|want) to stop$",
        "not send": r"\b(?:can|could|would|may|will|to) (?:(?:you|i|we) )?(?:\w+ )?(?:not|no longer) (?:be )?(?:send"
        r"|sent|receive|get|include|e-?mail)\b",
        "removal": r"^(?:(?:a |this is a |my )?request(?:ing)? (?:for |to )?|for )?(?:my |mailing list |newsletter )?"
        r"(?:removal|be removed|be taken off)(?: request)?(?: (?:from|of)\b.{0,60})?$",
        "removal of": rf"\b(?:removal|deletion|erasure|withdrawal) of {ME}",
        "action my "
        "removal": r"\b(?:action|process|arrange|effect|confirm|register|accept|note) (?:for )?(?:my|our) (?:removal"
        r"|opt[- ]?out|unsubscri\w+)",
        "make sure": r"\b(?:ensure|make sure|see to it|arrange|ask)\b.{0,20}\b(?:i am|i'm|i be|me"
        r"|my \w+(?: \w+)? (?:is|are)|we are|us)\b.{0,10}\b(?:removed|taken off|unsubscribed|deleted|to be removed)\b",
        "remove "
        "from list": r"\b(?:remove|take|delete) (?:me )?(?:from|off) (?:mailing |distribution |e-?mail |circulation "
        r")?(?:list|lists|newsletter)\b",
        "desist": r"\b(?:desist|refrain) from (?:sending|e-?mailing|mailing|contacting)\b",
        "cancel": r"\b(?:cancel|end|terminate|discontinue|stop|kill) (?:my|our|this|the|these|your|all) (?:\w+ )?"
        r"(?:subscription|registration|newsletters?|e-?mails?|mailings?|copy)\b",
        "possible to opt out": r"\b(?:possible|able|okay|ok|allowed) (?:for me )?to (?:opt[- ]?out|unsubscribe"
        r"|come off)\b",
        "opt out": rf"\b(?:(?:{WANT}|going|wishing) (?:to )?opt(?:ing)?[- ]?out|opt(?:ing)? {ME} out|^(?:i |i'm "
        rf"|i am |we |we're |(?:can|could|may|might) (?:i|we) )?opt(?:ing)?[- ]?out)\b",
        "consent": r"\b(?:withdraw|revoke)(?:ing)? (?:my|our) consent\b",
        "no consent": r"\b(?:i|we) (?:do not|don't|dont|no longer|never) consent(?:ed)? to (?:be|being|receiv\w+"
        r"|get\w*)\b",
        "objection": r"\b(?:i|we) object to (?:\w+ ){0,3}?(?:receiving|the processing|processing|being sent)\b",
    }.items()
}
# "I do not want …" is a wish to come off only where what is not wanted is our mail.
# These hold a negation themselves, or begin where a new clause begins.
NEGATIVE = frozenset(
    {
        "no longer want",
        "rather not",
        "do not send",
        "do not send newsletters",
        "send not to me",
        "not send",
        "no more",
        "no interest",
        "and unsubscribe",
        "so that I am not",
        "make sure I do not get",
        "rather you did not",
        "receive no more",
        "no consent",
        "no longer required",
    }
)
VOLITION = frozenset(
    {
        "no longer want",
        "rather not",
        "no longer send",
        "do not send",
        "stop sending",
        "not send",
        "desist",
        "rather you did not",
    }
)
# After "I do not want", a word of ending or losing makes it a wish to stay: "I do not want this to stop".
UNWANTED = frozenset(
    {
        "no longer want",
        "rather not",
        "not send",
        "no interest",
        "so that I am not",
        "make sure I do not get",
        "rather you did not",
    }
)
STAYING = re.compile(
    r"\b(?:stop\w*|end|ends|ending|cease\w*|cancel\w*|remov\w*|delet\w*|off|out|unsub\w*|leave|leaving|miss\w*|lose"
    r"|losing|drop\w*|without|discontinu\w*|opt\w*|go|be left|taken|late|wrong|old|blank|in (?:the|your|this"
    r"|next) (?!future)|in (?:a |an |this )?(?:\w+ )?(?:format|form)|(?:in|to|into) (?:my|our|the) (?:spam|junk))\b"
)
# What they were promised, and what comes all the same: a wish that was not heard.
STILL = re.compile(r"\b(?:still|again|despite|yet|keep|continue|asked|request\w*)\b")
OUR_MAIL = re.compile(
    r"\b(?:newsletters?|news letters?|bulletins?|e-?mails?|mails?|mailings?|list|lists|updates?|messages?|circulars?"
    r"|communications?|correspondence|publications?|(?:more|further|future) (?:editions?|issues?"
    r"|copies)|anything|spam|subscri\w+|on here|hear from you"
    r"|contact(?:ed)? (?:me|us)|e-?mail(?:ing)? (?:me|us)|(?:send|sending|mailing|messaging|spamming|write to"
    r"|writing to|contacting|include|including) (?:me|us)|(?:receive|receiving|get|getting|want|need|wish for|like"
    r"|require|read|have|sending|send) (?:to (?:receive|get|have) )?(?:any(?: more)? (?:of )?)?(?:this|these|it|them"
    r"|those|any)(?: ones?| any ?more| any longer| again| in (?:the )?future| to (?:me|us|this|my|our)| at all|(?=$"
    r"|[,;]| -))|interested in (?:this|these|it)|on (?:it|this)|of (?:this|these|it|them))\b"
)
# "I do not want to …": only these say that our mail is not wanted.
ANOTHER_VERB = re.compile(
    r"^(?: for)?(?: \w+)? to (?!(?:\w+ )?(?:receive|get|have|see|hear|continue|subscribe|stay|remain|read"
    r"|keep (?:getting|receiving)|be (?!without|left out|removed|taken|deleted|unsubscribed|off))\b)"
)
# Where a reason begins: what is in it is no object of the wish.
REASON_CLAUSE = re.compile(
    r"\bnot (?:my|our|relevant|applicable|working|for me|for us)\b|\b(?:as|because|since|due to|so that|(?:and|or|so"
    r"|but) (?:i|we|i'm|i've|i'll|did|didn't|have|haven't|am|was|never asked)|but (?:it|they|this|these|nothing|you)"
    r"|now that|or else)\b|[,;:(.!]|\s-\s|\b(?:i'm|i've|we've|we're|(?:i|we) (?:no longer|don't|dont|do not|have|am"
    r"|are|left|retired|never|work|get|already))\b"
)
# What organisations print below their own mail: an offer, not a wish.
FOOTER = re.compile(
    r"^(?:to|you (?:can|may)|if you(?:'d| would| do not| no longer)?(?: wish| want"
    r"| like)?(?: to)?) (?:\w+ ){0,4}?(?:unsubscribe|opt[- ]?out|stop|be removed|receive|no longer)\b|^(?:don't"
    r"|do not|no longer) want to hear from us$|\b(?:update|manage|change) your (?:\w+ )?(?:preferences|settings"
    r"|subscriptions?)\b|\b(?:click|https?|www)\b"
)
FIRST_PERSON = re.compile(r"\b(?:i|me|my)\b")
NAMES_ITSELF = re.compile(r"unsub|subscribe|\bme\b|opt|list|mail|sending")
WHOLE_ANYWHERE = frozenset(["unsubscribe", "remove", "opt out"])
_WHOLE = (
    "stop|stop it|stop this|stop all|unsubscribe|unsubscribe me|remove|remove me|delete|delete me|"
    "opt out|optout|opt-out|cancel|off|take me off|unsubscribed|un-subscribe|no more|end|quit|unsub|"
    "unsuscribe|unsubcribe|unsubsribe|remove from list|off list|take off|stop sending|not wanted|"
    "no longer wish to receive|stop mail|stop email|stop emails|stop stop|stop now|"
    "unsubscribe unsubscribe|i unsubscribe|sign off|"
    "signoff"
)
WHOLE = frozenset(_WHOLE.split("|"))
MENTIONS = re.compile(r"\b(?:un-? ?subs?cri(?:be|bed|bing|ption)|opt(?:ed|ing)?[- ]out|mailing list removal)\b")
# Right before the wish: "do not", "I did not mean to", "no need to". Not "why not", "if not".
INNER_NOT = re.compile(r"\b(?:not|never|without)\b")
NEGATION = re.compile(
    r"\b(?:don't|dont|didn't|didnt|never|not|no need to|no wish to|without|rather than|instead of|nor"
    r"|won't|wouldn't|shouldn't|cannot|can't|no intention (?:of|to)|isn't|aren't"
    r"|haven't|wasn't|weren't|nobody|no one|noone|hate|hates|loath|sad|hardly)\s(?:(?:be|been|being|to|have|has|get"
    r"|got|ever|yet|want|wants|wish|wishes|like|need|mean|meant|intend|plan|going|ask|asked|asking|you|i|we|me|us|my"
    r"|actually|really|necessarily|still|all|like|think|should|would|need|for|in|that|so)\s){0,6}$"
)
PAST = re.compile(
    r"\b(?:(?:was|were|been|got|getting|had) (?:\w+ )?(?:unsubscribed|removed|taken off|dropped)|(?<!if )(?:you|they"
    r"|someone|somebody|it|he|she|who) (?:have |has |had )?(?:unsubscribed|removed|taken|took|dropped|deleted) (?:me"
    r"|us)|(?:unsubscribed|removed|pressed|clicked|taken off|opted out)\b.{0,60}\b(?:by (?:mistake|accident|error)"
    r"|in error)|(?:accidentally|mistakenly) (?:unsubscribed|removed|pressed|clicked|opted)|(?:thanks?|thank you"
    r"|cheers|grateful|pleased|glad|ta) (?:\w+ ){0,3}?for (?:\w+ )?(?:taking|removing|deleting|stopping|unsubscribing"
    r"|dropping))\b"
)
ASKS_HOW = re.compile(r"\b(?:how|where|what|which|whom?|who)\b.{0,40}\b(?:do|can|could|should|would|to|must|is|are)\b")
ASKS = re.compile(
    r"^(?:(?:hi|hello|dear|so|and|but)\W+)*(?:did|have|has|was|were|am|why|when|who|should|does|do(?! (?:me|the|take"
    r"|please)\b)|is (?!it possible|there))\b"
)
CONDITION = re.compile(
    r"\b(?:(?<!prefer it )(?<!prefer )if|unless|until(?! now| but)|till|once|when|whenever|provided|as long as"
    r"|otherwise|in case|should (?:you|it|this|the)|whether|(?:from|after|before|at the end of|by|as of"
    r"|with effect from|starting) (?:the )?(?:(?:next(?! issue| edition| one| newsletter)|this (?:week|month|term"
    r"|summer|autumn|winter|spring|year)|end|january|february|march|april|may|june|july|august|september|october|november|december|monday|christmas|easter|summer|term"
    r"|\d)))\b"
)
CONTRAST = re.compile(
    r"\b(?:but|however|except|instead|still (?:want|like|wish|receive|get|be)|keep (?:me|sending|my|us)|apart from"
    r"|other than|although|though|rather than|and (?:add|replace|put|send|include)|replace|swap)\b"
)
HARMLESS_CONTRAST = re.compile(
    r"\bbut (?:it|they|this|these|you|i|nothing)(?:'s|'ve|'m| has| have| am| keep| keeps)? (?:\w+ ){0,2}?(?:again"
    r"|still|another|keep|keeps|turned up|turns up|came|coming|comes|arriv\w+|happened|wouldn't|couldn't|can't"
    r"|does not work|doesn't work)|\bbut (?:thank|i have (?:really )?(?:enjoyed|found|appreciated)|it (?:has been"
    r"|was)|good luck|all the best|i wish you|keep up)"
)
# Things one may also be taken off, or not want: not the list.
OTHER_THING = re.compile(
    r"\b(?:(?:waiting|delegate|attendee|attendance|conference) list|waitlist|text messages?|texts?|sms|whatsapp"
    r"|course|courses|training|event|workshop|rota|panel|meetings?|attendees?|attendance"
    r"|invit\w*|group|sub-?group|board|committee|working party|conference|delegates?|case|minutes"
    r"|agenda|attachments?|twice|duplicates?|two copies|2 copies|(?:second|extra|double|other|duplicate) (?:copy|one"
    r"|e-?mail|address|entry)|old (?:e-?mail|address|one|account)|paper|phone|directory|web ?site|webpage|calendar"
    r"|by post|postal|hard copy|pdf|html|log ?in|secure area|register of|photo\w*|picture)\b"
)
# Of two copies one may go: that is for a person to do.
DUPLICATE = re.compile(
    r"\b(?:twice|duplicates?|(?:two|2|second|extra|double) (?:copy|copies|of (?:them|these|each))|old (?:e-?mail"
    r"|address|account))\b"
)
# What names our mail beyond doubt; "the list" alone may be the one spoken of before.
NAMES_US = re.compile(
    r"\b(?:newsletters?|mailings?|e-?mails?|e-?mailing|distribution|circulation|bulletins?|subscri\w+|unsub\w+|pscb"
    r"|database|mailshots?|inbox|e-?mailed)\b"
)
# Where something else is named as well: "she has left the committee and asks to be removed from the list".
OFF_OUR_LIST = re.compile(
    r"\b(?:wish\w*|want\w*|asks?|asked|asking|like|request\w*)\b.{0,20}\b(?:removed|taken|deleted"
    r"|unsubscribed)\b.{0,20}\b(?:mailing|the|your|this) (?:list|newsletter|mailing)\b(?! of\b)"
)
# "I have asked twice": no two copies.
NO_OTHER_LIST = re.compile(
    r"\b(?:on|from|by|over|with) (?:my|the|a|our) (?:mobile|phone|web ?site|telephone)\b|\b(?:group|committee|board"
    r"|panel|course|working party)\b.{0,30}?\b(?:folded|closed|disbanded|ended|finished|wound up|merged"
    r"|no longer (?:meets|exists|runs))\b|\b(?:asked|told|tried|written|requested|e-?mailed|said|rung|rang|phoned"
    r"|called|unsubscribed)\b.{0,40}?\btwice\b"
)
# Something one attends, or does in turn: whoever writes of it may mean its list.
ATTENDING = re.compile(
    r"\b(?:attend\w*|not (?:coming|going)(?! back| to be)|make it|available"
    r"|book(?:ed|ing|ings)?|places?|sessions?|slots?|dut(?:y|ies)|shifts?|visits?|part(?:y|ies)|lunch|dinner|seats?"
    r"|tickets?|volunteer\w*|interview\w*|appointments?|(?:can't|cannot|can not|won't|will not|unable to|not able to"
    r"|couldn't) (?:now )?(?:do|make|come|be (?:there|able|at|coming)|attend|join|get to|manage)|\d{1,2}(?:st|nd|rd"
    r"|th)|enrol\w*|regist(?:er|ered|ration)|sign-?up|cover)\b"
)
THIRD = re.compile(
    r"\b(?:take|remove|delete|drop|unsubscribe|unsubscribing|removing)\s+(?!note\b|part\b|care\b|me\b|us\b|my\b"
    r"|myself\b|from\b|this\b|these\b|our\b|off\b|it\b)(.{2,60}?)\s+(?:off|from|out of)\b.{0,40}\b(?:list|lists"
    r"|newsletters?|mailings?|distribution|circulation|database|e-?mails?|records?)\b"
)
THIRD_BARE = re.compile(
    r"\b(?:remove|delete|unsubscribe|take off):?\s+(?:(?:him|her|them|the following|his|their)\b|(?=\S{1,64}@))"
)
RHETORIC = re.compile(
    r"\b(?:how many (?:more )?times|why (?:do|am|are|have|did) (?:i|we|you)|how did you get|who gave you|how often)\b"
)
COURTESY = re.compile(
    r"\b(?:thank|thanks|thx|regards|sorry|apolog\w+|appreciat\w+|best wishes|wish you|keep up|good luck|great work"
    r"|good work|all the best|it has been|enjoyed|lovely|nice|bless\w*|interesting|useful|hope you|hope this"
    r"|take care|cheers|bye|merry|happy)\b"
)
# A signature that no mark sets apart: "PC 0000 Neighbourhood Team", "Dr P", "Mrs T Ashdene". No verb is in it.
TITLED = re.compile(
    r"^(?:pc|pcso|wpc|dc|ds|di|sgt|insp|cllr|councillor|dr|mr|mrs|ms|miss|prof|rev|revd|sister|fr)\.? (?:\d{1,6}"
    r"(?: [a-z]{3,}){0,2} team|\d{1,6}|(?:[a-z]\.? )?(?!left|retired|died|moved|resigned|says?|asks?|wants?|is\b|has\b)"
    r"[a-z'-]{1,30})$"
)
GREETED = re.compile(
    r"^(?:(?:my )?dear(?: \w+){1,3}\s?,|hi|hello|hey|hiya|dear|good morning|good afternoon|good evening|morning"
    r"|afternoon)\b,? ?"
)
GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|afternoon|to whom|fao|team|all|sir|madam"
    r"|greetings)\b"
)
REASON = re.compile(
    r"\b(?:left|leav\w+|retir\w+|no longer|moved|moving|chang\w+|new (?:job|role|post)|relevan\w+|too many|inbox|busy"
    r"|don't (?:work|read|use|have)|do not (?:work|read|use)|not (?:work|read|relevant|my|in)|already|receiv\w+"
    r"|get(?:ting)? (?:it|this|these|so|far|too)|asked|request\w*|before|again|several|third|second|times?|gdpr"
    r"|data protection|maternity|position|role|school|work\w*|service|name is|confirm\w*|let me know|address|e-?mail"
    r"|link|subscribe\w*|sign(?:ed)? up|list)\b"
)
