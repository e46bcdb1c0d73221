import { metricOf } from "#runtime/contract/catalogue/index.ts";
import type { ScoreOptions } from "#runtime/metrics/scorers.ts";

/** A metric's options as the catalogue has them by default. */
export function defaultOptions(metric: string): ScoreOptions {
  const keys = metricOf(metric)?.keys ?? [];
  return Object.fromEntries(
    keys.map(({ name, value, default: byDefault }) => {
      if (value.type === "boolean") return [name, byDefault === "true"];
      if (byDefault === undefined) return [name, value.type === "text" ? undefined : null];
      return [name, value.type === "count" || value.type === "number" ? Number(byDefault) : byDefault];
    }),
  );
}
