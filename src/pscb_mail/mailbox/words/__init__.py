"""What people write: an alarm, a wish to come off, or what they propose. Pure and total.

Each reader, with the lists that it reads by in brackets; `understanding` asks them in the order of its table:

    worded          a message as its sentences (sentences, spelling); phrases finds long lists in them
    pressed         a reply link that was pressed
    urgent          a child may be at risk, weighed (urgent_words, urgent_harm, urgent_own, urgent_abroad)
    optout          the wish to come off: its forms (wishes), what may stand in its clause or beside it (harmless),
                    what makes it doubtful (doubts), and the net below them (net)
    abroad          the same in other languages (languages)
    besides         what waits for an answer beside a plain wish
    proposals       to join, to be written to elsewhere, to have left (proposal_forms, departures)
    yes             a plain yes to a question of ours
"""
