/** A page of the extension. The build bundles it, and a panel shows it. Paths are relative to this folder. */
export interface Page {
  /** Title of the tab until the page is filled; precedes the name of a declaration whose answer the page shows. */
  title: string;
  /** The script that draws the page. */
  entry: string;
  style: string;
  /** The command whose answer the page shows. Pages without one are filled by their own code in `client/views`. */
  answer?: PageAnswer;
}

export interface PageAnswer {
  /** Command in `pretrain COMMAND FILE NAME --json`, which prints the answer. */
  command: string;
  /** Kind of the declarations that the page is about. */
  of: string;
  /** Whether to ask again when a run ends. Pages always ask again when the file is saved. */
  followsRuns?: boolean;
  /** Shown until the answer arrives. */
  meanwhile: string;
  /** The walkthrough's step that showing the answer completes. */
  completes?: "preview";
}

const style = "style.css";

export const pages = {
  curves: { title: "Runs", entry: "curves/main.ts", style },
  comparison: { title: "Compare runs", entry: "comparison/main.ts", style },
  preview: {
    title: "Preview",
    entry: "preview/main.ts",
    style,
    answer: {
      command: "preview",
      of: "objective",
      meanwhile: "Preparing the corpus and the tokenizer, if needed…",
      completes: "preview",
    },
  },
  probe: {
    title: "Probe",
    entry: "probe/main.ts",
    style,
    answer: { command: "results", of: "probe", followsRuns: true, meanwhile: "Reading the runs of the probe…" },
  },
} as const satisfies Record<string, Page>;

export type PageName = keyof typeof pages;

/** Pages that are filled by their own code. */
export type FilledPage = { [K in PageName]: (typeof pages)[K] extends { answer: PageAnswer } ? never : K }[PageName];

/** The command whose answer a page shows; undefined if it shows none. */
export function answerOf(page: PageName): PageAnswer | undefined {
  return (pages[page] as Page).answer;
}

/** The page about declarations of a kind; undefined if there is none. */
export function pageAbout(kind: string): PageName | undefined {
  return (Object.keys(pages) as PageName[]).find((page) => answerOf(page)?.of === kind);
}
