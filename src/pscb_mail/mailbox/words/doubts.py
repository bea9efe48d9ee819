"""A wish to come off, and what makes words that sound like one too doubtful to act on.

Pure data, for `optout` and `abroad`: somebody else's voice, a decision not yet made, words that are handed on or taken
back, a condition, a list that is not ours. Words that nobody foresaw are `harmless`'s business.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """A wish to come off: the sentence, why it is doubtful (or ""), and whom else it is about (address or name)."""

    sentence: str
    doubt: str = ""
    other: str = ""


# Why a person has to read it, as the editor sees it.
TURNED = "they also say that they do not want to come off"
SOMEBODY = "it is about somebody else"
CONDITIONAL = "a condition goes with it"
MIXED = "they say more than that"
ELSE = "they ask for something else as well"
UNDECIDED = "they have not decided, or not for good"
MENTIONED = "they write about coming off, but do not plainly ask for it"
HOW = "they ask how to come off"
BOTH = "they ask it for somebody else as well"
BESIDE = "it asks to come off the list as well"  # of an alarm: nothing is done, and a person must know
OTHER = "it may be something other than the newsletter that they want to come off"
WEAK = frozenset({MENTIONED, SOMEBODY, OTHER})  # any other proposal in the same words outweighs these
TURNS = frozenset({SOMEBODY, BOTH, CONDITIONAL, OTHER, UNDECIDED, ELSE})

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
# What they were promised, and what comes all the same: a wish that was not heard.
STILL = re.compile(r"\b(?:still|again|despite|yet|keep|continue|asked|request\w*)\b")
ASKS_HOW = re.compile(r"\b(?:how|where|what|which|whom?|who)\b.{0,40}\b(?:do|can|could|should|would|to|must|is|are)\b")
# Beside a plain wish: they ask for nothing else.
HOW_I_COME_OFF = re.compile(r"^(?:how|where|why|what) (?!.*\b(?:other|another|else|second|him|her|them|colleagues?)\b)")
ASKS = re.compile(
    r"^(?:(?:hi|hello|dear|so|and|but)\W+)*(?:did|have|has|was|were|am|why|when|who|should|does|do(?! (?:me|the|take"
    r"|please)\b)|is (?!it possible|there))\b"
)
CONDITION = re.compile(
    r"\b(?:(?<!prefer it )(?<!prefer )if|unless|until(?! now| but)|till|once|when|whenever|provided|as long as"
    r"|otherwise|in case|should (?:you|it|this|the)|whether|(?:from|after|before|at the end of|by|as of"
    r"|with effect from|starting) (?:the )?(?:(?:next(?! issue| edition| one| newsletter)|this (?:week|month|term"
    r"|summer|autumn|winter|spring|year)|end|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|monday|christmas|easter|summer|term"
    r"|\d)))\b"
)
CONTRAST = re.compile(
    r"\b(?:but|however|except|instead|still (?:want|like|wish|receive|get|be)|keep (?:me|sending|my|us)|apart from"
    r"|other than|although|though|rather than|and (?:add|replace|put|send|include)|replace|swap)\b"
)
HARMLESS_CONTRAST = re.compile(
    r"\bbut (?:it|they|this|these|you|i|nothing)(?:'s|'ve|'m| has| have| am| keep| keeps)? (?:\w+ ){0,2}?(?:again"
    r"|still|another|keep|keeps|turned up|turns up|came|coming|comes|arriv\w+|happened|wouldn't|couldn't|can't"
    r"|does not work|doesn't work)|\bbut (?:for all (?:the|your) (?:\w+ )?(?:work|help|efforts?|support|information)"
    r"|i have (?:really )?(?:enjoyed|found|appreciated)|it (?:has been|was)|good luck|all the best|i wish you|keep up)"
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
# "I have asked twice": no two copies.
NO_OTHER_LIST = re.compile(
    r"\b(?:on|from|by|over|with) (?:my|the|a|our) (?:mobile|phone|web ?site|telephone)\b|\b(?:group|committee|board"
    r"|panel|course|working party)\b.{0,30}?\b(?:folded|closed|disbanded|ended|finished|wound up|merged"
    r"|no longer (?:meets|exists|runs))\b|\b(?:asked|told|tried|written|requested|e-?mailed|said|rung|rang|phoned"
    r"|called|unsubscribed)\b.{0,40}?\btwice\b|\bserious case reviews?\b"
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
    r"|\b(?:cancel|remove|delete|withdraw|take)\b.{0,80}\b(?:anything|everything|whatever) else"
    r" (?:(?:that )?you(?: have|'ve| had)|(?:that )?i(?: am|'m))\b"
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
    r"|myself\b|from\b|this\b|these\b|our\b|off\b|it\b)(.{2,60}?)\s+(?:off|from|out of)\b(?:(?!,"
    r"| and (?:keep|send|carry|continue)\b).){0,40}\b(?:list|lists"
    r"|newsletters?|mailings?|distribution|circulation|database|e-?mails?|records?)\b"
)
THIRD_BARE = re.compile(
    r"\b(?:remove|delete|unsubscribe|take off):?\s+(?:(?:him|her|them|the following|his|their)\b|(?=\S{1,64}@))"
)
# "Take" is off, out or from something; who takes over, takes leave or takes care is no such thing.
_TAKE = (
    r"(?:(?:remove|removing|delete|deleting|drop|unsubscribe|unsubscribing)"
    r"|(?:take|taking|cross|strike)(?=.{1,300}\b(?:off|out|from)\b))(?: off)?:?"
)
# "Take dan.frost@… off", "delete Dan Frost (dan.frost@…)": the object bears an address.
THIRD_ADDRESSED = re.compile(
    rf"\b{_TAKE} "
    r"(?:(?!(?:me|us|myself|and|or|from|of|at|to|in|on|by|with|about|as|over|care"
    r"|leave|until|after|before|behind|beside|between|please|contact|is|are)\b)[\w'.-]+,? ){0,6}?"
    r"[(<]?(?=\S{1,64}@)(?!\S{1,320} is (?:mine|my|our|now|the new)\b)"
)
# "Take my colleague Vi off too": no list is named.
THIRD_COLLEAGUE = re.compile(
    rf"\b{_TAKE} ((?:my|our) (?:\w+ )?(?:colleague|manager|deputy|head|headteacher|assistant|secretary|boss"
    r"|predecessor|lead|director|chair|clerk|officer|nurse|administrator|partner|teacher|wife|husband)s?\b"
    r"(?: (?!off\b)[\w'-]+){0,3})"
)
# "Take me and my colleague off", "remove Dan and me": whose wish the second one is, nobody knows.
AND_ANOTHER = re.compile(
    rf"\b{_TAKE} (?:both )?(?:(?:me|myself) (?:and|&|as well as|plus|together with) (?:also )?(?P<after>.{{2,80}}?)"
    rf"|(?P<before>(?:(?!\b(?:me|us|myself)\b).){{2,60}}?) (?:and|&|as well as) (?:me|myself))"
    r"(?=\W*(?:$|off\b|from\b|out of\b|as\b|too\b|please\b|[,;]))"
)
WE_BOTH = re.compile(r"\b(?:we(?:'d| would)? both|(?:both|the two) of us|us both)\b")
# "remove me as the contact on the website" is about a role, "as I have left" a reason.
AS_A_ROLE = re.compile(
    r"^\W*as (?!(?:i|i'm|i've|i'd|we|we're|we've|my|our|it|it's|this|these|they|you|there|per|soon|of)\b|(?:the|our|a"
    r"|this) \w+ (?:\w+ )?(?:has|have|is|was|are|were|closed|left|moved|no longer|does|did)\b)"
)
# "Take me off and I'll never forgive you" is a threat. "Please delete this e-mail" means the message.
THREAT = re.compile(r"^\W*and (?:i'll|i will|i shall|you'll|you will|see|watch|we'll|we will)\b")
THE_MESSAGE = re.compile(
    r"^(?:delet\w+|remov\w+|eras\w+|purge) (?:this|that|the|these|those) (?:\w+ )?(?:e-?mails?|mails?|messages?|above"
    r"|following)\W*$"
)
# "No more e-mails since July" tells of a time, "since I left" a reason.
SINCE_WHEN = re.compile(
    r"^\W*(?:since|for|in) (?:last|the (?:summer|autumn|winter|spring|start|end|beginning)|\w+day|january|february"
    r"|march|april|may|june|july|august|september|october|november|december|then|ages|weeks|months|christmas|easter"
    r"|half[- ]term|a while|some time|\d)\b"
)
# "No need to email me again": about what, unless our mail is named?
NO_NEED = re.compile(r"^no need to\b(?!.*\b(?:newsletters?|bulletins?|lists?|mailings?|these|this|updates?)\b)")
# "Remove me from the list, I mean the one for Thursday."
NARROWED = re.compile(r"\b(?:i mean(?:t)?|that is to say|namely|i\.e|the one)\b")
# What may follow the wish behind a comma: a reason of one's own. Anything else may narrow it ("the governors' one").
OWN_REASON = re.compile(
    r"\b(?:i|we|my|our|me|us|as|because|since|due to|so|not|no|never|wrong|thank\w*"
    r"|already|retired|left|changed|moved|finished|gone|new (?:job|role|post)|duplicates?\w*|it's|it is|they are"
    r"|regards|(?:it|this|they) (?:does not|doesn't|do not|don't|isn't|aren't|has|have|was|were|just|goes|go|comes"
    r"|come)|cheers|many|best)\b"
)
# A reason that runs on into the wish without a comma ("As I no longer work for the PCT could you …").
REASON_LEAD = re.compile(
    r"^(?:as|since|because|due to|owing to|now that|given|following|further to|under|after)\b.*\s(?=(?:i'd|i would|i"
    r"|we'd|we would|we|can|could|would|will|may|might|there(?:'s| is))\b[^,]*$)"
)
# The same up to the wish itself: "As I have now left the service remove me". What others want is no reason.
REASON_OF_OWN = re.compile(
    r"^(?:due to|owing to|because of|following|given) (?:a |the )?(?:my|our|changes?|move|restructur\w+|merger|closure"
    r"|redundancy|retirement)\b(?!.*\b(?:want|wants|asked|told|says?|said|if)\b)|^(?:as|since|because"
    r"|now that) (?:i|we|i'm|i've|we've|we're|my|our|this|it|it's)\b(?!.*\b(?:want|wants|would"
    r"|asked|told|says?|said|like|wish|wishes|might|may|if)\b)"
)
# What leads up to a wish and says nothing: "how about", "a quick note to ask that", "you may as well".
LED_UP = re.compile(
    r"\b(?:how about|feel free to|(?:this is )?(?:an? )?(?:quick|short|brief|little) (?:note|line|word|e-?mail"
    r"|one)(?: to (?:ask|say|request))?|(?:take )?note(?: that)?|you (?:may|might|could) as well"
    r"|you have my (?:permission|consent|blessing)(?: to)?|(?:treat|accept|take|consider) this as"
    r"|under (?:the )?(?:uk )?(?:data protection act|gdpr)(?: \d{4})?|(?:as )?(?:a |my )?formal (?:request"
    r"|notice|objection)(?: under (?:article \d+|(?:the )?(?:uk )?(?:gdpr|data"
    r" protection act)))?(?: to)?|is there (?:a"
    r"|any) way|any (?:way|chance)|no reason|possibly|did (?:reply|ask|write|say)|last time|cannot believe"
    r"|can't believe|i've been meaning to|been meaning to|meaning to|for ages|good enough to|kind enough to"
    r"|good as to|the time has come|time for me|be advised(?: that)?|be aware(?: that)?|(?:two|three|four|five"
    r"|several|many|\d+) times|there(?:'s| is| was)(?: now)?|at least)\b"
)
# "No reply means you will remove me", "I asked the other board to stop": said of what somebody else does.
YOU_WILL = re.compile(r"\byou(?:'ll|'re|'ve| will| are| were| have| had)(?: (?!not\b)\w+)?\s*$")
HOPED = re.compile(r"\b(?:hope|trust|expect|appreciate|grateful|ask|request|insist|assume|suggest|please)\b")
ASKED_OTHERS = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:already |just |also )?(?:asked|told|begged|wrote to|written to|phoned|rang"
    r"|e-?mailed|got|had|made|want|wanted|need|needed|would like|'d like) (?:the|my|our|his|her|their|an?|all"
    r"|every\w*|some\w*|them|him|mr|mrs|ms|dr|[a-z]+s) (?!list\b|address\b|name\b|e-?mail\b|details\b"
    r"|newsletter\b)(?:\w+ ){0,4}?to\s*$"
)
# "I'm not sure if this is read, but …", "no idea how I got on it": no condition, and no question.
UNSURE = re.compile(
    r"\b(?:not (?:\w+ )?(?:sure|certain|clear)|unsure|(?:don't|do not|dont) (?:know|understand|think|remember)"
    r"|no idea|can't (?:think|remember|see)|cannot (?:think|remember|see)|wonder\w*) (?:if|whether|how|why|who|where"
    r"|what|when)\b"
)
# Where a reason begins: a time in it is no condition.
GIVES_A_REASON = re.compile(r"^\W*(?:as|because|since|due to|now that|and i)\b")
# Not decided, or not now: "I might", "thinking of", "I wanted to", "I was going to".
NOT_DECIDED = re.compile(
    r"\b(?:(?:i|we) (?:might|may)|maybe|perhaps|probably|(?<!you )possibly|thinking|think (?:of|about)|thought (?:of"
    r"|about)|consider\w*|debating|tempted|unsure|wondering|toying|deciding|decide|(?<!no longer )wanted|intended"
    r"|meant|hoped"
    r"|planned|planning|tried|trying|last thing|far from|anything but|least of all|attempted|used to|about to"
    r"|was going|were going|nearly|almost|had to|would have|eventually|some ?day|one day|at some point|in due course"
    r"|temporarily|for (?:a|the|two|three|six|some|this) (?:\w+ )?(?:while|weeks?|months?|term|time being|moment|year"
    r"|duration)|(?:one|either|both|some) of|later|next (?:week|month|term|year)|threaten\w*)\b"
)
# "I will ask you to take me off then": a wish that is announced, and none yet. "I will have to ask you" is one.
ANNOUNCED = re.compile(
    r"\b(?:will|shall|\w+'ll|going to|plan(?:ning)? to|intend(?:ing)? to|aim to|mean to|expect to) (?:(?!not\b|be\b"
    r"|have\b|you\b|someone\b|somebody\b)\w+ ){0,2}?(?:be )?(?:ask(?:ing)?|tell(?:ing)?|e-?mail(?:ing)?|writ(?:e|ing)"
    r"|request(?:ing)?|repl(?:y|ying)|unsubscrib(?:e|ing)|want(?:ing)?|wish(?:ing)?|let(?:ting)? you know|get(?:ting)? "
    r"in touch|opt(?:ing)? out)\b[^,;:.]{0,90}$"
)
# "I'm not sure I want this any more": no wish yet.
NOT_SURE = re.compile(r"^(?:not|no longer) (?:\w+ ){0,2}?(?:sure|certain|convinced|positive|clear|decided|know)\b")
# "I retire at Easter. Take me off then."
LATER = re.compile(r"\b(?:off|out|lists?|me|us|newsletters?|mailings?|removed|unsubscribed)(?: please)?,? then\b")
# Beside a wish: things stay as they are for now.
_STAYS = r"(?:carry on|keep|continue|leave|stay|fine|send|happy|go on|remain)"
_FOR_NOW = r"(?:for now|for the (?:moment|present|time being)|until then|till then|meanwhile|(?:in the )?meantime)"
FOR_NOW = re.compile(
    r"\bnot (?:just )?yet\b|\bhold (?:off|fire) (?:until|till|for)\b"
    rf"|\b{_FOR_NOW}\b.{{0,30}}\b{_STAYS}\b|\b{_STAYS}\b.{{0,40}}\b{_FOR_NOW}\b"
    r"|^(?:(?:but|so|though|and|please) )*(?:carry on|keep (?:it|them|these) coming|hold (?:off|fire))"
    r"(?: as (?:you are|normal|usual|before)| (?:sending|with) (?:it|them|these|this|the newsletters?)| though| please"
    r")*\W*$"
)
# Somebody else speaks or is spoken of in the clause of the wish: whose wish is it?
REPORTED = re.compile(
    r"\b(?:he|she|they|he's|she's|they're|him|her|them|his|their|who|someone|somebody|anyone|anybody|everyone"
    r"|everybody|nobody|people|persons?|parents?|pupils?|teachers?|readers?|colleagues?|governors?|members?"
    r"|subscribers?|recipients?|manager|boss|deputy|secretary|assistant|receptionist|partner|wife|husband|mother"
    r"|father|friend|child|clients?|mr|mrs|ms|miss|dr)\b"
)
SPOKEN = re.compile(
    r"\b(?:(?:they|people|parents|colleagues|some|others|staff) say|says|said|saying|told|tells?|wrote|writes|heard"
    r"|mentioned|suggest\w*|reported|quote\w*|asks)\b|\b(?:he|she|they|colleagues?|parents?|manager|head|boss"
    r"|who)(?:'s| has| have| had)? (?:just )?(?:asked|requested)\b"
)
# "I am only a receptionist", "as a governor": nobody else is spoken of.
OF_ONESELF = re.compile(
    r"\b(?:i am|i'm|we are|we're|i was|as)(?: (?:only|just|now|not|also|really|simply|an?|the|your|one|of|retired|new"
    r"|old|former|school|parish|foster|part-time|local|busy|mere|humble))+ (?:parents?|pupils?|teachers?|readers?"
    r"|governors?|members?|subscribers?|manager|boss|deputy|secretary|assistant|receptionist|partner|mother|father"
    r"|childminder|person|people)\b"
)
# "You keep sending me this": no wish to keep it. "If I get another, I shall complain": no condition.
COMPLAINT = re.compile(
    r"\b(?:you|they)(?: people| guys| lot)? (?:just |still )?keep (?:on )?(?:sending|e-?mailing|putting|including"
    r"|adding)\b(?!.{0,40}\?)|^if (?:i|we) (?:get|receive|hear|see|am sent|find)\b.{0,60}\b(?:complain\w*|report\w*"
    r"|commissioner|ico|solicitor|legal|spam|junk|block\w*|further)\b"
)
# "Would you like to be removed": an offer, as organisations make it.
OFFERED = re.compile(
    r"\byou(?:'d| would| do| no longer)? (?:like|want|wish|prefer|need)\b.{0,25}?\b(?:to be|to come|to unsub\w*"
    r"|to opt|to stop|removed|taken off|me to|us to)\b"
)
# A word that ends something, but not by itself the newsletter: "cancel my registration", "withdraw me".
VAGUE = re.compile(r"\b(?:withdraw|regist\w+|entry|enrol\w*|discharge)\b")

SAID_OF_ONESELF = re.compile(
    r"\b(?:(?:treat|accept|take|consider) this as|for the (?:second|third|fourth|fifth|last|final|\w+th) time"
    r"|once (?:more|again)|feel free|how about|no need|no longer|any more|i|i'm|i'd|i've|we"
    r"|we'd|we're|we've|me|us|my|our|you)\b|^(?:have|am|was|been|now|not|never|retired|left|moved|changed|gone)\b"
)
# Beside a bare "Stop.": what the sender tells of themselves. "Stop! Before you print it" is no such thing.
OWN_ACCOUNT = re.compile(
    r"^(?!before\b|when\b|until\b|unless\b|otherwise\b|or\b)(?:.*\b(?:no need|no longer|any ?more|i|i'm|i'd|i've|we"
    r"|we'd|we're|we've|me|us|my|our)\b|(?:have|am|was|been|now|not|never|wrong|retired|left|moved|changed|gone)\b)"
)
# "Unsubscribe. Mrs T Ashdene left us in July": whose wish is it?
OF_ANOTHER = re.compile(
    r"^(?:mrs?|ms|miss|dr|pc|pcso|dc|ds|di|sgt|insp|cllr|rev)\b.*\b(?:left|retired|died|moved|resigned|gone|asked"
    r"|wants?|wishes|is|has|was)\b"
)
# "Jane and I would like to come off": the other one as well.
TOGETHER = re.compile(
    r"^\W*(?:(?:can|could|may|both|my|our) )*((?!\w+ed\b)\w+(?: (?!\w+ed\b)\w+)?) and(?: (?:i|me|myself)\b|\s*$)"
)
_TOLD = re.compile(r"\b(?:sent|send|e-?mail(?:ed|s)|rang|phoned|called|texted|left a message|asking|requesting)\b")
# "Could someone take me off": whoever it is that does it.
SOMEONE = re.compile(
    r"\b(can|could|will|would|may|might|that|ask) (?:someone|somebody|anyone|anybody|whoever(?: \w+){1,5}?)(?= )"
)
# "I was told to reply to this": how to come off, not by whom it is wished.
TOLD_HOW = re.compile(
    r"\b(?:i|we)(?:'ve been| was| were| am| have been) told (?:to|that (?:i|we) (?:can|could|should|have to|need to))\b"
)
# The words are handed on, perhaps without any mark of quotation.
PASSED_ON = re.compile(
    r"\b(?:this|it|which) (?:\w+ )?(?:came|arrived|landed|was sent|was received|was left|is from|is for you)\b"
    r"|\bon behalf of\b|\bfor your attention\b|\b(?:see (?:\w+ )?below|(?:message|e-?mail|request|note|reply|text"
    r"|words|query) (?:\w+ )?below|below (?:is|are|from)|fyi|for your information|forward(?:ed|ing)|passing (?:this "
    r"|it )?on|pass (?:this |it )?on|(?:got|had|received) (?:this|the following|these) (?:\w+ )?(?:from|message"
    r"|request|note|reply)|as follows|(?:wrote|writes|said|says|asked|asks)\b.{0,40}:$|reads?:$|following (?:message"
    r"|e-?mail|request|reply))|:$"
)
# What takes it all back.
TAKEN_BACK = re.compile(
    r"\b(?:ignore|disregard|changed my mind|change of mind|joke|joking|kidding|jk|never ?mind|not really|only messing"
    r"|(?:pressed|clicked|sent|hit|unsubscribed|removed|took me off|(?:it|that|this) (?:was|is)"
    r"|made)\b.{0,30}\b(?:mistake|accident|accidentally|in error|wrong button)|accidentally|keep me|still (?:want"
    r"|like)|scrap that|forget (?:it|that)|wrong button|(?<!someone )(?<!somebody )put me back|actually,? (?:no|don't"
    r"|do not|leave|keep|i)|second thoughts?|on reflection|leave me on|oh wait|hang on|(?<!you )hold on|leave it"
    r"|(?:that|this|it)(?:'s| is| was)? not what (?:i|we)|scratch that|take (?:it|that) back|as you were|no (?:way"
    r"|chance)|haha|lol)\b"
)
# Beside a plain wish: something else that they want of us.
WANTS_BESIDE = re.compile(
    r"\b(?:except|instead|still (?:want|like|wish|receive|get|be)|keep (?:me|sending|my|us)|apart from|other than"
    r"|rather than|(?:i|we)(?:'d| would)? (?:want|need|like|wish) (?:an? |the |to (?!stop|come|be|unsub|leave|opt"
    r"|receive|get))|replace|swap|and (?:add|replace|put|send|include))\b|\b(?:but|however|although"
    r"|though)\b.{0,80}\b(?:want|wish|like|keep|stay|remain|send|add|put|include|continue|need)\b"
)
# Words in quotation marks are somebody's else.
IN_QUOTES = re.compile(r"\"[^\"]{8,300}\"|(?<!\w)'[^']{8,300}'(?!\w)")
# A question is a request only in these forms; any other asks something.
REQUEST = re.compile(
    r"\b(?:can|could|would|will|may|might|please|possible|any chance|any way|able|how about"
    r"|how many (?:more )?times|when will"
    r"|why (?:am|do|are|have|did) (?:i|we|you))\b"
)


def told_by_others(words: str) -> bool:
    """Whether a sentence beside a wish tells what somebody else said, wrote or asked for."""
    words = TOLD_HOW.sub(" ", words)
    return bool(SPOKEN.search(words) or (REPORTED.search(OF_ONESELF.sub(" ", words)) and _TOLD.search(words)))
