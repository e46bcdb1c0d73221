/** A number as written: `15%`, `8k`, `1e-3`, `5M tokens`. */
export interface Amount {
  value: number;
  /** `15%` has the value 0.15 and this. */
  percent: boolean;
  /** The word behind the number. */
  unit?: string;
}

const form = /^(-?\d+(?:\.\d+)?)(?:[eE]([+-]?\d+)|([kMGBT]))?(%)?(?:\s+(\S+))?$/;
const exponents: Readonly<Record<string, number>> = { k: 3, M: 6, G: 9, B: 9, T: 12 };

/** Undefined where the text is no number, such as `12q`. */
export function parseAmount(text: string): Amount | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [, digits, exponent, suffix, percent, unit] = match;
  const power = Number(exponent ?? 0) + (suffix ? exponents[suffix]! : 0) - (percent ? 2 : 0);
  // Read as one decimal number, so that 15% is exactly what 0.15 is.
  return { value: Number(`${digits}e${power}`), percent: percent !== undefined, ...(unit === undefined ? {} : { unit }) };
}

/** The unit of `allowed` that a word means: `token` and `tokens` are one. */
export function unitNamed<T extends string>(word: string, allowed: readonly T[]): T | undefined {
  return allowed.find((unit) => unit === word || unit === `${word}s`);
}
