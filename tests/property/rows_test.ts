/** CSV and JSON Lines against libraries: any document, the same streams. */
import { parse as parseCsv } from "npm:csv-parse@7.0.3/sync";
import fc from "npm:fast-check@4.10.2";
import assert from "node:assert/strict";
import { countryCode } from "../../core/country.ts";
import { createStreamBlock, type RejectReason } from "../../core/streams.ts";
import { csv } from "../../formats/csv.ts";
import type { Columns, Reader } from "../../formats/interface.ts";
import { jsonl } from "../../formats/jsonl.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.log(`property seed ${seed}`);

const BY_NUMBER: Columns = { song: 1, user: 2, country: 3 };

/** For each row its stream, or why it is none. */
type Outcome = string | RejectReason;

function outcomesOf(reader: Reader, text: string, columns?: Columns): Outcome[] {
  const bytes = new TextEncoder().encode(text);
  const parser = reader.parser({ columns });
  const block = createStreamBlock(1);
  const outcomes: Outcome[] = [];
  let rejected = 0;
  for (let at = 0, rows = -1; rows !== parser.tally.rows || at < bytes.length;) {
    rows = parser.tally.rows;
    block.length = 0;
    at = parser.parse(bytes, at, bytes.length, true, block);
    const { tally } = parser;
    const streams = block.length;
    const fresh = tally.rows - rows - streams;
    for (let i = 0; i < fresh; i++) outcomes.push("rejected");
    rejected += fresh;
    if (streams === 1) {
      const { songs, users, countries } = block;
      outcomes.push(`${songs[0]}|${users[0]}|${countryCode(countries[0])}`);
    }
  }
  assert.equal(outcomes.length, parser.tally.rows);
  assert.equal(rejected, Object.values(parser.tally.rejected).reduce((sum, n) => sum + n, 0));
  return outcomes;
}

/** Judges three fields by the grammar of ids and countries; blanks around them are dropped. */
function outcomeOf([song, user, country]: readonly string[]): Outcome {
  const isId = (text: string) => /^\d{1,16}$/.test(text) && BigInt(text) <= 2n ** 53n - 1n;
  const [s, u, c] = [song, user, country].map((field) => field.replace(/^[ \t]+|[ \t]+$/g, ""));
  return isId(s) && isId(u) && /^[A-Z]{2}$/.test(c) ? `${BigInt(s)}|${BigInt(u)}|${c}` : "rejected";
}

const id = fc.oneof(fc.nat().map(String), fc.constantFrom("9007199254740991", "007", " 5 ", ""));
const odd = fc.oneof(
  fc.constantFrom(
    '"',
    "a,b",
    "x\ny",
    "x\r\ny",
    "\r",
    "\0",
    '""',
    " ",
    "a\rb",
    "\u00e9",
    "\u{1f3b5}",
  ),
  fc.string({ maxLength: 6 }),
);
const field = fc.oneof({ weight: 4, arbitrary: id }, { weight: 1, arbitrary: odd });
const country = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("FR", "DE", " XK") }, {
  weight: 1,
  arbitrary: odd,
});
const row = fc.tuple(field, field, country);

function csvField(text: string, isForced: boolean): string {
  return isForced || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

Deno.test("csv reads any document as csv-parse does", { permissions: "none" }, () => {
  const document = fc.record({
    rows: fc.array(fc.tuple(row, fc.boolean()), { minLength: 1, maxLength: 30 }),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    hasEnd: fc.boolean(),
  });
  fc.assert(
    fc.property(document, ({ rows, lineEnd, hasEnd }) => {
      const text = rows.map(([fields, isForced]) =>
        fields.map((each) => csvField(each, isForced)).join(",")
      ).join(lineEnd) + (hasEnd ? lineEnd : "");
      const parsed = parseCsv(text, { record_delimiter: lineEnd }) as string[][];
      assert.deepEqual(parsed, rows.map(([fields]) => [...fields]), "the library reads it back");
      assert.deepEqual(outcomesOf(csv, text, BY_NUMBER), parsed.map(outcomeOf));
    }),
    { seed, numRuns: 500 },
  );
});

Deno.test("csv finds its columns among others as csv-parse does", { permissions: "none" }, () => {
  const document = fc.record({
    rows: fc.array(fc.tuple(row, fc.array(field, { minLength: 3, maxLength: 3 }), fc.nat(5)), {
      minLength: 1,
      maxLength: 30,
    }),
    places: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 }),
    lineEnd: fc.constantFrom("\n", "\r\n"),
  });
  fc.assert(
    fc.property(document, ({ rows, places, lineEnd }) => {
      const text = rows.map(([fields, others, quoted]) => {
        const columns: string[] = [];
        [...fields, ...others].forEach((each, i) => columns[places[i]] = each);
        return columns.map((each, i) => csvField(each, i === quoted)).join(",") + lineEnd;
      }).join("");
      const parsed = parseCsv(text, { record_delimiter: lineEnd }) as string[][];
      const [song, user, country] = places.slice(0, 3).map((place) => place + 1);
      const expected = parsed.map((columns) => outcomeOf(places.map((place) => columns[place])));
      assert.deepEqual(outcomesOf(csv, text, { song, user, country }), expected);
    }),
    { seed, numRuns: 500 },
  );
});

/** Judges a line by JSON.parse alone. */
function outcomeOfJson(line: string): Outcome {
  const numbers = new Map<string, string>();
  let value: unknown;
  try {
    value = JSON.parse(
      line,
      function (this: unknown, key, value, context?: { source?: string }) {
        if (typeof value === "number" && this === Object(this)) {
          return { number: context?.source ?? numbers.get(key) };
        }
        return value;
      } as (key: string, value: unknown) => unknown,
    );
  } catch {
    return "rejected";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "rejected";
  const { song, user, country } = value as Record<string, unknown>;
  const idOf = (found: unknown): string => {
    const digits = typeof found === "string" ? found : (found as { number?: string })?.number ?? "";
    return /^\d{1,16}$/.test(digits) && BigInt(digits) <= 2n ** 53n - 1n
      ? String(BigInt(digits))
      : "";
  };
  const isCountry = typeof country === "string" && /^[A-Z]{2}$/.test(country);
  const [s, u] = [idOf(song), idOf(user)];
  return s !== "" && u !== "" && isCountry ? `${s}|${u}|${country}` : "rejected";
}

const value = fc.oneof(
  { weight: 5, arbitrary: fc.nat().map(String) },
  { weight: 3, arbitrary: fc.nat().map((n) => `"${n}"`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...["1.0", "1e3", "-0", "-5", "007", "true", "null", "[1]", '{"song":1}', "9007199254740993"],
      ...['"\\u0035"', '" 5"', '""', '"\u00e9"', '"a\\\\"', '"FR"', "1.", "01", "+1", "1 "],
    ),
  },
);
const name = fc.constantFrom("song", "user", "country", "song", "user", "other", "s\\u006fng", "");
const blank = fc.constantFrom("", "", "", " ", "\t", " \r");
const member = fc.tuple(name, value, blank, blank).map(([n, v, a, b]) =>
  `${a}"${n}"${b}:${a}${v}${b}`
);
const strict = fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("FR", "DE", "fr")).map(([s, u, c]) =>
  `{"song":${s},"user":"${u}","country":"${c}"}`
);
const object = fc.tuple(blank, fc.array(member, { maxLength: 5 }), blank).map(([a, members, b]) =>
  `${a}{${members.join(",")},"country":"FR"}${b}`.replace("{,", "{")
);
const line = fc.oneof({ weight: 3, arbitrary: strict }, { weight: 5, arbitrary: object });
/** Lines with a character taken out, put in, or doubled. */
const mutated = fc.tuple(
  line,
  fc.nat(),
  fc.constantFrom("", '"', ",", "{", "}", ":", "0", "\\", " ", "\u0001"),
)
  .map(([text, place, sign]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + sign + text.slice(sign === "" ? at + 1 : at);
  });

Deno.test("jsonl reads any line as JSON.parse does", { permissions: "none" }, () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(line, mutated), { minLength: 1, maxLength: 8 }), (lines) => {
      const text = lines.map((each) => `${each}\n`).join("");
      const expected = lines.map((each) => outcomeOfJson(each.replace(/\r$/, "")));
      assert.deepEqual(outcomesOf(jsonl, text), expected);
    }),
    { seed, numRuns: 3000 },
  );
});
