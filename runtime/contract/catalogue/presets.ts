import type { MixtureSpec, ObjectiveSpec } from "../spec.ts";

/** The parts of mixtures from papers, by the name of the `preset`. All parts of a preset have equal shares. */
export const presets: Readonly<Record<string, Readonly<Record<string, Exclude<ObjectiveSpec, MixtureSpec>>>>> = {
  /** Tay et al. 2022, section 3.1.2, table 1: mean span μ and rate r of each denoiser. */
  ul2: {
    "R (μ = 3, r = 15%)": spans(3, 0.15),
    "R (μ = 8, r = 15%)": spans(8, 0.15),
    "S (r = 25%)": { kind: "prefix", rate: 0.25 },
    "X (μ = 3, r = 50%)": spans(3, 0.5),
    "X (μ = 8, r = 50%)": spans(8, 0.5),
    "X (μ = 64, r = 15%)": spans(64, 0.15),
    "X (μ = 64, r = 50%)": spans(64, 0.5),
  },
};

function spans(meanSpan: number, rate: number): Extract<ObjectiveSpec, { kind: "span_corruption" }> {
  return { kind: "span_corruption", rate, meanSpan };
}
