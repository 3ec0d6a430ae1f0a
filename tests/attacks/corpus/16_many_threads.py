"""Start two thousand threads that wait for half a minute."""

CLASS = "16"
STOCK = "resources taken"
CELLS = {
    "first": """\
import threading
import time
for _ in range(2000):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
print("took all of 2000 threads")
"""
}
