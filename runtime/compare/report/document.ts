/** A report independent of its format. */
export interface ReportDocument {
  title: string;
  sections: Section[];
  /** Cited sources: `Devlin et al. 2019, section 3.1`. */
  sources: string[];
}

export interface Section {
  title: string;
  blocks: Block[];
}

export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "list"; items: string[] }
  /** A table; its first column names the rows. */
  | { kind: "table"; caption: string; head: string[]; rows: string[][] }
  | { kind: "code"; text: string }
  /** A figure; `alt` describes it in words. */
  | { kind: "figure"; title: string; svg: string; alt: string };
