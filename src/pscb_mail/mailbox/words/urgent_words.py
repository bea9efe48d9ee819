"""Whom an alarm is about, how it is told, and what only sounds like one, in English.

Pure data, for `urgent`, which weighs it against what is done (`urgent_harm`). The words are without apostrophes, as
`urgent` spells them.
"""

import re

from pscb_mail.mailbox.words.phrases import Phrases

_ONE = (
    r"(?:child|kid|kiddie|pupil|boy|girl|lad|lass|lassie|baby|newborn|neonate|infant|toddler|tot|bairn|minor|teen"
    r"|teenager|youngster|youth|adolescent|schoolboy|schoolgirl|schoolchild|stepchild|stepson|stepdaughter|son"
    r"|daughter|nephew|niece|grandson|granddaughter|grandchild|godson|goddaughter|sister|brother|sibling|tutee"
    r"|care leaver|carer of \d+|ward of|foetus|unborn|twin|eldest|youngest|middle one|patient of \d+|mite|nipper"
    r"|young ?un"
    r"|(?:foster|step|god|grand|young|little|looked[- ]after)[ -]?(?:child|kid|kiddie|son|daughter|boy|girl|lad|lass"
    r"|person|man|woman|lady|mum|mother|one|brother|sister|carer|fella|chap|dancer|player|gymnast|swimmer|patient))"
)
_MANY = (
    r"(?:children|kids|kiddies|pupils|boys|girls|lads|lasses|babies|infants|toddlers|bairns|minors|teens|teenagers"
    r"|youngsters|youths|sons|daughters|nephews|nieces|grandchildren|grandsons|granddaughters|sisters|brothers"
    r"|siblings|little ones|young ones|twins|triplets|brownies|cubs|scouts|guides|beavers|rainbows|students|families"
    r"|young (?:people|carers|girls|men|women|boys|mums)|under (?:fives|\d+s)|school(?:girls|boys|children)|student"
    r"|family)"
)
_AGE = (
    r"(?:[1-9]|1[0-7]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen)"
)
# One child, or some that are known: with an article or an age, at the head of a note, of a family that is named.
ONE_CHILD = re.compile(
    rf"\b(?:an?|one|my|our|the|this|that|his|her|their|its|your|another|some|new|each|whose|re|with|two|three"
    rf"|four|both|these|those|\d) (?:[\w-]+,? ){{0,4}}?{_ONE}s?\b"
    rf"|(?:^|[.!?;:] |- ?)(?:(?!every )[\w-]+ ){{0,2}}?{_ONE}\b"
    rf"|\b{_AGE}[- ]?(?:years?|yrs?|months?|mths?|weeks?|wks?|days?)[- ]?(?:olds?|of age)\b"
    rf"|\b\d{{1,2}} ?(?:yo|y/o|/12|/52|/7)\b|\b{_ONE},? (?:of |aged )?(?:about |maybe |around )?{_AGE}\b"
    rf"|\b(?:aged?|age of|only|just|about|maybe|nearly|barely|turned|looks|looked|hes|shes|whos|he is|she is|im|i am"
    rf"|are|was|of) (?:only |just |about |maybe |around |nearly )?{_AGE}\b(?! ?(?:st|nd|rd|th|am|pm|oclock|per|%"
    rf"|january|february|march|april|may|june|july|august|september|october|november|december"
    rf"|minutes|hours|days|weeks|months|people|of\b|copies|places|pages?|times|points|pounds|miles|colleagues|members?"
    rf"|schools?|more|new|or|to|years|others?|issues?|in the|[a-z]+s\b))"
    rf"|\b(?:lac|cin|cla|uasc|cp|ehcp) (?:plan|girl|boy|child|pupil|lad|young person|student)\b"
    rf"|\b(?:one|some|two|three|another|none) of (?:the|our|my|her|his|your|their) (?:[\w-]+ ){{0,2}}?(?:{_MANY}|ones"
    rf"|class|year \d+)\b|\b(?:the|her|his|their|my) (?:[\w-]+ ){{0,2}}?(?:twins|unborn|bump)\b|\byear \d+s?\b"
    rf"|\b(?:the|those|these|his|her|their|my|two|three|four|five|both|several|some) (?:[\w-]+ ){{0,3}}?{_MANY}"
    rf" (?:(?:at|in) (?:number|no|flat|the (?:flat|house|car)|\d+)|next|over|opposite|across|upstairs|downstairs|there"
    rf"|are|were|have|had|on|home|alone)\b"
    rf"|\b(?:two|three|four|five|six|several|small|little) (?:[\w-]+ ){{0,2}}?{_MANY}\b"
    rf"|\b(?:neighbou?rs?|friends?|mates?|sisters?|brothers?|sons?|daughters?|partners?|boyfriends?|colleagues?"
    rf"|cousins?) (?:[\w-]+ )?(?:{_ONE}|{_MANY})\b|\b(?:breakfast|after-?school|homework) club\b"
)
SOME_CHILDREN = re.compile(
    rf"\b(?:{_ONE}|{_MANY}|patient|(?:my|our|his|her) (?:friend|mate)|lac|cin|uasc|(?:my|our) (?:class|form)"
    r"|one of ours|pram|cot|nappy|parents|daddy|mummy|mum|mam|mother|dad|father|step ?-?(?:mum|dad|mother|father)"
    r"|uncle|aunt|auntie|nan|grandad|granddad|grandfather|cousin|coach|foster)s?\b"
)

# Told as a thing that happens, here and now: each kind counts once.
TIMES = Phrases("""
    today, tonight, last night|week|weekend|month, yesterday, this morning|afternoon|evening|weekend|week|minute|
    lunchtime|term, now, at the moment, currently, every|each|most|all|some night|nights|day|
    days|evening|evenings|week|weekend|friday|time|morning|afternoon|sunday|saturday|night_long, since|on|last|until|
    till|by|from|this|next monday|tuesday|wednesday|thursday|friday|saturday|sunday|then|yesterday|may|june|
    the_weekend, at night, in the night, after dark, at midnight, at #, # am, in the evening*,
    half past, over|at the weekend, after school, overnight, for one|two|three|several|four|five|some|#|a … days|
    nights|weeks|hours, again, keeps, still, always, half term, when … out|asleep|work, at lunch|break, minutes|hour|
    hours|days ago, second|third|fourth|fifth|sixth time, meanwhile, already, just, after six|two|three weeks|days
""")
TOLD = Phrases("""
    told me|us|my|our|him|her|a|the|another|staff|his, tells|tell|telling me|us|my|our|her|him, says, said, saying,
    say to, disclosed, confided, admitted, whispered, revealed, wrote in, mentioned, reckons, asked|asks|asking me|us|
    if|not|for, showed|shown|shows me|us|my|our, turned up, came|comes|come|coming in|to|into|home|back|round|out|
    across|here|every, rang|phoned|called|texted|ringing, i|we … heard|hear|saw|see|seen|found|find|noticed|caught|
    watched|witnessed|spotted|smelt|know|suspect|think|believe|fear|reckon|feel|let|have, ive|weve … seen|heard|
    noticed|found|been|had, brought in|to|by|here, presented, attended, seen in|by|at|on|this, was|were seen, heard
    that|from|through|about, can hear, found out, found alone|in, admission, call out, callout,
    transported, let me in, observed, reported, in|at|on|under my|our … class|form|unit|hostel|street|road|block|
    surgery|clinic|club|church|group|school|setting|nursery|ward|house|shop|care|placement|team|estate|bus|caseload|
    landing|door|park|midwives|building, next door, upstairs, downstairs, the flat above|below, at number|flat|no|#,
    over|across|in the road|way|street|landing|flat, opposite, through our|the|my wall|walls|floor|window, neighbour*|
    neighbor*, noticed, one of our|my|ours
""")
HELP = Phrases("""
    what|who|whom|where|how should|do|can|shall|must|could|does|to i|we|one|do|ring|call|tell|report|contact|turn,
    dont know what|who|where|whom, not sure what|who|whether|if, please|can|could|would|will … ring|call|phone|help|
    advise|contact, call|ring|phone me|us, urgent*, need|needs|like|want|seeking|grateful … advice|help|guidance|
    someone|somebody|checking, advise, please help, help me|us|him|her|them, cant|cannot|not|couldnt get through, on
    hold, not|arent|isnt|wont|nobody|noone|no_one|doesnt … answer*|answering|picking|called|rung|ring*|listen*|
    visited|believe*|seen|come|came|doing|cares|seems|knows|back, no social worker, is|isnt that|this|it … normal|
    allowed|kind|something|ok|okay|legal|right, am i allowed|right|wrong, are they known, known to you, should i|we
    be, worried, worrying, concern*, uneasy, scared, frightened, anxious, alarmed, not happy about, shouldnt be, not
    right, something … wrong, should be telling|seen|checked, needs to be|come, somebody|someone needs|should|must,
    look into, check on, where else, who else, closed for, straight away, immediately, at once, get … trouble, he|she|
    they doesnt|dont|didnt want, asked me not, leave it until, anonymous*
""")
PRONOUN = re.compile(r"\b(?:he|she|him|her|his|hes|shes|herself|himself|hell|shell|hed)\b")
FAMILY = Phrases("""
    mum|mam|dad|mother|father|stepdad|stepfather|stepmum|stepmother|parents|family|grandad|grandma|uncle|aunt|auntie|
    nan|boyfriend|partner|carer|male|daddy|mummy|granny|grandfather|grandmother|foster_carer|lodger|neighbour|
    neighbours|coach|perpetrator|ex
""")
# What is written, taught, counted or planned: talk about the subject, and no child.
TALK = Phrases("""
    course*, training, training_event, trained, trainer, workshop*, seminar*, webinar*, conference*, briefing*,
    session|sessions, e-learning, elearning, module*, lecture*, forum, event|events, inset, assembl*, lesson|lessons
    on|about|plan|plans, quiz, talk|talks on|by, speaker*, presentation*, slides, exercise, scenario*, role play, a
    play, performed|performance|performing, theatre, drama, film|films, actor, book, books, novel*, documentary,
    poem*, poetry, song, exhibition, programme on, toolkit*, tool kit, leaflet*, poster*, flyer*, brochure*, booklet*,
    handbook, factsheet*, cohort*, et al, two-thirds|two_thirds|three_quarters|half of the|all, grand round|rounds,
    abuse|protection|vulnerable investigation|investigations unit|team, scr, scrs, eastenders, coronation street,
    emmerdale, hollyoaks, resources, minutes of|from, the minutes, where do i find|get, chart, checklist,
    wristband*, massage group|class|course, article*, a piece, your piece, piece|pieces on|about, item on|about,
    feature on|about, editorial, headline*, newsletter*, issue #, page #, pages, column, cartoon, cover, phrase, the
    word,
    statistic*, figure|figures, percentage, per cent, rate of|rates, how many, number|numbers of, data, research,
    study, studies, dissertation, thesis, survey, consultation, audit, review|reviews, inquiry, inquiries,
    executive summary, report on|to|is, annual report, policy|policies, procedure*, protocol*, guidance, guideline*,
    strategies, strategy document|paper, threshold|thresholds, legislation, the law, legally, framework, template,
    which form, form|forms for|to, handout*, campaign*, fundrais*, charity, funding, grant, money left, budget*,
    petition, award*, prize*, competition, congratulations, well done, minister|ministers, scrutiny, committee, for|
    our|the governors, trustees, definition, meaning of, difference between, stand for, stands for, website, web page,
    web site, link to, the link, print|printed|printing, copies of, a copy, download*, translat*, booking,
    place|places on|for, delegates, register for, sign up, announce, advertise*, advert, interview*,
    volunteers for|needed, work experience, school council, i|we enjoyed|liked|loved, thanks for|to, thank you for|to,
    good to see|read|hear, in general, generally, on average, nationally, history of, awareness, learning from,
    published, publication*, serious case review*, in|on the news, on tv, on the radio,
    designated lead, lead for|on, who is|the lead, what do we do with, referral form|forms, named nurse|gp|
    doctor|midwife, for child abuse|protection|exploitation, a job, vacancy, vacancies, applicant*, explain*,
    certificate, imaginary, made-up, fictional, hypothetical*, mock, pretend, model paragraph|policy, records of,
    childs report|file|record|records, retention, interesting, at what age, do you run|offer|have_a|have_any|have_the|
    still_have, is there a|any|still|guidance, are there any, service for|is|still, could we have, cinema, episode of
    the, e-safety, sex education, recruitment, reading group, learned|learnt from, attached section, our
    policy|procedure, worth reading, topic, essay, qualified, qualification, degree, half-day on|
    about, half day on|about, on|about|in recognising|recognizing|spotting|identifying|noticing, lay member*, for|on|
    join the board, looking for lay|members|volunteers|trustees|speakers, been|am|im|be|is interested in working|
    joining|helping|volunteering|your|the_protection|the_work, were|we_are|we recruiting, therapist*|worker|workers|
    staff|somebody|someone to work with, closing date, tickets from|on_sale|cost|at, your|the|my draft, shes|hes|is|
    be|are speaking at|to the|our|your, marking sheet, how long a|the|we|should|do|does|must … keep|kept|store|hold|
    retain, induction, obituary, cartoonist*, project on|about, writing|writes|doing her|his|their|an|a essay|project|
    dissertation|thesis, current|latest|official advice|rules|rule|guidance|law, new rule|guidance|law on|about, the
    bit|bits|part|section|paragraph on|about, page|pages on|about|where, do|have|run a page, storyline*, the
    serial|soap,
    pdf|pdfs, attachment*, im|i_am|were_all|we_are|ive|weve|am|are booked on|onto the|your, our refuge|hostel|centre|
    service|project|club has|is|was closed|closing|shut|moved|merged, ive|i_have|im|i_am|weve left|leaving|retired the|
    from … unit|team|force|police|service|trust, somebody|someone elses job, read|reading|hear|hearing about|of the|
    these|all|so_many|such|child|abuse … cases|stories|deaths, treated|treating|treats|treat … like|as …
    abuser|abusers|molester|molesters|paedophile|paedophiles|criminal|criminals, like criminals|abusers, propaganda
""")
# Meetings and papers of a case, which sound like talk, and why somebody writes to us: read as if they were not there.
CASE_WORK = Phrases("""
    writing|write|wrote|emailing to a|the|your|you newsletter|bulletin,
    child protection conference, case conference, skeletal survey, strategy meeting|discussion, core group, review
    conference, child protection plan, missing episode*, training shoes, new trainers, train fare, family group
    conference, health review, support plan, mock exam|exams|paper|papers|test, a|her|his|known|family|previous|long
    history of, you|they only|just … newsletter|bulletin|newsletters|mailing|mailings, only|other address|email|e-mail
    i|we have|know|could|can|had, my|her|his|through|checks|reads|checking|reading emails|e-mails|messages, i|we get|
    receive|have|had|found|got your newsletter|bulletin|email|e-mail, buys|bought|buying|gives|gave|giving|given
    him|her|me|them … laptop, on|in his laptop, nobody|noone|no_one|can|could|cant|couldnt|wont|doesnt|not explain|
    explains, by the
    time you|anyone|anybody|they read|see|find this|it, news|exercise|writing|english|reading|contact|homework|rough
    book|books, not|isnt what your|the newsletter|bulletin is for, know … is|its|this_is only|just a newsletter|
    bulletin
""")
# Why somebody is away, and what is only a way of speaking.
HARMLESS = Phrases("""
    remove|removing|delete … picture|photo|photos|photograph|image, taken off … team|list|register, so im|ill|i_am
    off|away|late|out|back|going, so i|we cant|cannot|wont|will, so cant|cannot, which is why i, im off, off sick,
    cant|cannot come|make|attend, my|our|send apologies, excuse, forgive, chickenpox, chicken pox, killing me, dying
    to, died|die laughing|of_it|of_boredom, bored|worried|frozen to death, hit|pressed send, touch base, kill for,
    murdered us, hit|hits|hitting the nail, cut and paste, her|his hair, raising money, in error, by mistake,
    get-well, get well, second-hand, jumble, cuckoo class, font, wi-fi, wifi, broadband, printer, laptop, keyboard,
    typing, my|your|her|his|the eyes, shown on|to, lost property, memory stick, usb stick,
    bring|brings|bringing … cake|cakes|biscuits|sandwiches|crisps, youve|you_have got|reached|emailed|the the_wrong|
    wrong
""")
# What the family does, and the school, when all is well.
PLEASANT = Phrases("""
    thank him|her|them|you, helpful, brilliant, love the, childrens play|party|art|work, software, the pictures are,
    moved by|to, sorry, birthday, cake, at university, starts school|nursery|in, graduat*, exam results, a levels,
    gcses, ha, haha, lol, laughed, laughing, a laugh, joke*, sweet, fun, proud, delighted, hurrah, balloons, cricket,
    netball, football|hockey|rugby team|match, harvest, rehears*, concert, choir, nativity, panto*, outing, picnic,
    playscheme, creche, pool table, bikes, raffle, toys, drawing|drawings|drew|picture on, banner, lovely to, great
    news, congrat*, bless him|her|them|his|its, as a child|boy|girl|kid, in my day, made me laugh|smile, draws, or so
    my|our|he|she husband|wife|claims|says|partner, broke|broken|sprain*|twisted|bumped|fell|falling … judo|rugby|
    trampoline|climbing_frame|skateboard|scooter|bike|bicycle|pony|horse|monkey_bars|football|skiing, well deserved,
    pancake*, on stage, bouncy, fete, mural, allotment, raised … money|pounds|for
""")
# What never happened at all, or to nobody whom one could name.
FICTION = Phrases("""
    imaginary, made-up, made up, fictional, fiction, hypothetical*, scenario*, role play, role-play, a play, film,
    films, novel, exercise, case study, case studies, invented, actor, actors, drama, theatre, poster that|which|with,
    eastenders, coronation street, emmerdale, hollyoaks, carers|survivors|womans|mans|girls|boys|teachers story of,
    survivor|survivors tell|talk|speak, vignette*, quiz, memoir*, biograph*, autobiograph*, a story|tale about|of,
    christmas|
    school|our|village show|musical|production, oliver twist, one child|boy|girl|pupil|teenager|baby|woman|person|
    family|young_person in|out_of two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|every, hansel, gretel,
    cinderella, snow white, red riding, babes in the wood, puppet*, show about, putting on a|the|our, storyline*,
    the serial|soap, copies|copy|packs|boxes of the|your|that … leaflet|leaflets|poster|posters|booklet|flyer|guide
""")
# Of the newsletter itself: whoever speaks of it in the same breath means that.
MAIL = Phrases("""
    newsletter|newsletters, mailing|mailings, your|the|this|mailing|distribution|e-mail|email|delegate|contact list|
    lists, unsu*, stop sendin*|mailin*|emailin*, send|sending|sendin me this, read|reading it|this,
    subscri*, inbox, e-mails, emails, e-mailing, emailing, spam, bulletin*, database, distribution, circulation, opt
    out, opt-out, take|took|taken me off, remove me, my|new address, write to me at
""")
# What organisations print below their mails, and what is asked in general.
IN_GENERAL = re.compile(
    r"^(?:(?:are you|if you are|if youre|if|do you|anyone|should you be) .{0,40})?(?:worried|concerned) about (?:a"
    r"|the safety of a|any|someone) (?:child|young person|children)\b(?! (?:in|at|on|who|he|she)\b)|^if (?:you\w*|a|an"
    r"|any\w*|someone|somebody)\b.{0,160}\b(?:ring|call|phone|telephone|dial|contact|report|speak to|refer|e-?mail|999"
    r"|let us know)\b|\b(?:should|must|can) be (?:reported|referred|made|sent|addressed|passed) (?:to|via|by|on)\b"
    r"|\bat what age (?:may|can|should|must|is|does|one|a)\b(?!.*\b(?:he|she|his|her|hes|shes|last night|today)\b)"
    r"|^(?:to report|report concerns?|for concerns?|call \d|in an emergency)|^what (?:would|should|do|happens"
    r"|is)\b.{0,40}\b(?:if|when) (?:a|an|i|somebody|someone|we)\b(?: am|m)? ?(?:ever|teenager|pupil"
    r"|child)\b(?! (?:tells me|told(?! you)|has)\b)|^(?:what|how) (?:would|do|should|can) (?:you|one|staff|somebody)\b"
    r".{0,40} (?:who|that) (?:tells?|told|says to) you\b"
)
# Another matter begins here, whatever was spoken of before.
ASIDE = Phrases("""
    by the way, btw, while im|i_am|ive|i_have, talking|speaking of, ps, also, but, not sure, on another, separately,
    unrelated, one more, something else, anyway
""")
