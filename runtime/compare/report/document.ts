/** A report before it has a format. */
export interface ReportDocument {
  title: string;
  sections: Section[];
  /** Sources as people write them: `Devlin et al. 2019, section 3.1`. */
  sources: string[];
}

export interface Section {
  title: string;
  blocks: Block[];
}

export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "list"; items: string[] }
  /** The first column names the rows. */
  | { kind: "table"; caption: string; head: string[]; rows: string[][] }
  | { kind: "code"; text: string }
  /** `alt` says in words what it shows. */
  | { kind: "figure"; title: string; svg: string; alt: string };
