"""What comes back after a newsletter: read, understood, decided, acted on, filed.

How one mail travels; `reading` leads it:

    sources         a mailbox, a Maildir, an mbox, a file → bytes, from the bookmark on  (messages, folder, maildir)
    incoming        bytes → who writes, in answer to what, in which new words            (parsing; pure, total)
    journal         a key that is known: handled before, and only filed if it was not
    understanding   → findings, in the order of its table                                (pure, total)
        machines        a report of a return, a complaint, an automatic answer, a portal's page
        words           a link that was pressed, an alarm, a wish to come off, a proposal
    acting.known    → facts from the ledgers: whose code, whose address, what is proven
    deciding        finding and facts → decision: the contract's table                   (outdated, aliases; pure)
    proposing       … and where a person has to look, what accepting it would do         (pure)
    acting.act      one transaction: journal row, finding, the person's change, the answer in the outbox
    sources.file    once that has committed; an alarm and what is for a person stay in the inbox
    answering       sends what waits in the outbox, after the reading                    (wording, questions)

Reports of lasting failure wait between understanding and deciding for the end of the reading, when it can be seen
whether a whole domain is down. `filed` and `sent` look at what lies in these folders, after a restore or a crash.
"""
