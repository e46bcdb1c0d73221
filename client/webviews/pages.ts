/** A page of the extension: the build bundles it, and a panel shows it. Paths start at this folder. */
export interface Page {
  /** Of its tab, until the page is filled; before a declaration's name where it shows an answer. */
  title: string;
  /** The script that draws it. */
  entry: string;
  style: string;
  /** What the command line answers about a declaration; pages without are filled by code of their own, in `client/views`. */
  answer?: PageAnswer;
}

export interface PageAnswer {
  /** `pretrain COMMAND FILE NAME --json` prints it. */
  command: string;
  /** Kind of the declarations that it is about. */
  of: string;
  /** It is asked for when the file is saved; with this, also when a run ends. */
  followsRuns?: boolean;
  /** Shown until the answer comes. */
  meanwhile: string;
  /** Step of the walkthrough that is done once the answer is shown. */
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
      meanwhile: "Preparing the corpus and the tokenizer, where they are not yet…",
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

/** Pages that are filled by code of their own. */
export type FilledPage = { [K in PageName]: (typeof pages)[K] extends { answer: PageAnswer } ? never : K }[PageName];

/** What a page shows of the command line's answers, or undefined. */
export function answerOf(page: PageName): PageAnswer | undefined {
  return (pages[page] as Page).answer;
}

/** The page that shows the command line's answer about declarations of a kind, or undefined. */
export function pageAbout(kind: string): PageName | undefined {
  return (Object.keys(pages) as PageName[]).find((page) => answerOf(page)?.of === kind);
}
