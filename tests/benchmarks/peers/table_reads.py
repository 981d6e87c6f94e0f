"""Milliseconds of processor for the first table read of a process and for a later one, printed.

The endpoint and the client are in the environment, as a function's are.
"""

import time

from vitrine import environment

RUNS = 300

environment.prepare()
shops = environment.current().stores.shops

began = time.process_time()
shops.shop("s1")
first = time.process_time() - began

began = time.process_time()
for _ in range(RUNS):
    shops.shop("s1")
later = (time.process_time() - began) / RUNS

print(first * 1000, later * 1000)
