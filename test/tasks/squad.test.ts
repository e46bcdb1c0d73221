import { describe, expect, test } from "vitest";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import type { QuestionExample } from "#runtime/tasks/example.ts";
import { readExamples } from "#runtime/tasks/examples.ts";
import { plain } from "./helpers.ts";

/** Questions without answer, and files that say two things of a question. */

const spec = {
  kind: "span_question_answering",
  train: "q.json",
  validation: 0,
  test: 0,
  data: { ...plain, format: "squad" },
  metrics: [],
  stride: null,
  longestAnswer: 30,
} satisfies TaskSpec;

const context = "The tower was built in 1889.";
const squad = (...qas: object[]) => JSON.stringify({ data: [{ paragraphs: [{ context, qas }] }] }, null, 1);
const read = (text: string, name = "q.json") => {
  const { examples, problems } = readExamples({ ...spec, train: name }, "train", () => Buffer.from(text));
  return { answers: (examples as QuestionExample[]).map((example) => example.answers), problems };
};
const question = (rest: object) => ({ id: "q1", question: "when?", ...rest });
const year = { text: "1889", answer_start: 23 };

describe("an answer of empty text is no answer", () => {
  test.each([
    ["behind -1", { text: "", answer_start: -1 }],
    ["at a place", { text: "", answer_start: 4 }],
    ["of white space", { text: " ", answer_start: 3 }],
    ["without a place", { text: "" }],
  ])("%s", (_, answer) => {
    const { answers, problems } = read(squad(question({ is_impossible: true, answers: [answer] })));
    expect(answers).toEqual([[]]);
    expect(problems).toEqual([]);
    const beside = read(squad(question({ answers: [answer, year] })));
    expect(beside).toMatchObject({ answers: [[{ text: "1889", start: 23 }]], problems: [] });
  });

  test("in rows as the hub has them", () => {
    const row = { id: "a", context, question: "when?", answers: { text: [""], answer_start: [-1] } };
    expect(read(JSON.stringify(row), "q.jsonl")).toEqual({ answers: [[]], problems: [] });
  });
});

describe("is_impossible", () => {
  test.each([
    ["true with an answer", { is_impossible: true, answers: [year] }, "is_impossible is true, and it has an answer; the answer counts"],
    ["false without", { is_impossible: false, answers: [] }, "is_impossible is false, and it has no answer"],
    ["false with an empty one", { is_impossible: false, answers: [{ text: "", answer_start: -1 }] }, "is_impossible is false"],
  ])("%s is told, once for all", (_, rest, message) => {
    const { problems } = read(squad(question(rest), { ...question(rest), id: "q2" }));
    expect(problems).toMatchObject([{ severity: "warning", code: "impossible-and-answered", key: "train" }]);
    expect(problems[0]?.message).toMatch(/^q\.json:\d+: question q1: /u);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.message).toContain("(such questions: 2)");
  });

  test("reports nothing if it agrees or is absent", () => {
    expect(read(squad(question({ is_impossible: true, answers: [] }))).problems).toEqual([]);
    expect(read(squad(question({ is_impossible: true }))).problems).toEqual([]);
    expect(read(squad(question({ answers: [] }), question({ is_impossible: false, answers: [year] }))).problems).toEqual([]);
  });
});

test.each([
  ["no answers", question({}), /^q\.json:\d+:1: question q1 has no list "answers"; that of a question without an answer is empty$/],
  ["lists as the hub has them", question({ answers: { text: ["1889"], answer_start: [23] } }), /question q1 has no list "answers"/],
  ["a text", question({ is_impossible: true, answers: "1889" }), /question q1 has no list "answers"/],
  [
    "a place in front of the context",
    question({ answers: [{ text: ".", answer_start: -1 }] }),
    /"\." is not where its answer_start says but at 27/,
  ],
  ["another place", question({ answers: [{ text: "1889", answer_start: 20 }] }), /"1889" is not where its answer_start says but at 23/],
  [
    "a place that is no whole number",
    question({ answers: [{ text: "1889", answer_start: 23.5 }] }),
    /an answer needs "text".*whole number/,
  ],
  ["no place", question({ answers: [{ text: "1889" }] }), /an answer needs "text".*"answer_start"/],
  ["an answer that is a list", question({ answers: [{ text: ["1889"], answer_start: 23 }] }), /an answer needs "text"/],
])("%s is an error", (_, qa, message) => {
  expect(read(squad(qa)).problems[0]).toMatchObject({ severity: "error", message: expect.stringMatching(message) });
});

test("articles and paragraphs with missing fields are reported instead of skipped", () => {
  expect(read(JSON.stringify({ data: [{ title: "t" }] })).problems[0]?.message).toContain('article 1 of "data" has no list "paragraphs"');
  expect(read(JSON.stringify({ data: [{ paragraphs: [{ context }] }] })).problems[0]?.message).toContain('has no list "qas"');
});
