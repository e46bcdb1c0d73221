import { error, type Rule } from "./rule.ts";

/** The number of heads must divide the width, and rotary positions need an even width per head. */
export const models: Rule = ({ spec }) =>
  Object.entries(spec.models).flatMap(([name, { hidden, heads, position, checkpoint }]) => {
    if (checkpoint) return [];
    if (hidden % heads !== 0) {
      const near = divisorsNear(hidden, heads);
      return [
        error(
          "heads-do-not-divide",
          ["models", name, "heads"],
          `${heads} heads do not divide the hidden width ${hidden}. Use ${near.join(" or ")} heads, or hidden: ${Math.ceil(hidden / heads) * heads}.`,
          near.map(String),
        ),
      ];
    }
    const width = hidden / heads;
    if (position === "rotary" && width % 2 !== 0) {
      return [
        error(
          "rotary-odd-width",
          ["models", name, "position"],
          `Rotary positions rotate pairs of numbers, so the width of a head must be even; hidden ${hidden} divided by ${heads} heads gives ${width}. Use other sizes or learned positions.`,
          ["learned", "sinusoidal", "relative"],
        ),
      ];
    }
    return [];
  });

/** The nearest divisors of `whole` below and above `requested`. */
function divisorsNear(whole: number, requested: number): number[] {
  const divisors = Array.from({ length: whole }, (_, index) => index + 1).filter((candidate) => whole % candidate === 0);
  return [divisors.filter((d) => d < requested).at(-1), divisors.find((d) => d > requested)].filter((d) => d !== undefined);
}
