import type { ResolvedModel } from "#runtime/contract/plan.ts";

/**
 * The model with other numbers of layers and widths of the feed-forward layers, whole ones, whose weights outside the
 * embeddings come nearest to a target: with the number of layers for which the feed-forward layers change least. Width, heads and
 * context stay, as they shape the embeddings and the reach. Null where no such model is small enough.
 * @param body weights outside the embeddings: linear in the layers, and in each of them in the feed-forward width
 */
export function resized(model: ResolvedModel, target: number, body: (model: ResolvedModel) => number): ResolvedModel | null {
  const { layers, feedForward } = model;
  const here = body(model);
  if (here === target) return model;
  const perLayer = body({ ...model, layers: layers + 1 }) - here;
  const perUnit = (body({ ...model, feedForward: feedForward + probe }) - here) / (probe * layers);
  const besideLayers = here - layers * perLayer;
  const besideUnits = perLayer - feedForward * perUnit;
  const candidates = Array.from({ length: 4 * layers }, (_, index) => {
    const count = index + 1;
    return { layers: count, feedForward: Math.round(((target - besideLayers) / count - besideUnits) / perUnit) };
  }).filter((each) => each.feedForward >= 1);
  const change = (width: number) => Math.abs(Math.log(width / feedForward));
  const [best] = candidates.sort((a, b) => change(a.feedForward) - change(b.feedForward));
  return best ? { ...model, ...best } : null;
}

/** Wide enough to show through any rounding. */
const probe = 8;
