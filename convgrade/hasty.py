"""Imported first by the server that the grader's processes are forked from: looks for no garbage.

Imports leave hardly any, and looking for it takes a fifth of their time. `convgrade.ready`, which
is imported last, begins with it again.
"""

import gc

gc.disable()
