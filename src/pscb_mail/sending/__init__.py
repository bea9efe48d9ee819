"""An edition's way to every subscriber, with nobody missed and nobody sent to twice."""
