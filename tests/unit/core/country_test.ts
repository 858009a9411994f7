import assert from "node:assert/strict";
import { COUNTRY_KEYS, countryCode, countryKey, parseCountry } from "../../../core/country.ts";
import { test } from "./_support.ts";

test("parseCountry() takes exactly two letters A-Z", () => {
  for (const code of ["AA", "AZ", "BA", "DE", "NA", "XK", "ZZ"]) {
    assert.equal(countryCode(parseCountry(code)!), code);
  }
  for (const code of ["", "D", "DEU", "de", "De", "D1", " DE", "DE ", "DE\n", "ÄA", "@A", "[Z"]) {
    assert.equal(parseCountry(code), undefined, `"${code}"`);
  }
});

test("countryKey() numbers all codes from 0 in the order of their bytes", () => {
  const codes = Array.from({ length: COUNTRY_KEYS }, (_, key) => countryCode(key));
  assert.deepEqual(codes, [...codes].sort());
  assert.equal(new Set(codes).size, 676);
  for (const [key, code] of codes.entries()) {
    assert.equal(countryKey(code.charCodeAt(0), code.charCodeAt(1)), key, code);
  }
});
