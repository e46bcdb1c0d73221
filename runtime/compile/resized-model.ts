import { withSizes } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";

/**
 * The model with the number of layers and the feed-forward width, both whole, whose number of weights outside the embeddings is nearest to
 * a target. Of several numbers of layers, it has the one for which the feed-forward width changes least. Width, heads and context do not
 * change, as they determine the embeddings and the maximum length. Null if no such model is small enough.
 * @param body weights outside the embeddings: linear in the layers, and in each of them in the feed-forward width
 */
export function resized(model: ResolvedModel, target: number, body: (model: ResolvedModel) => number): ResolvedModel | null {
  const { layers, feedForward } = model;
  const here = body(model);
  if (here === target) return model;
  const perLayer = body(withSizes(model, { layers: layers + 1 })) - here;
  const perUnit = (body(withSizes(model, { feedForward: feedForward + probe })) - here) / (probe * layers);
  const besideLayers = here - layers * perLayer;
  const besideUnits = perLayer - feedForward * perUnit;
  const candidates = Array.from({ length: 4 * layers }, (_, index) => {
    const count = index + 1;
    return { layers: count, feedForward: Math.round(((target - besideLayers) / count - besideUnits) / perUnit) };
  }).filter((each) => each.feedForward >= 1);
  const change = (width: number) => Math.abs(Math.log(width / feedForward));
  const [best] = candidates.sort((a, b) => change(a.feedForward) - change(b.feedForward));
  return best ? withSizes(model, best) : null;
}

/** A feed-forward width to probe with, which is large enough to be visible in spite of rounding. */
const probe = 8;
