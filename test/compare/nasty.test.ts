import { expect, test } from "vitest";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import type { ReportDocument } from "#runtime/compare/report/document.ts";
import { htmlReport } from "#runtime/compare/report/html.ts";
import { latexReport } from "#runtime/compare/report/latex.ts";
import { markdownReport } from "#runtime/compare/report/markdown.ts";
import { escapeXml } from "#runtime/compare/report/svg-charts.ts";
import { markdownCode, markdownOfAuthor, markdownText } from "#runtime/contract/markdown-text.ts";
import { visible, visibleLine } from "#runtime/contract/visible.ts";
import { nasty } from "../nasty.ts";

/** Everywhere that a report has text of data. */
function reportWith(text: string): ReportDocument {
  return {
    title: text,
    sections: [
      {
        title: text,
        blocks: [
          { kind: "paragraph", text },
          { kind: "list", items: [text] },
          { kind: "table", caption: text, head: ["", text], rows: [[text, text]] },
          { kind: "code", text },
          { kind: "figure", title: text, alt: text, svg: `<svg><text>${escapeXml(text)}</text></svg>` },
        ],
      },
    ],
    sources: ["Welch 1947"],
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

test.each(nasty)("nothing that is not seen reaches a document or a terminal: %j", (text) => {
  for (const document of [htmlReport, markdownReport, latexReport].map((report) => report(reportWith(text))))
    expect(document).not.toMatch(unseen);
  expect(alignedRows([text, "x"], [[text, text]])).not.toMatch(unseen);
  expect(visible(text)).not.toMatch(unseen);
});

test("an escape sequence is shown, and in JSON it is the same text", () => {
  expect(visible("\u001b[31mred\u001b[0m\n\u009bx")).toBe("\\u001b[31mred\\u001b[0m\n\\u009bx");
  expect(visibleLine("a\nb\tc\r")).toBe("a\\nb\\tc\\u000d");
  const value = { label: "\u009b31m \u202egnp.exe \u{e0041}" };
  expect(JSON.parse(visible(JSON.stringify(value)))).toEqual(value);
  // what letters and emoji are joined with is no trick
  expect(visible("👩‍👧 می‌خواهم")).toBe("👩‍👧 می‌خواهم");
});

test("a table on a terminal has a line for each row", () => {
  expect(
    alignedRows(["a\nb", "c"], [["x\ny", "\u001b[2J"]])
      .split("\n")
      .filter((line) => line.trim() !== ""),
  ).toHaveLength(2);
});

test.each(nasty)("HTML has the tags of the report alone: %j", (text) => {
  const tagsOf = (html: string) => [...html.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag);
  expect(tagsOf(htmlReport(reportWith(text)))).toEqual(tagsOf(htmlReport(reportWith("x"))));
  // attributes end where they ended
  expect(htmlReport(reportWith(text)).match(/ aria-label="[^"<>]*"/g)).toHaveLength(1);
});

test.each(nasty)("Markdown has no image, link, HTML or further block: %j", (text) => {
  const lines = markdownReport(reportWith(text)).split("\n");
  const fence = lines.findIndex((line) => /^`{3,}$/.test(line));
  const end = lines.lastIndexOf(lines[fence]!);
  const prose = [...lines.slice(0, fence), ...lines.slice(end + 1)];
  // of each kind of block as many as with an ordinary text: title, sections, list, table
  expect(prose.filter((line) => /^\s*#/.test(line))).toHaveLength(3);
  expect(prose.filter((line) => /^\s*\|/.test(line))).toHaveLength(3);
  expect(prose.filter((line) => /^\s*[-+] /.test(line))).toHaveLength(2);
  for (const line of prose) {
    const plain = line.replaceAll(/\\[!-/:-@[-`{-~]/g, "");
    expect(plain).not.toMatch(/[[\]<`]|:\/\/|\bwww\.|\bmailto:/);
    if (plain.startsWith("|")) expect(plain.match(/\|/g)).toHaveLength(3);
  }
});

test("a fence is longer than those in its text", () => {
  expect(markdownCode("a\n````\n<b>", "x")).toBe("`````x\na\n````\n<b>\n`````");
});

test("text in Markdown stays readable", () => {
  expect(markdownText("clm > scratch on t.accuracy: −0.5 (81.50 ± 0.65)")).toBe("clm > scratch on t.accuracy: −0.5 (81.50 ± 0.65)");
  expect(markdownText("bits_per_byte")).toBe("bits\\_per\\_byte");
  expect(markdownText("-1.5")).toBe("-1.5");
});

test("an author's Markdown keeps its look and loses its links", () => {
  expect(markdownOfAuthor("**Which** `[MASK]`?\n\n- one\n- two")).toBe("**Which** `[MASK]`?\n\n- one\n- two");
  expect(markdownOfAuthor("![x](https://a.b/c)")).toBe("![x]\\(https\\://a.b/c)");
  expect(markdownOfAuthor("[x]\n\n[x]: command:run <img src=x>")).toBe("[x]\n\n[x]\\: command:run &lt;img src=x>");
});

test.each(nasty)("LaTeX has no command or environment of data: %j", (text) => {
  const commandsOf = (tex: string) =>
    [...tex.matchAll(/\\(?:begin|end|input|write|immediate|include|def|catcode|par)\b[^}]*\}?/g)].map(([found]) => found);
  expect(commandsOf(latexReport(reportWith(text)))).toEqual(commandsOf(latexReport(reportWith("x"))));
  // a row has the columns of its table
  const rows = latexReport(reportWith(text)).split("\n");
  expect(rows.filter((row) => / (?<!\\)& /.test(row))).toHaveLength(2);
});
