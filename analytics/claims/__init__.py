"""Which numbers a text may say of a class: only what the figures given support.

A model that writes about figures invents some. Every sentence is therefore held against the
facts that its writer was given, and is left out when one of its numbers is not among them:

    facts = Facts([Fact(Fraction(7, 10), "share"), Fact(Fraction(3), "attempts", "optics")], …)
    kept, dropped = facts.supported("Optics has 3 attempts. 90 % failed.")

What counts as support, for a number as it is written: the figure itself within rounding, as a
fraction or in percent; what is left to the whole; with words of comparison the difference of two
figures, or their ratio; a fraction in words or as `k of n` near a share. A sentence that names a
topic or a student may say the figures of those and of the class, no others'.
"""

from analytics.claims.facts import Fact, Facts, Subject

__all__ = ["Fact", "Facts", "Subject"]
