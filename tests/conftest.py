"""What all tests share: a terminal of one width, without colours, whatever runs them."""

import os

# rich asks once, when the program's consoles are made.
os.environ["COLUMNS"] = "120"
os.environ["NO_COLOR"] = "1"
