"""What stands around a wish in another language than English: our mail, a thing done, a reason, a request.

Pure data, for `abroad`, on text from `quotes.plain`; `languages` has the wishes themselves.
"""

import re

# What names our mail; without it a wish may be about what was spoken of before.
MAIL_ABROAD = re.compile(
    r"\b(?:newsletter\w*|verteiler\w*|rundbrief\w*|mailing\w*|mails?|e-?mails?|email\w*|courriels?"
    r"|lettre d'information|diffusion|correos?|boletin\w*|boletim|suscri\w+|subscri\w+|subskry\w+|biulety\w+"
    r"|wiadomosc\w*|mailow\w+|naujienlaisk\w*|laisk\w*|prenumer\w*|e-?past\w*|jaunum\w*|vestul\w*|bileten\w*"
    r"|buletin\w*|abon\w+|dezabon\w*|desabon\w*|desuscri\w*|distribu\w+|рассыл\w+|розсил\w+|письм\w+|лист\w*"
    r"|спис\w+|почт\w+|пошт\w+|подписк\w+|підписк\w+)\b"
)
# What tells of a thing done, thanks for it or asks why: "gracias por darme de baja", "mane isbrauke", "warum".
DONE_ABROAD = re.compile(
    r"\b(?:gracias por|obrigad[oa]s? por|merci (?:de m'avoir|de nous avoir|pour)|danke,? dass|dziekuje(?:my)? za"
    r"|multum(?:esc|im),? (?:ca|pentru)|aciu,? kad|paldies,? ka|warum|wieso|weshalb|pourquoi|por que|dlaczego|czemu"
    r"|kodel|kapec|de ce|porque\W*\?|(?:retiraram|removeram|eliminaram|apagaram|excluiram|tiraram|retirou|removeu"
    r"|eliminou|tirou|excluiu|apagou)|(?:mane|mus) (?:isbrauke|pasalino|istryne|iseme)|mani (?:iznema|izdzesa"
    r"|izsvitroja)|han (?:borrado|quitado|eliminado|sacado|dado)|(?:m'avez|m'a|m'ont|ai ete) \w+|haben (?:mich|uns)"
    r"|wurde|zostal\w+|m-ati|am fost|спасибо,? что|почему|зачем|дякую,? що"
    r"|чому|навіщо|(?:меня|нас) (?:удалили|отписали|исключили|убрали)|(?:мене|нас) (?:видалили|відписали|прибрали))\b"
)
# "No quiero dejar de recibir": a refusal to end it.
ENDING_ABROAD = re.compile(
    r"\b(?:dejar|dejen|parar|paren|deixar|deixem|przesta\w+|zrezygn\w+|nustot\w*|liaut\w*|partrauk\w*|incet\w*"
    r"|opri\w*|aufhor\w*|arrete\w*|cess\w*|verpass\w*|perder\w*|manquer|rater|pierd\w*|praleist\w*|przegap\w*"
    r"|strac\w*|перестава\w*|пропуст\w*|потерят\w*|пропусти\w*|втрат\w*)\b"
)
# A comma before these begins no clause of its own.
SUBORDINATE = re.compile(r",\s*(?=(?:kad|zeby|zebyscie|aby|abyscie|byscie|by|lai|ca|sa|dass|que|qu'\w+|чтобы|щоб)\b)")
# Where somebody begins to ask: what goes before is a reason.
REQUEST_ABROAD = re.compile(
    r"\b(?:prosze|prosimy|prosil\w+|prasau|prasome|prasyciau|prasom|ludzu|ludzam|(?:va )?rog|rugam|bitte|merci de"
    r"|veuillez|je vous (?:prie|remercie)|agradec\w*|por favor|solicito|peco|pido|ruego|прошу|просим|просимо"
    r"|пожалуиста|будь ласка|прохання|просьба)\b"
)
# Where a reason goes before a wish, or follows it.
REASON_ABROAD = re.compile(
    r"[,;:.()]|\b(?:da|weil|denn|car|parce que|puisque|comme|porque|pues|ya que|pois|bo|poniewaz|gdyz|nes|kadangi|jo"
    r"|deoarece|pentru ca|fiindca|так как|потому что|поскольку|тому що|оскільки)\b"
)
