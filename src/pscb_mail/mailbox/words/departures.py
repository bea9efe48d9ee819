"""How people, and automatic replies, tell that somebody has left: small named patterns for `proposals`.

Pure data, each for one sentence as `sentences` returns it, in nine languages, because automatic replies tell of
departures in all of them.
"""

import re

_LEFT = {
    "moved to another post": r"\b(?:moved|transferred|gone|seconded|promoted) (?:on )?to (?:a |an )?(?:new|another"
    r"|different|other) (?:role|post|job|team|department|school|trust|authority|force|organi[sz]ation|area|county"
    r"|council|position|employer)\b",
    "Jane's left": r"\b[a-z-]{2,30}'s (?:now |just |since |recently |sadly )*(?:left|retired|resigned|moved on|died"
    r"|passed away)\b(?! (?:a|an|you|my|it|her|his|your|me|them|home)\b| the (?:office|building|house))",
    "has not worked here since; the contract ends": r"\b(?:hasn't|has not|haven't|have not) (?:worked|been (?:with us"
    r"|here|employed|in post))\b.{0,40}\b(?:here|since|for|us)\b"
    r"|\bmy (?:\w+ )?(?:contract|post|secondment|placement|term(?: of office)?|role|job|employment) (?:ends?|finish\w*"
    r"|comes? to an end|is ending|expires?|ended|has ended|is being (?:deleted|cut))\b|\bmade redundant\b"
    r"|\bvoluntary redundancy\b|\bearly retirement\b|\b(?:standing|stepping) down\b"
    r"|\bno longer in (?:our|the|their|my) (?:employ|service|post|school|team)\w*"
    r"|\bnot (?:be )?(?:returning|coming back) to (?:the|this|her|his|my|work|us)\b"
    r"|\bhanded in (?:my|her|his|their) notice\b",
    "Jane left the school at Easter": r"\b(?!(?:it|we|they|you|i|that|this|what|been|who|he|she|was"
    r"|were)\b)[a-z'-]{2,30} left [a-z'-]{2,30}(?: [a-z'-]{2,30}){0,2} (?:at|in|last|this|on|over) (?:half[- ]?term"
    r"|christmas|easter|the (?:summer|spring|autumn|end)|week|month|year|term|summer|january|february|march|april|may"
    r"|june|july|august|september|october|november|december|friday)\b"
    r"|\bsaid (?:goodbye|farewell) to (?:miss|mrs?|ms|dr|our|[a-z]{2,30} in)\b"
    r"|\bis (?:now )?(?:working|teaching|based|employed) (?:at|in|for|elsewhere)\b.{0,40}\bnow\b",
    "is gone from the service; retires in May": r"\b(?:is|has) gone from (?:the|our|this)\b"
    r"|\b(?:he|she|who|mr|mrs|ms|miss|dr)\b.{0,30}\bretires? (?:in|at|on|this|next)\b",
    "has another job; is our new head": r"\b(?:has|have|'s|got|found|started|starting|taken"
    r"|accepted) (?:now )?(?:got )?(?:a|another|an?other) (?:new )?(?:job|post|position)\b(?! (?:centre|share|advert"
    r"|description|for you))"
    r"|\b(?:not here|isn't here|not at (?:the|this) (?:school|surgery|council|trust|office)) (?:any ?more|now"
    r"|any longer)\b"
    r"|\b(?:post|role|position|job) (?:has been|was|is being|is) (?:deleted|disestablished|made redundant|cut)"
    r"|\bpastures new\b|\bhung up (?:his|her|my|their)\b"
    r"|\bi (?:leave|retire|finish|depart) (?:on|at|in|this|next) (?:the )?(?:\d|\w+day|january|february|march|april"
    r"|may|june|july|august|september|october|november|december|christmas|easter|end|summer|half|week|month)"
    r"|\bemigrat\w+|\bis (?:now )?(?:our|the) new (?:head\w*|clerk|manager|secretary|lead|dsl|senco|chair|deputy)\b"
    r"|\b(?:has|have|is) gone (?:back )?(?:off )?to (?!the (?:loo|shop|meeting)|lunch|bed|press|court|print|sleep"
    r"|school\b)(?:work|live|teach|[a-z]{4,})\b",
    "what is said of nobody who stays": r"\b(?:won't|will not) be (?:with us|here|in post|at (?:the"
    r"|this) \w+) (?:after|from|any|beyond)\b|\bno (?:more|longer) with us\b"
    r"|\bpassed (?:on|away)\b(?! (?:the|your|to|it|my|this)\b)|\bwent off to\b|\bis (?:now )?retired\b|\bretd\b"
    r"|\blast (?:shift|lesson|clinic|assembly|working day)\b"
    r"|\bcontract\b.{0,20}\b(?:ha[sd] come|comes?|came) to an end\b"
    r"|\bcontract (?:ha[sd] )?(?:ended|ends|finished|finishes|expired|expires|is up|was not renewed)\b"
    r"|\b(?:nobody|no one|no-one) (?:by|of|with|called) (?:that|this|the) name\b"
    r"|\bthere(?: is|'s) no (?:mr|mrs|ms|miss|dr)\b"
    r"|\bi(?:'ve| have|'m| am) (?:now )?(?:replac(?:ed|ing)|succeed(?:ed|ing)|taking over from) (?!(?:the|a|my|our|it"
    r"|this|that)\b)|\b(?:giving|given|gave) up (?:my|the|her|his) (?:role|post|job|position|seat)\b"
    r"|\bstepp(?:ed|ing) back (?:from|as)\b|\brelinquish\w*",
    "Mrs Adeyemi retired in July": r"\b(?:(?:mr|mrs|ms|miss|dr|pc|dc|ds|di|sgt|insp|cllr|rev|sister|father|fr|(?:this"
    r"|that) (?:lady|gentleman|person|man|woman|colleague|officer)|the (?:previous|former|last"
    r"|old) \w+)\b\.?(?: [a-z'-]{2,30}){0,2}?|[a-z'-]{2,30}) (?:has |have |had |is |was |recently |just |now "
    r"|sadly )*(?:retired (?:in|last|at|from|on|this|years?|months?|and|$)|resigned|died|(?:stood|stepped) down"
    r"|taken (?:voluntary |early )?(?:redundancy|retirement)|finished (?:at|in|on|here|work|last|with us)|(?:moved"
    r"|transferred|gone|been seconded)(?: over| across| on)? to (?:the|another|a new|a different|work)"
    r"|transferred (?:out|away)|moved on(?! to (?:the )?(?:next|page|item))|left (?:us|in|last|at|the (?:school|trust"
    r"|council|service|force|team|practice|surgery|charity|parish)|her (?:post|job|role)|his (?:post|job|role)|over"
    r"|about|a (?:year|month|week|while|long)|some|ages|(?:two|three|four|five|six) (?:years|months|weeks))(?! (?:home"
    r"|house|building|room|meeting))\b)",
    "is not with us any more": r"\b(?:isn't|is not|aren't|are not) (?:\w+ )?(?:with|working|employed|based|here"
    r"|at)\b.{0,40}\b(?:any ?more|any longer|now)\b",
    "has taken over from me": r"\b(?:has|have|had|i've|we've|she's|he's) (?:now |just |recently )?(?:taken"
    r"|took) over (?:from|as|the|her|his|this)\b",
    "started a new job": r"\bstart(?:ed|ing)? (?:a|my) new (?:job|role|post|position)\b",
    "Jane retired": r"^\W*[a-z'-]{2,30}(?: [a-z'-]{2,30})? (?:retired|resigned|moved (?:on|away)|left (?:in|last|us"
    r"|at the|on))\b",
    "is now the new DSL": r"\bis now (?:the |our )?(?:new |acting )?(?:dsl|head\w*|lead|designated|manager|principal"
    r"|contact|named|safeguarding)\b",
    "I have handed it over to": r"\b(?:i|we)(?:'ve| have) (?:now )?handed (?:it |this |things )?over to\b"
    r"|\bno longer with us\b",
    "the head has changed": r"\b(?:head(?: ?teacher)?|lead|dsl|contact|manager|secretary|administrator"
    r"|principal)\b.{0,20}\b(?:has changed|is now)\b",
    "I have left": r"\b(?:i|we)(?:'ve| have|'ll have| had)?(?: now| recently| just| since| already)? (?:left|retired"
    r"|resigned|moved on|finished|changed (?:jobs?|roles?|posts?|employers?))\b(?! (?:a |you |my |the office"
    r"|the building|for the day|it |them |messages?|voicemail))",
    "I am leaving": r"\b(?:i|we)(?:'m| am|'ll be| will be| shall be|'re| are)(?: now| soon| shortly)? (?:leaving"
    r"|retiring|retired|moving (?:on|to (?:a |an |another |my )(?:new )?(?:post|job|role|school|trust|team))|finishing"
    r"|changing (?:jobs?|roles?)|stepping down)\b(?! (?:for|early|now|soon|at \d|the (?:office|building)))",
    "no longer work here": r"\b\w+(?:'m| am| is| are|'s)?(?: now)? no longer (?:work|works|working|employed|with|at"
    r"|in (?:post|role|this|that|the)|based|part of|the (?:\w+ ){0,3}?(?:lead|head|teacher|officer|manager|governor"
    r"|contact|nurse|dsl)|an? |responsible|hold|attend|teach|act|do this|in the)\b",
    "no longer works": r"\bno longer (?:works?|working|employed)\b",
    "has left": r"\b(?:has|have|had)(?: now| recently| since| sadly)? (?:left|retired|resigned|moved on|passed away"
    r"|died|departed)\b(?! (?:the (?:office|building) (?:for|until)|for the day|a message|you ))",
    "left the school": r"\bleft (?:the |our |this |my |his |her )?(?:school|organi[sz]ation|trust|council|authority"
    r"|service|team|company|college|academy|practice|post|charity|employment|police|nhs|role|job|department|surgery"
    r"|nursery)\b",
    "has taken over": r"\b(?:has|have)(?: now)? taken over\b|\btaken over (?:from me|my (?:role|post|job|duties))"
    r"|\btakes? over (?:from|my|as)\b",
    "replaced by; my last day": r"\b(?:succeeded|replaced) by (?!\S{1,64}@)(?!a new (?:e-?mail|address|system))\b"
    r"|\bmy (?:successor|replacement)\b|\b(?:my|his|her) last (?:working )?(?:day|week|month)\b"
    r"|\bwill (?:be )?(?:succeed|replac)\w* me\b",
    "is the new head instead": r"\bis (?:now )?(?:the )?(?:new|acting) (?:head|lead|dsl|designated|manager|principal"
    r"|contact|nurse)\w*\b.{0,60}\b(?:instead|in place|in my place)",
    "not in this post": r"\bnot (?:currently )?(?:in (?:this|that) (?:post|role)|employed (?:here|by))\b"
    r"|\b(?:does not|doesn't) work (?:here|for us|at)\b|\b(?:do not|don't) work (?:here|there|for|at|in)\b",
    "in German": r"\b(?:nicht mehr|nicht langer) (?:\w+ ){0,6}?(?:tatig|beschaftigt|erreichbar|im (?:haus|unternehmen"
    r"|dienst)|arbeite\w*|bei)\b|\bausgeschieden\b|\barbeite\w* nicht mehr\b|\bhabe\w? (?:\w+ ){0,4}?verlassen\b"
    r"|\bin (?:den )?ruhestand\b",
    "in French": r"\bne (?:travaille|fais|fait|fait|suis|est|travaillons)\w* plus\b|\b(?:a|ai) quitte\b|\bn'est plus\b"
    r"|\bne fait plus partie\b",
    "in Spanish": r"\bya no (?:trabaj\w+|forma|estoy|pertenezco)\b|\bha dejado (?:la|el|de)\b",
    "in Portuguese": r"\b(?:ja|nao) (?:nao )?(?:trabalh\w+|fac\w+ parte|se encontra)(?: mais)?\b.{0,40}\b(?:mais"
    r"|empresa|escola|instituicao|aqui|parte|n[oa]|organizacao)\b|\bdeix(?:ei|ou) (?:a|o|de)\b",
    "in Polish": r"\b(?:juz )?nie (?:pracuj\w+|jestem (?:juz )?(?:pracowni\w+|zatrudnion\w+)"
    r"|jest (?:juz )?(?:pracowni\w+|zatrudnion\w+))\b|\bzakonczyl\w* prac\w+|\bodszedl\b|\bodeszla\b",
    "in Lithuanian, Latvian, Romanian": r"\b(?:nebedirb\w+|nebedirbu|iseju is darbo|isejo is darbo)\b"
    r"|\b(?:vairs nestrada\w*|vairs nestradaju)\b|\bnu mai (?:lucre\w+|fac\w* parte|activ\w+)\b|\ba plecat din\b",
}
LEFT = tuple(re.compile(pattern) for pattern in _LEFT.values())
NOT_LEFT = re.compile(
    r"\b(?:one|boiler|heating|projector|photocopier|freezer|broadband|car|computer|minibus|bus|phone|laptop"
    r"|battery|printer|plant|tree|dog|cat|line"
    r"|connection) (?:has |have )?(?:just )?died\b|\bno longer works? (?:on )?(?:mondays?|tuesdays?|wednesdays?"
    r"|thursdays?|fridays?|weekends?|mornings?|afternoons?|full|part|from)\b|\b(?:left|leav\w+"
    r"|finished)\b.{0,30}\b(?:for the (?:day|weekend|evening|holidays?|summer)|until|on (?:annual )?leave|maternity)"
    r"|\b(?:annual|maternity|paternity|sick|parental|study) leave\b|\bchildren (?:who have|have|had) left\b|\b(?:he"
    r"|she|child|pupil|family|they) (?:has|have) left (?:home|the house)\b|\bif (?:you|anyone|someone)\b"
    # A thing is left somewhere, a pupil leaves a school, and laughing is not what one dies of.
    r"|\b(?:left|leaving) (?:\w+ ){1,3}?(?:forms?|drafts?|copy|copies|parcels?|letters?|keys|papers|documents?"
    r"|leaflets?|posters?|bags?|box|boxes|umbrella|coat|notes?|packs?|files?|folders?|minutes|invoice|cheque"
    r"|glasses|phone|book"
    r"|books|comments)\b|\b(?:was|were|been|be) left (?:at|in|on|with|behind|for|over|outside)\b"
    r"|\b(?:child|pupil|student|family|boy|girl)(?: has| have| had)?(?: now| since)? left\b"
    r"|\b(?:boiler|heating|car|computer|minibus|laptop|printer|copier|phone|battery|kettle|server)\b.{0,60}\bdied\b"
    r"|\b(?:child|children|infants?|baby|babies|people|patients?|those|soldiers|woman|women|man|men|boys?|girls?|sons?"
    r"|daughters?|pupils?|teenagers?|siblings?|twins?)\b,?(?: \w+){0,8}? died\b"
    r"|\b(?:not sure|don't know|do not know|undecided)\b.{0,60}\b(?:once|when|after|if)\b.{0,20}\b(?:left|retired)\b"
    r"|\b(?:their|his|her) (?:mum|mam|mother|dad|father|parents) (?:has |have )?left\b"
    r"|\bdied (?:laughing|of (?:laughter|boredom|embarrassment|shame))\b"
)
# "My colleague Jim has retired" is no departure of the sender's.
OTHERS = re.compile(
    r"\b(?:my|our|the) (?:\w+ )?(?:colleague|manager|deputy|head|headteacher|assistant|secretary|boss|predecessor"
    r"|lead|director|chair|clerk|officer|nurse|administrator|partner|teacher)\b.{0,40}?\b(?:has|have|is|was|retired"
    r"|left|resigned|moved|died|passed)\b"
)
MINE = re.compile(r"\b(?:i|me|my|we|our)\b")
# Whose departure it is, the word before the verb says: "she retired", "who has left", "Vi Underwood has moved on".
_BETWEEN = r"(?: (?:has|have|had|is|are|am|was|were|will|be|been|now|just|since|recently|sadly|also|already|all|both))*"
_GONE = (
    r"(?:left|leaving|retir\w+|resign\w*|died|passed|departed|moved|gone|transferred|finish\w+|no longer|stood down"
    r"|stepp\w+|(?:does not|doesn't|do not|don't) work|took (?:early )?retirement)\b"
)
_THEIRS = re.compile(
    rf"\b(?:he|she|they|who|(?:mrs?|ms|miss|dr|pc|dc|ds|di|sgt|insp|cllr|rev|sister|father|fr)\.?(?: [a-z'-]+){{1,2}}?)"
    rf"(?:'s|'ve|'re|'d)?{_BETWEEN} {_GONE}|\b(?:died|passed away)\b"  # nobody tells of their own death
)
_NAMED = re.compile(
    rf"(?<![\w'])(?!(?:Have|Has|Had|Am|Was|Now|Just|Since|Recently|Sadly|Also|Already|Been|Be|We|Not|And|But|So)\b)"
    rf"[A-Z][\w'’-]+,?{_BETWEEN} {_GONE}"
)
_OWN = re.compile(
    rf"\b(?:i|we)(?:'ve|'re|'m|'d|'ll)?{_BETWEEN} {_GONE}|\b(?:my|our) (?:\w+ )?(?:last|contract|post|role|job|term"
    r"|secondment|placement|employment|position|notice|successor|replacement|retirement)\b"
)
# Who has come in somebody's place tells of their departure, and of none of their own.
_SUCCEEDS = re.compile(
    rf"\b(?:i|we)(?:'ve|'m|'re)?{_BETWEEN} (?:tak(?:en|ing) over|took over|(?:replac|succeed)(?:ed|ing)(?! by))\b"
)
# "I'm Sam Jones, who has left", "she left and so did I": the writer as well.
_SO_AM_I = re.compile(
    rf"^\W*I(?:['’]m| am) (?:(?:Mrs?|Ms|Miss|Dr)\.? )?[A-Z][\w'-]+(?: [A-Z][\w'-]+){{0,2}},? who{_BETWEEN} {_GONE}"
    r"|\bso (?:did|have|am|will|do) (?:I|we)\b|\band I (?:did|have|am|will) (?:too|as well)\b"
)
# An address beside a name stands between it and its verb.
_BESIDE = re.compile(r"[(<\[]?(?:mailto:)?[\w.%+'-]{1,64}@[\w.-]{1,255}\w[)>\]]?,?|\([^()]{0,80}\)")


def tells(words: str) -> bool:
    """Whether a sentence tells a departure, also where an address in brackets parts the name from its verb."""
    beside = re.sub(r" ?[(<\[][^()<>\[\]]{0,80}@[^()<>\[\]]{0,255}[)>\]]|, ?\S{1,64}@[^\s,]{1,255},", "", words)
    return not NOT_LEFT.search(words) and any(pattern.search(each) for pattern in LEFT for each in {words, beside})


def is_of_another(written: str, words: str) -> bool:
    """Whether a sentence that tells a departure tells that of another than its writer; `words`: as patterns see it."""
    if _SO_AM_I.search(written) and "@" not in written:
        return False
    written, words = (" ".join(_BESIDE.sub(" ", text).split()) for text in (written, words))
    if not MINE.search(words) or OTHERS.search(words) or _SUCCEEDS.search(words):
        return True
    return bool(_THEIRS.search(words) or _NAMED.search(written)) and not _OWN.search(words)
