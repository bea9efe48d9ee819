"""A child may be at risk: words that are shown before anything else.

Pure and linear. Two ways: the forms people use, and a young person together with something done to them and a sign that
it is told of and not written about, in one sentence or two. What the newsletter itself writes about ("children at
risk", "disclosure scheme") must not be enough: a child somebody knows of, a worry or an event goes with it. A false
alarm costs a look; a missed one may cost a child.
"""

import re

from pscb_mail.mailbox.net import is_english
from pscb_mail.mailbox.sentences import Sentence

_CHILD = (
    r"(?:child|children|kids?|pupils?|students?|boys?|girls?|bab(?:y|ies)|toddlers?|infants?|young (?:person|people"
    r"|girl|boy|man|woman|lad)|teenagers?|(?:step|grand|foster )?(?:daughters?|sons?)|nieces?|nephews?|grand(?:child"
    r"|son|daughter)s?|brothers?|sisters?|siblings?|year[- ]olds?|family|families)"
)
_HURT = (
    r"(?:hurt(?:s|ing)?|abus(?:e|ed|es|ing)|beat(?:en|ing|s)?|hit(?:s|ting)?|harm(?:ed|ing|s)?|neglected|groom(?:ed"
    r"|ing)|raped?|assault(?:ed|ing|s)?|molest(?:ed|ing|s)?|touch(?:ed|es|ing)|exploit(?:ed|ing)|traffick(?:ed|ing)"
    r"|starv(?:ed|ing)|threaten(?:ed|ing|s)?|chok(?:ed|ing)|strangl(?:ed|ing)|lock(?:ed|s) (?:up|in)|burn(?:t|ed)"
    r"|punch(?:ed|es|ing)|slap(?:ped|s|ping)|kick(?:ed|s|ing)?|kill(?:ed|s)?)"
)
# A child at risk, said by somebody who means a child they know of. What the newsletter itself writes about ("children
# at risk", "neglect", "disclosure scheme") must not be enough: a person, a worry or an event goes with it.
_URGENT = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"\b(?:i|we)(?:'m|'re| am| are| have been| remain)? (?:\w+ ){{0,3}}?(?:worried|concerned|frightened"
            rf"|afraid|scared|alarmed|anxious)\b.{{0,60}}\b(?:safety of|{_CHILD}|him|her|his|their)\b"
        ),
        (
            rf"\b(?:worried|concerned|concerns|worries|concern) (?:\w+ )?(?:about|for|regarding) (?:\w+ )?(?:a"
            rf"|one of (?:my|our|the)|my|this|the|our|his|her|two|three) (?:\w+ ){{0,3}}?{_CHILD}\b"
        ),
        (
            rf"\b{_CHILD}\b.{{0,80}}\b(?:told|disclosed|confided|revealed|said to) (?:to )?(?:me|us|a teacher|my|our"
            rf"|staff|a member|the teacher|another)\b"
        ),
        rf"\b{_CHILD}\b.{{0,60}}\b(?:has|have) (?:just |today )?(?:told|disclosed|confided|revealed)\b",
        rf"\b(?:told|disclosed to) (?:me|us)\b.{{0,60}}\b(?:{_HURT}|frightened|scared|afraid|not safe|unsafe)\b",
        rf"\b{_CHILD}\b.{{0,60}}\bdisclosed to (?:his|her|a|the|our|their|my)\b",
        rf"\b{_HURT} (?:his|her|their|my|a|an|the|this) (?:\w+ )?{_CHILD}\b",
        rf"\b(?:is|was|are|been) being {_HURT} by (?:his|her|their|my|a|the)\b",
        r"\b(?:made|has made|have had|had|received|taken) a (?:\w+ )?disclosure\b",
        (
            r"\bdisclos(?:ure|ed)\b.{0,20}\b(?:made |received |given |taken )?(?:by|from) (?:an?|the|my|our|one|this)"
            rf" (?:[\w-]+ ){{0,4}}?{_CHILD}\b"
        ),
        # As professionals note it: "possible FGM", "query NAI", "suspected neglect", and below whose it is.
        (
            r"(?:\?|\b(?:possible|suspected|probable|likely|query)) ?(?:physical |sexual |emotional |domestic |severe "
            r"|chronic )*(?:fgm|nai|csa|cse|cce|fii|non-?accidental|neglect|abuse|grooming|exploitation|trafficking"
            rf"|forced marriage|sexual assault)\b.{{0,60}}\b(?:{_CHILD}|year [1-9]|aged? \d|\d+ ?(?:yo|yrs?|months?"
            r"|weeks?|/12|/52))\b"
        ),
        (
            rf"\b(?:a|an|one|my|our|the|this|his|her|two|three) (?:\w+[ -]){{0,4}}?{_CHILD}\b.{{0,60}}\b(?:is|are|was"
            rf"|were|being|been|gets?|got) (?:\w+ ){{0,3}}?{_HURT}\b"
        ),
        (
            rf"\b(?:he|she|they|i|we)(?:'s|'re|'m| is| are| am| was| were| has been| have been| gets?"
            rf"| keeps?) (?:being |getting )?{_HURT}\b.{{0,40}}"
            r"\b(?:by|at|her|his|him|my|them|me|home|again|children|child)\b"
        ),
        (
            rf"\bmy (?:mum|mam|mother|dad|father|step\w*|uncle|aunt|brother|sister|carer|teacher|coach|mum's|mom"
            rf"|grand\w+)\b.{{0,40}}\b{_HURT}\b.{{0,20}}\b(?:me|us|my)\b"
        ),
        (
            r"\b(?:is|are|'s|may be|might be|could be) (?:\w+ )?(?:at (?:immediate |serious |real |significant "
            r"|high )?risk(?! assess| register)|in (?:immediate |serious |real )?danger|not safe"
            r"|unsafe)\b(?=.{0,80}\b(?:home|today|tonight|now|please|help|from (?:his|her|their))\b)"
        ),
        (
            rf"\b(?:a|this|that|one|the|my|our) (?:\w+ ){{0,3}}?{_CHILD}\b.{{0,60}}\b(?:at (?:immediate |serious "
            rf"|real |significant )?risk(?! register)|in (?:immediate |serious )?danger"
            r"|not safe|unsafe|bruis\w+|marks on|suicid\w+|self[- ]?harm\w*|run away|gone missing|went missing"
            r"|is missing|left alone|left home alone|hungry|afraid to go home|scared to go home"
            r"|frightened to go home)\b"
        ),
        (
            r"\b(?:he|she|they) (?:has|have|had|came in with|came with|is covered in) (?:\w+ ){0,3}?(?:bruis\w+|marks"
            r"|burns|cuts|injur\w+)\b"
        ),
        (
            r"\b(?:report|raise|make|refer|making|reporting|raising) (?:a |an |this |my "
            r"|some )?(?:\w+ )?(?:safeguarding (?:concern|referral|issue|alert)|child protection (?:concern|referral"
            r"|issue)|concerns? about (?:a|my|the|this|one|two) (?:\w+ ){0,2}?(?:child|pupil|boy|girl|family|baby"
            r"|student)|child abuse)\b"
        ),
        (
            r"\b(?:suspect|believe|think|sure) (?:that )?(?:\w+ ){0,4}?(?:child|pupil|girl|boy|baby|he|she"
            r"|they)\b.{0,40}\b(?:is|are|has|being|been)\b.{0,30}"
            rf"\b{_HURT}\b"
        ),
        (
            rf"\b(?:found|saw|seen|is|was|been|left) (?:\w+ ){{0,3}}?{_CHILD} (?:\w+ ){{0,3}}?(?:alone|unattended"
            rf"|abandoned)\b"
        ),
        (
            rf"\b(?:the|my|our|their|his|her|these|those|two|three|four|both|an?) (?:[\w-]+ ){{0,3}}?{_CHILD}\b(?!')"
            r".{0,40}\b(?:been|are|is|were|was|be|all) (?:(?:all|at home|home|in the \w+|indoors|there|often|always"
            r"|left) )*(?:alone|on their own|by themselves)\b.{0,30}\b(?:since|all (?:day|night|weekend|week)|at night"
            r"|overnight|for (?:hours|days|\w+ (?:hours|days|nights))|again|every|until|tonight|today|now|(?:last"
            r"|this) (?:night|morning|evening))\b"
        ),
        (
            rf"\b{_CHILD}\b.{{0,60}}\b(?:left|home|house|alone|indoors|outside|night|evenings?)\b.{{0,30}}\b(?:alone"
            rf"|on (?:its"
            r"|his|her|their) own|by (?:itself|himself|herself|themselves)|unsupervised|unattended|with no ?(?:one"
            r"|body|adult))\b"
        ),
        (
            r"\b(?:i|he|she) (?:want|wants|wanted|am going|is going|'m going)(?: to)? (?:die|kill (?:myself|himself"
            r"|herself)|end (?:my|his|her) life)\b"
        ),
        r"\b(?:i am|i'm) (?:not safe|scared (?:of|to go)|frightened of|being (?:hurt|hit|abused|beaten|touched))\b",
        r"\b(?:afraid|scared|frightened|terrified) (?:to go|of going) home\b",
        # The same, said in other languages by those who write to us in them.
        (
            r"\bmartwie sie o (?:\w+ ){0,2}(?:dziecko|corke|syna|ucznia)|\bdziecko jest (?:bite|krzywdzone"
            r"|w niebezpieczenstwie)"
        ),
        (
            r"\bsorgen um (?:ein|das|mein|unser)\w* (?:\w+ ){0,2}(?:kind|schuler\w*|madchen|junge\w*)"
            r"|\bkind wird (?:\w+ ){0,2}(?:geschlagen|misshandelt|missbraucht)"
        ),
        (
            r"\b(?:inquiet|inquiete|m'inquiete) pour (?:un|une|mon|ma|cet|l') ?(?:\w+ ){0,1}(?:enfant|eleve|fille"
            r"|fils)|\benfant (?:est )?(?:battu|maltraite|en danger)"
        ),
        (
            r"\bpreocupad[oa] (?:por|com|con) (?:un|una|uma|um|mi|minha|meu) (?:\w+ ){0,1}(?:nin[oa]|crianca"
            r"|alumn[oa]|alun[oa]|hij[oa]|filh[oa])"
        ),
        (
            r"\bingrijorat\w* (?:pentru|de) (?:un|o) (?:copil|elev\w*|fetita|baiat)|\bcopil(?:ul)? (?:este )?(?:batut"
            r"|abuzat|in pericol)"
        ),
        (
            r"\bnerimauju del (?:\w+ )?(?:vaiko|mokini\w+)|\bvaika (?:musa|skriaudzia)"
            r"|\buztraucos par (?:\w+ )?(?:bernu|skolenu)|\bbernu (?:sit|dara pari)"
        ),
    )
)
# What no pattern above foresaw: a young person, something done to them, and a sign that it is told of.
_YOUNG = re.compile(
    rf"\b(?:an?|one|my|our|the|this|that|his|her|their|its|little|two|three|both"
    rf"|some) (?:[\w'-]+ ){{0,3}}?(?:{_CHILD}|lads?|lass(?:es)?"
    r"|teens?|youngsters?|little ones?|bairns?|minors?|schoolgirls?|schoolboys?|newborn|baby's|child's|girl's"
    r"|boy's)\b|\b(?:i'm|i am|he's|she's|he is|she is|they are|aged|age|only|just) (?:only |just )?(?:[2-9]"
    r"|1[0-7])\b(?! (?:st|nd|rd|th|am|pm|o'clock|per|%|years in|minutes|hours|days|weeks|people|of|copies|places))"
    r"|\b(?:[1-9]|1[0-7])[- ]?(?:years?|yrs?|months?|weeks?)[- ]?olds?\b|\b(?:my|our|his|her) (?:best |little "
    r"|school )?(?:friend|mate|sis|bro|mum|mam|mom|mummy|dad|daddy|step\w+|nan|grandad|carer)\b|\b(?:in|from) (?:my"
    r"|our) (?:class|form|unit|hostel|group)\b|\byear (?:[1-9]|1[0-3])s?\b|\b(?:brownies|cubs|scouts|guides"
    r"|beavers)\b|\b(?:thoughts|fantasies) about (?:children|kids|girls|boys)\b|^(?:pupil|child|boy|girl|student"
    r"|toddler|baby|infant|twins|siblings)\b|\b(?:unborn|(?:breakfast|after-?school|homework) club|pre-?school"
    r"|reception class|under[- ]?(?:fives|1\d'?s))\b"
)
_DONE = re.compile(
    rf"\b(?:(?:hit|beat|kick|throw|burn|hurt|shake|punch|slap|lock|push|drag|chok|strangl|bit|whip|touch|threaten"
    rf"|attack|stab|poison|drown|scald)\w* (?:\w+ ){{0,2}}?(?:(?:him|her|them|my)(?:self|selves)?|me|it|his|their"
    rf"|{_CHILD})"
    r"|(?:can't|cannot|can not|unable to|couldn't) keep (?:\w+ ){1,2}safe|(?:screaming|crying) since|(?:no ?one"
    r"|nobody) is (?:there|in|home|with)|stopped eating|bruis\w+|black eye|burn marks?|burns? (?:on|to)|burnt|scars"
    r"|bleeding|bite marks?|welts?|(?:cuts?|marks?) (?:on|all|up|down|round|around|across)|com(?:es|ing) into (?:my"
    r"|her|his|their) (?:bed)?(?:room)?\b|gets? into (?:my|her|his|their) bed|(?:no|any) food"
    r"|nothing (?:in the fridge|to eat)|been out since|out all night|(?:selling|dealing|giving"
    r"|offering) (?:\w+ )?drugs|(?:taken|took|swallowed) (?:\w+ )?(?:tablets|pills|paracetamol|an overdose|something)"
    r"|carrying (?:a )?(?:knife|blade|drugs|weapon|machete)|(?:been )?(?:left|abandoned|dumped) (?:at|with|in|on"
    r"|outside) (?:our|my|the)|can(?:not|'t) cope|abandon\w*|sit on his lap|secret games?|hide (?:her|him|them|me)"
    r"|something (?:is )?(?:very |badly |really )?wrong (?:at|with|in)|never comes? out|thuds|no shoes|kicked off"
    r"|picked up by (?:grown |older |strange |different |some )?(?:men|a man|cars?)|watch(?:ing"
    r"|es) .{1,30} in the (?:bath|shower)|(?:no|without) (?:electricity|heating|gas|water|beds?)\b"
    r"|living on (?:crisps|biscuits|scraps)|floppy|(?:won't|wouldn't|will not|would not) (?:say (?:how|what|who|why)"
    r"|explain|go home|wake|let (?:her|him|them) (?:see|out|go|leave|eat))|to a hotel|to be cut|(?:cigarette|iron"
    r"|scald) (?:burns?|marks?)|(?:has|have|had) (?:sexual )?thoughts about|fiddl(?:ed|ing)|interfer(?:ed|ing) with"
    r"|(?:using|on|taking|smoking|injecting) (?:heroin|crack|drugs|spice|ketamine)|and hung up|tell anyone|begging"
    r"|marks? on (?:\w+ )?(?:face|neck|arms?|legs?|back|wrists?|body)|hand-?shaped|flinch\w*|a burn|stealing food"
    r"|none at home|rude things|and jump\w*|sex offender|pa?edophile|no parents|unaccompanied|without (?:his|her"
    r"|their) parents|found wandering|wandering (?:on|in|about|around)|tak(?:e|es|ing) the (?:kids|children|baby|boys"
    r"|girls) (?:to|abroad|away)|not bring (?:him|her|them) back|(?:always|so|very) hungry|sleep(?:s"
    r"|ing)? (?:on the floor|in (?:a|the) car)|(?:cries|crying|screams|screaming) (?:all|every|for|in pain)|smack(?:s"
    r"|ed|ing)|dragg(?:ed|ing)|cuts? (?:himself|herself|themselves|my arms|myself)|doesn't want to (?:live|be here)"
    r"|(?:older|strange|grown|a) m[ae]n (?:online|on the internet|outside|in (?:a|the) car)|(?:pictures|photos"
    r"|videos) of (?:her|him|me|them)(?:self)? (?:undressed|in the|without|with no)|(?:hit|hits|hitting|beat|beats"
    r"|beating|slap\w*|punch\w*|kick\w*|hurts?|hurting|shak(?:e|es|en|ing)|shook"
    rf"|thr(?:ew|ows)|starv\w+|lock(?:s|ed)|touch(?:es|ed|ing)) (?:\w+ ){{1,3}}?{_CHILD}|"
    r"(?:hit|hits|hitting|beat|beats|beating|beaten|slap\w*|punch\w*|kick(?:s|ed|ing)?|hurts?|hurting|shak(?:e|es|en"
    r"|ing)|shook|thr(?:ew|ows)|chok\w+|strangl\w+|starv\w+|locks?|locked|ties|tied|chain(?:ed|s)|molest\w*|rap(?:es"
    r"|ed|ing)|grop\w+|touch(?:es|ed|ing)?) (?:\w+ )?(?:him|her|them|me|his|their|my|up|in|out|down|by"
    r"|inappropriately|private\w*)|kill (?:him|her|them|me|the|his|my|himself|herself|myself|themselves)|(?:to be|get"
    r"|being|getting|made to) (?:married|marry)|forced (?:to|into)|marry (?:a|an|him|his|her|off)|(?:tak(?:e|en|ing)"
    r"|sent|send|fly|flown) (?:him|her|them|me|my \w+)? ?(?:abroad|away for good|out of the country|back home to)"
    r"|not (?:come|been) (?:back|collected|picked up|fed|seen)|(?:hasn't|haven't|hadn't|never|didn't|did not) (?:come"
    r"|came|been|eaten|had) (?:back|collect\w*|picked up|fed|seen|home|anything to eat|a meal|food)"
    r"|nobody (?:has )?(?:answer\w*|come|came|collected|is (?:at )?home|knows where)|no ?one (?:has )?(?:answers|come"
    r"|came|collected|is home|knows where)|missing(?! (?:from|in"
    r"|on) (?:your|the|our|my|this|page|issue) ?(?:\w+ ){0,2}?(?:lists?|pages?|issues?|newsletter"
    r"|web ?site|copy|e-?mail|calendar|directory|\d+))|(?:run|ran|runs) away|disappeared|older m[ae]n|older boyfriend"
    r"|grown man|naked|nudes?|indecent|sexual (?:pictures?|photos?|messages?)|(?:sexual"
    r"|physical|emotional) abuse (?:by|from)|in pain (?:when|while|if|on|and)|overdose\w*|self[- ]?harm\w*|suicid\w+"
    r"|end (?:his|her|my|it all|their)|cutting (?:him|her|my|them)\w*|(?:scared|frightened|terrified|afraid"
    r"|petrified) (?:of|to go|to be)|not safe|unsafe|in danger|at risk|weapons?|a knife|machete|county lines"
    r"|carrying drugs|selling drugs|groom(?:ed|ing)|pregnant|neglected|filthy|soiled|starving|sleeping (?:rough|in)"
    r"|drunk|abus(?:ed|ing|es)|assault\w*|molest\w*)\b"
)
# Signs that are told without a word of hurting: what a nurse, a teacher or a neighbour notices.
_SIGN = re.compile(
    r"\b(?:(?:spiral|rib|skull|femoral|metaphyseal|unexplained) (?:fracture|injur|mark|bruis|burn|bleed)\w*"
    r"|retinal h\w+|subdural\w*|failure to thrive|faltering growth|fractured? (?:arm|leg|skull|femur|ribs?|wrist|limb"
    r"|collarbone|clavicle|humerus)|(?:stor(?:y|ies)|account|explanation|version"
    r"|history)s? (?:\w+ ){0,3}?(?:keeps? changing|chang(?:ed|es)|(?:do|does|did) not (?:fit|match|add up)"
    r"|doesn't (?:fit|match|add up)|don't (?:fit|match|add up)|inconsistent|not consistent)|chlamydia|gonorrh\w+"
    r""
    r"|discharge and|wetting (?:him|her|them)sel\w+|soiling|(?:won't|will not|wouldn't|doesn't|refuses to"
    r"|does not|not) let (?:\w+ ){1,2}(?:change|bath|undress|touch|examine|near)|paid for sex|sex with|for sex(?! ed)"
    r"|sexuali[sz]ed|sexting|(?:pictures?|photos?|videos?|nudes) (?:of (?:him|her|them)\w* )?to (?:an? |some "
    r"|this )?(?:\w+ )?(?:man|men|stranger|adult|boy|bloke|guy|boyfriend)|met (?:\w+ )?(?:on(?:line| \w+)?"
    r"|through \w+) (?:who|and|a man)|(?:carry\w*|deliver\w*|run(?:ning)?|hold(?:ing)?) (?:packages|parcels|drugs"
    r"|money|gear) (?:to|for)|trap house|cuckoo(?:ed|ing)|(?:has|have|had|with|got|carr\w+) (?:\w+,? ){0,3}?(?:two"
    r"|three|several|second|new|more|many) (?:mobile )?phones?|(?:a|the|some) (?:man|bloke|guy) (?:of|in his|aged) \w+"
    r"|(?:ask|want|tell)(?:s|ed|ing)? (?:him|her|them|me|my \w+) to (?:meet (?:him|her|them|up)"
    r"|send (?!you|us)(?:\w+ ){0,2}?"
    r"(?:pictures?|photos?|pics|nudes|videos)|undress|strip|come to his)|(?:comes|coming|came"
    r"|brought|gets|stays) (?:back|home|in|out) (?:at|until|till) (?:\d{1,2} ?am|midnight|[1-5] in the morning"
    r"|all hours|dawn)|missing from (?:home|care|school|education|placement)|(?:giv(?:en|es|ing)|buy(?:s|ing)|bought"
    r"|plies|plying) (?:\w+ ){1,4}?(?:alcohol|vodka|drink|cannabis|weed|cigarettes|vapes)|registered (?:sex )?offender"
    r"|schedule (?:one|1)|on bail|convicted of|(?:just )?out of prison|against the (?:court )?order|breach\w* (?:the "
    r"|his |her )?(?:order|bail|injunction)|(?:refus\w+|won't|will not) (?:to )?(?:give|bring|hand|return"
    r"|send) (?:\w+ ){1,2}(?:back|over|home)|never see (?:him|her|them|my|me) again|(?:into|in) the (?:bathroom|shower"
    r"|toilet|bath) (?:with|when|while)|comes? into the (?:bathroom|shower|toilet)|same (?:\w+ )?(?:clothes|nappy"
    r"|pants|uniform)|from the bins?|(?:out of|through) the bins?|nappy (?:rash|not)|mattress on the floor|rats (?:in"
    r"|and|all)|using (?:while|throughout|through (?:the|her) pregnan)\w*|injecting"
    r"|not engag\w+ with (?:the )?(?:midwi|services|us\b|health|social|gp)\w*|smash\w+ (?:things|up)"
    r"|screaming (?:at (?:him|her|them|the)|and (?:crying|banging|hitting))|shouting and (?:smash|hit|bang|threat"
    r"|throw|scream)\w*|domestic (?:violence|abuse|incident)|tied (?:to|up)|shaken|gagg\w+|want(?:s"
    r"|ed)? to (?:disappear|die|be dead)|voices telling|hang(?:s|ed|ing)? (?:him|her|my)self|noose|starv\w+|ligature"
    r"|hidden from (?:us|view|professionals)|nobody has seen|not seen (?:him|her|them) (?:since|for)|(?:secret"
    r"|sleeping|tickling|naughty|kissing) games?|(?:keep|kept) (?:it |this )?(?:quiet|a secret|secret)"
    r"|our (?:little )?secret|left (?:him|her|them|the (?:kids|baby|children)) (?:in the car|outside|at home"
    r"|with (?:a stranger|nobody))|below the .{1,8}centile|(?:missed|failed) (?:all |the |her |his )?(?:appointments"
    r"|checks)|door not answered|sleep\w* in (?:the|a) (?:shed|garage|car|bath|corridor|kennel|van)"
    r"|(?<!civil )servant|slave\w*|servitude|never (?:goes|been|allowed) (?:to school|out|to leave)|(?:hands?"
    r"|fingers?) (?:down|up|in|inside|on|under) (?:my|her|his|their) (?:[\w']+ ){0,2}?(?:pants|knickers|skirts?"
    r"|trousers|top|shirt|dress|thighs?|bra|private\w*)|after lights out|(?:cut|circumcis)\w* (?:abroad|in the summer"
    r"|like her)|being circumcised|promised to (?:a|his|her)|honour[- ](?:based|killing|violence))\b"
)
_TOLD = re.compile(
    r"\b(?:i|we) (?:\w+ )?(?:saw|see|heard|hear|found|noticed|think|believe|suspect|know|fear|can hear|am worried"
    r"|am concerned)\b|\b(?:i'm|i am|we are|we're) (?:\w+ )?(?:worried|concerned|scared|frightened|afraid"
    r"|not sure what|[1-9]\b|1[0-7]\b)|\b(?:told|tells|telling|says|said|confided|disclosed|admitted|showed"
    r"|whispered) (?:me|us|that|he|she|they|her|his|him|my|to|in|it|dad"
    r"|daddy|mum|mummy|mam|grandad|uncle|step\w+)\b|\b(?:can|could|will|would) (?:someone|somebody"
    r"|you|anyone) (?:please )?(?:ring|call|phone|help|contact|come)\b|\bmy (?:\w+ )?(?:grandson|granddaughter"
    r"|grandchild|nephew|niece|pupil|neighbour|neighbor)\b|\bwe have (?:a|an|two|this)\b|\b(?:today|tonight"
    r"|last night|yesterday|this (?:morning|afternoon|evening|week|minute)|right now|every (?:night|day|evening)"
    r"|at the moment|since (?:yesterday|this|last)|on (?:saturday|sunday|monday|tuesday|wednesday|thursday|friday)"
    r"|next door|neighbou?rs?|at number|upstairs|downstairs|across the road|in (?:my|our) (?:class|form|unit|hostel"
    r"|street|building|road|block|surgery|clinic|club|church)|keeps|hasn't|has not|nobody|no one|(?:does not|doesn't"
    r"|didn't|don't) want (?:any|me|us)\w*|please help|what (?:should|do|can|shall) (?:i|we) do|who (?:should|do|can"
    r"|shall) (?:i|we) (?:ring|call|tell|ask|phone|contact|report))\b"
)
# What is written, taught or planned about: there a sign is needed that this child is known.
_READ = re.compile(
    r"\b(?:articles?|pieces?|newsletters?|posters?|reports?|polic(?:y|ies)|reviews?|leaflets?|stor(?:y about|ies)"
    r"|films?|books?|pages?|issues?|campaigns?|assembl(?:y|ies)|lessons?|statistics|figures|courses?|training"
    r"|workshops?|conference|events?|guidance|procedures?|research|posters?|register|plans?|schemes?|strateg(?:y|ies)"
    r"|toolkit|information|advert|booking|places?|match|game|sports? day|trip|club night)\b"
)
_CHILD_ABROAD = re.compile(
    r"\b(?:filh[oa]s?|hij[oa]s?|fiul|fiica|sohn|tochter|chlop\w+|dziewczyn\w+|berniuk\w+|puik\w+|chic[oa]|gamin\w*"
    r"|jungen?|dziec\w+|cor(?:ka|ke|ki)|syn(?:a|ek|ka)|uczen\w*|uczni\w+|kinder|(?:ein|mein|sein|ihr|unser|das|dem"
    r"|nachbars)\w* ?kind|madchen|schuler\w*|enfants?|eleves?|fille|garcon|nin[oa]s?|crianca|alun[oa]|menin[oa]"
    r"|copil\w*|fetita|baiat\w*|vaik\w+|mergait\w+|bern\w+|meiten\w+)\b"
)
_DONE_ABROAD = re.compile(
    r"\b(?:bij[ea]|bit[aey]|bije|krzywdz\w*|gwalc\w*|siniak\w*|schlag\w*|geschlagen|missbrauch\w*|misshandel\w*"
    r"|verletz\w*|frappe\w*|battu\w*|maltrait\w*|viol\w+|pega\w*|golpe\w*|maltrat\w*|abus\w+|bate\w*|espanc\w*"
    r"|musa\w*|smurt\w*|skriaudz\w*|sit|piekauj\w*|blaue flecken|moretones|hematom\w*|bleus|nodoas|vanatai|melyn\w*"
    r"|zilum\w*|batut\w*|bataie|loves\w*|lovit\w*|w niebezpieczenstwie|in gefahr|en danger|en peligro|em perigo"
    r"|in pericol|pavoju\w*)\b"
)
_NOT_ABROAD = re.compile(
    r"\b(?:szkoleni\w+|kurs\w*|fortbildung\w*|schulung\w*|formation\w*|curs\w+|formac\w+|mokym\w+|apmacib\w+|artyk\w+"
    r"|artikel|articul?o?)\b"
)
# The line that councils print below their mails; and talk about training, papers and policy.
_NOT_URGENT = re.compile(
    r"\b(?:films?|novel|thesis|dissertation|documentary|drama|could you print|numbers? to (?:ring|call)|funding"
    r"|reforms|budget|flyer|noticeboard|piece on|explain the threshold|children's centres|children's services are)\b"
    r"|^(?:(?:are you|if you are|if you're|if|do you) .{0,40})?(?:worried|concerned) about (?:a|the safety of a"
    r"|any) (?:child|young person|children)|^if (?:you|a child|anyone|someone)\b|\b(?:training|course|workshop"
    r"|leaflet|poster|article|newsletter|issue \d+|policy|procedure|guidance|research|report on|review of"
    r"|booking form|conference|webinar|session)\b(?!.{0,60}\b(?:told me|disclosed|is being|bruis\w+))"
)


def urgent(said: tuple[Sentence, ...]) -> str:
    """Return the sentence that says a child may be at risk, "" where none does."""
    for sentence in said:
        if _NOT_URGENT.search(sentence.plain):
            continue
        if any(pattern.search(sentence.plain) for pattern in _URGENT) or _told_abroad(sentence.plain):
            return sentence.written
    return _told_of(said)


def _told_abroad(words: str) -> bool:
    told = _CHILD_ABROAD.search(words) and _DONE_ABROAD.search(words)
    return bool(told) and not (_NOT_ABROAD.search(words) or is_english(words))


def _told_of(said: tuple[Sentence, ...]) -> str:
    """Return the sentence that, with those beside it, tells of something done to a young person, or ""."""
    for i, sentence in enumerate(said):
        words = " ".join(s.plain for s in said[max(0, i - 1) : i + 2])
        done = (_DONE.search(sentence.plain) or _SIGN.search(sentence.plain)) and not _NOT_URGENT.search(sentence.plain)
        if done and _YOUNG.search(words) and (_TOLD.search(words) or not _READ.search(words)):
            return sentence.written
    return ""
