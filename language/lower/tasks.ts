import { optionOf } from "#runtime/contract/catalogue/index.ts";
import type { DataFiles, DataFormat, TaskSpec } from "#runtime/contract/spec.ts";
import { commonTaskKeys } from "#runtime/contract/task-spec.ts";
import { isBlock, isQuantity, isText } from "../generated/ast.ts";
import { keyText } from "../references/expected-value.ts";
import { bug, choiceIn, pathIn, type Settings, words } from "./read-settings.ts";
import { specifiedOrNull } from "./specified.ts";

/** The keys of the catalogue's entry, by which `TaskSpec` is typed too; those that all kinds have in common in a form of their own. */
export function lowerTask(kind: string, settings: Settings): TaskSpec {
  const { keys } = optionOf("task", kind) ?? bug(`the catalogue has no task ${kind}`);
  const has = (name: string) => keys.some((key) => key.name === name);
  const own = keys.filter(({ name }) => !(commonTaskKeys as readonly string[]).includes(name));
  return {
    kind,
    ...(has("train") ? splitFiles(settings) : testFiles(settings)),
    data: has("format") ? formatOf(settings) : squad,
    metrics: words(settings, "metrics") ?? [],
    ...(has("benchmark") && settings.has("benchmark") ? { benchmark: settings.word("benchmark") } : {}),
    ...(has("as") ? answered(settings) : {}),
    ...(has("prefix") ? { prefix: prefixIn(settings) } : {}),
    ...specifiedOrNull(own, settings),
    ...(kind === "classification" ? { second: null } : {}),
  } as unknown as TaskSpec;
}

function splitFiles(settings: Settings) {
  return { train: filesIn(settings, "train"), validation: filesOrShare(settings, "validation"), test: filesOrShare(settings, "test") };
}

function testFiles(settings: Settings) {
  const test = settings.elements("files").map((value) => pathIn({ value, type: { type: "path", glob: true } }));
  return { train: null, validation: null, test };
}

/** Nothing where a head answers. */
function answered(settings: Settings): { as?: { prefix: string } } {
  const { name, settings: chosen } = settings.option("as");
  return name === "text" ? { as: { prefix: prefixIn(chosen) } } : {};
}

function prefixIn(settings: Settings): string {
  return settings.has("prefix") ? settings.word("prefix") : "";
}

const squad: DataFormat = { format: "squad", columns: null, separators: null, encoding: "utf-8" };

/** A path, or a block that names two aligned files or files of a data set of the hub. */
function filesIn(settings: Settings, key: string): DataFiles {
  const value = settings.value(key);
  if (isText(value)) return settings.path(key);
  const block = settings.block(key);
  const isOfHub = isBlock(value) && value.entries.some((entry) => ["hub", "data_files"].includes(keyText(entry)));
  return isOfHub
    ? { hub: block.word("hub"), files: words(block, "data_files") }
    : { source: block.path("source"), target: block.path("target") };
}

/** Files where some are named, else a share. */
function filesOrShare(settings: Settings, key: string): DataFiles | number {
  return isQuantity(settings.value(key)) ? settings.number(key) : filesIn(settings, key);
}

function formatOf(settings: Settings): DataFormat {
  return {
    format: choiceIn(settings, "format"),
    columns: words(settings, "columns"),
    separators: words(settings, "separator"),
    encoding: choiceIn(settings, "encoding"),
  };
}
