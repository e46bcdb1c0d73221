import type { PublishedScores } from "#runtime/contract/artifacts.ts";
import { formatCount } from "#runtime/contract/numbers.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { type Publication, publications } from "#runtime/contract/published-values.ts";

/** Published values for tasks that name their benchmark, each with reasons why it is not comparable. */
export function publishedScoresFor(job: CompareJob): PublishedScores[] {
  return job.tasks.flatMap(({ task, metrics, benchmark }) =>
    metrics.flatMap((metric) =>
      publications.flatMap((publication): PublishedScores[] => {
        const scored = publication.models.flatMap(({ name, parameters, scores }) => {
          const value = scores[`${benchmark}.${metric}`];
          return value === undefined ? [] : [{ name, parameters, value }];
        });
        if (scored.length === 0) return [];
        const { label, source, place } = publication;
        return [
          {
            task,
            metric,
            label,
            source,
            place,
            models: scored.map(({ name, value }) => ({ name, value })),
            not_comparable: differences(
              job,
              publication,
              scored.map(({ parameters }) => parameters),
            ),
          },
        ];
      }),
    ),
  );
}

/** The differences between the cells and a publication. Data and protocol always differ; the sizes may be alike. */
function differences({ cells }: CompareJob, { data, protocol }: Publication, theirs: readonly number[]): string[] {
  const ours = cells.map(({ matched }) => matched.parameters);
  const tokens = cells.map(({ matched }) => matched.tokens);
  const alike = Math.min(...theirs) > 0.8 * Math.min(...ours) && Math.max(...theirs) < 1.25 * Math.max(...ours);
  return [
    ...(alike ? [] : [`${range(theirs)} parameters, while the cells have ${range(ours)}`]),
    `pre-trained on ${data}, while the cells read ${range(tokens)} tokens`,
    `scored otherwise: ${protocol}`,
  ];
}

function range(counts: readonly number[]): string {
  const [least, max] = [Math.min(...counts), Math.max(...counts)].map(formatCount);
  return least === max ? least! : `${least} to ${max}`;
}
