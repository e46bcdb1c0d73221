import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sealedText } from "#runtime/contract/sealed.ts";
import { type Change, changesRequest, type Outline, resultsChangedNotification } from "#server/protocol.ts";
import { checkpointIn } from "../checkpoints/example.ts";
import { startEditor, textAt } from "./client.ts";
import { data, experiment } from "./example.ts";

const command = join(fileURLToPath(import.meta.url), "..", "..", "..", "runtime", "cli", "main.ts");

test("the outline names every declaration, its place and its plan, as the command line has it", async () => {
  const editor = await startEditor({ ...data, "a.pretrain": experiment });
  await editor.open("a.pretrain", experiment);
  const outline = await editor.outline("a.pretrain", planned("both"));
  expect(outline).toMatchObject({ uri: editor.uri("a.pretrain"), version: 1, stale: false, store: join(editor.folder, ".pretrain") });
  expect(
    outline.declarations.map(({ kind, nameRange, runnable, errors }) => [kind, textAt(experiment, nameRange), runnable, errors]),
  ).toEqual([
    ["corpus", "mails", false, 0],
    ["tokenizer", "letters", false, 0],
    ["model", "small", false, 0],
    ["objective", "clm", false, 0],
    ["objective", "mlm", false, 0],
    ["task", "mood", false, 0],
    ["pretrain", "base", true, 0],
    ["finetune", "moody", true, 0],
    ["compare", "both", true, 0],
  ]);
  expect(declaration(outline, "base")).toMatchObject({ doc: "The base of all.", plan: { stale: false, pending: false, pretrainings: 1 } });
  expect(textAt(experiment, declaration(outline, "moody").range)).toBe("finetune moody { from: base, task: mood, epochs: 1, train: head }");

  const printed = execFileSync(process.execPath, [command, "plan", join(editor.folder, "a.pretrain"), "both", "--json"], {
    encoding: "utf8",
  });
  const { jobs } = JSON.parse(printed) as {
    jobs: { id: string; flops: number | null; kind: string; estimated_seconds: number | null }[];
  };
  // `plan` has measured how fast this machine trains, if it had to
  const { plan } = declaration(await editor.outline("a.pretrain", timed("both")), "both");
  expect(plan?.jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  expect(plan?.goals).toEqual(jobs.filter(({ kind }) => kind === "compare").map(({ id }) => id));
  expect(plan?.flops).toBe(jobs.reduce((sum, { flops }) => sum + (flops ?? 0), 0));
  const seconds = jobs.reduce((sum, { estimated_seconds }) => sum + (estimated_seconds ?? 0), 0);
  expect(plan?.left).toEqual({ engine: "onnx", seconds: expect.closeTo(seconds, 6) as number });
});

test("corpora, tokenizers and tasks have sizes as measured", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment.replace("kind: bytes", "kind: bpe, vocabulary: 400"));
  const outline = await editor.outline("a.pretrain", planned("both"));
  expect(declaration(outline, "mails").measured).toEqual({ of: "corpus", files: 1, bytes: data["mails.txt"].length });
  expect(declaration(outline, "letters").measured).toEqual({ of: "tokenizer", vocabulary: 400, trained: false });
  const { measured } = declaration(outline, "mood");
  expect(measured).toMatchObject({ of: "task", labels: ["bad", "good"] });
  const { examples } = measured as Extract<typeof measured, { of: "task" }>;
  expect(examples.train + examples.validation + examples.test).toBe(40);
});

test("a probe has a plan, whose goals are all its layers", async () => {
  const text = `${experiment}probe layers { of: [base], tasks: [mood] }\n`;
  const editor = await startEditor({ ...data, "a.pretrain": text });
  await editor.open("a.pretrain", text);
  const { plan, errors } = declaration(await editor.outline("a.pretrain", planned("layers")), "layers");
  expect(errors).toBe(0);
  const layers = plan!.jobs.filter(({ kind }) => kind === "finetune");
  expect(layers.map(({ name }) => name)).toEqual(["layers: layer 0 of base, on mood", "layers: layer 1 of base, on mood"]);
  expect(plan!.goals).toEqual(layers.map(({ id }) => id));
});

test("a model on a task that trains nothing is an evaluation, which is the goal of its declaration", async () => {
  const text = `${experiment}task grammar = minimal_pairs { files: "pairs.jsonl" }\nfinetune scored { from: base, task: grammar }\n`;
  const pairs = '{"sentence_good": "a dog barks", "sentence_bad": "a dog bark"}\n';
  const editor = await startEditor({ ...data, "pairs.jsonl": pairs, "a.pretrain": text });
  await editor.open("a.pretrain", text);
  const { plan, errors } = declaration(await editor.outline("a.pretrain", planned("scored")), "scored");
  expect(errors).toBe(0);
  expect(plan).toMatchObject({ finetunings: 0, evaluations: 1 });
  expect(plan!.goals).toEqual(plan!.jobs.filter(({ kind }) => kind === "evaluate").map(({ id }) => id));
});

test("a missing model of the hub is reported, and once there is a checkpoint the problem is gone", async () => {
  const editor = await startEditor({ ...data, "a.pretrain": adapting });
  await editor.open("a.pretrain", adapting);
  const outline = await editor.outline("a.pretrain", ({ declarations }) => declarations.length > 0);
  expect(declaration(outline, "bert").download).toBe("owner/tiny");
  expect((await editor.problems("a.pretrain")).map(({ code }) => code)).toContain("unusable-checkpoint");
  checkpointIn(editor.folder);
  mkdirSync(join(editor.folder, "owner"));
  renameSync(join(editor.folder, "checkpoint"), join(editor.folder, "owner/tiny"));
  await editor.connection.sendNotification(resultsChangedNotification, { store: join(editor.folder, ".pretrain") });
  const found = await editor.outline("a.pretrain", planned("adapted"));
  expect(declaration(found, "bert").download).toBeUndefined();
});

const adapting = `corpus mails { files: "mails.txt", documents: line, split: { validation: 10% } }
model bert { checkpoint: "owner/tiny" }
pretrain adapted { model: bert, objective: masked, corpus: mails, budget: 2 steps, batch: 4 }
`;

test("while the text is broken the last good outline stays, at its place in the present text", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment);
  const good = await editor.outline("a.pretrain", planned("both"));
  const broken = `// one more line\ncorpus {{{\n${experiment}`;
  await editor.change("a.pretrain", broken);
  const stale = await editor.outline("a.pretrain", (outline) => outline.stale);
  expect(stale.declarations.map(({ name }) => name)).toEqual(good.declarations.map(({ name }) => name));
  expect(textAt(broken, declaration(stale, "base").nameRange)).toBe("base");
  expect(declaration(stale, "base").plan).toEqual({ ...declaration(good, "base").plan, stale: true });

  const mended = `// one more line\n${experiment}`;
  await editor.change("a.pretrain", mended);
  const fresh = await editor.outline("a.pretrain", (outline) => !outline.stale);
  expect(declaration(fresh, "base").plan).toEqual(declaration(good, "base").plan);
});

test("the outline has a comparison's expectations at their places, even while the text is broken", async () => {
  const editor = await startEditor(data);
  const expecting = experiment.replace(
    "seeds: 1..2\n",
    "finetune: { task: mood }\n  seeds: 1..2\n  expect: [1e-3 > 2e-3 on mood.accuracy,\n    2e-3   > scratch on mood.accuracy]\n",
  );
  await editor.open("a.pretrain", expecting);
  const outline = await editor.outline("a.pretrain", planned("both"));
  const { expectations } = declaration(outline, "both");
  expect(expectations?.map(({ text, range }) => [text, textAt(expecting, range)])).toEqual([
    ["1e-3 > 2e-3 on mood.accuracy", "1e-3 > 2e-3 on mood.accuracy"],
    ["2e-3 > scratch on mood.accuracy", "2e-3   > scratch on mood.accuracy"],
  ]);
  expect(declaration(outline, "base")).not.toHaveProperty("expectations");
  const broken = `corpus {{{\n${expecting}`;
  await editor.change("a.pretrain", broken);
  const stale = await editor.outline("a.pretrain", (each) => each.stale);
  expect(textAt(broken, declaration(stale, "both").expectations![0]!.range)).toBe("1e-3 > 2e-3 on mood.accuracy");
});

test("a declaration with errors keeps its last plan, as a stale one, and counts them; others are not touched", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment);
  await editor.outline("a.pretrain", planned("both"));
  await editor.change("a.pretrain", experiment.replace("task: mood, epochs: 1", "task: mood, epochs: none"));
  const outline = await editor.outline("a.pretrain", ({ declarations }) => declarations.some(({ errors }) => errors > 0));
  expect(declaration(outline, "moody")).toMatchObject({ errors: 1, plan: { stale: true } });
  expect(declaration(outline, "base")).toMatchObject({ errors: 0, plan: { stale: false } });
});

test("a declaration that is unusable because of an error elsewhere has an error too", async () => {
  const editor = await startEditor(data);
  await editor.open("a.pretrain", experiment.replace("layers: 1", "layers: none"));
  const outline = await editor.outline("a.pretrain");
  for (const name of ["small", "base", "moody", "both"]) expect(declaration(outline, name).errors, name).toBeGreaterThan(0);
  expect(declaration(outline, "mails").errors).toBe(0);
});

test("a plan is an estimate until the corpus is encoded, and exact when its results are there", async () => {
  const editor = await startEditor(data);
  const text = experiment.replace("kind: bytes", "kind: bpe, vocabulary: 400");
  await editor.open("a.pretrain", text);
  const estimated = await editor.outline("a.pretrain", planned("base"));
  const { plan } = declaration(estimated, "base");
  expect(plan?.estimated).toBe(true);
  const encode = plan!.jobs.find(({ kind }) => kind === "encode")!;
  const split = { tokens: 2000, bytes: 9000, documents: 1, shards: [] };
  const folder = join(estimated.store, "runs", encode.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "result.json"),
    sealedText({ vocabulary: 390, width: 2, splits: { train: split, validation: split, test: split } }),
  );
  await editor.connection.sendNotification(resultsChangedNotification, { store: estimated.store });
  const exact = await editor.outline("a.pretrain", (outline) => declaration(outline, "base").plan?.estimated === false);
  expect(declaration(exact, "base").plan?.parameters).toBe(plan!.parameters! - 10 * 16);
  expect(declaration(exact, "base").plan?.epochs).toBeCloseTo(2, 1);
});

test("changes since a run are described in the words of the text", async () => {
  const editor = await startEditor({ ...data, "a.pretrain": experiment });
  await editor.open("a.pretrain", experiment);
  const { id, folder } = await runOf("base");
  execFileSync(process.execPath, [command, "run", join(editor.folder, "a.pretrain"), "base"], { stdio: "ignore" });
  await editor.change(
    "a.pretrain",
    experiment.replace("batch: 4", "batch: 8\n  optimizer: adamw { learning_rate: 3e-3 }").replace("layers: 1", "layers: 2"),
  );
  await editor.outline("a.pretrain", (outline) => declaration(outline, "base").plan?.goals[0] !== id);
  const ask = (run: string) =>
    editor.connection.sendRequest<Change[] | null>(changesRequest, { uri: editor.uri("a.pretrain"), name: "base", run });
  const changes = await ask(id);
  expect(changes).toContainEqual({ setting: "layers", was: "1", is: "2" });
  expect(changes).toContainEqual({ setting: "batch", was: "4", is: "8" });
  expect(changes).toContainEqual({ setting: "learning_rate", was: "1e-3", is: "3e-3" });
  expect(changes?.map(({ setting }) => setting).sort()).toEqual(["batch", "layers", "learning_rate", "steps"]);
  expect(await ask("pretrain-0000000000000000")).toBeNull();
  expect(await ask("../../outside")).toBeNull();
  expect(folder).toContain(id);

  async function runOf(name: string) {
    const outline = await editor.outline("a.pretrain", planned(name));
    const [id = ""] = declaration(outline, name).plan!.goals;
    return { id, folder: join(outline.store, "runs", id) };
  }
});

function declaration(outline: Outline, name: string): Outline["declarations"][number] {
  const found = outline.declarations.find((each) => each.name === name);
  if (!found) throw new Error(`the outline has no ${name}`);
  return found;
}

function timed(name: string): (outline: Outline) => boolean {
  return (outline) => typeof outline.declarations.find((each) => each.name === name)?.plan?.left?.seconds === "number";
}

function planned(name: string): (outline: Outline) => boolean {
  return (outline) => outline.declarations.some((each) => each.name === name && each.plan);
}
