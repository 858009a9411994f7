"""The charts the plain way: a counter for each country and each user. LOG OUT_FOLDER"""

import sys
from collections import Counter, defaultdict
from heapq import nsmallest


def write_chart(path, counters):
    with open(path, "w") as report:
        for key in sorted(counters):
            best = nsmallest(50, counters[key].items(), key=lambda entry: (-entry[1], entry[0]))
            report.write(f"{key}|{','.join(f'{song}:{count}' for song, count in best)}\n")


log, out = sys.argv[1:]
countries, users = defaultdict(Counter), defaultdict(Counter)
with open(log) as rows:
    for row in rows:
        song, user, country = row.rstrip("\n").split("|")
        song = int(song)
        countries[country][song] += 1
        users[int(user)][song] += 1
write_chart(f"{out}/country.txt", countries)
write_chart(f"{out}/user.txt", users)
