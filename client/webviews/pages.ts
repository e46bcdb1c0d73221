/** A page of the extension: the build bundles it, and a panel shows it. Paths start at this folder. */
interface Page {
  /** Of its tab, until the page is filled. */
  title: string;
  /** The script that draws it. */
  entry: string;
  style: string;
}

export type PageName = "curves" | "comparison" | "preview";

export const pages: Record<PageName, Page> = {
  curves: { title: "Runs", entry: "curves/main.ts", style: "style.css" },
  comparison: { title: "Compare runs", entry: "comparison/main.ts", style: "style.css" },
  preview: { title: "Preview", entry: "preview/main.ts", style: "style.css" },
};
