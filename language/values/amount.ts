/** A number as written: `15%`, `8k`, `1e-3`, `5M tokens`. */
export interface Amount {
  value: number;
  /** Whether the number is a percentage; `15%` has the value 0.15. */
  percent: boolean;
  /** The word after the number. */
  unit?: string;
}

const form = /^(-?\d+(?:\.\d+)?)(?:[eE]([+-]?\d+)|([kMGBT]))?(%)?(?:\s+(\S+))?$/;
const exponents: Readonly<Record<string, number>> = { k: 3, M: 6, G: 9, B: 9, T: 12 };

/** Parses a number with suffix and unit; undefined if the text is not a number, such as `12q`. */
export function parseAmount(text: string): Amount | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [, digits, exponent, suffix, percent, unit] = match;
  const power = Number(exponent ?? 0) + (suffix ? exponents[suffix]! : 0) - (percent ? 2 : 0);
  // Parsed as one decimal number, so that 15% equals 0.15 exactly.
  return { value: Number(`${digits}e${power}`), percent: percent !== undefined, ...(unit === undefined ? {} : { unit }) };
}

/** The allowed unit that a word means; `token` and `tokens` are the same. */
export function unitNamed<T extends string>(word: string, allowed: readonly T[]): T | undefined {
  return allowed.find((unit) => unit === word || unit === `${word}s`);
}
