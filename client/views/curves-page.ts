import * as vscode from "vscode";
import type { Outlines } from "../language/outlines.ts";
import type { Run, WatchedStore } from "../runs/model.ts";
import type { Stores } from "../runs/stores.ts";
import type { CurveRun } from "../webviews/page-messages.ts";
import type { Fill } from "./panels.ts";
import { curveRun, sendCurves } from "./send-curves.ts";

/** Fills the page of one pre-training or fine-tuning, or of picked runs. */
export function curvesPage(outlines: Outlines, stores: Stores): Fill {
  return (shown, link) => {
    if ("runs" in shown) {
      const pickedRuns = (store: WatchedStore) => shown.runs.flatMap((id) => labelled(store.runs.get(id), (run) => run.name));
      const [id] = shown.runs;
      const name = shown.runs.length === 1 && id ? stores.get(shown.store).runs.get(id)?.name : undefined;
      link.setTitle(name ?? "Runs");
      return sendCurves(stores, shown.store, name ?? "Runs", pickedRuns, link.send);
    }
    const uri = vscode.Uri.parse(shown.uri);
    link.setTitle(shown.name);
    let curves: vscode.Disposable | undefined;
    const begin = () => {
      const outline = outlines.get(uri);
      if (!outline || curves) return;
      const goals = (store: WatchedStore) => {
        const plan = outlines.get(uri)?.declarations.find(({ name }) => name === shown.name)?.plan;
        const goal = plan?.jobs.find(({ id }) => plan.goals.includes(id));
        // losses of other kinds of training would not fit on the same axis
        const ids = plan?.jobs.filter(({ kind }) => kind === goal?.kind).map(({ id }) => id) ?? [];
        return ids.flatMap((id) => labelled(store.runs.get(id), (run) => run.name));
      };
      curves = sendCurves(stores, outline.store, shown.name, goals, link.send);
    };
    link.send({
      type: "message",
      title: shown.name,
      text: "Nothing has run yet. Press Run above the declaration to see its curves grow here.",
    });
    const listening = outlines.onChange(begin);
    begin();
    void outlines.refresh(uri).then(begin);
    return vscode.Disposable.from(listening, { dispose: () => curves?.dispose() });
  };
}

function labelled(run: Run | undefined, label: (run: Run) => string): CurveRun[] {
  const made = run && curveRun(run, label(run), run.id);
  return made ? [made] : [];
}
