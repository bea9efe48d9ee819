"""What a child or a young person says of themselves, in English, in the words and the spelling of their telephones.

Pure data, for `urgent`. Whoever speaks of themselves needs no child beside them; the voice is enough: lower case and
no apostrophes, "my mums bf", "im 13", school and mates.
"""

import re

from pscb_mail.mailbox.words.phrases import Phrases

# As thumbs spell it → as the lists of phrases have it.
SHORT = {
    "u": "you", "r": "are", "ur": "your", "wen": "when", "wot": "what", "plz": "please", "pls": "please",
    "bf": "boyfriend", "gf": "girlfriend", "any1": "anyone", "some1": "someone", "every1": "everyone",
    "no1": "nobody", "noone": "nobody", "tonite": "tonight", "nite": "night", "2nite": "tonight", "2day": "today",
    "2moro": "tomorrow", "evry": "every", "belive": "believe", "belives": "believes", "gonna": "going to",
    "wanna": "want to", "gotta": "have to", "yrs": "years", "yr": "year", "dunno": "dont know", "cos": "because",
    "coz": "because", "cuz": "because", "mam": "mum", "mom": "mum", "mummy": "mum", "thru": "through",
    "sum1": "someone", "iam": "im", "wiv": "with", "skool": "school", "hav": "have", "alot": "a lot", "sed": "said",
    "luv": "love", "msg": "message", "msgs": "messages", "ppl": "people", "thats": "that is", "theres": "there is",
}  # fmt: skip
ME = re.compile(r"\b(?:i|im|ive|id|ill|me|my|us|our|we|myself)\b")
FAMILY = re.compile(
    r"\bmy (?:(?:own|big|little|older|real|foster|best|friends?|mates?|mums?|dads?|nans?|sisters?|brothers?)"
    r" )*(?:mum|daddy|dad|mother|father|step ?-?\w+|uncle|aunt|auntie|brother|sister|cousin|grandad|granddad|grandpa"
    r"|grandma|nan|nana|carer|coach|teacher|tutor|boyfriend|foster \w+|family|parents|babysitter|priest|imam|pastor"
    r"|mate|friend)s?\b|(?:^|[.!?,] |\b(?:and|when|if|but|because|so) )(?:mum|dad|daddy|stepdad|nan)s?\b"
    r"|\b(?:mums|dads|nans|sisters) (?:boyfriend|new|mate|friend|partner)\b"
)
# As only thumbs write it; looked for before `SHORT` writes it out.
VOICE = re.compile(
    r"(?:^|(?<=[\s.,!?]))(?:u|ur|r|wen|wot|plz|coz|cuz|bf|any1|some1|no1|every1|tonite|nite|dunno|gonna|idk|omg|tbh"
    r"|2day|2nite|evry|skool|innit)(?=\W|$)|\b(?:childline|my (?:mates?|bezzie|bff|class|form|school|teacher"
    r"|homework)|at school|(?:im|i am) (?:only |just |nearly )?(?:[6-9]|1[0-7]|six|seven|eight|nine|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen|sixteen)|year (?:[4-9]|1[0-3])) ?(?!\w*class)\b"
)
LOWER = re.compile(r"(?:^|[\s,.!?])(?:i|im|ive|id|dont|cant|didnt|hes|shes|isnt|wont|mums|dads|hasnt)(?=[\s,.!?]|$)")
# The whole of a message.
CRY = re.compile(
    r"\W*(?:(?:please|pls|plz|can (?:you|u)|someone|somebody) )*(?:help|help me|help us|sos)(?: (?:please|pls|plz))*\W*"
)
SAID = Phrases("""
    scared|afraid|frightened|terrified to|of|when … home|him|her|dad|mum|uncle|stepdad|stepmum|brother|comes|gets|
    drinks|night|weekend|tell|anyone|anybody|tonight,
    dont|cant|wont|never|didnt|not want|let|going|go to|me|back|home … home|back|there|here|live|him|her, dont want to
    go|live|marry|be_here|see_him|be_alone|do_it, feel|feeling|not|dont safe, unsafe, im hiding|scared|frightened,
    hide|hiding from|in|under|at, ran|run|running away, cant go back|home, want to run|leave|go|get … away|home|out,
    cut|cuts|cutting|burn|burning|hurt|hurting|harm|harming|starve|starving|kill|killing|hang myself, cut|cutting my
    arms|arm|legs|leg|wrists|wrist|thighs,
    want|going|wanted to die|be_dead|disappear, wish i was|were|wasnt dead|gone|here|alive, hate|end my|this life,
    hate myself|living|being_me, end it all, want it all_to|to stop|end, no point|reason … living|alive|being_here|
    anymore|to_live, cant take|do it|this any|anymore,
    took|taken|swallowed|take … tablets|pills|paracetamol|ibuprofen, overdose*, drank bleach,
    if i tell|told|say, not|dont|never|cant|couldnt tell|told … anyone|anybody|mum|dad|nobody, our|his|her|a secret,
    keep it|this secret|quiet, say it was me, dont say i|it, promise not, please dont tell|say|ring|phone|call,
    who|how|whom|what … to|do|can|should … tell, tell|talk to … someone|somebody|anyone, nobody|no_one … believe*|
    listen*|cares|care|knows|know|help*, dont know who|what|where|how … to|tell|do,
    not allowed|supposed|meant to tell|say|talk|speak|eat|see|go|leave, get|getting|be|am i in … trouble, is this|it
    private|confidential|secret|anonymous, my fault, your fault, still your|my fault,
    am i|is it|it|is … allowed|normal|ok|okay|wrong|right|bad … to|if|that|for|when|say, say no,
    makes|make|made|making|forces|forced me|us … do|touch|watch|sit|take|carry|kiss|sleep|eat|lie|send|go|have|stay|
    hold|sell|get|put|look|wear|feel,
    wants|want|told|asks|asked|tells me to … do|touch|send_him|send_her|send_them|send_pics|send_more|send_photos|
    send_pictures|meet|carry|take|sit|come|keep|sleep|strip|marry|have,
    sending|sends|taking|takes|flying me to|away|abroad, marry|marrying my|a|him|someone|some|this, married|engaged
    to,
    hit|hits|hitting|hurt|hurts|hurting|beat|beats|beating|touch|touches|touching|slap*|smack*|punch*|kicks|kicked|
    kicking|push*|chok*|strangl*|threat*|burn*|lock*|rape*|abuse*|grab*|shout*|scream*|film*|bully*|bullies|bullying|
    starves … me|us|mum|my|her|myself,
    hits|hurts|beats|punches|kicks|starts on|us|me|mum|my|her|you, touches you|u,
    come*|came|gets|get|goes|climb* in|into|to|on my|our room|bed|bedroom|house, in my|our bed|room at|with|when|
    every|and, on my|our own … all|since|for|again|every|night,
    does|do|did|doing|done … stuff|things|thing|bad|sex|it to|with me|us|her|him|my, does|do stuff|things|sex, stuff|
    things to me|us, sex stuff, it happens|happened|happen, what|when he|she|they does|did, what my|his|her … does|
    did,
    pic|pics|pictures|photos|photo|nudes|video|videos of me, send|sent him|them|her|more … pics|nudes|more|photos|
    pictures|videos, nothing on, has pics|photos,
    owe|owing … money|him|them, carry|carrying|selling|hold|holding|deliver* … stuff|drugs|weed|packages|bags|knife|
    blade|for_them|for_him, cant get out, get out of it, with his mates|friends, loves me but,
    smash* … up|house|everything|stuff, going|gone|goes mad|mental|crazy, drunk again|all|every|and, hasnt|isnt|not|
    wont|havent … got_up|come_home|woken|wake|home|back|eaten|up, left us|me|alone, no food|electric|gas|money, broke
    … arm|nose|leg|jaw, im next, killed my|the|our,
    bruises, marks on|all, bleeding, pregnant, missed my period, help me|us, please help, need|want help|
    someone, save me, get me|us out, please come|hurry, someone|somebody to come|get|help, send someone|somebody|
    police,
    bullied|bullying|bullies, call|calls|calling me|us names|stupid|ugly|fat|worthless, kick*|throw*|threw|chuck* me|
    us out, nowhere to go|sleep|stay, sleeping rough|outside|on, feel|makes|felt|feeling … sick|dirty|disgusting|
    ashamed|scared, its|it worse|started_again|getting_worse, he|she listens, ring|phone the house|home, babysits,
    strok*|star*|watch*|follow*|corner*|squeez*|lick*|tickl*|kiss*|grop* … me|my, keeps me behind|back|in, got|gets|
    getting|tricked me to, wish* … never_had_me|id|i_wasnt|i_was, never had me, leave|leaving|left home, stand it|
    this|him|her, think|thinking|thought … dying|jumping|killing|ending|dead, abuse|rape|illegal|wrong if|when, told
    school|teacher|my_teacher|police|the_police|social|someone … and|but|he|she|they, nobody|no_one to talk|tell|turn,
    not eating|sleeping, chair against|agenst, lock my|the door, cry|crying myself|every|all|at, money or, hell|
    they_will|theyll|he_will|he|they … post|share|send_it|show|hurt|kill, more drop|run|trip, get|getting … drunk|
    high, want to go home|live_with|be_in_care,
    he|she|they|teacher|sir|miss|coach makes|make|made me|us, going to do it|something, put|go|be|live in|into care,
    get changed, my door off, say|said i fell|did_it|lied, number for childline, dont|cant remember, nobody|no_one
    would believe, sick of it|this|being, a kid like me, going|go to prison, cold and, wont move|answer|breathe,
    weird|creepy|horrible|mean|nasty|funny|rough|strange to|with me|us, not|isnt|arent nice|kind to me|us, come and
    get|help me|us, out loud, blackmail*, black mail*, lock|locks the|my, bad|rude videos|
    pictures,
    adopt me, clean|cook everything|all, allowed friends|out|phone|food, gives me money|things|stuff|drink|vapes,
    have to do it|that|everything
""")
