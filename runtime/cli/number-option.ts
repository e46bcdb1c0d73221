import { InvalidArgumentError } from "commander";
import { decimalOf } from "#runtime/contract/decimal.ts";

/** A parser of an option's number, with a range. */
export function atLeast(least: number, whole: boolean, max = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = decimalOf(text);
    if (value === undefined || value < least || value > max || (whole && !Number.isInteger(value))) {
      const range = max === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${max}`;
      throw new InvalidArgumentError(`A ${whole ? "whole " : ""}number ${range} is needed.`);
    }
    return value;
  };
}

/** Parses an option's number, which must be above 0. */
export function positive(text: string): number {
  const value = decimalOf(text);
  if (value === undefined || value <= 0) throw new InvalidArgumentError("A number above 0 is needed.");
  return value;
}
