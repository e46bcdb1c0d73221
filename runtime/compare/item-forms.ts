import { answerF1 } from "#runtime/metrics/answer-f1.ts";
import { allEntities, countEntities } from "#runtime/metrics/entities.ts";
import { exactMatch } from "#runtime/metrics/exact-match.ts";
import { corpusRouge, type RougeVariant } from "#runtime/metrics/rouge.ts";
import { regressionMetrics } from "#runtime/metrics/table.ts";
import type { Items } from "./items.ts";

/*
 * What each kind of task keeps of its test examples, and how that is scored on examples drawn from them. BLEU, chrF and TER are of
 * all texts together and would take too long to compute on every draw: their intervals hold the seeds alone.
 */

export type Line = Record<string, unknown> & { id: string };

/** Of the first form that all lines have; undefined where there is none. */
export function itemsOfForm(lines: readonly Line[]): Items | undefined {
  for (const form of forms) if (lines.every(form.fits)) return form.items(lines);
  return undefined;
}

interface Form {
  fits(line: Line): boolean;
  items(lines: readonly Line[]): Items;
}

const forms: readonly Form[] = [
  {
    // regression
    fits: ({ value, predicted }) => typeof value === "number" && typeof predicted === "number",
    items(lines) {
      const [gold, answered] = [lines.map(({ value }) => value as number), lines.map(({ predicted }) => predicted as number)];
      return items(lines, {}, (metric) => {
        const score = Object.hasOwn(regressionMetrics, metric) ? regressionMetrics[metric as keyof typeof regressionMetrics] : undefined;
        // a draw may hold one value alone, with which nothing correlates
        return score && ((chosen) => score(picked(gold, chosen), picked(answered, chosen)) || 0);
      });
    },
  },
  {
    // multiple choice
    fits: ({ answer, predicted }) => typeof answer === "number" && (typeof predicted === "number" || predicted === null),
    items: (lines) => items(lines, { accuracy: () => lines.map(({ answer, predicted }) => (answer === predicted ? 1 : 0)) }),
  },
  {
    // minimal pairs: ties count half
    fits: ({ good_log_likelihood: good, bad_log_likelihood: bad }) => typeof good === "number" && typeof bad === "number",
    items: (lines) =>
      items(lines, {
        accuracy: () =>
          lines.map(
            ({ good_log_likelihood, bad_log_likelihood }) =>
              (1 + Math.sign((good_log_likelihood as number) - (bad_log_likelihood as number))) / 2,
          ),
      }),
  },
  {
    // tags
    fits: ({ tags, predicted }) => Array.isArray(tags) && Array.isArray(predicted),
    items(lines) {
      const sentences = lines.map(({ tags, predicted }) => ({ gold: tags as string[], answered: predicted as string[] }));
      const entities = once(() => sentences.map(({ gold, answered }) => allEntities(countEntities([gold], [answered]))));
      const ratios: Record<string, () => [number[], number[]]> = {
        entity_precision: () => [entities().map(({ right }) => right), entities().map(({ predicted }) => predicted)],
        entity_recall: () => [entities().map(({ right }) => right), entities().map(({ gold }) => gold)],
        entity_f1: () => [entities().map(({ right }) => 2 * right), entities().map(({ gold, predicted }) => gold + predicted)],
        accuracy: () => [
          sentences.map(({ gold, answered }) => gold.filter((tag, i) => tag === answered[i]).length),
          sentences.map(({ gold }) => gold.length),
        ],
      };
      return items(lines, {}, (metric) => (Object.hasOwn(ratios, metric) ? ratioOf(...ratios[metric]!()) : undefined));
    },
  },
  {
    // answers to questions
    fits: ({ answers, predicted }) => Array.isArray(answers) && typeof predicted === "string",
    items(lines) {
      const mean = (score: (prediction: string, answers: readonly string[]) => number) => () =>
        lines.map(({ answers, predicted }) => score(predicted as string, answers as string[]));
      return items(lines, { exact_match: mean(exactMatch), answer_f1: mean(answerF1) });
    },
  },
  {
    // texts
    fits: ({ target, predicted }) => typeof target === "string" && typeof predicted === "string",
    items(lines) {
      const rouge = (variant: RougeVariant) => () =>
        lines.map(({ target, predicted }) => corpusRouge([predicted as string], [[target as string]], variant).f1);
      const exact = () => lines.map(({ target, predicted }) => exactMatch(predicted as string, [target as string]));
      return items(lines, { rouge1: rouge("rouge1"), rouge2: rouge("rouge2"), rougeL: rouge("rougeL"), exact_match: exact });
    },
  },
];

/** @param means by metric, what each example adds to a mean */
function items(
  lines: readonly Line[],
  means: Readonly<Record<string, () => number[]>>,
  otherwise: Items["scorer"] = () => undefined,
): Items {
  const known = new Map<string, Float64Array>();
  const each = (metric: string) => {
    if (!Object.hasOwn(means, metric)) return undefined;
    const found = known.get(metric) ?? Float64Array.from(means[metric]!());
    known.set(metric, found);
    return found;
  };
  return {
    ids: lines.map(({ id }) => id),
    each,
    scorer(metric) {
      const values = each(metric);
      return values ? (chosen) => sumOf(values, chosen) / chosen.length : otherwise(metric);
    },
  };
}

/** One sum over another; 0 where that is 0/0. */
function ratioOf(above: readonly number[], below: readonly number[]): (chosen: Int32Array) => number {
  return (chosen) => {
    const divisor = sumOf(below, chosen);
    return divisor === 0 ? 0 : sumOf(above, chosen) / divisor;
  };
}

function sumOf(values: ArrayLike<number>, chosen: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < chosen.length; i++) sum += values[chosen[i]!]!;
  return sum;
}

function picked(values: readonly number[], chosen: Int32Array): Float64Array {
  return Float64Array.from(chosen, (index) => values[index]!);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
