"""How people ask to come off a list, in English: small named patterns.

Pure data, for `optout`. Every pattern is for one sentence as `sentences` returns it; none can backtrack far.
"""

import re
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Form:
    """A way to ask to come off, for a sentence without politeness ("please", "if possible", …).

    `negative`: it holds a negation itself, or begins where a clause does, so that one before it turns nothing round.
    `ours`: it is a wish to come off only where it names our mail. `unwanted`: a word of staying behind it turns it.
    """

    pattern: re.Pattern[str]
    negative: bool = False
    ours: bool = False
    unwanted: bool = False


def _forms(
    patterns: dict[str, str], *, negative: bool = False, ours: bool = False, unwanted: bool = False
) -> dict[str, Form]:
    return {name: Form(re.compile(pattern), negative, ours, unwanted) for name, pattern in patterns.items()}


# What somebody asks to be done with them, or with their name.
_ASKS = {
    "take me off": rf"\b(?:take|taking|get|getting|cross|crossing|strike|striking|scratch|leave|cut|knock) {ME}"
    rf" ?(?:right )?(?:off|out|from)\b",
    "pop me off": rf"\b(?:pop|bin|kick|chuck|whip|wipe|throw|boot|bump|pull|whisk|lift|tick|rub|slip|sign|scrub|strip"
    rf"|score|keep|rule|opt) {ME} ?(?:right )?(?:off|out|from) (?:of )?(?:the|this|your|all|any|it|here|these)\b",
    "count me out": r"\bcount (?:me|us) out (?:of|for|from) (?:(?:the|this|your|all|any|these) )?(?:(?:future|further"
    r"|more) )?(?:newsletters?|bulletins?|mailings?|e-?mails?|mailing list|copies|issues|editions)\b",
    "remove me": rf"\b(?:remove|removing|delete|deleting|drop|dropping|exclude|excluding|withdraw|erase|erasing|omit"
    rf"|purge|deregister"
    rf"|de-register) (?:both )?{ME}",
    "remove from the list": r"\b(?:(?:remove|delete) (?:from|off|of)|(?:taken? off|take out|unsubscribe)(?: (?:from"
    r"|off|of))?) (?:your|the|this|all|any|these|our) (?:\w+ ){0,3}?(?:list|lists|mailings?|newsletters?|distribution"
    r"|circulation|e-?mails?|bulletins?|database)\b",
    "to be removed": rf"\b{WANT}\b.{{0,30}}\b(?:to )?{TO_BE} ?(?:removed|taken off|taken out|deleted|unsubscribed"
    rf"|left off|off|dropped|out|excluded|opted out|erased)\b",
    "like my address removed": rf"\b{WANT} (?:to have |that )?{ME} ?(?:to be |be )?(?:removed|deleted|taken (?:off"
    rf"|out)|unsubscribed|dropped|erased|struck)\b",
    "may I be removed": rf"\b(?:can|could|may|might|should)\b (?:i|we|(?:my|our"
    rf"|this) \w+(?: \w+)?) {TO_BE} ?(?:\w+ )?(?:removed|taken off|taken out|deleted|unsubscribed|off|dropped|out)\b",
    "my name should be removed": rf"\b(?:i|we|{ME}) (?:should|must|needs? to|ought to"
    rf"|has to) (?:now )?{TO_BE} ?(?:removed|taken off|taken out|deleted|unsubscribed|dropped|erased)\b",
    "I could be removed": rf"^(?:that )?(?:i|we|{ME}) could {TO_BE} ?(?:removed|taken off|taken out|deleted"
    rf"|unsubscribed|dropped|erased)\b",
    "any chance": r"\b(?:chance|possib\w+|way|wonder\w*|ask)\b.{0,15}\b(?:i|we) (?:can|could|may|might) (?:be|get"
    r"|come) ?(?:removed|taken off|taken out|deleted|unsubscribed|off)\b",
    "is it possible": rf"\b(?:possible|ok|okay|all right|alright) (?:for me )?to {TO_BE} ?(?:removed|taken off|deleted"
    rf"|unsubscribed|off)\b",
    "off the list": r"(?:^(?:me )?|\bno - )off (?:of )?(?:the|your|this) (?:\w+ ){0,2}?(?:list|newsletter|mailing)",
    "chance of": r"\b(?:chance|possibility|way) of (?:me )?(?:being|getting) (?:removed|taken off|unsubscribed|deleted"
    r"|off)\b",
    "unsubscribing": r"(?:^|\bso )(?:i'm|i am|we're|we are|this is me) unsubscribing$",
    "be removed": r"^(?:to )?(?:be|being) (?:removed|taken off|unsubscribed|deleted|dropped)\b",
    "want off": r"\b(?:want|like|wish|need) (?:to get |to be |to come )?(?:off|out)(?: (?:of )?(?:the|this|your)\b|$)",
    "should come off": r"\b(?:i|we) (?:should|ought to|need to|must|had better) (?:\w+ )?(?:come|be|get) (?:off"
    r"|removed|taken off)\b",
    "come off": r"\b(?:i|we)(?:'d| would| want| wish|'ll)?(?: like| want| wish| prefer)?(?: to)? (?:come|get|be) off\b",
    "time I came off": r"\btime (?:i|we) (?:came|got|went) off\b",
    "unsubscribe me": rf"\bun-? ?subscri(?:be|bing) {ME}",
    "want to unsubscribe": rf"\b{WANT} (?:(?:you|me|us) )?(?:to )?(?:be )?un-? ?subscri(?:be|bed|bing)\b",
    "unsubscribe": r"^(?:(?:can|could|would|will|may|do)? ?(?:you|i|we)? ?|i am writing to "
    r"|can i )?(?!.{0,90}\b(?:click|https?|visit|link|reply)\b)un-? ?subscri(?:be|bed|ption)(?: (?:request"
    r"|me))?(?: (?:from|to|of) .{1,80}$|(?= ?[,;:-] )|$)",
    "removed me": r"\b(?:removed|took|deleted) (?:me|us|my \w+) (?:from|off)\b",
    "withdraw me": r"\b(?:un-?enrol|un-?register|de-?register|withdraw|discharge) (?:me|us)\b",
    "delete my subscription": r"\b(?:delete|remove) (?:my|our|this) (?:\w+ )?(?:subscription|registration|entry)\b",
    "stop it coming": r"\bstop (?:this|these|it|them) (?:\w+ )?(?:coming|arriving|being sent)\b",
    "stop these": r"^(?:can you |could you )?(?:stop|cease|end) (?:these|this|them|it)$",
    "resign": r"\b(?:resign|withdraw|retire|come out) (?:from|of) (?:this|the|your) (?:\w+ ){0,2}?(?:list|mailing"
    r"|newsletter)\b",
    "leave the list": r"\b(?:leave|quit|exit|withdraw from|come out of|get out of) (?:this|the"
    r"|your) (?:\w+ ){0,2}?(?:list|mailing)\b(?! (?:of|at|in|on|with|behind|alone|be"
    r"|as (?:is|(?:it|they) (?:is|are|was|stands?))(?= \w+ing\b|$))\b)",
    "like to stop": r"\b(?:i|we)(?:'d| would) (?:now )?(?:like|prefer|want) to stop$",
    "removal": r"^(?:(?:a |this is a |my )?request(?:ing)? (?:for |to )?|for )?(?:my |mailing list "
    r"|newsletter )?(?:removal|be removed|be taken off)(?: request)?(?: (?:from|of)\b.{0,60})?$",
    "removal of": rf"\b(?:removal|deletion|erasure|withdrawal) of {ME}",
    "action my removal": r"\b(?:action|process|arrange|effect|confirm|register|accept|note) (?:for )?(?:my"
    r"|our) (?:removal|opt[- ]?out|unsubscri\w+)",
    "make sure": r"\b(?:ensure|make sure|see to it|arrange|ask)\b.{0,20}\b(?:i am|i'm|i be|me|my \w+(?: \w+)? (?:is"
    r"|are)|we are|us)\b.{0,10}\b(?:removed|taken off|unsubscribed|deleted|to be removed)\b",
    "remove from list": r"\b(?:remove|take|delete) (?:me )?(?:from|off) (?:mailing |distribution |dist |e-?mail "
    r"|circulation )?(?:list|lists|newsletter)\b",
    "cancel": r"\b(?:cancel|end|terminate|discontinue|stop|kill) (?:my|our|this|the|these|your"
    r"|all) (?:\w+ )?(?:subscription|registration|newsletters?|e-?mails?|mailings?|copy)\b",
    "possible to opt out": r"\b(?:possible|able|okay|ok|allowed) (?:for me )?to (?:opt[- ]?out|unsubscribe|come off)\b",
    "opt out": rf"\b(?:(?:{WANT}|going|wishing) (?:to )?opt(?:ing)?[- ]?out|opt(?:ing)? {ME} out|^(?:i |i'm |i am |we "
    rf"|we're |(?:can|could|may|might) (?:i|we) )?opt(?:ing)?[- ]?out)\b",
    "consent": r"\b(?:withdraw|revoke)(?:ing)? (?:my|our) consent\b",
    "objection": r"\b(?:i|we) object to (?:\w+ ){0,3}?(?:receiving|the processing|processing|being sent)\b",
}
# What is to end: a wish only where it is our mail.
_ENDS = {
    "stop sending": r"\b(?:stop|cease|quit|discontinue)(?: to)? (?:sending|receiving|getting|e-?mailing|using (?:my"
    r"|our|this) (?:\w+ ){0,2}?(?:address|details|data|name)|mailing|send|contacting|messaging|spamming|including"
    r"|writing|these|the e-?mails?|the mailings?|this newsletter|the newsletter|all e-?mails?|e-?mails?|email|(?:all "
    r"|any |your |the )?(?:further |future |more )?(?:correspondence|communications?|contact|e-?mails|mailings?"
    r"|newsletters?|messages|mail|bulletins?|updates))\b",
    "no longer send": r"(?:^|\b(?:would|could|can|will|to|please) )no longer (?:send|e-?mail|mail|contact|include)\b",
    "desist": r"\b(?:desist|refrain) from (?:sending|e-?mailing|mailing|contacting)\b",
}
# The same, forbidden.
_FORBIDS = {
    "do not send": r"\b(?:do not|don't|dont|do no longer|never|no need to|not to)(?: \w+)? (?:send|e-?mail|mail"
    r"|contact|write to|include|keep sending|continue (?:sending|to send))(?: it| this| these| them| the newsletter"
    r"| newsletters?)?(?: to)? (?:me|us)\b",
}
# "I do not want …": of our mail, and no wish to stay ("I do not want this to stop").
_DOES_NOT_WANT = {
    "no longer want": r"(?:\b(?:i|we)\b.{0,60}|^(?:as |since )?)\b(?P<wish>no longer|not|don't|dont|never|wouldn't"
    r"|do not|rather not|not to) (?:\w+ ){0,2}?(?:wish|want|like|need|require|care|interested|wanting|wishing|desire"
    r"|receive (?:any )?(?:more|further))\b",
    "rather not": r"\b(?:rather not|(?:prefer|like|wish|ask|want) not to|sooner not) (?:\w+ ){0,2}?(?:receive|get|have"
    r"|be (?:sent|on|included|contacted))\b",
    "rather you did not": r"\b(?:rather|prefer (?:it )?if|prefer that) you (?:didn't|did not|don't|do not|stopped"
    r"|no longer|would not|wouldn't) (?:\w+ )?(?:send|e-?mail|contact|sending|e-?mailing|mail)",
    "not send": r"\b(?:can|could|would|may|will|to) (?:(?:you|i|we) )?(?:\w+ )?(?:not|no longer) (?:be )?(?:send|sent"
    r"|receive|get|include|e-?mail)\b",
}
# What they do without, where no word of staying follows.
_DOES_WITHOUT = {
    "no interest": r"\b(?:i|we)(?:'ve| have| 've got)? (?:got )?no (?:further |more |longer any )?(?:interest in"
    r"|need (?:of|for|to receive)|use for|wish to receive)\b",
    "so that I am not": r"\b(?:so that|so|that|ensure|sure) (?:i|we|my \w+(?: \w+)?) (?:am|are|is|do|will be|be"
    r"|will) (?:no longer|not) (?:sent|included|on|receiv\w+|get|getting|listed|contacted|e-?mailed)\b",
    "make sure I do not get": r"\b(?:ensure|sure|see)(?: that)? (?:i|we) (?:do not|don't|dont|won't|never"
    r"|no longer) (?:get|receive)(?: (?:any|more|further|future|of|the|this|these|your)){0,4} (?:newsletters?"
    r"|bulletins?|mailings?|e-?mails?)\b(?! in (?:my|our) (?:spam|junk))",
}
# Refusals that leave nothing open; and what stands behind a dash or a comma, where a clause begins.
_REFUSES = {
    "do not send newsletters": r"\b(?:do not|don't|dont) send (?:any )?(?:more|further) (?:newsletters?|e-?mails?"
    r"|mails?|copies|issues|bulletins?)\b",
    "no more": r"^no (?:more|further) (?:of )?(?:these |this |the |your )?(?:newsletters?|e-?mails?|mails?|mailings?"
    r"|bulletins?|copies)\b|^no (?:more|further) of (?:these|this)$",
    "no to any more": r"^no,? to (?:any |all )?(?:more|further|future) (?:of (?:these|them|this)|newsletters?|e-?mails?"
    r"|mails?|mailings?|bulletins?|copies|issues|editions)\b",
    "send not to me": r"\b(?:do not|don't|dont|never) (?:send|e-?mail|mail) (?:this|these|it|them|those"
    r"|any(?: more)? of (?:this|these))(?: to (?:me|us))?\b",
    "receive no more": r"\b(?:ensure|make sure|see|arrange|so)(?: that)? (?:i|we) (?:receive|get|have|am sent"
    r"|are sent) no (?:further|more)\b",
    "no longer required": r"^(?:the |this |your |these )?(?:newsletters?|e-?mails?|mailings?|bulletins?)(?: is"
    r"| are)? (?:no longer|not) (?:required|needed|wanted|relevant|applicable|of (?:use|interest))(?: to me| to us"
    r"| any ?more| (?:at|by|in) (?:this|our) \w+)?(?:$|(?=, (?:as|because|since|we|i|i'm|we're|it's)\b))",
    "and unsubscribe": r"[-,:;] ?(?:so )?(?:unsubscribe|remove|delete)(?: me)?$",
    "no consent": r"\b(?:i|we) (?:do not|don't|dont|no longer|never) consent(?:ed)? to (?:be|being|receiv\w+|get\w*)\b",
}
WISHES = (
    _forms(_ASKS)
    | _forms(_ENDS, ours=True)
    | _forms(_FORBIDS, negative=True, ours=True)
    | _forms(_DOES_NOT_WANT, negative=True, ours=True, unwanted=True)
    | _forms(_DOES_WITHOUT, negative=True, unwanted=True)
    | _forms(_REFUSES, negative=True)
)
# After "I do not want", a word of ending or losing makes it a wish to stay: "I do not want this to stop".
STAYING = re.compile(
    r"\b(?:stop\w*|end|ends|ending|cease\w*|cancel\w*|remov\w*|delet\w*|off|out|unsub\w*|leave|leaving|miss\w*|lose"
    r"|losing|drop\w*|without|discontinu\w*|opt\w*|go|be left|taken|late|wrong|old|blank|in (?:the|your|this"
    r"|next) (?!future)|in (?:a |an |this )?(?:\w+ )?(?:format|form)|(?:in|to|into) (?:my|our|the) (?:spam|junk))\b"
)
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
# What a mail may hold and nothing else; `sentences` has mended it by then.
_WHOLE = (
    "stop|stop it|stop this|stop all|stop now|stop mail|stop email|stop emails|stop sending|unsubscribe|unsubscribe me"
    "|unsubscribed|i unsubscribe|remove|remove me|remove from list|delete|delete me|opt out|optout|opt-out|cancel|off"
    "|off list|take me off|take off|no more|end|quit|not wanted|no longer wish to receive|sign off|signoff"
)
WHOLE = frozenset(_WHOLE.split("|"))
# Beside another sentence they may be about what that names.
WHOLE_ALONE = frozenset([
    "cease sending", "cease mailing", "cease e-mailing", "cease emailing", "stop mailing",
    "stop emailing", "stop e-mailing", "don't send any more", "do not send any more", "send no more",
    "do not send more", "don't send more", "don't send anything", "don't send anything else", "no more sending",
])  # fmt: skip
MENTIONS = re.compile(r"\b(?:un-? ?subs?cri(?:be|bed|bing|ption)|opt(?:ed|ing)?[- ]out|mailing list removal)\b")
