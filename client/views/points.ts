import type { RunEvent } from "#runtime/contract/events.ts";
import type { EvaluationPoint, Points } from "../webviews/page-messages.ts";

/** The points and evaluations of a run that a page has not received yet. */
export interface Fresh {
  points: Points;
  evaluations: EvaluationPoint[];
}

/** Converts events to columns, one call after another. Time is working time: the time between two sessions does not count. */
export function pointCollector(): (events: readonly RunEvent[]) => Fresh {
  let before = 0;
  let began: number | undefined;
  let last = 0;
  return (events) => {
    const fresh: Fresh = { points: noPoints(), evaluations: [] };
    for (const event of events) {
      if (event.event === "job-started") {
        before += last;
        last = 0;
        began = Date.parse(event.time);
      } else if (event.event === "step") {
        last = began === undefined ? 0 : (Date.parse(event.time) - began) / 1000;
        pushStep(fresh.points, event, before + last);
      } else if (event.event === "evaluation") {
        const { metric, split, step, value } = event;
        if (value !== null) fresh.evaluations.push({ metric, split, step, value });
      }
    }
    return fresh;
  };
}

function pushStep(points: Points, event: Extract<RunEvent, { event: "step" }>, seconds: number): void {
  // within one block too, a resumed run may repeat earlier steps
  while (points.step.length > 0 && points.step.at(-1)! >= event.step) for (const column of Object.values(points)) column.pop();
  points.step.push(event.step);
  points.tokens.push(event.tokens);
  points.loss.push(event.loss);
  points.learning_rate.push(event.learning_rate);
  points.gradient_norm.push(event.gradient_norm);
  points.tokens_per_second.push(event.tokens_per_second);
  points.seconds.push(seconds);
}

function noPoints(): Points {
  return { step: [], tokens: [], loss: [], learning_rate: [], gradient_norm: [], tokens_per_second: [], seconds: [] };
}
