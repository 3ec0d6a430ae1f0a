"""Hold a lock on the gradebook from a process that stays."""

CLASS = ("3", "16")
STOCK = ("batch stopped", "process left")
ALONE = True
CELLS = {
    "first": """\
import subprocess
import sys
import time
code = '''
import sqlite3, time
gradebook = sqlite3.connect("@COURSE@/gradebook.db", isolation_level=None)
gradebook.execute("begin exclusive")
time.sleep(60)
'''
subprocess.Popen([sys.executable, "-c", code, "@MARK@"], start_new_session=True)
time.sleep(1)
"""
}
