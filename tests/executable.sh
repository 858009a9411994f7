#!/usr/bin/env bash
# Checks dist/topstreams as someone has it who installs nothing else: an empty environment, an
# empty folder, and reports that are the same bytes as those of `deno run`. Its size is compared
# with the executable of an empty program.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
count=0
pass() { count=$((count + 1)); echo "ok: $1"; }

cp "$root/dist/topstreams" program
env -i ./program --version >version.txt
grep -qx '[0-9.]*' version.txt
pass "--version"
env -i ./program --help >help.txt
grep -q '^Usage: topstreams' help.txt
pass "--help"
env -i ./program demo >demo.txt
grep -q 'country US' demo.txt
pass "demo"
mv topstreams-demo/results compiled
rm -rf topstreams-demo/batch
for date in 20211130 20211201; do
  (cd "$root" && npx --yes deno@2.9.6 run --no-prompt --allow-read --allow-write cli.ts run --quiet \
    --date $date --logs "$work/topstreams-demo/logs" --batch "$work/topstreams-demo/batch" \
    --results "$work/topstreams-demo/results")
done
for report in compiled/*.txt; do
  cmp "$report" "topstreams-demo/results/$(basename "$report")"
done
pass "the same reports as deno run"

if [[ -n ${DENO:-} ]]; then deno=("$DENO"); else deno=(npx --yes deno@2.9.6); fi
echo '' >empty.ts
"${deno[@]}" compile --quiet --no-config --output empty empty.ts
above=$(($(stat -c %s program) - $(stat -c %s empty)))
echo "above an empty program: $above bytes"
[[ $above -le $((15 * 1000 * 1000)) ]]
pass "at most 15 MB above an empty program"
echo "$count passed, 0 failed"
