"""What people write: an alarm, a wish to come off, or what they propose. Pure and total.

worded          a message as its sentences; spelling mends them, phrases finds long lists in them
pressed         a reply link that was pressed
urgent          a child may be at risk, weighed (urgent_words, urgent_harm, urgent_own, urgent_abroad)
optout          the wish to come off: its forms (wishes), what may stand in its clause (harmless), what makes it
doubtful (doubts), the net below them (net); abroad and languages do the same in other languages
proposals       to join, to be written to elsewhere, to have left (proposal_forms, departures)
"""
