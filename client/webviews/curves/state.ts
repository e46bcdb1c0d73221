import type { CurveRun, EvaluationPoint, Points } from "../page-messages.ts";
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

/** State of the page of curves: its runs, their points, and the user's choices. */
export interface CurvesState {
  runs: readonly CurveRun[];
  axis: Axis;
  /** Weight of the exponential moving average, from 0 (none) to below 1. */
  smoothing: number;
  /** Runs and groups hidden by the legend. */
  hidden: Set<string>;
  /** By run. */
  courses: Map<string, Course>;
  /** Smoothed losses by run, extended with their points. */
  smoothed: Map<string, Smoothed>;
}

export function emptyState(): CurvesState {
  return { runs: [], axis: "steps", smoothing: 0.9, hidden: new Set(), courses: new Map(), smoothed: new Map() };
}

/** Replaces the runs, and drops the points of runs that are gone. */
export function setRuns(state: CurvesState, runs: readonly CurveRun[]): void {
  state.runs = runs;
  const ids = new Set(runs.map(({ id }) => id));
  for (const id of state.courses.keys()) if (!ids.has(id)) state.courses.delete(id);
}

/** Adds points, which may arrive before their run. */
export function addRunPoints(state: CurvesState, run: string, points: Points): void {
  const course = courseOf(state, run);
  if (points.step[0]! <= course.points.step.at(-1)!) state.smoothed.delete(run);
  addPoints(course, points);
}

export function addRunEvaluations(state: CurvesState, run: string, evaluations: readonly EvaluationPoint[]): void {
  addEvaluations(courseOf(state, run), evaluations);
}

/** The points of a run; empty at first. */
export function courseOf({ courses }: CurvesState, run: string): Course {
  const found = courses.get(run) ?? emptyCourse();
  courses.set(run, found);
  return found;
}

export function shownRuns({ runs, hidden }: CurvesState): CurveRun[] {
  return runs.filter(({ id, group }) => !hidden.has(id) && !hidden.has(group));
}

/** Groups in the order of their first runs, which is the order of their colours. */
export function groupsOf({ runs }: CurvesState): string[] {
  return [...new Set(runs.map(({ group }) => group))];
}

/** The number of points that are drawn. */
export function countPoints({ courses }: CurvesState, shown: readonly CurveRun[]): number {
  return shown.reduce((sum, { id }) => sum + (courses.get(id)?.points.step.length ?? 0), 0);
}

/** Positions of a run's points on the chosen axis. */
export function placesOf(state: CurvesState, { id, flopsPerStep }: CurveRun): number[] {
  return positions(courseOf(state, id), state.axis, flopsPerStep);
}

/** A run's values of a measure as one line; losses are smoothed. */
export function curveValues(state: CurvesState, { id }: CurveRun, measure: Measure): readonly number[] {
  const values = courseOf(state, id).points[measure];
  if (measure !== "loss") return values;
  const grown = smooth(values, state.smoothing, state.smoothed.get(id));
  state.smoothed.set(id, grown);
  return grown.values;
}
