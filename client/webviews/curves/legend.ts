import { element } from "../page.ts";
import { colourOf, type Theme } from "../theme.ts";
import { type CurvesState, groupsOf } from "./state.ts";

/** Checkboxes that show and hide groups of runs; single runs if there is only one group; none for one run alone. */
export function createLegend(state: CurvesState, onChange: () => void): { root: HTMLElement; update(theme: Theme): void } {
  const root = element("div", { class: "legend", role: "group", "aria-label": "Shown runs" });
  let shown = "";
  return {
    root,
    update(theme) {
      const entries = legendEntries(state);
      const next = JSON.stringify([entries, theme.series]);
      if (shown === next) return;
      shown = next;
      root.replaceChildren(...entries.map((entry) => legendEntry(state, entry, theme, onChange)));
    },
  };
}

function legendEntries(state: CurvesState): string[] {
  const groups = groupsOf(state);
  if (groups.length > 1) return groups;
  return state.runs.length > 1 ? state.runs.map(({ id }) => id) : [];
}

function legendEntry(state: CurvesState, entry: string, theme: Theme, onChange: () => void): HTMLElement {
  const { hidden, runs } = state;
  const groups = groupsOf(state);
  const label = runs.find(({ id }) => id === entry)?.label ?? entry;
  const box = element("vscode-checkbox", { label, ...(hidden.has(entry) ? {} : { checked: "" }) });
  box.addEventListener("change", () => {
    if ((box as HTMLElement & { checked: boolean }).checked) hidden.delete(entry);
    else hidden.add(entry);
    onChange();
  });
  const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.background = colourOf(groups, groups.includes(entry) ? entry : groups[0]!, theme);
  return element("span", { class: "entry" }, swatch, box);
}
