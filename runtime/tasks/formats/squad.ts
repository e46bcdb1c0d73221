import type { TableProblem } from "./table-file.ts";

export interface SquadQuestion {
  id: string;
  line: number;
  question: string;
  context: string;
  /** Where each begins in the context, in UTF-16 code units; none where the question has no answer there. */
  answers: { text: string; start: number }[];
}

/** Rows as the hub has them: `id`, `context`, `question`, and `answers` with lists `text` and `answer_start`. */
export function readQuestionRows(text: string): { questions: SquadQuestion[]; problems: TableProblem[] } {
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
    const unitAt = codeUnits(context);
    const found = texts.map((text, at) => ({ text: String(text), start: unitAt(Number(starts[at])) }));
    return [{ id: textIn(value, "id") ?? String(i + 1), line: i + 1, question, context, answers: found }];
  });
  return { questions, problems };
}

/** Questions about paragraphs: `data`, `paragraphs`, `qas` (Rajpurkar et al. 2016; 2018 for `is_impossible`). */
export function readSquad(text: string): { questions: SquadQuestion[]; problems: TableProblem[] } {
  const lineAt = lineCounter(text);
  const problems: TableProblem[] = [];
  let at = 0;
  const fail = (message: string, line = lineAt(at)) => problems.push({ line, column: 1, message });
  const questions: SquadQuestion[] = [];
  const document = parsed(text, (message, position) => fail(message, lineAt(position)));
  if (document === undefined) return { questions, problems };
  const articles = listIn(document, "data");
  if (!articles) {
    fail('no list "data"; a SQuAD file is {"data": [{"paragraphs": [{"context": "…", "qas": […]}]}]}', 1);
    return { questions, problems };
  }
  for (const paragraph of articles.flatMap((article) => listIn(article, "paragraphs") ?? [])) {
    const context = textIn(paragraph, "context");
    for (const entry of listIn(paragraph, "qas") ?? []) {
      const [id, question] = [textIn(entry, "id") ?? "", textIn(entry, "question")];
      // questions stand in the order of the file, so each id is behind the one before
      at = Math.max(at, text.indexOf(JSON.stringify(id), at));
      const answers = listIn(entry, "answers") ?? [];
      if (context === null || question === null)
        fail(`question ${id || questions.length + 1} has no ${context === null ? "context" : "question"}`);
      else {
        const unitAt = codeUnits(context);
        const read = answers.map((answer) => ({ text: textIn(answer, "text"), start: numberIn(answer, "answer_start") }));
        const broken = read.find(({ text, start }) => text === null || start === null);
        if (broken) fail(`question ${id}: an answer needs "text" and "answer_start"`);
        else
          questions.push({
            id,
            line: lineAt(at),
            question,
            context,
            answers: read.map(({ text, start }) => ({ text: text!, start: unitAt(start!) })),
          });
      }
    }
  }
  return { questions, problems };
}

function parsed(text: string, fail: (message: string, position: number) => void): unknown {
  try {
    return JSON.parse(text);
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
