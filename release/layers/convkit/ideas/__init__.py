"""What each misconception gives: a folder for an assignment, a module for a notebook.

A module is called as its notebook is, without the number. It holds ``SLIPS`` and, where wrong
values can be looked up, ``KNOWN``; `convkit.ideas.catalogue` finds it by itself.
"""
