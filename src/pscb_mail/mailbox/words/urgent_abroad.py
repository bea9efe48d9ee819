"""An alarm for a child in the languages of Peterborough's newcomers, in Welsh, and in Urdu as it is typed.

Pure. Each language has its young people, its families, how one speaks of oneself, what is done or feared, and what is
only written about. A young person, or oneself and one's family, beside a harm is an alarm; so are two harms to
oneself.
Words are as `quotes.plain` leaves them: without accents, in lower case.
"""

from dataclasses import dataclass

from pscb_mail.mailbox.words.net import is_english
from pscb_mail.mailbox.words.phrases import Phrases
from pscb_mail.mailbox.words.spelling import without_dots


@dataclass(frozen=True)
class _Language:
    young: Phrases
    family: Phrases
    me: Phrases
    harm: Phrases
    talk: Phrases

    def tells(self, sentence: str, around: str) -> bool:
        """Whether a sentence, with those beside it, tells of harm to a young person."""
        harms = {match[0] for match in self.harm.finditer(sentence)}
        if not harms or self.talk.search(sentence):
            return False
        me = self.me.search(around)
        return bool(self.young.search(around) or (me and (self.family.search(around) or len(harms) > 1)))


def _language(young: str, family: str, me: str, harm: str, talk: str) -> _Language:
    return _Language(*map(Phrases, (young, family, me, harm, talk)))


_LANGUAGES = (
    _language(  # Polish
        """dziec*, dziewczyn*, chlopiec, chlopc*, chlopak*, corka, corke, corki, coreczk*, syn, syna, synek, synka,
        uczen, uczni*, uczennic*, niemowl*, wnuk, wnuka, wnuczk*, siostrzen*, bratan*, nastolat*, kolega|kolezanka|
        kolezanki z klasy, # lat, dwa|trzy|cztery lata|latka, piec|szesc|siedem|osiem|dziewiec|dziesiec|jedenascie|
        dwanascie|trzynascie|czternascie|pietnascie lat, #-letni*, malutk*, maluch*, przedszkol*, braciszk*,
        siostrzyczk*, brat|brata|siostre, maly ma|jest|placze, mala ma|jest|placze, przy
        malym|malej, malego, kolezank*|kolega|kolege z_pracy, przyjaciolk*, przyjaciel*""",
        """ojczym*, tata, tate, taty, tato, ojciec, ojca, mama, mame, mamy, macoch*, wujek, wujka, dziadek,
        dziadka, brat, kuzyn*, moj partner|maz|chlopak, partnera, meza, trener*, nauczyciel*, sasiad*, matka, ksiadz""",
        "mnie, mi, moj, moja, moje, mojego, mojej, ja, jestem, mam, boje",
        """pasem, paskiem, pasku, paska, kablem, bije, bija, bil, bila, bili, bicie, pobil*, pobit*, uderz*, kopie,
        kopal, szarp*, dusi, dusil, krzywdz*, zneca*, maltret*, molest*, gwalc*, zgwalc*, dotyka*, obmac*, wykorzyst*,
        siniak*, siniec, slady|slad|sladami|sladow po|na, oparz*, poparz*, krwi, krew, ran|rany|rane na, blizn*, boje|
        boi sie, strach*, przeraz*, placz*, krzycz*, krzyki, glod*, zamyka*, zamkn*, samo|sama|sam|same w_domu|
        zostaje, zostawi* … sam*, zabij*, zabic, grozi*, przychodzi|wchodzi … pokoju|lozka|lozko|w_nocy, niebezpiecz*,
        zagin*, uciek*, pijan*, narkot*, tnie sie, tne sie, samobo*, umrzec, nie chce|chca wracac|wrocic|zyc|juz_zyc,
        ma|polknela|polknal|wziela|wzial tabletki, wydac za_maz, gwalt*, przemoc""",
        """szkoleni*, kurs, kursu, kursy, warsztat*, artykul*, ulotk*, plakat*, broszur*, biuletyn*, konferencj*,
        statyst*, dziekuj* za, webinar*, film, temat, wyklad*, ustaw*, czy bedzie, nagran*""",
    ),
    _language(  # Lithuanian
        """vaik*, mergait*, mergyt*, mergin*, berniuk*, kudik*, sunus, sunu, suneli*, dukr*, dukter*, mokin*, anuk*,
        paaugl*, sesut*, sesei, broli*, draugei|drauge #, # metu|metai, dveju|triju|keturiu|penkeriu|sesiu|seseriu|
        septyneriu|astuoneriu|devyneriu|desimties metu, mazyl*""",
        """patev*, teti*, tevas, teva, tevai, mama, motina, mamos, dede, dedes, senel*, brolis, pusbrol*,
        treneri*, mokytoj*, kaimyn*, drauge, draugas""",
        "mane, man, mano, manes, as, manimi, esu, bijau, noriu, turiu",
        """dirzu, dirzo, musa*, mus, muse, mustas, smurt*, skriaudz*, trenk*, dauzo*, spard*, smaug*, uzgaul*, liecia,
        lieti, liesti, lytin*, tvirkin*, prievart*, isnaudoj*, melyn*, sumus*, zaizd*, nudeg*, krauj*, bijau, bijo,
        isigand*, baimin*, verk*, rekia, klykia, alkan*, nevalg*, badauj*, uzrakin*, vienas|viena|vieni|vienus
        namie|namuose|likes, paliek*|palikt* … vien*, uzmus*, nuzud*, nusizud*, zudyt*, grasin*, pavoj*, dingo,
        pabeg*, girtas|girta|girti, geria, ateina … kambari|lova|nakti, narkot*, istekin*, nenori eiti|grizti namo,
        pjausto*, zaloja*, badu""",
        """mokym*, kurs*, seminar*, straipsn*, lankstinuk*, plakat*, leidin*, konferencij*, aciu uz, statist*,
        paskait*, bukl*, informacij*, knyg*, film*""",
    ),
    _language(  # Portuguese
        """crianca, criancas, menin*, filho, filha, filhos, filhas, filhinh*, bebe, bebes, neto|neta|netos, sobrinh*,
        alun*, adolescente*, miud*, enteado|enteada, rapariga, # anos, dois|tres|quatro|cinco|seis|sete|oito|nove|dez|
        onze|doze|treze|catorze|quinze anos, irma|irmao|irmaozinho mais|pequen*, bebezinho""",
        """padrasto*, pai, mae, tio, tia, avo, madrasta, irmao, primo, namorado|companheiro da, treinador*,
        professor*, vizinh*, padre""",
        "me, mim, meu, minha, eu, tenho, estou, comigo, sou",
        """cinto, bate, batem, bater, bateu, batia, batiam, bate-me, espanc*, agride*, agred*, maltrat*, pontape*,
        murro*, chapad*, toca-me, toca|tocou|tocam no|na|nas|nos|lhe|nela|nele, me toca|tocou, mexe|mexeu|mexem
        comigo|nela|nele|nas|no|na, lhe|me mexe|mexeu, abusa*, abuso, viola|violou|violada|violado, partes intimas,
        entra|vem … quarto|cama, nodoas, nodoa, hematom*, ferid*, queimad*, marcas, sangra*, sangue, medo, assustad*,
        chora, choram, chorar, chorando, grita, gritam, gritar, gritos, sozinh*, tranca*, fechad* … quarto|
        cave|armario, fome, sem comida, mata, matar, matou, mata-me, ameac*, perigo, desaparec*, fugi*, bebad*, drog*,
        casar-se, obrigad* a, suicid*, morrer, corta-se, nao quero|quer voltar|ir … casa, negligenc*, violencia""",
        """curso*, formacao, formacoes, artigo*, folheto*, cartaz*, brochura*, conferenc*, obrigad* pel*|por,
        seminari*, estatist*, webinar*, livro*, filme*, existe um|uma, palestra*, texto*""",
    ),
    _language(  # Romanian
        """copil*, copii*, fetit*, fata, fete, fetei, baiat*, baiet*, fiul, fiica, fiu, bebelus*, nepot*, nepoat*,
        elev, eleva, elevi, elevul, minor*, adolescent*, sora|fratele mea|meu, # ani, doi|trei|patru|cinci|sase|sapte|
        opt|noua|zece ani, surioara, fratior*""",
        """tata, tatal, tati, mama, mamei, mami, sot, sotul, unchi*, bunic*, frate, fratele, vecin*,
        prieten*, antrenor*, profesor*, var, varul""",
        "ma, mi, imi, mine, meu, mea, eu, sunt, am, ne, noi",
        """curea*, bate, bat, batut*, bataie, bataia, batai, bateau, loves*, lovit*, maltrat*, abuz*, viol*,
        atinge*, atins*, pipai*, vanata*, rani, ranit*, arsur*, ars, sange, semne pe, intra|vine … camera|pat|
        patul, frica, teama, teme, speriat*, ingrozit*, plange*, plang, tipa, tipete, urla*, singur|singura|
        singuri acasa|in|toata|noaptea, lasat* … singur*, incuiat*, incuie, inchis* … camera|casa|beci|baie|
        pivnita, foame, flamand*, infometat*, omoar*, omor*, ameninta*, pericol, disparut*, fugit*, beat, beta,
        baut, drog*, marit*, casator*, sinucid*, taie, moara, mor, obliga* sa, nu vreau|vrea sa … acasa""",
        """curs, cursul, cursuri, articol*, pliant*, afis*, brosur*, conferint*, multum* pentru, statist*, carte,
        film*, instruir*, seminar*, aveti""",
    ),
    _language(  # Latvian
        """bern*, meiten*, zens, zena, zenu, puik*, dels, delu, dela, meita, meitu, meitai, meitas, mazul*,
        skolen*, zidain*, mazbern*, mazmeit*, mazdel*, jaunie*, pusaudz*, masa|masai|masu|bralis|brali mazo|
        mazais, # gadi|gadus|gadu, divus|tris|cetrus|piecus|sesus|septinus|astonus|devinus|desmit gadus,
        divi|cetri|pieci|sesi|septini|astoni|devini gadi""",
        """tevs, teva, tevam, pateves, patevs, patevu, mate, mamma, mammas, tevoc*, vectevs, bralis, treneris,
        skolotaj*, kaimin*""",
        "mani, man, mans, mana, manu, es, manis, esmu",
        """siksn*, sit, sita, situsi, situsas, siti, piekauj*, parsit*, dara pari, pari dara, sper, zna*g, zvel,
        aiztiek*, pieskar*, izvaro*, seksual*, izmanto, zilum*, bruces, apdegum*, asin*, baidas, bail, nobij*,
        raud, raudam, nak|ienak … istaba|gulta|gultu, baidos|dzer, klied*, izsalk*, ieslegt*, aizslegt*, iesledz,
        vieni|viens|viena pasi|pats|pati|majas, nogalin*, draud, draudeja, briesm*, pazud*,
        aizbeg*, piedzer*, narkot*, izprec*, pasnav*, mirt, negrib iet|atgriezties majas, griez sevi, vardarb*,
        zag*, prasa est, badina""",
        """kurs*, apmacib*, raksts, rakstu par, buklet*, plakat*, brosur*, konferenc*, paldies par, seminar*,
        statist*, gramat*, film*, lekcij*""",
    ),
    _language(  # German
        """kind, kinder, kindes, kindern, kindchen, nachbarskind*, pflegekind*, stiefkind*, madchen, junge, jungen,
        bub, buben, baby, babys, saugling*, sohn, sohne, sohnes, tochter, schuler, schulerin*, schulern, enkel,
        enkelin, enkelkind*, neffe*, nichte, jugendliche*, freundin|freund ist #, schwester, au-pair, # jahre|jahr,
        zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf|dreizehn|vierzehn jahre, kleine|kleiner|kleinen
        madchen|junge|bruder|schwester, zweijahrig*, dreijahrig*, vierjahrig*, funfjahrig*, sechsjahrig*, #-jahrig*,
        zwillinge""",
        """vater, papa, mutter, mama, stiefvater, stiefmutter, onkel, opa, bruder, cousin, trainer, lehrer,
        nachbar*, freund meiner, eltern""",
        "mich, mir, ich, mein, meine, meiner, meinen, uns",
        """gurtel*, schlagt, schlagen, schlug, schlage, geschlagen, prugel*, verprugel*, gehauen, haut, tritt, getreten,
        wurgt, gewurgt, misshandel*, missbrauch*, vergewaltig*, anfass*, angefasst, fasst … an, beruhr*,
        begrapsch*, blaue flecken, bluterguss*, striemen, kommt … zimmer|bett, zimmer|bett kommt|kam|kommen,
        brandwunde*, verbrenn*, verletz*, wunden, blutet, blut, angst, furchte*, verangstigt*, weint, weinen, schreit,
        schreien, schreie, allein zu_hause|gelassen|daheim|in, alleine zu_hause|gelassen|daheim|in, eingesperrt*,
        sperrt … ein, einsperr*, hungert, hungrig, verhunger*, hunger, nichts zu_essen, umbring*, bringt … um,
        toten, totet, droht, drohen, bedroht*, gefahr, verschwunden, vermisst, weggelaufen, abgehauen,
        betrunken, drogen, zwangsheirat*, verheirate*, heiraten, ritzt, ritze, sterben, suizid*, selbstmord,
        nicht nach_hause, verwahrlos*, gewalt""",
        """kurs, kurse, schulung*, fortbildung*, seminar*, artikel*, beitrag, beitrage, broschur*, flyer, plakat*,
        poster, tagung*, danke fur, statistik*, vortrag*, gibt es, film, buch, workshop*""",
    ),
    _language(  # French
        """enfant, enfants, l'enfant, fille, fillette, filles, garcon, garcons, gamin*, bebe, bebes, eleve, eleves,
        fils, neveu, niece, petite|petit voisine|voisin|fille|garcon|frere|soeur, petit-fils, petite-fille, ado, ados,
        adolescent*, # ans, deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze ans,
        nourrisson*, mineur*, jumeaux""",
        """pere, papa, mere, maman, beau-pere, belle-mere, oncle, grand-pere, papy, frere, cousin, entraineur,
        professeur, prof, voisin*, copain|compagnon de, parents""",
        "me, m'*, moi, mon, ma, mes, j'*, je, nous",
        """frappe*, bat, battu, battue, battus, battre, tape, tapent, gifle*, cogne*, coups, maltrait*, touche,
        touchent, attouch*, viole, violee, abuse*, agresse*, bleus, bleu, ecchymos*, blessur*, blesse*, brulure*,
        brule*, marques|traces|trace sur|dans|de|d'*, ceinture*, saigne*, sang, peur, effray*, terrifi*, pleure,
        pleurent, pleurer, crie, crient, cris, hurle*, seul|seule|seuls a la_maison|chez|toute|dans, seuls|seule|seul
        toute|depuis|le_soir|la_nuit, enferm*, faim, affam*, rien a manger, tuer, tue, menac*, danger, dispar*, fugue*,
        ivre, saoul*, drogu*, marier, mariage force, excis*, scarifi*, suicid*, mourir, ne veux|veut pas … rentrer,
        secoue*, vient|entre … chambre|lit, violences""",
        """formation*, cours, atelier*, article*, brochure*, affiche*, depliant*, conference*, merci pour,
        statistique*, livre, film, webinaire*, avez-vous, colloque*, l'article""",
    ),
    _language(  # Spanish
        """nino, nina, ninos, ninas, hijo, hija, hijos, hijas, hijit*, bebe, bebes, chico, chica, alumn*, nieto|nieta|
        nietos, sobrin*, adolescente*, menor, menores, # anos, dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|
        doce|trece|catorce|quince anos, hermanit*, hermano|hermana pequen*, hijastr*, muchach*""",
        """padrastro*, padre, papa, madre, mama, tio, tia, abuelo, madrastra, hermano, primo, novio de,
        entrenador*, profesor*, vecin*, cura""",
        "me, mi, mis, yo, tengo, estoy, conmigo, soy",
        """cinturon*, correa*, pega, pegan, pegar, pego, pegado, pegaba, golpe*, azot*, maltrat*, toca, tocan, toco,
        tocado, tocar, manose*, entra|viene … cuarto|habitacion|cama, abusa*, abuso, viola, violo, violad*, moraton*,
        moreton*, cardenal*, herid*, quemad*, marcas, sangra*, sangre, miedo, asustad*, aterr*, llora,
        lloran, llorar, llorando, grita, gritan, gritar, gritos, solo|sola|solos|solas en casa|la, dejan … solo|sola|
        solos, encerr*, hambre, sin comida, matar, mata, matarme, mate, amenaz*, peligro, desaparec*, escap*,
        borrach*, drog*, obligan a, casarse, casarla, suicid*, morir, se corta, me corto, no quiero|quiere volver|ir …
        casa, violencia""",
        """curso*, taller*, formacion*, articulo*, folleto*, cartel*, conferenc*, gracias por, estadist*, libro*,
        pelicula*, hay un, seminari*""",
    ),
    _language(  # Russian
        """ребен*, дети, детеи, детям, детьми, детях, девоч*, девуш*, мальчи*, сын, сына, сыну, сыном, доч*, младен*,
        малыш*, школьни*, ученик*, ученица, ученицу, внук*, внуч*, племян*, подрост*, # лет, два|три|четыре года|
        годика, пять|шесть|семь|восемь|девять|десять|одиннадцать|двенадцать лет, брата, братик*, сестр*, грудничк*""",
        """отчим*, папа, папы, отец, отца, мама, мамы, мать, мамин, муж, мачех*, дядя, дяди, дедушк*, дед, брат,
        тренер*, учител*, сосед*, дядьк*""",
        "меня, мне, мои, моя, мое, мою, моего, моеи, я, мнои, нас, нам",
        """ремн*, бьет, бьют, бил, била, били, избил*, избива*, побил*, побои, ударил*, ударя*, порет, пинает, душит,
        душил, трогает, трогал*, трогают, насил*, изнасил*, домога*, пристает, пристава*, лапа*, синяк*, ожог*,
        раны, кров*, боюсь, боится, боятся, страшно, плачет, плач, плачут, кричит, кричат, крики, орет, один|
        одна|одни дома|на|всю|весь, запер*, запира*, голод*, не корм*, убьет, убью, убить, убива*, угрож*,
        опасн*, пропал*, сбежал*, убежал*, пьян*, наркот*, замуж, режет себя|вены, суицид*, самоуб*, умереть, не
        хочу|хочет идти|возвращаться|домои, приходит ко ночью|мне, ко мне ночью, раздева*, заходит|приходит …
        комнату|кровать, жесток*""",
        """курс*, обучен*, тренинг*, семинар*, статья, статью, статьи, статье, брошюр*, буклет*, плакат*, листовк*,
        конференц*, спасибо за, статист*, фильм*, книг*, вебинар*, лекци*, есть ли""",
    ),
    _language(  # Ukrainian
        """дитин*, діти, дітеи, дітям, дітьми, дівчин*, дівчат*, хлопч*, хлопець, хлопця, хлопці, сину, сина, син,
        доньк*, донеч*, дочк*, немовл*, малюк*, учень, учня, учні*, учениц*, онук*, племін*, підліт*, школяр*, #
        років|рік|роки, два|три|чотири роки|рочки, п'ять|пять|шість|сім|вісім|дев'ять|девять|десять років, братик*,
        сестр*""",
        """вітчим*, тато, тата, батько, батька, мама, мами, мати, маму, мачух*, дядько, дядька, дід, дідусь, брат,
        тренер*, вчител*, сусід*""",
        "мене, мені, міи, моя, мое, мою, мого, моеі, я, мною, нас",
        """ремен*, б'є, б'ють, бє, бють, бив, била, били, побив*, побит*, вдарив*, ударив*, душить, чіпає, чіпав,
        торкає*, гвалт*, зґвалт*, домаг*, насил*, заходить|приходить … кімнату|кімнати|ліжко, синц*, синяк*, синець,
        опік*, рани, кров*, боюся, боюсь, боіться, бояться, страшно, плаче, плачуть, плач, кричить, кричать, крики,
        сам|сама|самі вдома|на|цілу, замикає*, замкн*, голод*, не годує*, вб'є, вбє, убє, уб'є, вбити, вбив*, погрож*,
        загрож*, небезпеч*, зник*, втік*, втекла, утік*, п'ян*, пян*, наркот*, заміж, ріже себе|вени, самогуб*,
        померти, не хочу|хоче іти|повертатися|додому, не пускає, знущ*, жорсток*""",
        """курс*, навчан*, тренінг*, семінар*, стаття, статтю, статті, брошур*, буклет*, плакат*, листівк*,
        конференц*, дякую за, статист*, фільм*, книг*, вебінар*, лекці*, чи є""",
    ),
    _language(  # Welsh
        """plentyn, blentyn, phlentyn, plant, blant, phlant, merch, ferch, mherch, bachgen, fachgen, mab, fab, babi,
        fabi, baban, faban, disgybl*, ddisgybl*, wyr, wyres, chwaer, brawd, frawd, efeilliaid, # oed, dwy|tair|pedair|
        pump|chwech|saith|wyth|naw|deg oed, un bach|fach""",
        """tad, thad, nhad, dad, mam, fam, mham, llystad, lystad, llysfam, ewythr, taid, nain, tad-cu, mam-gu, gwr,
        ngwr, partner, mhartner, nghariad, cymydog*, cymdog*, hyfforddwr, athro, athrawes""",
        "fi, fy, dw, dwi, rwy, rwyf, mae'n, ni, ein",
        """taro, nharo, tharo, daro, bwrw, mwrw, curo, nghuro, churo, guro, brifo, mrifo, frifo, cleis*, gleis*,
        chleis*, llosg*, losg*, cam-drin, gam-drin, cham-drin, treisi*, dreisi*, threisi*, cyffwrdd, gyffwrdd,
        chyffwrdd, ofn, ofni, hofni, perygl, peryg, beryg, cloi, gloi, chloi, llwgu, lwgu, crio, grio, sgrechian,
        bygwth, fygwth, lladd, ladd, hunanladd*, hunan-niweid*, ar goll, dianc, meddw, feddw, gwaed*, gorfodi,
        orfodi""",
        """cwrs, gwrs, cyrsiau, hyfforddi*, erthygl*, taflen*, poster*, cynhadledd, gynhadledd, diolch … am,
        cylchlythyr*, gweithdy, seminar*, ystadeg*, ffilm*, llyfr*, oes fersiwn""",
    ),
    _language(  # Urdu, in Latin letters
        """bacha, bachay, bache, bachi, bachon, bachiyan, baccha, bacchi, beta, beti, betiyan, larka, larki, larkiyan,
        ladka, ladki, bhatija, bhatiji, bhanja, bhanji, pota, poti, nawasa, nawasi, choti|chota behan|behen|bhai, # saal
        ka|ki|ke""",
        """shohar, shauhar, khawand, miyan, walid, walida, abbu, abba, ammi, baap, chacha, chachi, mamu, taya, phupha,
        susar, sussar, nand, nanad, jeth, dewar, biwi,
        khalu, khala, bhai, bhabhi, sautela, sauteli, susral, sasur, saas, devar, padosi, hamsaya, ustad, maulvi""",
        "mujhe, mujh, mujhse, mera, meri, mere, main, hum, hamein, humein, hamara",
        """marta, marti, marte, maarta, maarti, maarte, maara, peetta, peetti, peetta, pitai, zulm, ziadti, zyadti,
        zabardasti, jaan se, maar denge|dega|dalega|dunga|dalunga|daalega, qatal, khudkushi, zehar, dhamki*, dhamka*,
        khauf, dar lagta|lag|rahi|raha|gayi, darti, darta, kamre mein_band, haath lagata|lagaya, galat|ghalat jagah|
        harkat|kaam, zakhm*, khoon, jalaya, jala diya, bhooka, bhooki, bhookay, akela|akeli|akele ghar|chor*, bhaag*,
        laapata, bahar nahi|nahin|na jane|jaane|nikalne
        de|deta|dete|deti, ghar mein|me qaid|band,
        sharab, nasha, ro raha|rahi|rahe, cheekh*, madad, bachao, marne wala|wali, marna chahti|chahta""",
        "workshop*, course*, training*, seminar*, article*, newsletter*, poster*, leaflet*, film, kitab, kab hai|hoga",
    ),
)


def tells_abroad(sentence: str, around: str) -> bool:
    """Whether a sentence in another language, with those beside it, tells of harm to a young person."""
    around = around.replace("ʼ", "'")
    if is_english(around):
        return False
    spelt = {(sentence, around), (without_dots(sentence), without_dots(around))}
    return any(language.tells(*words) for words in spelt for language in _LANGUAGES)
