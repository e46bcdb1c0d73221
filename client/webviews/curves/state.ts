import type { CurveRun, Evaluation, Points } from "../messages.ts";
import {
  type Axis,
  addEvaluations,
  addPoints,
  type Course,
  emptyCourse,
  type Measure,
  positions,
  type Smoothed,
  smooth,
} from "./series.ts";

/** What the page of curves shows: its runs, the course of each, and what was chosen on the page. */
export interface CurvesState {
  runs: readonly CurveRun[];
  axis: Axis;
  /** Weight of the exponential moving average, 0 (none) to below 1. */
  smoothing: number;
  /** Runs and groups that the legend switched off. */
  hidden: Set<string>;
  /** By run. */
  courses: Map<string, Course>;
  /** Losses by run, which grow with their points. */
  smoothed: Map<string, Smoothed>;
}

export function emptyState(): CurvesState {
  return { runs: [], axis: "steps", smoothing: 0.9, hidden: new Set(), courses: new Map(), smoothed: new Map() };
}

/** Replaces the runs; courses of runs that are gone are dropped. */
export function setRuns(state: CurvesState, runs: readonly CurveRun[]): void {
  state.runs = runs;
  const ids = new Set(runs.map(({ id }) => id));
  for (const id of state.courses.keys()) if (!ids.has(id)) state.courses.delete(id);
}

/** Points may come before their run. */
export function addRunPoints(state: CurvesState, run: string, points: Points): void {
  const course = courseOf(state, run);
  if (points.step[0]! <= course.points.step.at(-1)!) state.smoothed.delete(run);
  addPoints(course, points);
}

export function addRunEvaluations(state: CurvesState, run: string, evaluations: readonly Evaluation[]): void {
  addEvaluations(courseOf(state, run), evaluations);
}

/** The course of a run, which begins empty. */
export function courseOf({ courses }: CurvesState, run: string): Course {
  const found = courses.get(run) ?? emptyCourse();
  courses.set(run, found);
  return found;
}

export function shownRuns({ runs, hidden }: CurvesState): CurveRun[] {
  return runs.filter(({ id, group }) => !hidden.has(id) && !hidden.has(group));
}

/** In the order of their first runs, which is that of their colours. */
export function groupsOf({ runs }: CurvesState): string[] {
  return [...new Set(runs.map(({ group }) => group))];
}

/** How many points are drawn from. */
export function countPoints({ courses }: CurvesState, shown: readonly CurveRun[]): number {
  return shown.reduce((sum, { id }) => sum + (courses.get(id)?.points.step.length ?? 0), 0);
}

/** A run's places on the chosen axis, one for each point. */
export function placesOf(state: CurvesState, { id, flopsPerStep }: CurveRun): number[] {
  return positions(courseOf(state, id), state.axis, flopsPerStep);
}

/** A run's values of a measure as one line; of the loss they are smoothed. */
export function valuesOf(state: CurvesState, { id }: CurveRun, measure: Measure): readonly number[] {
  const values = courseOf(state, id).points[measure];
  if (measure !== "loss") return values;
  const grown = smooth(values, state.smoothing, state.smoothed.get(id));
  state.smoothed.set(id, grown);
  return grown.values;
}
