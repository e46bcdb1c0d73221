import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Example, TextObjective } from "./objective.ts";
import { append, segmentsOf, slice } from "./segments.ts";

export type CausalSettings = Extract<ResolvedObjective, { kind: "causal" }>;

/** Next-token prediction (Radford et al. 2018, section 3.1). The last token of a window is only a target; no position reads it. */
export const causal: TextObjective<CausalSettings> = {
  layout(_settings, { architecture, context }) {
    return {
      architecture,
      context,
      decoderContext: 0,
      predicted: context,
      visibility: "past",
      window: context + 1,
      stride: context,
      tokens: context,
      sentinels: 0,
    };
  },

  example(window, _settings, _layout, vocabulary) {
    const example: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
    segmentsOf(window, vocabulary.begin).forEach(({ start, end }, index) => {
      append(example, slice(window, start, Math.min(end, window.length - 1)), index + 1);
      for (let i = start; i < end - 1; i++) {
        example.predict.push(i);
        example.targets.push(window[i + 1] as number);
      }
    });
    return example;
  },

  continues: true,
  likelihood: { kind: "chain" },
};
