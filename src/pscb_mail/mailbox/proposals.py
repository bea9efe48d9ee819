"""How people tell of themselves and others, in words: small named patterns for `words`.

Pure data, each for one sentence as `sentences` returns it. Departures are known in nine languages, because automatic
replies tell of them; the rest in English.
"""

import re

SUBSCRIBE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bbe (?:added|put|included) (?:to|on|in) (?:your|the|this) (?:\w+ ){0,2}?(?:list|newsletters?|mailing)\b",
        (
            r"\bhow (?:do|can|could|would) (?:i|we|he|she|they|my \w+)\b.{0,20}\b(?:subscribe|join|sign up|get (?:this"
            r"|the) newsletter)\b"
        ),
        (
            r"\b(?:put|add|include|sign|keep|get) (?:me|us|my|him|her|them|my colleague|our|a colleague|the following"
            r"|these|this)\b.{0,80}\b(?:list|newsletters?|mailing"
            r"|distribution|circulation|bulletins?|up|back|database|on)\b"
        ),
        (
            r"\b(?:re-?)?subscribe (?:me|us|my|him|her|them|to)\b|^(?:can you |could you |i want to |i would like to "
            r")?re-?subscribe\b|^subscribe(?: me)?$"
        ),
        (
            r"\b(?:want|like|wish|wants|love|interested in|happy|pleased)\b.{0,25}\b(?:to )?(?:receive|receiving"
            r"|subscribe|join|be (?:added|included|put|on)|get|go|have|be)\b.{0,50}"
            r"\b(?:list|newsletters?|bulletins?|mailing|circulation|distribution|copies|copy|e-?mails?|subscribed|back "
            r"on)\b"
        ),
        (
            r"\b(?:can|could|may|might) (?:i|we|my colleague|he|she) (?:\w+ )?(?:be|get|receive|join|go"
            r"|come)\b.{0,40}\b(?:added|back on|put on|list|newsletters?|included|subscribed)\b"
        ),
        r"\b(?:add|include|subscribe|enrol|put down)\b.{0,80}@",
        # Anybody to whom the newsletter should come: "Can Sam get this too?", "she should be getting it".
        (
            r"^(?:(?:and|so|hi|hello|please)\W+)*(?:can|could|may|might|should|would it be possible for|is it possible "
            r"for|any chance) (?!(?:i|we|you|they) (?:get|have|receive|be))(?:\w+[ -]){1,6}?(?:to )?(?:get|receive"
            r"|have|be sent"
            r"|be on|be included on|join) (?:this|it|these|the newsletters?|the bulletin|your newsletters?|a copy"
            r"|copies|the "
            r"(?:\w+ )?list|your (?:\w+ )?list)(?: too| as well| also| please| directly| in future| from now on"
            r"|[,.?!]|$)"
        ),
        (
            r"\b(?:should|ought to|needs? to|wants? to|would (?:like|love) to|(?:'d|would) be (?:keen|glad|pleased"
            r"|happy) to"
            r"|keen to) (?:also |really )?(?:be )?(?:get|getting|receive|receiving|have|sent|on)\b(?: (?:this|it"
            r"|these|them"
            r"|your newsletters?|the newsletters?|a copy|copies|the (?:\w+ )?list|your (?:\w+ )?list))(?: too| also"
            r"| as well"
            r"| myself| ourselves| directly| personally| regularly| each month| every month| in future|\W|$)"
        ),
        (
            r"\b(?:copy in|cc|loop in|copying in)\b.{0,80}@|\b(?:have|get|receive) (?:it|this|these|one|a copy"
            r"|copies) (?:too|as well|also)\b"
        ),
        (
            r"\b(?:for|to|onto|on) (?:the|your|this) (?:\w+ ){0,2}?(?:list|newsletters?|mailing|circulation"
            r"|distribution)\b.{0,60}@"
        ),
        (
            r"\b(?:can|could|may|might|would like to|want to|love to) (?:i |we )?(?:\w+ )?be (?:sent|e-?mailed) (?:it"
            r"|this|these|the"
            r" newsletter|a copy|copies|your)\b"
        ),
        (
            r"\b(?:pop|put|get|stick|have|add|place|enter) .{1,60}? on(?:to)? (?:the|your|this) (?:\w+ ){0,2}?(?:list"
            r"|mailing"
            r"|circulation|distribution|database)\b"
        ),
        r"\breplace .{2,80} with (?:me|us|my|our|.{2,60}@)\b.{0,60}\b(?:list|newsletters?|mailing|circulation)\b",
        r"\bstart sending (?:it|this|the newsletter) to (?:my|our|the)\b",
        r"\b(?:can|could|may|might) .{2,60} be (?:added|included|put on)\b",
        r"@.{0,80}\b(?:go|be|get|come) on (?:to )?(?:the|your|this) (?:\w+ )?list\b",
        (
            r"\badd(?:ing)? .{2,60} to (?:the|your|this|our) (?:\w+ ){0,2}?(?:list|newsletter|mailing|distribution"
            r"|circulation|database)\b"
        ),
        (
            r"\b(?:send|forward) (?:it|this|the newsletter|copies|a copy|the bulletin|future \w+)\b.{0,40}\bto (?:my "
            r"colleague|our|.{2,60}@)"
        ),
        (
            r"\b(?:should|ought to|would like to|wants to|needs to|wishes to) (?:also )?(?:receive|get|be on|have|be "
            r"added)\b.{0,60}\b(?:newsletters?|list|bulletins?|this|it|copy)\b"
        ),
        (
            r"\bput me back\b|\bback on (?:the|your) list\b|\bkeep me on\b|\b(?:i )?(?:want|would like|'d like"
            r"|wish) to "
            r"(?:stay|remain|come back|be back|keep receiving|continue receiving)\b"
        ),
        (
            r"\b(?:i )?(?:did not|didn't|never|hadn't) (?:\w+ )?(?:ask|mean|want|intend|request)\w*\b.{0,40}\b(?:off"
            r"|removed|unsubscribed?|this)\b"
        ),
        (
            r"\b(?:unsubscribed|removed|taken off|opted out|clicked|pressed)\b.{0,40}\b(?:by (?:mistake|accident|error)"
            r"|in error|accidentally|mistakenly)\b|\baccidentally (?:unsubscribed|pressed|clicked)\b"
        ),
        r"\b(?:undo|reverse|cancel) (?:(?:this|that|it)(?! \w)|the (?:opt[- ]?out|unsubscri\w+|removal))\b",
    )
)
BACK = frozenset(
    [
        "back",
        "put me back",
        ("put me back on"),
        "keep me on",
        ("keep me on the list"),
        "undo",
        "mistake",
        "a mistake",
        "by mistake",
        "resubscribe",
        "re-subscribe",
        "start",
        "put me back on the list",
        "it was a mistake",
        "this was a mistake",
        "that was a mistake",
        "this is a mistake",
        "that wasn't me",
        "this wasn't me",
        "that was not me",
        "this was not me",
        "it was not me",
        "it wasn't me",
        "i want to stay",
        "stay",
        "i want to stay on",
        "i did not ask for this",
        "i didn't ask for this",
        "i did not ask to be taken off",
        "i didn't ask to be taken off",
        "add me back",
        "i want back",
    ]
)

ADDRESS_CHANGE = tuple(
    re.compile(pattern)
    for pattern in (
        (
            r"\b(?:my|our|his|her|their) (?:new |work |school |correct |current |preferred |personal )*(?:e-?mail|email"
            r"|mail)?(?: |-)?(?:address|e-?mail|details|contact details|mailbox|domain)"
            r"(?: \w+)? (?:is now|has (?:now )?changed|have (?:now )?changed|will (?:be|change)|is changing|are "
            r"changing"
            r"|was changed|changed|is|are now)\b(?!.{0,20}\b(?:on the list|in your)\b)"
        ),
        r"\bnew (?:work |school |nhs )?(?:e-?mail|email)(?: |-)?(?:address|account|domain)?\b",
        r"\b(?:my|our) (?:\w+ ){0,3}?(?:address|e-?mail|account|mailbox|inbox|one|domain)\b.{0,60}\S@",
        r"\b(?:replaced|superseded) (?:by|with) \S{1,64}@",
        r"\bi(?:'d| would)? (?:\w+ )?(?:get|receive|have|want|like|prefer)\b.{0,40}\b(?:at|to|on)\b.{0,30}\S@",
        r"\b(?:mine|ours|the new one|that|it)(?: is|'s| will be)(?: now)? \S{1,64}@",
        (
            r"\b(?:change|update|amend|replace|correct|alter|switch|swap|move|transfer|redirect|re-?route) (?:my|our"
            r"|the|your|this|his"
            r"|her)\b.{0,40}\b(?:e-?mail|email|address|details|records?)\b"
        ),
        (
            r"\b(?:send|direct|forward|use|deliver)\b.{0,50}\b(?:to|at)? ?(?:this|my|the|following"
            r"|new)\b.{0,30}\b(?:address|e-?mail|instead)\b"
        ),
        (
            r"\b(?:use|write to|e-?mail me (?:at|on)|contact me (?:at|on)|reach me (?:at|on)|send (?:it|them|this|the "
            r"newsletter) to)\b.{0,40}@.{3,80}\b(?:instead|in future|from now|from today|in place|now|please)\b"
        ),
        r"\b(?:instead of|in place of|rather than|not)\b.{0,40}@",
        r"\b(?:reached|contacted|found) (?:at|on) \S{1,64}@",
        r"\b(?:use|write to) \S{1,64}@\S{1,255} (?:for|in|from)\b",
        r"\b(?:i am|i'm|we are|we're) (?:now )?(?:on |at |called )?\S{1,64}@",
        (
            r"\b(?:we|i)(?:'ve| have)? (?:now )?(?:moved|migrated|switched|changed) (?:to )?(?:a )?(?:new )?(?:e-?mail"
            r"|domain|to \S{1,80}@)"
        ),
        (
            r"\b(?:address|account|mailbox|e-?mail|inbox)\b.{0,40}\b(?:about to be|will be|is being|being|is to be"
            r"|going to be|gets?) "
            r"(?:switched off|closed|shut|deleted|deactivated|disabled|turned off|removed|cut off)\b"
        ),
        (
            r"\b(?:this|old) (?:e-?mail |mail )?(?:address|account|mailbox) (?:is|will be|has been|was|will) (?:\w+ "
            r")?(?:closed|closing|deleted|disabled|no longer (?:in use|used|monitored|active)|discontinued|replaced"
            r"|retired|cease)"
        ),
    )
)

LEFT = tuple(
    re.compile(pattern)
    for pattern in (
        (
            r"\b(?:moved|transferred|gone|seconded|promoted) (?:on )?to (?:a |an )?(?:new|another|different"
            r"|other) (?:role"
            r"|post|job|team|department|school|trust|authority|force|organi[sz]ation|area|county|council|position"
            r"|employer)\b"
        ),
        (
            r"\b[a-z-]{2,30}'s (?:now |just |since |recently |sadly )*(?:left|retired|resigned|moved on|died"
            r"|passed away)\b"
            r"(?! (?:a|an|you|my|it|her|his|your|me|them|home)\b| the (?:office|building|house))"
        ),
        (
            r"\b(?:hasn't|has not|haven't|have not) (?:worked|been (?:with us|here|employed"
            r"|in post))\b.{0,40}\b(?:here|since|for"
            r"|us)\b|\bmy (?:\w+ )?(?:contract|post|secondment|placement|term(?: of office)?|role|job"
            r"|employment) (?:ends?|finish\w*"
            r"|comes? to an end|is ending|expires?|ended|has ended|is being (?:deleted|cut))\b|\bmade redundant\b"
            r"|\bvoluntary redundancy\b|\bearly retirement\b|\b(?:standing|stepping) down\b"
            r"|\bno longer in (?:our|the|their|my) (?:employ|service|post|school|team)\w*|\bnot (?:be )?(?:returning"
            r"|coming back) to (?:the|this"
            r"|her|his|my|work|us)\b|\bhanded in (?:my|her|his|their) notice\b"
        ),
        # Somebody of whom the sender tells: "Mrs Adeyemi retired in July", "she finished at Easter".
        (
            r"\b(?:(?:mr|mrs|ms|miss|dr|pc|dc|ds|di|sgt|insp|cllr|rev|sister|father|fr|(?:this|that) (?:lady"
            r"|gentleman|person|man"
            r"|woman|colleague|officer)|the (?:previous|former|last|old) \w+)\b\.?(?: [a-z'-]{2,30}){0,2}?|he|she"
            r"|they|who|and"
            r"|[a-z'-]{2,30}) (?:has |have |had |is |was |recently |just |now |sadly )*(?:retired (?:in|last|at|from"
            r"|on|this"
            r"|years?|months?|and|$)|resigned|died|(?:stood|stepped) down|taken (?:voluntary |early )?(?:redundancy"
            r"|retirement)|finished (?:at|in|on|here|work|last|with us)|(?:moved|transferred"
            r"|gone"
            r"|been seconded)"
            r"(?: over| across| on)? to (?:the|another|a new|a different|work)|moved on(?! to (?:the )?(?:next|page"
            r"|item))|left (?:us"
            r"|in|last|at|the (?:school|trust|council|service|force|team|practice|surgery|charity|parish)|her (?:post"
            r"|job|role)"
            r"|his (?:post|job|role)|over|about|a (?:year|month|week|while|long)|some|ages|(?:two|three|four|five|six) "
            r"(?:years|months|weeks))(?! (?:home|house|building|room|meeting))\b)"
        ),
        (
            r"\b(?:isn't|is not|aren't|are not) (?:\w+ )?(?:with|working|employed|based|here|at)\b.{0,40}\b(?:any ?more"
            r"|any longer|now)\b"
        ),
        (
            r"\b(?:has|have|had|i've|we've|she's|he's) (?:now |just |recently )?(?:taken|took) over (?:from|as|the|her"
            r"|his|this)\b"
        ),
        r"\bstart(?:ed|ing)? (?:a|my) new (?:job|role|post|position)\b",
        r"^\W*[a-z'-]{2,30}(?: [a-z'-]{2,30})? (?:retired|resigned|moved (?:on|away)|left (?:in|last|us|at the|on))\b",
        (
            r"\bis now (?:the |our )?(?:new |acting )?(?:dsl|head\w*|lead|designated|manager|principal|contact|named"
            r"|safeguarding)\b"
        ),
        r"\b(?:i|we)(?:'ve| have) (?:now )?handed (?:it |this |things )?over to\b|\bno longer with us\b",
        r"\bpassed away\b|\b(?:has |have )?sadly died\b",
        (
            r"\b(?:head(?: ?teacher)?|lead|dsl|contact|manager|secretary|administrator|principal)\b.{0,20}\b(?:has "
            r"changed|is now)\b"
        ),
        (
            r"\b(?:i|we)(?:'ve| have|'ll have| had)?(?: now| recently| just| since| already)? (?:left|retired|resigned"
            r"|moved on|finished|changed (?:jobs?|roles?|posts?|employers?))\b"
            r"(?! (?:a |you |my |the office|the building|for the day|it |them |messages?|voicemail))"
        ),
        (
            r"\b(?:i|we)(?:'m| am|'ll be| will be| shall be|'re| are)(?: now| soon| shortly)? (?:leaving|retiring"
            r"|retired"
            r"|moving on|finishing|changing (?:jobs?|roles?)|stepping down)\b(?! (?:for|early|now|soon|at \d|the "
            r"(?:office|building)))"
        ),
        (
            r"\b(?:i|we|who|he|she|they|\w+)(?:'m| am| is| are|'s)?(?: now)? no longer (?:work|works|working|employed"
            r"|with|at|in (?:post|role|this|that|the)|based|part of|the (?:\w+ ){0,3}?(?:lead|head|teacher|officer"
            r"|manager|governor|contact|nurse|dsl)|an? |responsible|hold|attend|teach|act|do this|in the)\b"
        ),
        r"\bno longer (?:works?|working|employed)\b",
        (
            r"\b(?:has|have|had)(?: now| recently| since| sadly)? (?:left|retired|resigned|moved on|passed away|died"
            r"|departed)\b(?! (?:the (?:office|building) (?:for|until)|for the day|a message|you ))"
        ),
        (
            r"\bleft (?:the |our |this |my |his |her )?(?:school|organi[sz]ation|trust|council|authority|service|team"
            r"|company|college|academy|practice|post|charity|employment|police|nhs|role|job|department|surgery"
            r"|nursery)\b"
        ),
        (
            r"\b(?:has|have)(?: now)? taken over\b|\btaken over (?:from me|my (?:role|post|job|duties))|\btakes? over "
            r"(?:from|my|as)\b"
        ),
        (
            r"\b(?:succeeded|replaced) by (?!\S{1,64}@)(?!a new (?:e-?mail|address|system))\b|\bmy (?:successor"
            r"|replacement)\b|\bmy last (?:working )?day\b|\bwill (?:be "
            r")?(?:succeed|replac)\w* me\b"
        ),
        (
            r"\bis (?:now )?(?:the )?(?:new|acting) (?:head|lead|dsl|designated|manager|principal|contact"
            r"|nurse)\w*\b.{0,60}\b(?:instead|in place|in my place)"
        ),
        (
            r"\bnot (?:currently )?(?:in (?:this|that) (?:post|role)|employed (?:here|by))\b|\b(?:does not|doesn't) "
            r"work "
            r"(?:here|for us|at)\b|\b(?:do not|don't) work (?:here|there|for|at|in)\b"
        ),
        (
            r"\b(?:nicht mehr|nicht langer) (?:\w+ ){0,6}?(?:tatig|beschaftigt|erreichbar|im (?:haus|unternehmen"
            r"|dienst)"
            r"|arbeite\w*|bei)\b|\bausgeschieden\b|\barbeite\w* nicht mehr\b|\bhabe\w? (?:\w+ ){0,4}?verlassen\b"
            r"|\bin (?:den )?ruhestand\b"
        ),
        (
            r"\bne (?:travaille|fais|fait|fait|suis|est|travaillons)\w* plus\b|\b(?:a|ai) quitte\b|\bn'est plus\b|\bne "
            r"fait plus partie\b"
        ),
        r"\bya no (?:trabaj\w+|forma|estoy|pertenezco)\b|\bha dejado (?:la|el|de)\b",
        (
            r"\b(?:ja|nao) (?:nao )?(?:trabalh\w+|fac\w+ parte|se encontra)(?: mais)?\b.{0,40}\b(?:mais|empresa|escola"
            r"|instituicao|aqui|parte|n[oa]|organizacao)\b|\bdeix(?:ei|ou) (?:a|o|de)\b"
        ),
        (
            r"\b(?:juz )?nie (?:pracuj\w+|jestem (?:juz )?(?:pracowni\w+|zatrudnion\w+)|jest (?:juz )?(?:pracowni\w+"
            r"|zatrudnion\w+))\b|\bzakonczyl\w* prac\w+|\bodszedl\b|\bodeszla\b"
        ),
        (
            r"\b(?:nebedirb\w+|nebedirbu|iseju is darbo|isejo is darbo)\b|\b(?:vairs nestrada\w*|vairs nestradaju)\b"
            r"|\bnu "
            r"mai (?:lucre\w+|fac\w* parte|activ\w+)\b|\ba plecat din\b"
        ),
    )
)
NOT_LEFT = re.compile(
    r"\bno longer works? (?:on )?(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|weekends?|mornings?"
    r"|afternoons?|full|part"
    r"|from)\b|"
    r"\b(?:left|leav\w+|finished)\b.{0,30}\b(?:for the (?:day|weekend|evening|holidays?|summer)|until|on (?:annual "
    r")?leave|maternity)|\b(?:annual|maternity|paternity|sick|parental|study) leave\b"
    r"|\bchildren (?:who have|have|had) left\b|\b(?:he|she|child|pupil|family|they) (?:has|have) left (?:home|the "
    r"house)\b|\bif (?:you|anyone|someone)\b"
)
NOT_SUBSCRIBE = re.compile(
    r"\b(?:no longer|stop|remove|removed|removing|delete|taken? off|(?:me|us|my \w+) off|(?:come|be|get|want) off"
    r"|rather not|not "
    r"(?:interested|want|wish|need|like|to)|don't (?:want|wish|need)"
    r"|do not (?:want|wish|need|add|put)|don't (?:add|put)|dont want"
    r"|(?:i|we)(?:'ll| will|'ve| have) (?:\w+ )?(?:add|added|put|include|included))\b(?!.{0,60}\b(?:instead|put me "
    r"back|back on)\b)"
)
ABOUT_US = re.compile(
    r"\b(?:newsletters?|bulletins?|mailing list|distribution list|your list|the list|circulation|unsubscri\w+|pscb"
    r"|safeguarding (?:children )?board)\b"
)
NOT_CHANGE = re.compile(
    r"\b(?:unsubscribe|remove|delete|take)\b(?!.{0,80}\b(?:and|instead|replace|add|use)\b)|"
    r"\b(?:taken off|be removed|is removed|deleted|come off|unsubscribed)\b|"
    r"\b(?:do not|don't|dont|stop|no longer|never)\b.{0,20}\b(?:send|sending|use)\b(?!.{0,60}(?:@|\bold\b))"
)
# "My colleague Jim has retired" is no departure of the sender's; "please write to me at …" is no successor's address.
OTHERS = re.compile(
    r"\b(?:my|our|the) (?:\w+ )?(?:colleague|manager|deputy|head|headteacher|assistant|secretary|boss|predecessor"
    r"|lead|director"
    r"|chair|clerk|officer|nurse|administrator|partner|teacher)\b.{0,40}?\b(?:has|have|is|was|retired|left|resigned"
    r"|moved|died)\b"
)
# Of somebody else, to whom the newsletter should come as well.
THEIRS = re.compile(
    r"\b(?:her|his|their|too|also|as well|colleagues?|new (?!e-?mail|address|account|mailbox|domain|one))\b"
)
OWN_ADDRESS = re.compile(
    r"\b(?:my|our) (?:\w+ ){0,2}?(?:e-?mail|address|mailbox|details)\b|\b(?:me|us) (?:at|on)\b|\b(?:i am|i'm"
    r"|i will be) (?:now )?"
    r"(?:at|on|\S{1,64}@)"
)
MINE = re.compile(r"\b(?:i|i'm|i've|me|my|we|we're|we've|our)\b")
