/**
 * Figures for people.
 *
 * @module
 */

/** Writes a whole number with its thousands apart: `30 000 000`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** Writes a size in bytes with a unit of 1000s: `432.7 MB`. */
export function bytes(sizeBytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = sizeBytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Writes a count with its noun: `1 log`, `2 logs`; a plural that is not the noun and `s` is given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** Writes how long ago something was, in its largest whole unit: `3 days ago`. */
export function ago(seconds: number): string {
  const units = [["day", 86_400], ["hour", 3600], ["minute", 60]] as const;
  const unit = units.find(([, size]) => seconds >= size);
  return unit === undefined ? "just now" : `${counted(Math.floor(seconds / unit[1]), unit[0])} ago`;
}
