/** Parses a finite number in decimal notation, such as `12`, `-0.5` or `1e-3`; undefined for any other text. */
export function decimalOf(text: string): number | undefined {
  const value = decimal.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/iu;
