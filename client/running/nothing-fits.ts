import type { Outline } from "#server/protocol.ts";

/**
 * The sentence to show if a command finds nothing to work on in these texts.
 * @param none the reason, if the texts have no errors
 */
export function whyNone(searched: readonly Pick<Outline, "stale">[], none: string): string {
  if (searched.length === 0) return "There is no .pretrain file here. Open one, or use New Experiment from Template.";
  return searched.every(({ stale }) => stale) ? "Fix the errors in the text first." : none;
}
