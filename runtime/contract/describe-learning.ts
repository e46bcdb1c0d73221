import type { Unlearned } from "./learning.ts";
import type { LearningPoint, PartLoss } from "./learning-point.ts";

/** `23%`; less than one, with a digit more. */
export function wholePercent(share: number): string {
  const percent = 100 * share;
  return `${Math.abs(percent) < 1 ? Number(percent.toFixed(1)) : Math.round(percent)}%`;
}

/** `learned 23%`; of several losses `learned: generator 31%, discriminator 2%`. Empty if nothing is known. */
export function describeLearned(point: Pick<LearningPoint, "parts">): string {
  const shares = learnedShares(point);
  return shares === "" ? "" : `learned${/^-?[\d.]+%$/.test(shares) ? "" : ":"} ${shares}`;
}

/** The same without the word. */
export function learnedShares({ parts }: Pick<LearningPoint, "parts">): string {
  const known = parts.flatMap((part) => (part.learned === null ? [] : [{ name: nameOfLoss(part), share: wholePercent(part.learned) }]));
  return known.length === 1 ? known[0]!.share : known.map(({ name, share }) => `${name} ${share}`).join(", ");
}

/** `discriminator`, in a mixture `electra discriminator`; tokens and contrast of a part have its name alone. */
export function nameOfLoss({ part, of }: Pick<PartLoss, "part" | "of">): string {
  if (part === undefined) return of;
  return of === "tokens" || of === "contrast" ? part : `${part} ${of}`;
}

/** `discriminator: no better than guessing the base rate; give the generator more width or steps …`. */
export function describeUnlearned(unlearned: Unlearned): string {
  return `${saysWhat(unlearned)}. What usually helps: ${unlearned.advice}`;
}

/** The same without advice. Predicted tokens of an objective without parts need no name. */
export function saysWhat({ part, of, text }: Pick<Unlearned, "part" | "of" | "text">): string {
  return part === undefined && of === "tokens" ? text : `${nameOfLoss({ ...(part === undefined ? {} : { part }), of })}: ${text}`;
}
