"""New words only: quotations, signatures and disclaimers of many clients and nine languages are cut off."""

import pytest

from pscb_mail.mailbox.parsing.markup import text_of
from pscb_mail.mailbox.parsing.quotes import new_words, plain

NEW = "Thank you, that helps."
MARKED = "> Please unsubscribe me.\n> A child told me."
UNMARKED = "Please unsubscribe me.\nA child told me."

ATTRIBUTIONS = [
    "On Sun, 31 Oct 2010 at 16:02, PSCB Newsletter <newsletter@pscb.example> wrote:",
    "On 31 Oct 2010, at 16:02, PSCB Newsletter wrote:",
    "On Sun, 31 Oct 2010 at 16:02, PSCB Newsletter\n<newsletter@pscb.example> wrote:",
    "On Sunday, 31 October 2010, 16:02:11 GMT, PSCB\nNewsletter of the Safeguarding Children Board\n<newsletter@pscb.example> wrote:",
    "Am 31.10.2010 um 16:02 schrieb PSCB Newsletter <newsletter@pscb.example>:",
    "Am So., 31. Okt. 2010 um 16:02 Uhr schrieb PSCB <newsletter@pscb.example>:",
    "Le 31/10/2010 à 16:02, PSCB Newsletter a écrit :",
    "Le dim. 31 oct. 2010 à 16:02, PSCB <newsletter@pscb.example> a écrit :",
    "El 31/10/2010 a las 16:02, PSCB Newsletter escribió:",
    "El dom, 31 oct 2010 a las 16:02, PSCB (<newsletter@pscb.example>) escribió:",
    "Em 31/10/2010 16:02, PSCB Newsletter escreveu:",
    "A domingo, 31 de outubro de 2010, PSCB <newsletter@pscb.example> escreveu:",
    "W dniu 31.10.2010 o 16:02, PSCB Newsletter pisze:",
    "niedz., 31 paź 2010 o 16:02 PSCB <newsletter@pscb.example> napisał(a):",
    "Dnia 31 października 2010 16:02 PSCB <newsletter@pscb.example> napisał(a):",
    "2010-10-31 16:02, PSCB Newsletter rašė:",
    "2010-10-31, sk, 16:02 PSCB <newsletter@pscb.example> rašė:",
    "Svētd., 2010. g. 31. okt., plkst. 16:02 lietotājs PSCB (<newsletter@pscb.example>) rakstīja:",
    "Pe 31.10.2010 16:02, PSCB Newsletter a scris:",
    "În dum., 31 oct. 2010 la 16:02, PSCB <newsletter@pscb.example> a scris:",
]

BLOCKS = [
    "From: PSCB Newsletter <newsletter@pscb.example>\nSent: 31 October 2010 16:02\nTo: Jo\nSubject: News",
    "*From:* PSCB Newsletter\n*Date:* Sunday, 31 October 2010\n*To:* Jo\n*Subject:* News",
    "From: PSCB\n\nSent: 31 October 2010\n\nTo: Jo\n\nSubject: News",
    "-----Original Message-----\nFrom: PSCB Newsletter",
    "---------- Forwarded message ---------\nFrom: PSCB Newsletter",
    "Begin forwarded message:\n\nFrom: PSCB Newsletter",
    "________________________________\nFrom: PSCB Newsletter\nSent: 31 October 2010\nTo: Jo\nSubject: News",
    "Von: PSCB Newsletter\nGesendet: Sonntag, 31. Oktober 2010\nAn: Jo\nBetreff: News",
    "De : PSCB Newsletter\nEnvoyé : dimanche 31 octobre 2010\nÀ : Jo\nObjet : News",
    "De: PSCB Newsletter\nEnviado el: domingo, 31 de octubre de 2010\nPara: Jo\nAsunto: News",
    "De: PSCB Newsletter\nEnviado: 31 de outubro de 2010\nPara: Jo\nAssunto: News",
    "Od: PSCB Newsletter\nWysłano: niedziela, 31 października 2010\nDo: Jo\nTemat: News",
    "Nuo: PSCB Newsletter\nIšsiųsta: 2010 m. spalio 31 d.\nKam: Jo\nTema: News",
    "No: PSCB Newsletter\nNosūtīts: svētdiena, 2010. gada 31. oktobris\nKam: Jo\nTēma: News",
    "De la: PSCB Newsletter\nTrimis: duminică, 31 octombrie 2010\nCătre: Jo\nSubiect: News",
    "-------- Ursprüngliche Nachricht --------\nVon: PSCB",
    "-------- Message d'origine --------\nDe : PSCB",
    "-----Wiadomość oryginalna-----\nOd: PSCB",
    "-----Mensagem original-----\nDe: PSCB",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("quoted", [MARKED, UNMARKED])
def test_what_stands_below_an_attribution_is_not_new(attribution: str, quoted: str):
    assert new_words(f"{NEW}\n\n{attribution}\n\n{quoted}\n").new == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_reply_below_a_marked_quotation_is_new(attribution: str):
    assert new_words(f"{attribution}\n{MARKED}\n\n{NEW}\n").new == NEW


@pytest.mark.parametrize("block", BLOCKS)
def test_what_stands_below_a_header_block_is_not_new(block: str):
    assert new_words(f"{NEW}\n\n{block}\n\n{UNMARKED}\n").new == NEW


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone", "Sent from Outlook for iOS", "Get Outlook for Android", "Von meinem iPhone gesendet",
        "Enviado desde mi iPhone", "Envoyé de mon iPhone", "Wysłane z iPhone'a", "Enviado do meu iPhone",
        "Trimis de pe iPhone-ul meu", "Išsiųsta iš mano iPhone", "Nosūtīts no mana iPhone", "Sent from Yahoo Mail on Android",
    ],
)  # fmt: skip
def test_a_phone_s_line_is_not_the_sender_s(line: str):
    assert new_words(f"{NEW}\n\n{line}\n").new == NEW


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nJo Bloggs\nTo unsubscribe write to us",
        "This email and any attachments are confidential and intended solely for the addressee.\nUnsubscribe here.",
        "**********\nDISCLAIMER: remove yourself.\n**********",
        "If you are not the intended recipient, delete it.",
        "Please consider the environment before printing this e-mail",
    ],
)
def test_signatures_and_disclaimers_are_not_new(tail: str):
    assert new_words(f"{NEW}\n\n{tail}\n").new == NEW


@pytest.mark.parametrize(
    "sign_off",
    [
        "Kind regards", "Many thanks and kind regards,", "Yours sincerely,", "Best wishes", "Mit freundlichen Grüßen", "Cordialement,",
        "Saludos,", "Atenciosamente,", "Z poważaniem", "Pozdrawiam", "Pagarbiai", "Ar cieņu,", "Cu stimă,",
    ],
)  # fmt: skip
def test_what_stands_below_a_sign_off_is_the_signature(sign_off: str):
    words = new_words(f"{NEW}\n\n{sign_off}\n\nJo Bloggs\nUnsubscribe from our bulletin\n")
    assert (words.new, "Unsubscribe" in words.signature) == (NEW, True)


def test_a_postscript_is_new():
    assert "take me off" in new_words(f"{NEW}\n\nKind regards\nJo\n\nPS Please take me off the list\n").new


@pytest.mark.parametrize(
    "text",
    [
        "My colleague wrote:\nthis is all of it",
        "From: what I hear, it went well.",
        "The date is as follows:\n11 November",
        "I have a question: can I come?",
        "To whom it may concern",
        "No: I cannot come.\nSorry.",
    ],
)
def test_a_person_s_own_words_are_kept(text: str):
    assert new_words(text).new == text


HTML = [
    "<p>{}</p><div class='gmail_quote'>On 1 May wrote<blockquote>Unsubscribe me</blockquote></div>",
    "<div>{}</div><blockquote type='cite'>Unsubscribe me</blockquote>",
    "<p>{}</p><div id='divRplyFwdMsg'><b>From:</b> PSCB</div><p>Unsubscribe me</p>",
    "<p>{}</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> x</p></div><p>Unsubscribe me</p>",
    "<div>{}</div><div class='yahoo_quoted'>Unsubscribe me</div>",
    "<p>{}</p><div class='moz-cite-prefix'>On 1 May:</div><blockquote>Unsubscribe me</blockquote>",
    "<style>p {{ color: red }}</style><script>unsubscribe()</script><p>{}</p>",
    "<p>{}</p><div style='display:none'>Unsubscribe me</div>",
    "<p>{}<blockquote>Unsubscribe me",
]


@pytest.mark.parametrize("html", HTML)
def test_quotations_in_html_are_not_new(html: str):
    assert new_words(text_of(html.format(NEW))).new == NEW


def test_paragraphs_and_breaks_are_lines():
    assert text_of("<p>One<br>two</p><div>three &amp; <b>four</b></div>").split() == [
        "One",
        "two",
        "three",
        "&",
        "four",
    ]


def test_the_cells_of_a_table_are_words_of_their_own():
    """A report in HTML sets the address beside its label."""
    assert text_of("<table><tr><td>Recipient</td><td>jo@school.example</td></tr></table>").split() == [
        "Recipient",
        "jo@school.example",
    ]


def test_format_flowed_joins_what_belongs_together():
    text = "Please take me \noff the list.\n> quoted \n> text\n-- \nJo\n"
    assert new_words(text, flowed=True).new == "Please take me off the list."


def test_the_end_of_a_paragraph_that_a_telephone_wrote_in_one_line_is_read():
    assert new_words(f"{'We had our tea. ' * 200}Please take me off the list.").new.endswith("take me off the list.")
    assert new_words(f"> {'We had our tea. ' * 200}Please take me off the list.").new == ""


def test_plain_folds_case_accents_and_typography():
    assert plain("  Ich MÖCHTE „weg“ –  don’t ") == 'ich mochte "weg" - don\'t'
