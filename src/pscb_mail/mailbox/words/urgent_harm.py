"""What is done to a child or feared for one, in English.

Pure data, for `urgent`. The lists say how grave a thing is, not what must stand beside it. The words are without
apostrophes, as `urgent` spells them.
"""

from pscb_mail.mailbox.words.phrases import Phrases

# What stands for harm by itself: a child beside it is all that it needs.
GRAVE = Phrases("""
    starve|starves|starved|starving me|us|him|her|them, asked|asks|begged … if|whether he|she|they could|can|might
    live_with|live_in|live_here|move_in|sleep_in|sleep_on|sleep_at, put|putting me|her|him|them … ground|canal|river|
    grave|boot, nobody|noone|no_one|no_adult else in|at|there|home, teach|teaching|taught her|him|me|them a lesson,
    taken|took|takes|hid|hides|keeps|kept her|his|my|their medication|medicine|insulin|inhaler|tablets|keys|phone|
    glasses|papers|bank_card|purse, cutting again|deeper|more, been|started cutting, takes|taking|took photos|pictures|
    photographs|video through|over|from … railings|fence|gates|window, photos|pictures|photographs|video … children|
    kids|girls|boys … railings|fence|gates|swings|bushes, made|make|be clean|cleaned, done to me, bullet|bullets
    through|in|with, guns been|is|are, a gun, loaded, hit|beaten|struck with a|the, holds|held|holding … nose|noses|
    mouth|breath, smacks|slaps|pinches|smacked|slapped them, tied|chained|strapped … to the|a bed|chair|radiator|frame|
    post|cot|highchair, tracker on|in my|her, him|her|them|he|she|man|men|woman|women|girl|boy|lad|people … kept|held|
    sleeps in a|the garage|shed|cellar|container|loft, hose|hoses|hosed him|her|them|me, in her|his|their|my own mess|
    urine|excrement, not|hasnt|havent opened her|his|their|the curtains|door, letters|notes to all|each of us,
    have|having|get|getting it|them done by|over_there|like|as|when|back_home|in_africa, as|like we all did|were|had,
    last thing|message|note i|ill|she|he will|ill|shall|would|ever write|ever|say, the last time anyone|you|anybody|
    youll will|see|ever|hear, by the time you|anyone|anybody|they read|see|find, words|saying|message|text|note|photo
    …
    goodbye, different story|stories|account|accounts|version|versions|explanation|explanations,
    bruis*, black eye*, cigarette|belt|bite|burn|slap|hand|finger|strap|lash|rope mark|marks|burn|burns, welt|welts,
    hand-shaped, handprint*, mark|marks … face|neck|arm|arms|leg|legs|back|wrist|wrists|body|throat|bottom|hands,
    finger-shaped,
    strangl*, strangulation, chok* him|her|them|me, rape|raped|rapes|raping, molest*, grop*, fiddl* with, fiddled,
    sexually abus*|exploit*|assault*|active, sexual|physical|emotional abuse by|from, genital*,
    hit|hits|hitting|beat|beats|beating|smack*|slap*|punch*|kick*|belts|belted|whips|whipped|thump*|batter*|clout*|
    wallop* him|her|them|me|us|it,
    hit|hits|hitting|beat|beats|beating|smack*|slap*|punch*|kick*|thump*|batter*|hurt|hurts|hurting|shak*|shook|burn*|
    starv*|neglect*|abus*|lock*|threaten* his|her|their|my|our|the|a|this|an|your … son|daughter|child|kid|kids|
    children|baby|boy|girl|brother|sister|sons|daughters|bairns|stepson|stepdaughter|babies|toddler|boys|girls|twins|
    lad|stepkids|eldest|youngest|niece|nephew|grandson|granddaughter|little_one|little_ones|wee_one,
    hit|hits|hitting|beat|beats|beating|smack*|slap*|punch*|kick*|hurt|hurts|hurting|starv*|threaten* his|her|their|my|
    our … mum|mam|mother|dad|father|parents|wife|husband|partner|girlfriend|boyfriend|nan|gran|granny|grandma|
    grandmother|grandad|grandfather|cousin, does|did|doing stuff|things|bad_things to me|him|her|us|them,
    being hit|beaten|hurt|abused|touched|groomed|exploited|trafficked|starved|neglected|smacked|slapped|whipped|
    kicked|punched|threatened|forced|filmed|blackmailed|harmed|used|watched|kept|locked|sold|passed|taken|sexually|
    physically|made, made to,
    is|are|was|were|been|gets|get|got … beaten|hit|abused|molested|trafficked|starved|whipped|groomed|stabbed|shaken|
    scalded|drugged|gagged|chained,
    he|she|they|it|who|dad|mum|father|mother|stepdad|partner|boyfriend|uncle … hits|beats|hurts|touches|smacks|slaps|
    punches|kicks|rapes|abuses|burns|burned|burnt|strangled|choked|dragged|shakes|shook|pushed|grabbed him|her|them|
    me|my|us|his|their|it,
    hurt|hurts|hurting|harm|harms|harming me|him|her|us|them, touch|touches|touched|touching him|her|me|them|us,
    touch* … private*|inappropriate*|down_there, touches … up,
    inappropriat* touch*|messag*|contact|photo*, willy, his|her|my private*|penis|bits, vagina*, sex with|stuff|acts,
    for sex, sexual* act|activity, offered|wanted sex,
    sex offender*, registered offender, paedo*, pedo*, schedule one|1, indecent*,
    nude|nudes|naked, pic|pics|pictures|photos|videos|images|selfies of herself|himself|themselves|her|him|me|myself,
    nothing on, took|takes|take off … clothes|top|bra|shirt, undress*,
    sends|sending|send|sent … pictures|photos|pics|nudes … to|a|some|an|her|him|men|older|strangers|someone,
    cut|cuts|cutting|burn|burns|burning|harm|harms|harming|kill|kills|killing|hang|hanged|hanging|hurting|hurt|
    starving herself|himself|myself|themselves|themself,
    cut|cuts|cutting my|her|his arm|arms|leg|legs|wrist|wrists|thigh|thighs, cuts|scratches … to|on|across|down|up
    her|his|their|my|the, fresh cuts, self-harm*, self harm*,
    end|ending|take|taking|took her|his|my|their|our own_life|life|lives, end it all, kill|kills|killing me|him|her|
    them|us|the|his|my, want|wants|wanted|wanting to die|disappear|be_dead|end_it, be|were|are|am better_off_dead,
    wish* … dead|never_been_born, suicid*, overdos*,
    hate|hates my|his|her life, do something stupid|silly, take them with her|him|me, jump* off|from|in_front, and
    jump*, noose, ligature*,
    took|taken|swallowed|take|takes … tablets|pills|paracetamol|overdose|ibuprofen|bleach|something, stabbed, knifed,
    a knife to|at, carr* … knife|machete|gun|blade|weapon, zombie knife, hunting knife, with a knife,
    marry|marrying her|him|me|them … off|to, to be married, be|being|getting|get|been … married to|off|abroad|at|in|
    on, marry … cousin|stranger|man|someone|uncle, promised to a|his|her|an, forced marriage, forced into|to marry|
    marriage,
    booked|arranged|planned|planning … wedding|marriage, wedding … in pakistan|india|bangladesh|somalia|august|
    the_summer, engaged to,
    to be cut, being cut, been cut, cut|circumcised … abroad|like_her|over_the|in_the_summer, circumcis*, special
    ceremony, become a woman, a woman now, infibulat*, breast iron*, evil spirit*, possessed|witch*, exorcis*, beat …
    devil|demon,
    trap house, cuckoo*, used|made|paid|forced|groomed to run|carry|sell|deliver|hold|move|shift|take, run|runs|
    running|carry|carries|carrying|sell|sells|selling|deal|deals|dealing|holding|deliver*|moving drugs|packages|
    parcels|weed|crack|heroin|gear|knives|packets|a_package|a_knife|a_blade|stuff_for,
    selling for, working for … gang, owe|owes|owed … money|lads|gang|dealer|them|bag, debt to, debts, drug debt,
    plugging, going country|cunch,
    gone missing, went missing, is|was|been|still|now|reported missing, missing from home|care|placement|school|since,
    missing … episode*|since|again, run|ran|runs|running away, abscond*, disappear*, vanish*,
    didnt|hasnt|not|never|havent|hadnt come|came|return*|been home|back|collected|fed|washed|changed|seen_since,
    hasnt|not|havent been seen|fed|collected|changed|washed|in_school,
    left|leaves|leaving|leave|found|all|home|are|is|been|was|were|be alone|unattended|unsupervised|abandoned, left|
    leaves|leaving|leave … alone|unattended|unsupervised|strangers|in_the_car|outside, abandon*, dumped at|on|in|with,
    his|her|their|its own all|at|every|since|overnight|in|for|again|until|most, by themselves, left on … own, nobody|
    noone|no_one|none is|was|at|there|in … home|in|there|with, no adult*,
    locks|locked|lock|shut|shuts|tied|ties|chained|chains|caged|bolted … in|up|out|outside|to|room|shed|cupboard|
    cellar|garage|bedroom|cage|bed, bolt on|outside,
    shake|shakes|shook|shaking|shaken … baby|him|her|it|them|infant|child|babies|little_ones, throw|threw|thrown|
    throws|throwing|drag|drags|dragged|fling|flung|hurl*|slam|slams|slammed him|her|them|me|his|the|it|a|child|plates|
    things|both,
    strangled|choked|hit|beat|beats|hits|punched|punches|attacked|attacks … mum|mother|mam|wife|me|her in_front_of|
    last|again|and|when, in front of … children|kids|child|baby|boys|girls, smash* … up|house|everything|things,
    strok* her|his|my|their … hair|leg|legs|knee|thigh|thighs|back|face, got|gets|getting|had|pulled his … thing|
    willy|penis|bits out, exposed|exposes|exposing|flashed|flashes himself|her|him|them, flashing at, porn*, condom*,
    kissed|kisses|kissing her|him|them|me on, tried|trying to talk|lure|grab|touch|kiss|take|get … to|her|him|girl|
    girls|boy|boys|child|children|me, offer* … sweets|lift|puppy|money|ride, followed|follows|following her|him|them|
    me|girls|the_children,
    soap|chilli|pepper in … mouth|eyes, held under|down|over, hot water|tea|iron|kettle … on|over, pinned|twist*|bent
    him|her|them|me|his|my, on|out_of the sill|ledge|roof|balcony|track|tracks|railway|bridge|windowsill, give*|given|
    gave … methadone|sedat*|sleeping|drugs|cannabis|calpol, swallowed, gun, firearm, shotgun, petrol, set fire, fire*
    to,
    worthless, never been born, nobody would miss, wishes … dead|never, wished she|he|they hadnt|had_never, rocks|
    rocking himself|herself|back, lost … pound|kilo|stone|weight|kg, watered down, devil, demon*, pastor will|says,
    jinn, curse*, paid for her|him|them, not his|her|their|her_real … niece|nephew|daughter|son|child|wife, takes|
    keeps his|her|their … wages|passport|money|benefits, taken|took|has|hidden her|his|my|their passport,
    gave|giving|given away … things|belongings, wont be here, suicide|goodbye note|letter, walks into doors, second
    phone, barred from, banned from seeing|contact|the, private lessons, asked|asks|asking for her|his number|
    snapchat|address|instagram, keeps|kept her|him|me behind|back, hide|hides|hid|hiding behind|under|in|from,
    drinking at|from|all|again,
    weighs only|less, covered in, scratch* on|down|all|across, lump on, love bite*, hickey*, handcuff*, gaffer tape,
    duct tape, cable tie*, dog lead|cage|crate|bowl, medication|medicine|inhaler|insulin … withheld|withholding|taken|
    refus*|without|stopped, refus* … medication|treatment|inhaler|insulin, unallocated, no allocated, has|have not
    been visited,
    no|without food|lunch|breakfast|dinner|supper|meals, nothing to eat|in_the_fridge, not|isnt|arent|wasnt … fed|
    eaten|eating|feeding, being fed, starving, malnourish*, emaciat*, skin and bone*, underweight, failing|failure to
    thrive, faltering growth, centile, living on crisps|biscuits|bread|scraps, havent|hasnt|not|hadnt eaten,
    fracture|fractures|fractured, broken|broke … arm|leg|rib|ribs|wrist|collarbone|jaw|bones|nose|teeth|tooth|fingers|
    cheekbone|hip, subdural*, retinal,
    skull, head injur*, scald*, burn|burns … on|to his|her|their|the, burnt|burned … with|by|her|his|on, burn me|him|
    her|them, arm … broken,
    non-accidental, nonaccidental, nai, explanation|story|account|version|history|stories|injur* … keeps|changing|
    changed|changes|add_up|fit|match|consistent|inconsistent|tally, gives|gave|given no|any|different explanation,
    wont|wouldnt|cant|refuses|not … say|explain … how|who|what|why,
    hear|hears|hearing voices, voices telling, pillow over, drown|drowned|drowning, suffocat*, smother*, poison*,
    throw* … out|down|window|stairs, put in … bath,
    afraid|scared|frightened|terrified|petrified of|to … home|dad|him|her|father|mum|mother|stepdad|stepfather|uncle|
    stop|brother|tell|daddy|leave|husband|wife|partner|boyfriend|girlfriend|ex|son, scared|afraid|frightened for,
    flinch*, dont|doesnt|not|didnt want to go|be|live
    home|there|here|back|with,
    older man|men|boyfriend|boys|lads|guy|guys|bloke|blokes, grown man|men, strange man|men, man|men|bloke|blokes|guy|
    guys of #|about, man|bloke|guy in his, much older,
    gets|get|got|climbs|climbed|climbing|sleeps into|in bed|beds, gets|got|climbs into … bed, come*|came|goes|going
    into|in her|my|his|their room|bedroom|bathroom|shower|bed, comes|came into the bathroom|shower|toilet,
    disclosed to|that|sexual|physical|abuse|he|she|being, made|make|makes|received|taken|had|given a|the … disclosure,
    disclosure … by|from|made, keep|keeping|kept … secret|quiet, our secret|little_secret, tells me not to tell, if i|
    he|she|we tell|tells|told, tell|tells|told anyone|any1|nobody|no_one,
    in danger, not safe, unsafe, in immediate, risk to life, immediate|serious risk, at serious|immediate|grave|high|
    real|significant risk, not sleeping at_all, perpetrator, abuser, rough with|handl*, take|
    taken|taking|takes|sent|send|sending|flown|fly|flying … abroad|out_of_the_country|to_pakistan|to_somalia|
    to_gambia,
    forced|made|makes|make her|him|them|me|us … beg|steal|kneel|stand|sleep|eat|watch|sit_on|touch|undress|clean|work|
    carry|sell, sleep*|sleeping|slept in|on the|a … shed|garage|car|bath|corridor|kennel|van|floor|street|doorway|
    bus_shelter|park|bench|landing|stairwell|station|bin_store,
    suspected|query|possible|probable|?|likely fgm|csa|cse|cce|fii|abuse|neglect|grooming|exploitation|trafficking|
    sexual|physical|emotional, safeguarding concern|referral|issue|alert, child protection concern|issue|referral,
    concern|concerns|worried … about|re|for|regarding a|this|one|two|my|our|the|his|her … child|pupil|boy|girl|family|
    baby|student|lad|young_person|kids|children,
    urgent* … about|re|regarding … child|pupil|boy|girl|baby|young_person|lad|student, ring|call|phone me … about|re
    a|one|two|this … child|pupil|boy|girl|baby|young_person|lad, about a child at|in,
    has thoughts|fantasies about, sexual thoughts, attracted to children|boys|girls|kids, fantasis* about, let* … men|
    man in, paid … visits|men, wont|not|wouldnt|doesnt|refuses let|to_let her|him|them|me … go|out|leave|eat|see|
    speak|sleep, wont|not let … change|bath|undress|examine|near,
    rang|phoned|called … hung_up, no shoes, barefoot, never comes|come|goes|allowed|let … out|school|outside, begging,
    from|through|out_of|in the bin|bins, hide|hiding him|her|me|from|under|in, someone|somebody|anyone … come|help …
    now|quick|quickly|please, eats|eat|sleeps|sleep off|on the floor, runs|ran|running out|off … no|without|barefoot,
    wont|wouldnt|doesnt|didnt wake|waken|respond, unresponsive, unconscious, turned blue, stopped breathing, floppy,
    listless, seven fits, hanging out … window,
    rude things, sleeping|tickling|secret|kissing|naughty game|games, on his lap, watch|watches|watching|watched … in
    the|through … bath|shower|bathroom|toilet|window|keyhole, hand|hands|finger|fingers down|up|in|inside|on|under
    her|his|my|their … pants|knickers|skirt|trousers|top|shirt|dress|thigh|leg|private|bra|bottom,
    same clothes|nappy|uniform|pants, wet|dirty|soiled|filthy|same clothes|nappy|nappies|uniform|bed|bedding, dog
    mess|faeces, squalor, no heating|electric|electricity|water|gas|bed|beds|coat|parents,
    using|heroin|crack|meth|cocaine|drinking … while|throughout|pregnant|#_weeks|in_pregnancy|through, drunk … kids|
    children|baby|drive|drives|drove|collect|driving, drove|drives|driving … drunk|like_that|drink, wants|want|ask|
    asks|asked|asking|tells|told|telling|wanted her|him|me|them to meet|undress|strip|come_to|take_off|send_him|
    send_her|send_them|send_pics|send_pictures|send_photos|send_nudes|send_more|send_videos|send_a,
    met|meets|meeting|chatting|talking … online|snapchat|instagram|tiktok|discord|roblox|on_the_internet|a_man|older|
    blokes, buys|bought|buying|gives|gave|giving|given|plies … alcohol|vodka|drink|drugs|cannabis|weed|vapes|
    cigarettes|gifts|presents, messaging|texting|messages|texts … girl|boy|pupil|student|child|year_#|late|night|
    secret,
    refuses|refus*|wont|will_not … bring|give|hand|return|send … back|over|home, never see … again, on|out_on bail|
    tag|licence, against|breach*|broke|breaks|broken … order|bail|injunction|conditions, out of prison, unaccompanied,
    no_food|nothing_in … house|fridge|cupboards, outside the|a pub|club|bookies|casino|nightclub|bar, wandering|
    wandered … in|on|about|around|alone, walk* … difficult*|hurts|sit, cant|wont sit_down|walk|feed, slave*, servant,
    servitude, never|not go|goes|been|attends|attended … school, trafficked,
    domestic violence|abuse|incident to|at|last|again|call*, a domestic, honour-based, honour based, brought|bring|
    shamed shame|them|the_family, radicalis*, joining|join isis|syria, syria, no|not|nobody|noone … seen|laid_eyes|
    heard_from her|him|them|since|on, has|have anybody|anyone|anybody_actually seen, not|werent|wasnt|hasnt|havent
    been|in … nursery|school again|for|since|today|all,
    scar|scars|cuts|marks|scratches … arm|arms|wrist|wrists|leg|legs|thighs, sleep|sleeps|slept|sleeping … same tent|
    bed|room, same bed|tent as|with, arrested|charged|convicted … images|offences|abuse|assault, images of children,
    did to a|my|the|this|her|his|our child|pupil|boy|girl|son|daughter|kid|kids|baby, in the dark, on his|her own …
    woods|street|road,
    interfer*|messing|meddl* with … daughter|son|child|girl|boy|niece|nephew|sister|her|him|them, blue round|lips,
    lips … blue, weals, hand over|in|on … hob|flame|stove|cooker|fire|candle, historic|historical abuse, take|takes
    her|him|them to work, work|works until|till … morning|midnight, will do something, be on the news, wont have …
    doctor, whats|what_is happening|going_on|being_done to my|our|his|her|their|that|those … niece|nephew|sister|
    brother|son|daughter|grandson|granddaughter|grandchildren|kids|children|boy|girl|boys|girls|lad|lass|baby|
    little_one|little_ones, padlock|padlocks|padlocked|bolts it|him|her|them|us|me|the|his|from, only let out|up|
    outside, only allowed out|downstairs, asking|begging|crying|calling|asks|begs|cries for water|food|help|
    something_to_eat, wont|refuse|refuses|refusing|not|never|nobody take|taking|takes|let|call|calling … hospital|
    doctor|doctors|ambulance|casualty, prayer|prayers|praying|god|faith|pastor will do|heal|cure|save|mend, going|gone|
    went|turned|turning grey|blue, if i|she leave|leaves|left|go|goes … he|they|hell|theyll will|would|find|kill|
    hurt|take, hell|he_will|theyll|they_will|he_would find|kill|hunt|track me|us|her|them, got|has|have|took|holds
    my|her|our passport|passports|bank_card|bank_cards, keys … passport, passport … keys, hands|hand|arm round|around|
    on|at my|her|his|their throat|neck, by the throat, split|cut|burst|busted lip|eyebrow, no|without trousers|pants,
    being messaged|texted|contacted|pestered by,
    photographs|photos|pictures|images|videos|pics on|in his|my_husbands|my_partners|my_dads|my_brothers|my_sons|
    my_uncles phone|laptop|computer|ipad|tablet|camera|hard_drive,
    buys|bought|buying|gives|gave|giving|given him|her|me|them … laptop|phone|ipad|console|games|trainers
""")
# What sounds as grave in a hurry or in a temper, and what only names our mail: neither tells of harm, or of talk.
SPEECH = Phrases("""
    leave|leaving me|us|him|her alone|be, begging you, im drowning, drowning in, hung|hanging up, handcuffs,
    newsletter|newsletters|bulletin
""")
# So one begins to tell of a child, and needs no more.
FORMS = Phrases("""
    written|wrote|writes|writing|scribbled … help on|in, note … saying|says|said|that_says help, had|has|was written
    help on|in, mouthed|mouthing|mouths help, tied|chained … to the|a bed|radiator|bedframe|post, posted|put|pushed|
    sent a|me|us bullet|bullets, bullet through|in my|the|our|his|her, affairs straight|in_order … gun|guns|shotgun|
    rope|tablets|pills, smacks|slaps|smacked|slapped|pinches|shakes them when|if|until, been cutting again|myself|more,
    report|raise|make|refer|reporting|raising|making|share … safeguarding_concern|safeguarding_referral|
    safeguarding_issue|safeguarding_alert|child_protection_concern|child_protection_referral|child_abuse,
    safeguarding|child_protection concern|issue|referral about|re|for|regarding,
    worried|concerned|frightened|scared|anxious|alarmed|afraid|concerns|concern|worry|worries|fear|fears … about|for|
    re|regarding … a|one_of|my|our|this|the|two|three|his|her … child|pupil|boy|girl|baby|student|lad|young_person|
    kids|children|family|grandson|granddaughter|nephew|niece|neighbours|neighbour|toddler|infant|teenager,
    for the safety of, made|make|makes|received|taken|had|given a|the … disclosure, disclosed to a|my|our|his|her|
    their|me|us|staff, about a child at|in|on, child … in_danger|at_risk_at|at_risk_of,
    about … child|pupil|boy|girl|baby|lad|young_person in our|my care|class|school|ward|home|placement|setting|group|
    team|club|nursery,
    speak|talk|speaking|talking to … about … kids|child|children|baby|boy|girl|son|daughter|pupil|niece|nephew|
    grandson|granddaughter|family, arrested|charged|
    convicted|cautioned … images|sexual|indecent|children|minors, check_on|look_in_on … baby|child|children|kids|boy|
    girl|toddler|little_ones, hear|hears|hearing|heard … scream|screams|screaming|begging|shrieking through|from|
    coming the|our|my|their|through|from … wall|walls|floor|ceiling|flat|upstairs|downstairs|next_door,
    too fond|friendly|close|interested … of|with|to|in … small_ones|little_ones|young_ones|children|kids|girls|boys|
    lads, going|want|wants|ready|decided|plan|planning to end it tonight|tomorrow|today|all|this_week|this_weekend,
    im ending it tonight|all|tomorrow, my partner|husband|boyfriend|wife|ex has|has_got|got|took|keeps|holds my
    passport|bank_card|phone|keys
""")
# What worries where a child stands beside it and it is told as a thing that happens: each word counts.
SERIOUS = Phrases("""
    put|puts|putting|turned|sent him|her|them out|outside|out_on|outdoors, on|at the step|doorstep|stairs at|in|again|
    every, in his|her|a|their vest|pyjamas|nightie|nightclothes|pants, not|nor|never|without … grown-up|grown-ups|
    grown_up|adult|adults, different car|cars|man|men every|each|most|picks, into … different car|cars|man|men, new
    nails, nosebleed*, cooking|cooks|caring|cares for the|his|her others|siblings|brothers|sisters|brother|sister|
    little_ones, mum|mother|dad|father|parents left|went|walked on|out|last|since,
    hurt*, hit|hits|hitting, beat|beats|beating|beaten, slap*, smack*, punch*, kick*, harm*, abuse|abuses|abusing|
    abused|abusive, neglect*, assault*, attack*, violen*, threat*, touches|touched|touching, bad|horrible|awful|nasty
    to, bully*|bullied|bullies,
    injur*, wounds|wounded|wounding, a|the|his|her|open|stab|head|deep wound, burn|burns|burnt|burned|burning, scar|
    scars, swollen|swelling, limp|limps|limping, lethargic,
    bleeding, blood, sore, infection, infected, abscess*, untreated, rash, discharge, thrush, chlamydia, gonorrh*,
    sti, in pain, painful, fits, seizure*, concuss*,
    scream*, yell|yells|yelling, shout|shouts|shouting, howl*, sob|sobs|sobbing, crying, cries, cry, cried, in tears,
    begs, begged, thud*, bang|bangs|banging, smash*, rows|rowing|arguing|argued|fighting|fight|fights,
    scared, frighten*, afraid, terrif*, petrified, fear*, cower*, jumpy, trembl*, withdrawn, uneasy, alarmed, clings,
    anxious,
    alone, unsupervised, unattended, on its|her|his|their own, missing, lost contact, whereabouts, phone off, last
    seen, never seen, not|havent|hasnt … seen, no answer, door not, not|never … at|in school|nursery, stopped coming,
    out of school, not attending, off roll, taken out of school, not let in, refused entry|access, wouldnt let me|us
    in,
    hungry, food, starving, thin, skinny, weight, coat, shoes, nappy, nappies, dirty, filthy, smells|smelt|smelly,
    stinks|stank, soiled, wet, unwashed, unkempt, lice, clothes, cold, freezing, heating, electric*, mattress, rats,
    squalor, scraps, bread, crisps, lunch, bins, bin, steals, stealing, sour,
    drunk, drunken, drinks|drinking, drink, alcohol*, vodka, stoned, high again|on, drugs, drug, heroin, crack,
    cannabis, weed, ketamine, spice, using again|heroin|drugs|in|all, needles, sober, passed out, drives, driving,
    insulin, older, boyfriend, strange|stranger|strangers, man|men|bloke|blokes|lads, online, snapchat, instagram,
    whatsapp, tiktok, discord, roblox, webcam, livestream*, messaging, messages, texting, texts, pics, picture,
    pictures, photos, videos, filming, filmed, gifts, presents, trainers, phones, cash, money, owes|owed, hotel,
    flat, cars, picked up, picks … up, party, parties, sleep|sleeps|sleeping at|in|on|rough, stays out, out all
    night, all hours, comes|came|coming|gets back|home|in late|at|until, hire car, on the train, rucksack, package*,
    parcel*, knife, blade, weapon*, gun, gang|gangs, county line*, robbed, exploit*, groom|groomed|grooming|groomer,
    younger girls|boys|ones, bringing, for him,
    pregnan*, abortion, morning-after, contracepti*, sex, sexual*, intimate, kissing, kiss, kisses, kissed, cuddl*,
    lift|lifts home, asleep since|all, lap, massage, bath, bathroom, shower|showers, toilet, bed, bedroom, underwear,
    pants, knickers, strip*, rude, dirty things, plays with, tickl*, does|do|doing|did … stuff|things, does it, did
    to, do to, doing to, does with,
    secret*, wont|doesnt|wouldnt tell|say, asked me|us|him|her not, not to say, quiet about it, say nothing, anonym*,
    say it was, get … trouble, in confidence, confid*,
    abroad, passport, flight|flights, flying, pakistan, somalia, gambia, bangladesh, sylhet, nigeria, sudan, egypt,
    kenya, syria, marry, wedding, engaged, sham*, honour, dishonour*, ceremony, circumcis*, fgm,
    bail|bailed, convict*, offence*, offender, prison, released, injunction, non-mol*, breach*, court order, no
    contact, supervised contact, alleg*, perpetrator, suspect*, arrested, section 47,
    strategy discussion|meeting, referral|referred|referring, edt, lado, hospital, ambulance, casualty, refuge,
    hide|hides|hidden, ran|run|running off|out|from|away, escape*, cant|cannot|couldnt cope, losing it, had enough of,
    snap, temper, rages, rage, lost it, kicks|kicked|kicking off, goes|gone|went mad|mental|crazy, punish*,
    discipline*, slipper, belt, cane, wooden spoon, cupboard, shed, cellar, garage, on the stairs, in the cot, cage,
    cold bath|shower|water, kneel,
    wont|not|never|isnt|arent … let|allowed|leave, refuses to, kept in|home|from|indoors, keeps her|him|them, kick*|
    thrown|threw|chucked|throws … out, homeless, doorway, sofa surf*, bus shelter, bench, begging, wander*, no one|
    noone|nobody … care|cares|collect*|feeds, never comes, turned away,
    suicide, die, dead, death, dying, killing, end it, no point, hates herself|himself, voices, depress*, panic*,
    stopped eating, not|wont eat|eating, makes herself sick, pills, tablets,
    sectioned, psychosis, psychotic, paranoid, breakdown, manic, hallucinat*, delusion*, force|forced|forces, makes|
    making|made me|him|her|them|us, fault, blackmail*, sold, sells, unpaid, never goes out,
    wrong, odd, creepy, sleepy, unsafe, not safe, nobody|noone|no_one … listens|believes|cares, cant get out|away,
    cant go back, look at the girl, way of looking, special attention, alone with, outside|out … night|midnight|dark|
    freezing|rain, behind closed doors, locked, lock|locks, shake|shakes|shaking|shook, dragged, drag|drags, pushed|
    pushes, shoved|shoves, grabbed|grabs, spat, pinch*, by the hair|arm|throat|ear, throw*, threw, caught,
    abduct*, snatched, took … away|out, harsh, scary, cruel*, mean to, hate|hates,
    stroke|strokes|stroked|stroking, stare|stares|staring, follow|follows|followed|following, exposed, condoms, lewd,
    crush on, hugs, hugging, too close, tongue, alone in his|her|the, teeth, nits, weigh-in, doesnt
    speak, cant speak, barely speaks, mute, silent, rocking, curtain, mould, maggots, bed bugs, sofa, swore, sworn at,
    humiliat*, ignores, worthless, ugly, useless, stupid, wept, weeps, weeping, unhappy, tearful, upset, second phone,
    new clothes, wages, paid for, in his thirties|forties|fifties|sixties|twenties, train tracks, river, ledge, sill,
    balcony, roof, window wide, windows, swings, playground, sweets, puppy, barred, banned, ill all,
    inhaler, methadone, police, breaking things|in, dog, kicked to, batteries, bleach, swallowed, glasses … broken,
    bitten, bite, bites, nightmares, wets, wetting, wet himself|herself, soiling, rocks, smear*, moved in,
    just met, lets, let in, men in and, comings and, hysterical, pale, grey, sleeps in|through,
    tired, exhausted, falls asleep, truant*, absen*, ravenous, wolf*, pocket*, scavenging,
    what|who|whom do|should|can|must|shall i|we do|ring|tell|call|report|turn, snowing, in the snow|rain|cold|dark,
    sat|sitting on the wall|step|steps|kerb|stairs|floor, funeral, sleep|sleeps upstairs, look|looks like children|
    a_child, restrain*, face down, pinned down, always|often ill, only kids, wits end, drip, thin as, skin and
""")
