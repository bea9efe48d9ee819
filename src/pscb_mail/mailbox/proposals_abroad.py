"""The proposals of `proposals` in the other languages that are read: a wish to get the newsletter, and a new address.

Pure data for text from `quotes.plain`, so without accents. Departures abroad stand in `proposals` itself.
"""

import re

_NEWS = r"(?:newsletter\w*|list\w*|biulety\w*|verteiler\w*|rundbrief\w*|naujienlaisk\w*|saras\w*|sarakst\w*|jaunum\w*"
_MAIL = rf"{_NEWS}|diffusion|lettre\w*|boleti\w*|buletin\w*|bulletin\w*|mailing\w*|wysylk\w*|destinatari\w*|difuzare)"
_ADD = {
    "Polish": r"(?:dodac|dodajcie|dodanie|dopisac|dopiszcie|dopisanie|zapisac|zapiszcie|wpisac|wpiszcie|dolaczyc)",
    "Lithuanian": r"(?:itrauk\w*|pridek\w*|prideti|iras\w*|ireg\w*|uzregistruo\w*|uzprenumeruo\w*)",
    "Latvian": r"(?:pievieno\w*|ieklau\w*|pierakst\w*|pieteik\w*|abonet)",
    "German": r"(?:aufnehmen|aufnahme|hinzufug\w*|eintragen|abonnieren|anmelden|setzen sie|nehmen sie .{1,60} auf\b)",
    "French": r"(?:ajoute\w*|m'inscrire|inscri(?:re|vez)|m'abonner|abonne[rz]?|inclure)",
    "Spanish": r"(?:anad\w+|agreg\w+|inclu(?:ir|ya|yan)\w*|suscribi\w+|inscrib\w+|apunt\w+|dar\w* de alta)",
    "Portuguese": r"(?:adicion\w+|acrescent\w+|inclu(?:ir|a|am|i)\w*|inscrev\w+|subscrev\w+|juntar\w*)",
    "Romanian": r"(?:adaug\w+|inscri\w+|abon(?:ati|ez|are)\b|includ\w+|treceti)",
}
_RECEIVE = (
    r"(?:(?:chcial\w*|chce|chcemy) (?:tez |rowniez )?(?:otrzymywac|dostawac)|(?:noreciau|noriu) (?:\w+ )?gauti"
    r"|velos (?:\w+ )?sanemt|(?:mochte|wurde gern\w*) (?:\w+ ){0,4}?(?:erhalten|bekommen|beziehen)|(?:voudrais"
    r"|aimerais|souhaite) (?:\w+ )?recevoir|(?:quiero|quisiera|me gustaria) (?:\w+ )?recibir|(?:gostaria|gostava"
    r"|queria|quero) (?:\w+ ){0,2}?receber|(?:as vrea|as dori|doresc|vreau) sa (?:\w+ )?primesc)"
)
# A negation anywhere in it makes it something else: `languages` reads the wish to come off.
NO = re.compile(
    r"\b(?:nicht|kein\w*|ne|n'|pas|plus|no|nao|nie|nu|nebe\w*|nenor\w*|vairs|nevel\w*|negrib\w*|des-?\w+|dez\w+"
    r"|wypis\w*|(?:deixar|parar|dejar) de|cess\w+ de|arret\w+ de|sair d\w+|salir d\w+)\b"
)
SUBSCRIBE = (
    *(re.compile(rf"\b{add}\b.{{0,80}}(?:\b{_MAIL}|@)|\b{_MAIL}.{{0,60}}\b{add}(?!\w)") for add in _ADD.values()),
    re.compile(rf"^(?=.*\b(?:{_MAIL}|e-?mail\w*)).*\b{_RECEIVE}\b"),
    re.compile(r"\b(?:in|auf) (?:\w+ ){1,3}?(?:verteiler\w*|liste|newsletter) (?:\w+ )?(?:auf|ein)\b|\bde alta\b"),
)
ADDRESS_CHANGE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:adres\w*|e-?mail\w*|mail\w*|mailadresse|correo|direccion|endereco|courriel|past\w*)\b.{0,60}\S@",
        r"\b(?:zmieni\w+|zmiana|zmiane|nowy|nowego|aktualny|zaktualizowac)\b.{0,40}\b(?:adres\w*|mail\w*|e-mail\w*)",
        r"\b(?:nauj\w+|pakeis\w+|pasikeit\w+|keic\w+)\b.{0,40}\b(?:adres\w*|past\w*|el)|\badres\w* .{0,20}pasikeit",
        r"\b(?:jaun\w+|main\w+|nomain\w+)\b.{0,40}\b(?:adres\w*|e-?past\w*)|\badrese .{0,20}mainij",
        (
            r"\b(?:neue|neuen|geandert\w*|andern|andert|aktualisieren)\b.{0,40}\b(?:e-?mail-?adresse|adresse"
            r"|mailadresse|e-?mail)"
        ),
        r"\b(?:e-?mail-?adresse|mailadresse|adresse) .{0,40}\b(?:geandert|ist jetzt|lautet|andern)",
        (
            r"\b(?:nouvelle|nouveau|change\w*|changement|modifier|mettre a jour)\b.{0,40}\b(?:adresse|e-?mail"
            r"|courriel|mail)"
        ),
        r"\b(?:nuev[oa]|cambi\w+|actualiz\w+)\b.{0,40}\b(?:direccion|correo|e-?mail|email)",
        r"\b(?:nov[oa]|mud\w+|alter\w+|atualiz\w+|actualiz\w+)\b.{0,40}\b(?:endereco|e-?mail|email|mail)",
        r"\b(?:noua|nou|noul|schimb\w+|actualiz\w+|modific\w+)\b.{0,40}\b(?:adres\w+|e-?mail\w*|email\w*)",
    )
)
