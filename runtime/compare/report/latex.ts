import { visible } from "#runtime/contract/visible.ts";
import { referencesFor } from "./bibliography.ts";
import { type Block, matrixTable, type ReportDocument } from "./document.ts";

/** A report as one LaTeX file with booktabs tables. When it compiles, it writes its bibliography file itself. */
export function latexReport({ title, sections, sources }: ReportDocument): string {
  const body = sections.flatMap(({ title: heading, blocks }) => {
    const shown = blocks.map(blockOf).filter((block) => block !== "");
    return shown.length === 0 ? [] : [`\\section{${tex(heading)}}`, ...shown];
  });
  const entries = referencesFor(sources).map(({ bibtex }) => bibtex);
  return `\\begin{filecontents*}[overwrite]{\\jobname.bib}
${entries.join("\n\n")}
\\end{filecontents*}
\\documentclass{article}
\\usepackage[margin=2.5cm]{geometry}
\\usepackage[T1]{fontenc}
\\usepackage[utf8]{inputenc}
\\usepackage{textcomp}
\\usepackage{amsmath}
\\usepackage{booktabs}
\\usepackage{graphicx}
\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}
\\sloppy
\\setlength{\\emergencystretch}{3em}
\\begin{document}
\\title{${tex(title)}}
\\author{}
\\maketitle
${body.join("\n\n")}

\\nocite{*}
\\bibliographystyle{plain}
\\bibliography{\\jobname}
\\end{document}
`;
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return tex(block.text);
    case "list":
      return `\\begin{itemize}\n${block.items.map((item) => `  \\item ${tex(item)}`).join("\n")}\n\\end{itemize}`;
    case "code":
      // line by line, since verbatim cannot contain letters that the font lacks
      return `\\begin{flushleft}\\footnotesize\\ttfamily\n${block.text
        .trimEnd()
        .split("\n")
        .map((each) => `${each.trim() === "" ? "\\mbox{}" : tex(each).replace(/^ +/, (spaces) => "~".repeat(spaces.length))}\\\\`)
        .join("\n")}\n\\end{flushleft}`;
    case "figure":
      return "";
    case "matrix":
      return blockOf(matrixTable(block));
    case "table": {
      const row = (cells: readonly string[]) => `${cells.map(tex).join(" & ")} \\\\`;
      return `\\begin{table}[h]
\\centering
\\caption{${tex(block.caption)}}
\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{
\\begin{tabular}{l${"r".repeat(block.head.length - 1)}}
\\toprule
${row(block.head)}
\\midrule
${block.rows.map(row).join("\n")}
\\bottomrule
\\end{tabular}}
\\end{table}`;
    }
  }
}

const special: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  // after the end of a line or an item, these would be options of the command
  "[": "{[}",
  "*": "{*}",
  "\t": "~~",
  // names of jobs and files may break here
  _: "\\_\\allowbreak{}",
  "/": "/\\allowbreak{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "±": "$\\pm$",
  "×": "$\\times$",
  "−": "$-$",
  "–": "--",
  "—": "---",
  "·": "$\\cdot$",
  "→": "$\\to$",
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "²": "$^2$",
  "√": "$\\surd$",
  "…": "\\ldots{}",
  "“": "``",
  "”": "''",
  "’": "'",
  α: "$\\alpha$",
  β: "$\\beta$",
  ε: "$\\epsilon$",
};

/** Escapes text for a paragraph. Non-Latin letters, which the fonts of a plain article lack, are replaced by a mark. */
function tex(text: string): string {
  return Array.from(
    visible(text).replaceAll("\n", " "),
    (character) => special[character] ?? (/[\u0020-\u017f]/.test(character) ? character : "{[}?]"),
  ).join("");
}
