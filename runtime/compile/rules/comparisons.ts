import { optionOf } from "#runtime/contract/catalogue/index.ts";
import { optimizerKeys } from "#runtime/contract/catalogue/optimizers.ts";
import { listed } from "#runtime/contract/listed.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { ComparisonSpec, CorpusSpec, OptimizerSpec } from "#runtime/contract/spec.ts";
import { baselinesOf } from "../baselines.ts";
import { cellsOf, pathOfValue } from "../cells.ts";
import { identityOf } from "../identity.ts";
import { scoresOf } from "../scores-of-objectives.ts";
import { type Checked, error, type Rule, settingOf, twice, warning } from "./rule.ts";

/** A comparison must compare distinct things. */
export const comparisons: Rule = (checked) =>
  Object.entries(checked.spec.comparisons).flatMap(([name, comparison]) => {
    const nothing = variesSomething(checked, name, comparison);
    return [
      ...nothing,
      ...(nothing.length > 0 ? [] : sameTwice(checked, name)),
      ...together(name, comparison),
      ...optimizerSettings(checked, name, comparison),
      ...searches(name, comparison),
      ...repeated(name, comparison),
      ...baselines(checked, name, comparison),
      ...scores(checked, name, comparison),
      ...checkpoints(name, comparison),
    ];
  });

/** A varied optimiser setting must exist in the optimiser and have an effect; otherwise all values give the same numbers. */
function optimizerSettings({ spec }: Checked, name: string, comparison: ComparisonSpec): Problem[] {
  const base = spec.pretrainings[comparison.extends];
  if (!base) return [];
  const { optimizer } = base;
  const keys = optionOf("optimizer", optimizer.kind)?.keys ?? [];
  const varied: { key: string; at: string }[] = comparison.vary.flatMap(({ key, with: others = [] }) => [
    { key, at: `vary ${key}` },
    ...others.map((other) => ({ key: other.key, at: `with ${other.key}` })),
  ]);
  const searched = comparison.search ? [{ key: "learning_rate", at: "search" }] : [];
  return [...varied, ...searched].flatMap(({ key, at }) => {
    if (!(optimizerKeys as readonly string[]).includes(key)) return [];
    const path: SpecPath = ["comparisons", name, at];
    const own = keys.find((each) => each.name === key);
    if (!own) {
      const names = keys.map((each) => each.name);
      const message = `${comparison.extends} is trained by ${optimizer.kind}, which has no ${key}. Vary one of ${listed(names, "or")}.`;
      return [error("not-of-optimizer", path, message)];
    }
    const idle = own.onlyWith?.find(
      (other) => !varied.some((each) => each.key === other.key) && !other.is.includes(valueIn(optimizer, other.key)),
    );
    if (!idle) return [];
    const wanted = listed(
      idle.is.map((value) => `${idle.key}: ${value}`),
      "or",
    );
    const message = `${key} has no effect with ${idle.key}: ${valueIn(optimizer, idle.key)}, which ${comparison.extends} has. Give it ${wanted}, or leave this out.`;
    return [error("setting-without-effect", path, message)];
  });
}

/** A word or a flag of an optimiser, as written. */
function valueIn(optimizer: OptimizerSpec, key: string): string {
  return String(settingOf(optimizer, key));
}

function variesSomething({ spec }: Checked, name: string, comparison: ComparisonSpec): Problem[] {
  const keys = comparison.vary.flatMap(({ key, with: others = [] }) => [key, ...others.map((other) => other.key)]);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice) {
    return [
      error("varied-twice", ["comparisons", name, `vary ${twice}`], `${name} varies ${twice} in two lines. Put all values into one list.`),
    ];
  }
  const isOne = comparison.vary.every(({ values }) => values.length === 1);
  if (isOne && baselinesOf(spec, name).length > 0) return [];
  if (keys.length === 0) {
    return [
      error(
        "varies-nothing",
        ["comparisons", name],
        `${name} varies nothing. Name what to compare, for example vary objective: [causal, masked].${otherSide(comparison)}`,
      ),
    ];
  }
  const { cells, leftOut } = cellsOf(spec, name);
  return comparison.vary.flatMap(({ key, values }, axis) => {
    const usable = new Set(cells.map((cell) => cell.choice[axis])).size;
    if (values.length >= 2 && (usable >= 2 || leftOut.length === 0)) return [];
    const found =
      values.length < 2
        ? `has ${values.length === 0 ? "no value" : "one value"}`
        : `has ${usable === 0 ? "no value" : "one value"} that can be used`;
    return [
      error(
        "varies-nothing",
        ["comparisons", name, `vary ${key}`],
        `vary ${key} ${found}, but a comparison needs two. Add another value.${isOne ? otherSide(comparison) : ""}`,
      ),
    ];
  });
}

/** Advice on how a single pre-training can be compared with baselines. */
function otherSide({ finetune }: ComparisonSpec): string {
  return finetune.length === 0
    ? " Or add finetune: { task: … } to compare a single one with its baselines."
    : " Or name baselines to compare it with: baselines: [scratch].";
}

/** Keys that change together must have the same number of values. */
function together(name: string, { vary }: ComparisonSpec): Problem[] {
  return vary.flatMap(({ key, values, with: others = [] }) =>
    others
      .filter((other) => other.values.length !== values.length)
      .map((other) =>
        error(
          "with-other-length",
          ["comparisons", name, `with ${other.key}`],
          `with ${other.key} has ${other.values.length} ${other.values.length === 1 ? "value" : "values"}, but vary ${key} has ${values.length}. ` +
            `Give one ${other.key} for each ${key}, in the same order.`,
        ),
      ),
  );
}

/** A search must not replace learning rates that are compared, and each of its rates must be distinct. */
function searches(name: string, { vary, search }: ComparisonSpec): Problem[] {
  if (!search) return [];
  const words = vary.flatMap(({ key, with: others = [] }) => [`vary ${key}`, ...others.map((other) => `with ${other.key}`)]);
  const word = words.find((each) => each.endsWith(" learning_rate"));
  const twice = search.learningRates.find((rate, index) => search.learningRates.indexOf(rate) !== index);
  return [
    ...(word === undefined
      ? []
      : [
          error(
            "searched-and-varied",
            ["comparisons", name, word],
            `${name} searches for the learning rate of each cell, which would replace those of ${word}. Omit search to compare these rates, or omit the rates.`,
          ),
        ]),
    ...(twice === undefined
      ? []
      : [error("searched-twice", ["comparisons", name, "search"], `The learning rate ${twice} is searched twice. Name each rate once.`)]),
  ];
}

function sameTwice({ spec, files }: Checked, name: string): Problem[] {
  const { cells } = cellsOf(spec, name);
  const identities = cells.map((cell) => identityOf(spec, cell.pretrain, files));
  const found = new Map<string, Problem>();
  for (const [second, cell] of cells.entries()) {
    const first = cells[identities.indexOf(identities[second]!)]!;
    if (first === cell) continue;
    const axis = cell.choice.findIndex((index, each) => index !== first.choice[each]);
    const path = pathOfValue(name, cell.varied[axis]!, cell.choice[axis]!);
    const { values } = spec.comparisons[name]!.vary[axis]!;
    const labels = [values[first.choice[axis]!]!.label, values[cell.choice[axis]!]!.label] as const;
    found.set(
      path.join("\0"),
      labels[0] === labels[1]
        ? error("same-twice", path, `${labels[0]} occurs twice, but results are identified by name. Remove one.`)
        : warning(
            "same-thing",
            path,
            `${labels[0]} and ${labels[1]} are the same once all defaults are filled in: an A/A comparison. ` +
              "Each has its own random numbers, so any difference is noise. Remove one unless you want to measure the noise.",
          ),
    );
  }
  const labels = cells.map((cell) => cell.label);
  for (const [second, cell] of cells.entries()) {
    const first = labels.indexOf(cell.label);
    if (first === second || identities[first] === identities[second]) continue;
    const path = pathOfValue(name, cell.varied[0]!, cell.choice[0]!);
    found.set(
      path.join("\0"),
      error("same-label", path, `Two different cells are both called ${cell.label}. Declare one of them under another name.`),
    );
  }
  return [...found.values()];
}

/** Seeds, tasks and baselines must be distinct and possible. */
function repeated(name: string, comparison: ComparisonSpec): Problem[] {
  const path: SpecPath = ["comparisons", name];
  return [
    ...seeds(comparison.seeds, [...path, "seeds"]),
    ...comparison.finetune.flatMap((finetune, index) => [
      ...seeds(finetune.seeds, [...path, "finetune", index, "seeds"]),
      ...(comparison.finetune.findIndex(({ task }) => task === finetune.task) === index
        ? []
        : [
            error(
              "task-twice",
              [...path, "finetune", index, "task"],
              `${name} fine-tunes on ${finetune.task} twice, but results are identified by task. Keep one, or declare the task again under another name.`,
            ),
          ]),
    ]),
    ...twice("baseline-twice", "The baseline", comparison.baselines ?? [], [...path, "baselines"]),
  ];
}

function seeds(seeds: readonly number[], path: SpecPath): Problem[] {
  if (seeds.length === 0) return [error("no-seeds", path, "There is no seed, so nothing would run. Write, for example, seeds: 1..5.")];
  const twice = [...new Set(seeds.filter((seed, index) => seeds.indexOf(seed) !== index))];
  if (twice.length === 0) return [];
  return [
    error(
      "repeated-seeds",
      path,
      `${twice.length === 1 ? "The seed" : "The seeds"} ${listed(twice.map(String))} ${twice.length === 1 ? "occurs" : "occur"} twice. ` +
        "Equal seeds give equal numbers, which would count as agreement. Use different seeds.",
      [`[${[...new Set(seeds)].join(", ")}]`],
    ),
  ];
}

function baselines({ spec }: Checked, name: string, { baselines: written, finetune }: ComparisonSpec): Problem[] {
  if (!written || written.length === 0) return [];
  const path: SpecPath = ["comparisons", name, "baselines"];
  if (finetune.length > 0)
    return written.flatMap((baseline, index): Problem[] => {
      const model = spec.models[baseline];
      if (!model || model.checkpoint) return [];
      const message = `The model ${baseline} has sizes but no weights, so as a baseline it would be the same as scratch. Give it a checkpoint, or write scratch.`;
      return [error("model-without-weights", [...path, index], message, ["scratch"])];
    });
  return [
    error(
      "baselines-without-task",
      path,
      `${listed(written)} can only be scored on a task, but ${name} has none. Add finetune: { task: … }, or omit baselines.`,
    ),
  ];
}

/** The key `checkpoints` needs distinct shares and a task to fine-tune on. */
function checkpoints(name: string, { checkpoints = [], finetune }: ComparisonSpec): Problem[] {
  const path: SpecPath = ["comparisons", name, "checkpoints"];
  if (checkpoints.length === 0) return [];
  if (finetune.length === 0) {
    return [
      error(
        "checkpoints-without-task",
        path,
        `checkpoints are fine-tuned on tasks, but ${name} has none. Add finetune: { task: … }, or omit checkpoints: losses during pre-training are recorded anyway.`,
      ),
    ];
  }
  return checkpoints.flatMap((share, index) =>
    checkpoints.indexOf(share) === index
      ? []
      : [
          error(
            "checkpoint-twice",
            [...path, index],
            `The checkpoint at ${Number((100 * share).toPrecision(6))}% occurs twice. Remove one.`,
          ),
        ],
  );
}

/** Without a task, cells are scored on a held-out part of the corpus, with an objective that reads text. */
function scores({ spec }: Checked, name: string, { finetune }: ComparisonSpec): Problem[] {
  const { cells } = cellsOf(spec, name);
  if (finetune.length > 0 || cells.length === 0) return [];
  const remedy = "Add finetune: { task: … }";
  if (scoresOf(spec, name).length === 0) {
    return [error("nothing-to-score", ["comparisons", name], `The objectives of ${name} read no text that could be scored. ${remedy}.`)];
  }
  const unkept = cells
    .map((cell) => cell.pretrain.corpus)
    .filter((corpus) => spec.corpora[corpus] && keepsNothing(spec.corpora[corpus].split));
  return [...new Set(unkept)].map((corpus) =>
    error(
      "nothing-to-score",
      ["corpora", corpus, "split"],
      `${name} scores its cells on text, but ${corpus} has no held-out text. ${remedy}, or give ${corpus} a validation share.`,
    ),
  );
}

function keepsNothing({ validation, test }: CorpusSpec["split"]): boolean {
  return validation + test === 0;
}
