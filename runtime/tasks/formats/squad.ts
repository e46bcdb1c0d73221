import { parseJson } from "#runtime/contract/parse-json.ts";
import type { TableProblem } from "./table-file.ts";

export interface SquadQuestion {
  id: string;
  line: number;
  question: string;
  context: string;
  /** Where each begins in the context, in UTF-16 code units; none where the question has no answer there. */
  answers: { text: string; start: number }[];
}

export interface SquadFile {
  questions: SquadQuestion[];
  problems: TableProblem[];
  /** Questions whose answers are read as they are, though the file says two things of them. */
  contradictions: TableProblem[];
}

/** Rows as the hub has them: `id`, `context`, `question`, and `answers` with lists `text` and `answer_start`. */
export function readQuestionRows(text: string): SquadFile {
  const problems: TableProblem[] = [];
  const questions = text.split("\n").flatMap((row, i): SquadQuestion[] => {
    if (row.trim() === "") return [];
    const fail = (message: string) => void problems.push({ line: i + 1, column: 1, message });
    const value = parsed(row, fail);
    const [context, question, answers] = [textIn(value, "context"), textIn(value, "question"), fieldOf(value, "answers")];
    const [texts, starts] = [listIn(answers, "text"), listIn(answers, "answer_start")];
    if (context === null || question === null || !texts || !starts || texts.length !== starts.length) {
      if (value !== undefined)
        fail('a row needs "context", "question", and "answers" with the lists "text" and "answer_start", one as long as the other');
      return [];
    }
    const found = answersIn(
      context,
      texts.map((answer, at) => ({ text: answer, answer_start: starts[at] })),
    );
    const id = textIn(value, "id") ?? String(i + 1);
    if (!found) fail(`question ${id}: ${answerForm}`);
    return found ? [{ id, line: i + 1, question, context, answers: found }] : [];
  });
  return { questions, problems, contradictions: [] };
}

/** Questions about paragraphs: `data`, `paragraphs`, `qas` (Rajpurkar et al. 2016; 2018 for `is_impossible`). */
export function readSquad(text: string): SquadFile {
  const lineAt = lineCounter(text);
  const file: SquadFile = { questions: [], problems: [], contradictions: [] };
  let at = 0;
  const fail = (message: string, line = lineAt(at)) => file.problems.push({ line, column: 1, message });
  const document = parsed(text, (message, position) => fail(message, lineAt(position)));
  if (document === undefined) return file;
  const articles = listIn(document, "data");
  if (!articles) {
    fail('no list "data"; a SQuAD file is {"data": [{"paragraphs": [{"context": "…", "qas": […]}]}]}', 1);
    return file;
  }
  const paragraphs = articles.flatMap((article, i) => {
    const found = listIn(article, "paragraphs");
    if (!found) fail(`article ${i + 1} of "data" has no list "paragraphs"`, 1);
    return found ?? [];
  });
  for (const paragraph of paragraphs) {
    const context = textIn(paragraph, "context");
    const entries = listIn(paragraph, "qas");
    if (!entries) fail(`the paragraph "${(context ?? "").slice(0, 40)}" has no list "qas"`);
    for (const entry of entries ?? []) {
      const [id, question] = [textIn(entry, "id") ?? "", textIn(entry, "question")];
      // questions are in the order of the file, so each id is after the one before
      at = Math.max(at, text.indexOf(JSON.stringify(id), at));
      if (context === null || question === null) {
        fail(`question ${id || file.questions.length + 1} has no ${context === null ? "context" : "question"}`);
        continue;
      }
      const listed =
        listIn(entry, "answers") ?? (fieldOf(entry, "is_impossible") === true && isLeftOut(fieldOf(entry, "answers")) ? [] : null);
      if (!listed) {
        fail(`question ${id} has no list "answers"; that of a question without an answer is empty`);
        continue;
      }
      const answers = answersIn(context, listed);
      if (!answers) {
        fail(`question ${id}: ${answerForm}`);
        continue;
      }
      const contradiction = contradictionOf(fieldOf(entry, "is_impossible"), answers.length);
      if (contradiction !== null) file.contradictions.push({ line: lineAt(at), column: 1, message: `question ${id}: ${contradiction}` });
      file.questions.push({ id, line: lineAt(at), question, context, answers });
    }
  }
  return file;
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null;
}

const answerForm = 'an answer needs "text", a text, and "answer_start", a whole number';

/** An answer of empty text is none, as in the scoring script of SQuAD 2.0. Null where one has not what it needs. */
function answersIn(context: string, answers: readonly unknown[]): SquadQuestion["answers"] | null {
  const unitAt = codeUnits(context);
  const read = answers.map((answer) => ({ text: textIn(answer, "text"), start: numberIn(answer, "answer_start") }));
  const given = read.filter(({ text }) => text === null || text.trim() !== "");
  if (!given.every(({ text, start }) => text !== null && Number.isInteger(start))) return null;
  // there is nothing before the context: -1 would be counted from its end
  return given.map(({ text, start }) => ({ text: text!, start: start! < 0 ? context.length : unitAt(start!) }));
}

/** The answers decide, as in the scoring script. */
function contradictionOf(isImpossible: unknown, answers: number): string | null {
  if (isImpossible === true && answers > 0) return "is_impossible is true, and it has an answer; the answer counts";
  if (isImpossible === false && answers === 0) return "is_impossible is false, and it has no answer; it is read as a question without one";
  return null;
}

function parsed(text: string, fail: (message: string, position: number) => void): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    fail(`not JSON: ${error.message}`, Number(/position (\d+)/u.exec(error.message)?.[1] ?? 0));
    return undefined;
  }
}

function listIn(value: unknown, key: string): unknown[] | null {
  const found = fieldOf(value, key);
  return Array.isArray(found) ? found : null;
}

function textIn(value: unknown, key: string): string | null {
  const found = fieldOf(value, key);
  return typeof found === "string" ? found : null;
}

function numberIn(value: unknown, key: string): number | null {
  const found = fieldOf(value, key);
  return typeof found === "number" ? found : null;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** SQuAD counts characters as Python does: one for each code point. */
function codeUnits(context: string): (codePoint: number) => number {
  if (!/[\uD800-\uDBFF]/u.test(context) && !/[\u{10000}-\u{10FFFF}]/u.test(context)) return (codePoint) => codePoint;
  const starts: number[] = [];
  for (let at = 0; at < context.length; at += context.codePointAt(at)! > 0xffff ? 2 : 1) starts.push(at);
  return (codePoint) => starts[codePoint] ?? context.length;
}

/** Lines, from 1, of offsets that only grow. */
function lineCounter(text: string): (offset: number) => number {
  let [line, at] = [1, 0];
  return (offset) => {
    if (offset < at) [line, at] = [1, 0];
    for (let next = text.indexOf("\n", at); next >= 0 && next < offset; next = text.indexOf("\n", at)) {
      line++;
      at = next + 1;
    }
    return line;
  };
}
