"""Opting out in Welsh and the languages of Peterborough's newcomers: small named patterns on text from `quotes.plain`.

Pure data. Each language has what says the wish and what turns it round ("nicht abmelden"); where both are found, a
person reads it. Accents are gone on both sides, because many people write without them.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """The forms of one language.

    `wish`: to come off; `stays`: to stay on, in the same words. `no`: words of negation, except where they begin a
    refusal ("no longer", "I do not want"): they turn the wish round. `before`: any negation at all, which turns the
    wish that follows round ("no quiero salir", "nenoriu, kad mane …"). `turns`: a condition, a contrast, or a course or
    meeting that has a list of its own.
    """

    name: str
    wish: re.Pattern[str]
    stays: re.Pattern[str]
    no: re.Pattern[str]
    before: re.Pattern[str]
    turns: re.Pattern[str]


def _language(name: str, *, wish: str, stays: str, no: str, before: str, turns: str) -> Language:
    return Language(name, *(re.compile(rf"\b(?:{forms})\b") for forms in (wish, stays, no, before, turns)))


LANGUAGES = (
    _language(
        "German",
        wish=r"(?:abbestellen|abmelden|austragen|abbestellung|abmeldung)|bestell\w* .{0,40}\bab"
        r"|meld\w* sie mich .{0,60}\bab|meld\w* (?:ich )?mich .{0,40}\bab"
        r"|(?:aus|von) (?:\w+ ){1,3}?(?:verteiler\w*|mailing-?liste|liste|newsletter|datenbank) .{0,20}(?:nehmen"
        r"|streichen|entfernen|loschen|austragen|abmelden|raus)"
        r"|(?:streichen|entfernen|loschen) sie (?:mich|meine|bitte|diese).{0,60}(?:verteiler\w*|liste|newsletter|aus"
        r"|adresse)|(?:nehmen|tragen) sie (?:mich|uns|meine|bitte|diese)\b.{0,40}\b(?:aus|von|raus|heraus)"
        r"|kein(?:e|en)? (?:weitere[nr]? )?(?:newsletter|e-?mails?|mails?|nachrichten|post"
        r"|zusendung\w*)\b.{0,30}(?:mehr|erhalten|bekommen|senden|schicken)"
        r"|nicht (?:mehr|langer|weiter) .{0,40}(?:erhalten|bekommen|beziehen|empfangen|zusenden|zuschicken|schicken"
        r"|senden)|kein interesse mehr"
        r"|(?:loschung|entfernung|streichung|austragung|abbestellung) .{0,40}\b(?:aus|von)\b.{0,40}(?:verteiler\w*"
        r"|liste|datenbank|newsletter)|keine? weitere\w* (?:newsletter|e-?mails?|mails?|nachrichten|zusendung\w*)"
        r"|nicht (?:mehr|langer) (?:\w+ ){0,2}?auf (?:\w+ ){0,2}?(?:liste|verteiler)"
        r"|kundige\w* .{0,30}(?:newsletter|abo|abonnement|bezug)"
        r"|(?:stoppen|beenden|einstellen) sie .{0,30}(?:newsletter|zusendung\w*|e-?mails?|mails?|versand)",
        stays=r"nicht (?!mehr)(?:\w+ ){0,3}?(?:abmelden|abbestellen|austragen|loschen|streichen|entfernen|abgemeldet"
        r"|geloscht)|(?:nehmen|streichen|entfernen|loschen|tragen) sie mich (?:bitte )?nicht"
        r"|(?:in|auf) (?:\w+ ){1,3}?(?:verteiler\w*|liste|newsletter|datenbank) (?:\w+ )?(?:auf|ein|mit auf)(?:nehmen"
        r"|tragen)?|nicht (?:mehr|langer) (?:\w+ )?(?:ohne|verzichten|missen)"
        r"|nicht (?:\w+ ){0,3}?aus (?:\w+ ){1,3}?(?:verteiler|liste)",
        no=r"nicht(?! mehr| langer)|nie|niemals",
        before=r"nicht|kein\w*|nie|niemals|ohne",
        turns=r"wenn|falls|sofern|bis|aber|sondern|nur|erst|kurs\w*|schulung\w*|seminar\w*|termin\w*|veranstaltung\w*"
        r"|kolleg\w*",
    ),
    _language(
        "French",
        wish=r"(?:me )?des(?:abonner|abonnez|abonne|abonnement|inscrire|inscrivez|inscription|inscris)\w*(?:-moi)?"
        r"|(?:retire[rz]?|enleve[rz]?|supprime[rz]?|raye[rz]?|efface[rz]?|ote[rz]?)[- ](?:moi|mon|mes|nous|cette"
        r"|l')\b.{0,60}|m'(?:enlever|oter|effacer)|me (?:retirer|supprimer|rayer|desinscrire|desabonner) (?:de|des|du)"
        r"|ne (?:souhait|veu|desir|voudr)\w* plus (?:\w+ ){0,2}?(?:recevoir|etre)"
        r"|ne plus (?:\w+ ){0,2}?(?:recevoir|m'envoyer|m'adresser|m'ecrire|figurer)"
        r"|(?:ne m'envoyez|ne m'adressez|n'envoyez) plus"
        r"|(?:arrete[rz]?|cesse[rz]?) (?:de m'|les envois|l'envoi|vos envois|de nous)|resilie[rz]? (?:mon|l')"
        r"|(?:souhait|voudr|aimer|desir)\w* (?:\w+ )?(?:etre (?:retire|desinscrit|desabonne|supprime|raye|enleve"
        r"|efface)\w*|sortir|quitter)",
        stays=r"ne (?:me|nous) (?:retirez|supprimez|rayez|desabonnez|desinscrivez|enlevez) (?:surtout )?pas"
        r"|ne pas (?:me |nous |m')?(?:retirer|supprimer|rayer|desabonner|desinscrire|enlever)"
        r"|ne (?:souhait|veu|desir)\w* pas (?:me|etre|vous|que vous)\b.{0,20}(?:desabonn|desinscri|retir|supprim)\w*",
        no=r"pas|jamais",
        before=r"ne|n'\w+|pas|jamais|sans",
        turns=r"si|sauf|mais|seulement|quand|formation\w*|reunion\w*|atelier\w*|cours|colleg\w*",
    ),
    _language(
        "Spanish",
        wish=r"(?:dar|den|de|deme|denme|darme|darnos|doy|causar|solicito|quiero|deseo|la"
        r"|mi)(?: me)?(?: la)? (?:de )?baja"
        r"|(?:eliminar|elimin|quitar|quit|borrar|borr|retirar|retir|sacar|saqu)\w*(?:me|enme|eme|nme)\b.{0,60}"
        r"|(?:eliminar|eliminen|elimine|quitar|quiten|quite|borrar|borren|borre|retiren|retire) (?:mi|este"
        r"|esta)\b.{0,60}|no (?:deseo|quiero|quisiera|me interesa) (?:\w+ ){0,2}?(?:recibir|recibiendo|estar|seguir)"
        r"|me (?:quit|borr|elimin|sac|saqu|retir)\w+ de\b.{0,60}"
        r"|me (?:podrian?|pueden?) (?:quitar|borrar|eliminar|sacar|retirar|dar de baja)\b.{0,60}"
        r"|no (?:me )?(?:envien|envie|manden|mande)(?:me)? mas"
        r"|(?:quiero|quisiera|deseo|gustaria) (?:salir(?:me)?|ser (?:eliminad|borrad|dad|quitad|retirad)[oa])"
        r"|(?:dejen|deje|dejar|paren) de (?:enviar|mandar|recibir)\w*"
        r"|(?:cancelar|cancelen|cancele|anular|anulen) (?:mi |la )?(?:suscripcion|subscripcion)"
        r"|des-?(?:suscrib|subscrib|inscrib)\w*",
        stays=r"no (?:me |quiero |deseo )*(?:den|de|dar|darme|causar)(?: me)? (?:de )?baja"
        r"|no (?:me )(?:eliminen|elimine|quiten|quite|borren|borre|saquen|retiren)"
        r"|no (?:quiero|deseo) (?:que me )?(?:cancel|anul|desuscrib|dessuscrib)\w*",
        no=r"no(?! (?:deseo|quiero|quisiera|me (?:envie|mande|interesa)|envie|mande|trabaj))|nunca|jamas",
        before=r"no|nunca|jamas|sin",
        turns=r"si|pero|solo|excepto|cuando|hasta|curso\w*|taller\w*|reunion\w*|formacion|companer\w*|colega\w*",
    ),
    _language(
        "Portuguese",
        wish=r"(?:cancel\w+|suspend\w+) (?:o )?envio d[aeo]"
        r"|(?:cancel\w+|anul\w+) (?:d?a )?(?:minha )?(?:subscricao|inscricao|assinatura)"
        r"|(?:remov|retir|elimin|apag|exclu|tir)\w*(?:-me|-nos)\b.{0,60}"
        r"|(?:remov|retir|elimin|apag|exclu|tir)\w* (?:o )?(?:meu|este|esse)\b.{0,60}"
        r"|me (?:remov|retir|tir|exclu)\w+ d[aeo]|(?:ser )?(?:removid|retirad|excluid|eliminad)[oa] d[aeo]"
        r"|nao (?:desejo|quero|pretendo|gostaria|gostava|tenho interesse em) (?:de )?(?:\w+ ){0,2}?(?:receber"
        r"|continuar|recebe-lo|constar)"
        r"|(?:deixar|deixem|deixe|parem|pare|parar) de (?:me )?(?:receber|enviar|mandar)\w*"
        r"|nao (?:me )?(?:enviem|envie|mandem|mande)(?:-me)? mais|(?:des-?subscre|descadastr|desinscre)\w+"
        r"|(?:quero|queria|gostaria de|gostava de|desejo|pretendo) (?:\w+ )?(?:sair|ser (?:retirad|removid|excluid"
        r"|eliminad)[oa]) d",
        stays=r"nao (?:me )?(?:removam?|retirem?|tirem?|eliminem?|excluam?|cancelem?|apaguem?)"
        r"|nao (?:quero|desejo|pretendo) (?:\w+ ){0,2}?(?:cancelar|anular|ser removid|sair|descadastrar)\w*",
        no=r"nao(?! (?:desejo|quero|pretendo|gostaria|gostava|tenho interesse|me envie|me mande|envie|mande|trabalh))"
        r"|nunca|jamais",
        before=r"nao|nunca|jamais|sem",
        turns=r"se|mas|so|apenas|exceto|quando|ate|curso\w*|formac\w*|reuni\w*|colega\w*",
    ),
    _language(
        "Polish",
        wish=r"nie jestem (?:juz )?zainteresowan\w+ .{0,40}|wykresl\w* .{0,40}"
        r"|wypis(?:ac|uje|ujcie|anie|cie|z|zcie|ze)\b.{0,40}|(?:z)?rezygnuj[ea]|rezygnacj[aei]|zrezygnowac"
        r"|usun(?:ac|iecie|cie|iecia|ie)?\b.{0,40}(?:mnie|moj\w*|z listy|adres\w*|z bazy)"
        r"|usun(?:ac|iecie|cie)? (?:mnie|moj\w*)"
        r"|(?:nie chce|nie zycze sobie|nie chcialabym|nie chcialbym"
        r"|nie jestem zainteresowan\w+) (?:\w+ ){0,3}?(?:otrzymywa\w+|dostawa\w+|newsletter\w*|wiadomosci)"
        r"|(?:prosze|prosimy) (?:\w+ ){0,2}?(?:juz |wiecej )?nie (?:\w+ ){0,2}?(?:przysyl|wysyl|przesyl)\w+"
        r"|nie(?:wy|przy|prze)sylani\w+ (?:\w+ ){0,3}?(?:newsletter\w*|wiadomosc\w*|mail\w*|e-mail\w*|biuletyn\w*)"
        r"|nie (?:przysylajcie|wysylajcie|przesylajcie|wysylac|przysylac)\b.{0,30}"
        r"|(?:anul|odwol)\w+ (?:moja )?(?:subskrypcj|prenumerat)\w+"
        r"|(?:przestancie|przestac|prosze przestac|zaprzestan\w+|zaprzestac) .{0,20}(?:wysyl|przysyl|przesyl)\w+"
        r"|(?:od|wy)subskryb\w+|skresl\w* mnie|mnie (?:\w+ )?skresl\w*",
        stays=r"(?:prosze )?(?:mnie )?nie (?:mnie )?(?:wypis|usuw|usun|skresl)\w+"
        r"|nie (?:chce|zamierzam) (?:sie )?(?:wypis|rezygnow|zrezygnow|byc usun)\w*|nie rezygnuje",
        no=r"nie(?! (?:chce|chcial|zycze|jestem|interesuj|przysyl|wysyl|przesyl|pracuj|potrzebuj|juz|wiecej))|nigdy",
        before=r"nie|nigdy|bez",
        turns=r"jesli|jezeli|gdy|gdyby|ale|tylko|dopoki|kurs\w*|szkoleni\w*|warsztat\w*|spotkani\w*|koleg\w*"
        r"|kolezank\w*",
    ),
    _language(
        "Lithuanian",
        wish=r"(?:atsisak(?:au|yti|yciau)|atsisakome)\b.{0,60}"
        r"|(?:is|pa)?(?:braukite|braukti|imkite|imti|trinkite|trinti|salinkite|salinti|registruokite"
        r"|registruoti) (?:mane|mano|mus|is)|(?:mane|mus) (?:at|is)(?:registruo|brauk|im|trin)\w*"
        r"|pa(?:salinkite|salinti) (?:mane|mano|mus|is)"
        r"|(?:nebenoriu|nenoriu|nebenoreciau|nenoreciau|nebenorime|nenorime) (?:\w+ ){0,3}?(?:gauti|buti)"
        r"|(?:nebesiuskite|nesiuskite|nebesiusti|nesiusti|nebesiuntinekite)\b.{0,30}"
        r"|(?:mano|mane|as) (?:\w+ ){0,3}?(?:butu|buciau|buti) (?:pasalint|isbraukt|isimt|istrint)\w*"
        r"|(?:mane|mano) (?:\w+ ){0,2}?(?:isbrauktu|isimtu|pasalintu|istrintu)\w*|(?:manes|musu) (?:\w+ )?neitrauk\w+"
        r"|(?:issiregistruo|issibrauk)\w*|(?:nustokite|liaukites|nutraukite) .{0,20}(?:siusti|siuntinej|siuntim)\w*"
        r"|(?:nebereikia|nebeaktualu)\b.{0,30}(?:naujienlaisk|laisk)\w+",
        stays=r"(?:neisbraukite|nepasalinkite|neistrinkite|neisimkite|neisregistruokite|neatsisakau|nesalinkite)"
        r"|(?:nenoriu|nenoreciau|neketinu) (?:\w+ ){0,2}?(?:atsisakyti|isregistruo|buti isbraukt|buti pasalint)\w*",
        no=r"ne|niekada",
        before=r"ne|nebe\w+|neno\w+|neketin\w+|nepras\w+|niekada",
        turns=r"jei|jeigu|kai|bet|tik|kurs\w*|mokym\w*|seminar\w*|susitikim\w*|koleg\w*",
    ),
    _language(
        "Latvian",
        wish=r"(?:atteik(?:ties|os|ums|umu)|atsak(?:os|amies)|atraksti\w+|izrakst\w+)\b.{0,60}"
        r"|(?:iznem|izdzes|izsledz|svitro|izsvitro|nonem|dzes)(?:jiet|iet|t|iet mani|sit)\b.{0,60}"
        r"|(?:vairs )?nev(?:elos|elamies) (?:\w+ ){0,3}?(?:sanemt|but)|(?:vairs )?negribu (?:\w+ ){0,3}?sanemt"
        r"|(?:partrauciet|partraukt|beidziet) .{0,20}(?:sutit|sutisan)\w*|(?:vairs )?nesut(?:iet|it)\b.{0,30}",
        stays=r"(?:neiznem|neizdzes|neizsledz|nesvitro|nenonem|nedzes)\w+"
        r"|(?:nevelos|negribu) (?:\w+ ){0,2}?(?:atteikties|izrakstities|atrakstities|tikt izdzes)\w*|neatsakos",
        no=r"ne|nekad",
        before=r"ne|nev\w+|negri\w+|neludz\w+|nekad",
        turns=r"ja|bet|tikai|kad|kurs\w*|apmacib\w*|seminar\w*|sapulc\w*|koleg\w*|kolege\w*",
    ),
    _language(
        "Romanian",
        wish=r"(?:ma )?dezabon\w+"
        r"|(?:sa )?(?:ma |adresa )?(?:sterge(?:ti|rea|re)?|scoate(?:ti|re|rea)?|elimina(?:ti|re|rea)?)(?:-ma| ma"
        r"| adresa| din| de pe| mea)\b.{0,60}|fiu (?:sters|stearsa|scos|scoasa|eliminat\w*) (?:din|de pe)"
        r"|ma (?:stergeti|scoateti|eliminati)"
        r"|nu (?:mai )?(?:doresc|vreau|as dori|as vrea) (?:sa )?(?:mai )?(?:primesc|primi|fiu|receptionez)"
        r"|nu(?:-mi)? mai (?:doresc|vreau|trimiteti|trimite|primesc)\b.{0,40}"
        r"|(?:opriti|incetati) (?:din |de |sa[ -]?)?(?:a[ -]?)?(?:imi|mi) (?:mai )?trimit\w*"
        r"|sa nu(?:-mi| imi) mai trimit\w+"
        r"|(?:renunt|anulez|anulati|anularea|renuntarea) (?:la )?(?:abonament\w*|newsletter\w*|abonare\w*)",
        stays=r"nu (?:ma )(?:stergeti|scoateti|eliminati|dezabon\w+)"
        r"|nu (?:doresc|vreau) (?:sa )?(?:ma )?(?:dezabon|renunt|sterg|fiu (?:sters|scos))\w*",
        no=r"nu(?!(?:-mi)? (?:mai|doresc|vreau|imi mai|as)|-mi)|niciodata",
        before=r"nu|n-\w+|niciodata|fara",
        turns=r"daca|dar|doar|cand|pana|curs\w*|instruir\w*|sedint\w*|intalnir\w*|coleg\w*",
    ),
    _language(
        "Russian",
        wish=r"отпи(?:шите|сать|сываюсь|саться|шусь|сываемся)\w*\b.{0,60}"
        r"|(?:удалите|удалить|уберите|убрать|исключите|исключить|вычеркните|снимите) (?:пожалуиста,? )?(?:меня|нас|мои"
        r"|мою|мое|наш|этот)\b.{0,60}"
        r"|(?:больше )?не (?:присылаите|присылать|отправляите|отправлять|шлите|высылаите|высылать)\b.{0,40}"
        r"|(?:больше )?не (?:хочу|желаю|хотим|желаем|хотел бы|хотела бы) (?:больше )?(?:получать|быть)\b.{0,40}"
        r"|(?:прекратите|прекратить|перестаньте|остановите) (?:\w+ )?(?:присылать|отправлять|рассылку|слать)\b.{0,30}"
        r"|(?:отказываюсь|отказаться) от (?:\w+ )?(?:рассылки|подписки|получения)\b.{0,30}",
        stays=r"не (?:\w+ )?(?:удаляи\w*|отписываи\w*|убираи\w*|исключаи\w*|удалят\w*|отписыват\w*|убират\w*)"
        r"|не (?:хочу|хотел\w* бы|собираюсь|буду) (?:\w+ )?(?:отпис\w+|отказ\w+|удал\w+)",
        no=r"не(?! (?:хо[чт]|жела|присыл|отправл|шл|высыл|пиш|получ|работа|интерес|нужн))|никогда|нельзя",
        before=r"не|ни|никогда|без|нельзя",
        turns=r"если|но|только|кроме|пока|когда|курс\w*|семинар\w*|тренинг\w*|встреч\w*|собран\w*|коллег\w*",
    ),
    _language(
        "Ukrainian",
        wish=r"відпи(?:шіть|сати|сую|суюсь|суюся|сатися|шусь)\w*\b.{0,60}"
        r"|(?:видаліть|видалити|приберіть|прибрати|вилучіть|вилучити|викресліть|виключіть|зніміть) (?:мене|нас|мою|міи"
        r"|моє|нашу|цю)\b.{0,60}"
        r"|(?:більше )?не (?:надсилаите|надсилати|присилаите|присилати|відправляите|шліть)\b.{0,40}"
        r"|(?:більше )?не (?:хочу|бажаю|хочемо|бажаємо|хотів би|хотіла б) (?:більше )?(?:отримувати|одержувати"
        r"|бути)\b.{0,40}|(?:припиніть|припинити|перестаньте) (?:\w+ )?(?:надсилати|розсилку|слати|присилати)\b.{0,30}"
        r"|(?:відмовляюся|відмовляюсь|відмовитися|відмовитись) від (?:\w+ )?(?:розсилки|підписки|отримання)\b.{0,30}",
        stays=r"не (?:\w+ )?(?:видаляи\w*|відписуи\w*|прибираи\w*|виключаи\w*|видалят\w*|відписуват\w*|прибират\w*)"
        r"|не (?:хочу|хотів би|хотіла б|збираюся|буду) (?:\w+ )?(?:відпис\w+|відмов\w+|видал\w+)",
        no=r"не(?! (?:хо[чт]|бажа|присил|надсил|відправл|шл|пиш|отрим|одерж|працю|цікав|потріб))|ніколи",
        before=r"не|ні|ніколи|без",
        turns=r"якщо|але|тільки|лише|крім|поки|коли|курс\w*|семінар\w*|тренінг\w*|зустріч\w*|збор\w*|колег\w*",
    ),
    _language(
        "Welsh",
        wish=r"(?:tynnwch|tynnu|dynnu|thynnu|dileu|ddileu|dilewch) (?:fi|ni|fy (?:enw|nghyfeiriad|manylion|e-?bost)"
        r"|ein (?:henw|enw|cyfeiriad))\b.{0,60}|ddim (?:eisiau|am|yn dymuno|moyn) (?:\w+ )?(?:derbyn|cael)\b.{0,60}"
        r"|peidi(?:wch|o) (?:a|ag) (?:danfon|anfon|hanfon|gyrru|e-?bostio)\b.{0,60}"
        r"|(?:stopiwch|rhowch y gorau i) (?:anfon|ddanfon|yrru)\b.{0,60}|dad-?danysgrif\w*",
        stays=r"peidi(?:wch|o) (?:a|ag) (?:fy )?(?:thynnu|tynnu|nhynnu|dileu)\b.{0,60}"
        r"|ddim (?:eisiau|am|yn dymuno|moyn) (?:\w+ ){0,2}?(?:colli|gadael|dod oddi|dad-?danysgrif|fy nhynnu)\w*",
        no=r"ddim(?! (?:eisiau|am|yn dymuno|moyn))|byth|na|nid|peidi\w+(?! (?:a|ag) (?:d?anfon|hanfon|gyrru|e-?bost))",
        before=r"ddim|dim|byth|heb|peidi\w+|na|nid",
        turns=r"os(?! gwelwch)|(?<!gen i, )(?<!gen i )(?<!gen i - )(?<!sori )(?<!sori, )ond|oni bai|nes|tan|pan|unig"
        r"|cwrs\w*|gwrs|hyfforddi\w*|cyfarfod\w*|gyfarfod\w*|gweithdy"
        r"|cydweithi\w*|gydweithi\w*",
    ),
    _language(
        "Urdu",
        wish=r"(?:naam|address|email|mujhe|mujh ko|hamein|humein) (?:\w+ ){0,3}?(?:list|newsletter) (?:se"
        r"|say) (?:nikal|nikaal|hata|hatta)\w*(?: dein| den| do| dijiye)?\b"
        r"|(?:list|newsletter) (?:se|say) (?:mera naam|mujhe|hamein) (?:nikal|nikaal|hata)\w*(?: dein| den| do)?\b"
        r"|(?:newsletters?|e-?mails?|mails?)(?: \w+){0,2}? (?:band|bund|stop) (?:kar|ker) (?:dein|den|do|dijiye)\b"
        r"|(?:newsletters?|e-?mails?|mails?)(?: \w+){0,2}? (?:nahi|nahin|nai|nhi) (?:chahi\w+|chahy\w+|chaiy\w+|chahta"
        r"|chahti)\b"
        r"|(?:newsletters?|e-?mails?|mails?|mujhe|hamein|humein)(?: \w+){0,2}? (?:na|mat) (?:bhej|bhaij)\w*\b",
        stays=r"(?:list|newsletter) (?:se|say) (?:na|mat|nahi) (?:nikal|nikaal|hata)\w*"
        r"|(?:band|bund|stop) (?:na|mat) (?:kar|ker)\w*",
        no=r"(?:nahi|nahin|nai|nhi|na|mat)(?! (?:chahi|chahy|chaiy|chahta|chahti|bhej|bhaij))|kabhi",
        before=r"nahi|nahin|nai|nhi|na|mat|kabhi|baghair",
        turns=r"agar|lekin|magar|sirf|jab|tak|workshop\w*|course\w*|training\w*|class\w*|meeting\w*|group\w*|dost\w*"
        r"|colleague\w*",
    ),
)
