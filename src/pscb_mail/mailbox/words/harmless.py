"""Every word that may stand in the clause of a plain wish to come off in thirteen languages, and what stands beside it.

Pure data and one question of it. The first tier of the reading acts on a wish only where no word of it is missing here:
a list of what may stand there generalises, a list of what may not never ends. What is missing is missing on purpose:
names, other lists ("rota", "training", "governors"), numbers, conditions, and anything else that could turn the sense.
In the other languages a `*` ends a stem, because they decline their words; accents are gone, as in `quotes.plain`.
"""

import re

_ENGLISH = """
    a an the this that these those any all both each every it them they'll here there me us my our your yours ur u you i
    we i'm i'd i've we'd we've i'll we'll am are is was be been being myself ourselves mine one who whom to from frm off
    of out on in at with by for under into onto and or as so too also please pls plz thanks thank thx ta cheers kindly
    regards sincerely best kind many again now today straight away immediately immediate effect asap soon soonest
    earliest convenience possible forthwith promptly urgently right further future more anymore longer ever never not no
    do don't dont doesn't want wish need like prefer require required rather would could can may might will shall should
    must have has had get getting got keep just simply completely entirely altogether permanently totally manually
    formally hereby therefore remove removed removing removal delete deleted deleting deletion take taken taking drop
    dropped dropping crossing striking excluding erasing strike struck cross scratch erase erased erasure exclude
    excluded withdraw withdrawn purge omit cut knock
    unsubscribe unsubscribed unsubscribing unsubscription un-subscribe un subscribe subscribed subscription
    subscriptions subscribing opt opted opting opt-out opted-out optout stop stopped stopping cease ceased quit
    discontinue discontinued end terminate cancel cancelled cancellation desist refrain unenrol un-enrol unregister
    de-register deregister leave leaving come coming send sending sent receive receiving received emailing mailing
    mailings mail mails email emails e-mail e-mails e emailed e-mailed using e-mailing messaging messages message
    contact contacts contacting contacted write writing spam spamming junk include including included registration entry
    list lists listing mailing-list distribution dl circulation circular circulars newsletter newsletters news letter
    letters bulletin bulletins update updates edition editions copies mailshot mailshots communication recipients
    communications correspondence publication publications database databases record records system systems address
    addresses account accounts mailbox inbox name names detail details data info information books book personal work
    business shared own current generic whole full electronic online regular monthly quarterly weekly termly teh pscb
    safeguarding children children's childrens board peterborough lscb request requests requesting ask asking asked
    grateful glad happy obliged good great appreciate appreciated process action arrange ensure make sure certain see
    confirm register consent object processing interested interest use point purposes moment chance whenever able let go
    ahead notice marketing nonsense crap rubbish stuff things bloody damn such wrong person gdpr needed wanted relevant
    applicable x xx xxx awfully terribly actually honestly frankly quickly swiftly politely respectfully humbly
    regretfully unfortunately finally officially really definitely indeed mind minding dist bye ok above undersigned
    consented bin pop kick chuck whip wipe throw boot bump pull whisk lift tick rub slip sign rule scrub strip score
    amend
    recipient readership issues mailout mailouts mail-out mail-outs eshot e-shot eshots e-shots love kill whatever very
    extremely most quite truly subscriber subscribers reader readers circulations effective else count newsletter's
    bulletin's board's list's same through base continuing formal regarding resign resigning didn't wouldn't it's time
    came thing private professional main hello hi hiya
"""
_OTHERS = {
    "German": """
        ich mich mir wir uns mein* unser* sie ihr* ihnen man hallo guten tag morgen liebe* damen und herren sehr
        geehrte* bitte danke dank vielen besten schon im voraus hiermit gerne gern mochte* wurde* will wollen wunsch*
        habe kein* nicht mehr langer weiter* interesse aus von vom dem der den die das diese* an am auf fur zu zum zur
        in eurem euren newsletter* verteiler* um liste* datenbank e-mail* email* mail* e nachricht* rundbrief*
        rundschreiben* adresse* daten abbestell* abmeld* abzumelden austrag* auszutragen bestelle* melde* trage* nehme*
        nimm streich* entfern* losch* raus herausnehmen kundig* abo* erhalt* bekomm* bezieh* empfang* send* schick*
        zusend* zuschick* ab jetzt umgehend unverzuglich sofort kunftig zukunft zukunftig ganz wieder einfach werden
        werde sein bitten konnt* konnen durf* ware* dass damit doch einmal mal bin ist sind stehen stehe freundliche*
        gruss* herzlich* kontaktieren anschreiben informationen infos post benotig* brauch* es ihn rundmail* personlich*
        namen name
        """,
    "French": """
        je j'ai j me m m'envoyer m'adresser moi mon ma mes nous notre nos vous votre vos bonjour bonsoir madame monsieur
        merci d'avance de du des d la le les l l'envoi l'adresse cette ce cet ces par svp s'il te plait avance beaucoup
        remercie bien vouloir voudrais voulez pouvez pourriez puis-je peux souhait* desir* veu* demande* ne n n'envoyez
        plus pas liste* diffusion lettre* envoi information* d'information newsletter* bulletin* courriel* mail* email*
        e-mail* message* adresse* base donnees desabonn* desinscri* retire* enleve* supprime* raye* efface* ote* arrete*
        cesse* resilie* recevoir etre envoy* envois figurer sur a partir maintenant immediatement electronique* donc et
        l'avenir aimerais possible serait que auriez auriez-vous l'amabilite gentillesse prie prier priere desormais
        fichier* compte nom ceci cela ca celle-ci celles-ci ceux-ci inscri* courrier* destinataires abonne* sortir
        quitter faire cordialement
        """,
    "Spanish": """
        yo me mi mis nos nuestra nuestro su sus vuestra les le lo la las los el esta este estos estas de del al a en por
        favor gracias muchas hola buenos buenas dias tardes quiero quisiera deseo ruego pido puede* podria* dar den deme
        denme darme darse darnos doy causar baja no mas ya recib* envi* mand* estar seguir interesa elimin* quit* borr*
        retir* sac* saqu* dejen deje dejar paren cancel* anul* suscripcion subscripcion desuscri* dessubscri* des lista*
        correo* boletin* newsletter* email* e-mail* mail* e mensaje* direccion* electronico* datos base distribucion que
        ser y inmediatamente usted ustedes pedir pedirles solicit* rogar agradec* pueda* hacer tenga tengan amable*
        bondad seria posible desde ahora futuro adelante informacion noticias registro* contacto* nombre cuenta suscrit*
        sal* cordial* destinatarios difusion
        """,
    "Portuguese": """
        eu me mim meu minha nos nosso nossa vos vosso vossa vossos sua suas seu o a os as do da de dos das em na no por
        favor obrigad* agradeco agradecia bom boa dia tarde ola quero queria desejo pretendo gostaria gostava peco pode*
        nao mais ja receb* envi* mand* deix* par* cancel* anul* subscricao inscricao assinatura remov* retir* elimin*
        apag* exclu* tir* descadastr* desinscr* desubscr* lista* mail* e-mail* email* e boletim boletins newsletter*
        mensage* endereco* electronic* eletronic* distribuicao dados base esta este estes estas isto ser que vossas
        interesse continuar constar muito nome tenho pedir pedia pede-se agradecer venho vimos solicit* podiam possivel
        seria voce voces senhores gentileza cumprimentos agora futuro informac* noticias contacto* contato* registo*
        conta desde sa* destinatari* divulgacao gentilmente desta deste destes destas nesta
        """,
    "Polish": """
        ja mnie mi moj* nas nasz* panstwa pana pani panstwu prosze prosimy dziekuje dzieki pozdrawiam dzien dobry witam
        czesc szanowni chce chcemy chcial* sobie nie juz wiecej dluzej o z ze na do od w sie to tej tego te tych ten ta
        waszej wasze wypis* rezygn* zrezygn* usun* skresl* anul* odwol* subskryp* odsubskryb* prenumerat* otrzymyw*
        dostaw* wysyl* niewysyl* nieprzysyl* nieprzesyl* przysyl* przesyl* wysla* list* odbiorc* adres* baz* danych
        e-mail* email* mail* e newsletter* biulety* wiadomosc* korespondencj* i bardzo moze moga mozna czy mogl* mozecie
        hej halo witajcie zainteresowan* jestem prosba uprzejmie panstwo uprzejma byloby mozliwe aby zeby zebyscie
        abyscie prosil* moich imie kontakt* informacj* powiadomien* subskrybent* dalszych kolejnych przyszlosci przesta*
        zaprzesta* wyrejestr* wykresl* wymaz* skasow* poczt* mejl* grupy zycz* swoj*
        """,
    "Lithuanian": """
        as mane mano mus musu man jusu jus prasau prasome praso labas laba diena sveiki dekoju aciu nebenor* nenor*
        daugiau nebe ne is i nuo su sio siu sito sitos sias siuos sis si tuos gauti buti issiregistr* atsisak* isbrauk*
        braukti isimk* istrink* pasalink* salink* isregistruo* atregistruo* nebesius* nesius* siusti prenumerat* laisk*
        el elektronin* pasto pastas adres* saras* duomenu baz* gavejo gaveju informacij* ir nebereik* kad butu praseme
        prasyciau galetumet* galite ismesti ismeskit* pasalint* isimt* istrint* zinut* pranesim* naujien* ateityje
        toliau kontakt* vardas pavarde atsijung* nustok* nutrauk* siuntim* siuntinet* nor*
        """,
    "Latvian": """
        es mani man mans manu mus musu jusu jus ludzu labdien sveiki paldies velos velamies gribu gribetu nevelos
        nevelamies negribu vairs vairak no so si sos sis sa but atteik* atsak* atrakst* izrakst* iznem* izdzes* izsledz*
        svitro* izsvitro* nonem* dzes* nesut* sutit abonement* jaunum* biletenu biletens biletena vestul* e-past* epast*
        zinas zinojum* zinu e adres* sarakst* datubaz* izsutnes un lietotaju ludzam varat varetu iespejams turpmak*
        partrauc* beidz* sutisanu izsuti* informacij* kontakt* vards manis sanem* turpinat abonent* nevajag
        """,
    "Romanian": """
        eu ma mi imi mea meu noi ne nostru dumneavoastra dvs va rog rugam multumesc multumim buna ziua salut doresc
        dorim vreau vrem as vrea dori sa nu mai primesc primi fiu receptionez trimit* dezabon* sterg* sters scoat*
        elimin* renunt* anul* abonament* abonare* din de la pe cu in lista listele email* e-mail* mail* e mesaj*
        newsletter* buletin* bulletin* adresa adrese baza date aceste acest aceasta acestui voastra difuzare distributie
        si acum ati putea puteti posibil* sa-mi listei listelor adresei adresele mele corespondent* informatii* viitor*
        abonat* solicit* rugamintea respectuos continuare inainte mult frumos scoas* scos* opri* bazei contact* numele
        """,
    "Russian": """
        я мне меня мы нас нам вы вам вас ваш* мои* мое* мою моя наш* пожалуиста прошу просим просьба спасибо
        здравствуите добрыи день вечер утро с со из от в на и а больше далее дальше впредь не хочу хотел* хотим желаю
        желаем бы получать получени* присыл* отправл* шлите слать высыл* рассыл* список списка списков подписк*
        подписчик* отпис* отпиш* удал* убер* убр* исключ* вычеркн* сним* прекрат* перестан* останов* отказ* адрес*
        электронн* почт* письм* новост* сообщени* это* этих эту эти бюллетен* уважением немедленно сеичас сразу
        благодар* email* e-mail* имеил* имя данные базы базу быть можете могли можно получател* уважаем* же уже
        """,
    "Ukrainian": """
        я мені мене ми нас нам ви вам вас ваш* міи моя мою мого мої моі моєї наш* будь ласка прошу просимо прохання
        дякую добрии день вечір ранок вітаю з зі із від в у на и і та а більше далі надалі не хочу хотів хотіла хочемо
        бажаю бажаємо б би отрим* одерж* надсил* присил* відправл* шліть слати розсил* список списку списків підписк*
        підписник* відпис* відпиш* видал* прибер* прибр* вилуч* викресл* виключ* знім* припин* перестан* відмов* адрес*
        електронн* пошт* лист* новин* повідомлен* це* цієї ці цих цю бюлетен* повагою негаино зараз одразу email*
        e-mail* імеил* ім'я дані бази базу бути можете могли можна шановн* вже
        """,
    "Welsh": """
        fi i mi ni dw dwi rwy rwyf rwyn dwi'n rwy'n mae'n hoffwn hoffwn'i fyddech fyddwn allwch gallwch wnewch a ag â y
        yr 'r o'r o i'r oddi ar am yn ei eich chi os gwelwch dda plis cystal garedig fod gan fy ein enw henw
        nghyfeiriad cyfeiriad manylion ond ddrwg flin gen sori e-bost ebost e-bostio ebostio rhestr rhestrau bostio
        ddosbarthu cylchlythyr*
        gylchlythyr* newyddlen* neges* negeseuon tynnwch tynnu dynnu thynnu nhynnu dileu ddileu dilewch derbyn cael
        ddim dim eisiau dymuno moyn peidi* danfon anfon hanfon gyrru yrru ddanfon mwy mwyach bellach rhagor o'ch hyn
        hon hwn rhain nawr rwan ar unwaith diolch fawr bore da prynhawn helo annwyl cofion gorau stopiwch rhowch gorau
        dad-danysgrif* dadanysgrif* bwrdd ataf atom at eto
        """,
    "Urdu": """
        main mai ne mujhe mujh mujhko mera meri mere hum hamein humein hamara hamari ko se say ka ki ke par ye yeh is
        in inn aur aor ab please plz pls plis meherbani mehrbani karke kar ker dein den do dijiye diya karein karen
        karo na nahi nahin nai nhi mat chahi* chahy* chaiy* chahta chahti hun hoon hai hain ho naam list newsletter*
        email* e-mail* mail* mails message* mailing address adress nikal* nikaal* hata* hatta* band bund stop bhej*
        bhaij* salam salaam aoa assalam* walaikum alaikum shukriya shukria jazakallah thanks sir madam apni apne sab
        tamam aainda ainda mazeed
        """,
}
_KNOWN_ENGLISH = frozenset(_ENGLISH.split())
_KNOWN = {
    language: re.compile(r"(?:" + "|".join(re.escape(w).replace(r"\*", r"[\w'-]*") for w in words.split()) + r")\Z")
    for language, words in _OTHERS.items()
}
# Words that are harmless only together.
_HARMLESS_PHRASE = re.compile(
    r"\b(?:to )?(?:continue|carry on|go on|keep)(?: to)? (?:receiv\w+|get(?:ting)?|be(?:ing)? sent)\b"
    r"|\bhome (?:e-?mail|address|account)\b|\byou hold\b|\bas well as (?:everything|all|anything)\b"
    r"|\b(?:from|with|as of) the next (?:issue|edition|newsletter)\b|\b(?:my|our) copy\b(?= (?:of|from)\b|$)"
    r"|\bprefer (?:it )?if(?: you did not)?\b"
    r"|\bfrom this service\b|\b(?:(?:at|in|to|by) )?(?:this|our) (?:practice|surgery|school"
    r"|office|nursery|clinic|playgroup|pre-?school|centre|parish|charity|setting)\b(?! (?:\w+ )?(?:list"
    r"|register|rota|group))"
    r"|\bfrom what(?:ever)? (?:mailing )?lists? (?:this|it|these) (?:comes?|came|is|are)(?: from| on)?\b"
    r"|\bbefore(?: that)?$|\b(?:people|those|everyone|everybody|recipients|readers|subscribers) (?:who|that) (?:get"
    r"|receive|are sent)\b|\b(?:distribution|mailing|e-?mail|circulation) groups?\b"
)
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")

# What stands beside a wish and takes nothing from it.
RHETORIC = re.compile(
    r"\b(?:how many (?:more )?times|why (?:do|am|are|have|did) (?:i|we|you)|how did you get|who gave you|how often)\b"
    r"|\b(?:got|have|reached) the wrong\b"
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
# What says more, below a name with a title, than the post that they hold: any word that is not of one ("Locum GP").
_POST = (
    r"(?:acting|administrator|advis[eo]r|and|area|assistant|business|carer|chair|chaplain|chief|children's|class|clerk"
    r"|clinical|consultant|coordinator|co-ordinator|councillor|counsellor|deputy|designated|director|doctor|executive"
    r"|family|foster|gp|general|governors?|head|headmaster|headmistress|headteacher|health|inspector|lead|locum|manager"
    r"|midwife|named|nursery|nurse|officer|of|paediatrician|parish|partner|practice|practitioner|primary|principal"
    r"|psychologist|rector|safeguarding|school|secretary|senco|senior|service|services|social|staff|support"
    r"|surgeon|teacher|team|the|therapist|to|trustee|vicar|visitor|worker|year|youth|[1-9])"
)
SAYS = re.compile(rf"^(?!\W*(?:{_POST}\W+)*{_POST}\W*$)")
GREETED = re.compile(
    r"^(?:(?:to )?(?:whoever|whomever|any(?:one|body) who)(?: (?:is|are|it|may|now))? (?:reads?|reading|gets?"
    r"|receiv\w+|sends?|runs?|deals?|concern|does|handles?|manages?|opens?|looks after)\b(?: (?!not\b|never\b)\w+){0,4}"
    r"\s?[:,-]|(?:(?:my )?dear(?: \w+){1,3}\s?,|hi|hello|hey|hiya|dear|good morning|good afternoon|good evening|morning"
    r"|afternoon)\b),? ?"
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
# Where a reason begins: what is in it is no object of the wish.
REASON_CLAUSE = re.compile(
    r"\bnot (?:my|our|relevant|applicable|working|for me|for us)\b|\b(?:as|because|since|due to|so that|(?:and|or|so"
    r"|but) (?:i|we|i'm|i've|i'll|did|didn't|have|haven't|am|was|never asked)|but (?:it|they|this|these|nothing|you)"
    r"|now that|or else)\b|[,;:(.!]|\s-\s|\b(?:i'm|i've|we've|we're|(?:i|we) (?:no longer|don't|dont|do not|have|am"
    r"|are|left|retired|never|work|get|already))\b"
)


def unknown_words(clause: str, language: str = "English") -> list[str]:
    """Return the words of a clause of which nobody can say beforehand that they are harmless beside a wish."""
    words = _WORD.findall(_HARMLESS_PHRASE.sub(" ", clause))
    if language == "English":
        return [word for word in words if word not in _KNOWN_ENGLISH]
    known = _KNOWN[language]
    return [word for word in words if not known.match(word) and not all(map(known.match, re.split(r"['-]", word)))]
