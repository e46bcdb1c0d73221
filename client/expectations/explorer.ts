import { basename } from "node:path";
import * as vscode from "vscode";
import { visible } from "#runtime/contract/visible.ts";
import type { Outline } from "#server/protocol.ts";
import { type Outlines, pathOf, rangeOf, whyNoRunning } from "../language/outlines.ts";
import { type RunningParts, startRun, stopProcess } from "../running/start-run.ts";
import { isHere } from "../runs/process.ts";
import type { Stores } from "../runs/stores.ts";
import { sessionOf } from "../status/plan-progress.ts";
import { type ExpectationTest, type TestedComparison, testedComparisons } from "./collect-expectations.ts";

/** Shows expectations of comparisons as tests, grouped by file and comparison. */
export function addTestExplorer(parts: RunningParts): void {
  const { context, outlines, stores } = parts;
  const controller = vscode.tests.createTestController("pretrain", "Pretrain");
  const tests = testTree(controller, outlines, stores);
  const update = (outline: Outline) => {
    tests.show(outline);
    tests.publish(outline);
  };
  controller.createRunProfile(
    "Run the comparison",
    vscode.TestRunProfileKind.Run,
    (request, cancelled) => runTests(request, cancelled, controller, tests, parts),
    true,
    runnable,
  );
  controller.refreshHandler = () => {
    for (const outline of outlines.all()) update(outline);
  };
  context.subscriptions.push(
    controller,
    outlines.onChange(update),
    vscode.workspace.onDidGrantWorkspaceTrust(() => outlines.all().forEach(update)),
    stores.onChange(({ store }) => {
      for (const outline of outlines.all()) if (outline.store === store.root) update(outline);
    }),
  );
}

/** Tag of tests whose comparison can run; only these have a run button. */
const runnable = new vscode.TestTag("runnable");

/** A comparison and its test items. */
interface Shown {
  uri: string;
  comparison: TestedComparison;
  items: vscode.TestItem[];
}

interface TestTree {
  show(outline: Outline): void;
  /** Reports the answers of runs started elsewhere, and clears those that became outdated when the text changed. */
  publish(outline: Outline): void;
  all(): Shown[];
  /** Updates the comparison from the present text and the run folders. */
  refresh(shown: Shown): Promise<Shown | undefined>;
  /** Keeps `publish` from reporting this comparison until `report` does. */
  claim(shown: Shown): void;
  /** Reports the states of tests from the comparison's answers. */
  report(run: vscode.TestRun, shown: Shown, otherwise: string): void;
}

function testTree(controller: vscode.TestController, outlines: Outlines, stores: Stores): TestTree {
  const files = new Map<string, Shown[]>();
  const claimed = new Set<string>();
  /** By comparison: the run whose answers are shown. */
  const published = new Map<string, string>();

  const show = (outline: Outline) => {
    const comparisons = testedComparisons(outline, pathOf(outline), stores.get(outline.store), Date.now());
    if (comparisons.length === 0) {
      files.delete(outline.uri);
      controller.items.delete(outline.uri);
      return;
    }
    const uri = vscode.Uri.parse(outline.uri);
    const file = itemIn(controller.items, outline.uri, basename(uri.path), uri);
    const shown = comparisons.map((comparison): Shown & { parent: vscode.TestItem } => {
      const parent = itemIn(file.children, idOf(outline.uri, comparison.name), comparison.name, uri);
      parent.range = rangeOf(comparison.range);
      const { errors } = comparison;
      const tags = errors === 0 && whyNoRunning(uri) === null ? [runnable] : [];
      parent.tags = tags;
      parent.error = errors === 0 ? undefined : `${errors === 1 ? "1 error" : `${errors} errors`} to fix first`;
      const items = comparison.tests.map(({ text, range }) => {
        const item = itemIn(parent.children, idOf(outline.uri, comparison.name, text), text, uri);
        item.range = rangeOf(range);
        item.tags = tags;
        return item;
      });
      parent.children.replace(items);
      return { uri: outline.uri, comparison, items, parent };
    });
    file.tags = shown.flatMap(({ parent }) => parent.tags).slice(0, 1);
    file.children.replace(shown.map(({ parent }) => parent));
    files.set(outline.uri, shown);
  };

  const itemIn = (among: vscode.TestItemCollection, id: string, label: string, uri: vscode.Uri): vscode.TestItem => {
    const found = among.get(id) ?? controller.createTestItem(id, label, uri);
    if (!among.get(id)) among.add(found);
    return found;
  };

  const report = (run: vscode.TestRun, { comparison, items, uri }: Shown, otherwise: string) => {
    for (const [index, test] of comparison.tests.entries()) {
      const item = items[index]!;
      tell(run, item, test, otherwise);
      item.description = test.answer?.state === "undecided" ? "undecided" : "";
    }
    claimed.delete(idOf(uri, comparison.name));
    if (comparison.run) published.set(idOf(uri, comparison.name), keyOf(comparison.run));
  };

  return {
    show,
    claim: ({ uri, comparison }) => void claimed.add(idOf(uri, comparison.name)),
    report,
    publish({ uri }) {
      for (const shown of files.get(uri) ?? []) {
        const { comparison, items } = shown;
        const id = idOf(uri, comparison.name);
        if (claimed.has(id)) continue;
        if (!comparison.run) {
          if (published.delete(id)) controller.invalidateTestResults(items);
        } else if (published.get(id) !== keyOf(comparison.run)) {
          const run = controller.createTestRun(new vscode.TestRunRequest(items), comparison.name, false);
          report(run, shown, "the run did not answer it");
          run.end();
        }
      }
    },
    all: () => [...files.values()].flat(),
    async refresh({ uri, comparison: { name } }) {
      const outline = await outlines.refresh(vscode.Uri.parse(uri));
      if (!outline) return undefined;
      await stores.look(outline.store);
      show(outline);
      return files.get(uri)?.find(({ comparison }) => comparison.name === name);
    },
  };
}

function tell(run: vscode.TestRun, item: vscode.TestItem, { answer }: ExpectationTest, otherwise: string): void {
  if (!answer) {
    run.errored(item, messageAt(item, otherwise));
    return;
  }
  run.appendOutput(`${visible(answer.message)}\r\n`, item.range && item.uri && new vscode.Location(item.uri, item.range), item);
  if (answer.state === "confirmed") run.passed(item);
  else if (answer.state === "refuted") run.failed(item, messageAt(item, answer.message));
  // neither supported nor refuted: the message is shown as the test's output
  else run.skipped(item);
}

function messageAt({ uri, range }: vscode.TestItem, text: string): vscode.TestMessage {
  const message = new vscode.TestMessage(visible(text));
  if (uri && range) message.location = new vscode.Location(uri, range);
  return message;
}

/** Runs the comparisons of the chosen tests one after another, as the lens above each does. */
async function runTests(
  request: vscode.TestRunRequest,
  cancelled: vscode.CancellationToken,
  controller: vscode.TestController,
  tests: TestTree,
  parts: RunningParts,
): Promise<void> {
  const run = controller.createTestRun(request);
  const chosen = tests.all().filter(({ items }) => items.some((item) => isChosen(item, request)));
  for (const { items } of chosen) for (const item of items) run.enqueued(item);
  for (const shown of chosen) {
    if (cancelled.isCancellationRequested) break;
    for (const item of shown.items) run.started(item);
    tests.claim(shown);
    const why = await runComparison(shown, cancelled, parts);
    tests.report(run, (await tests.refresh(shown)) ?? shown, why);
  }
  run.end();
}

/** Waits until the run has ended. Returns the message for expectations that it did not answer. */
async function runComparison(
  { uri, comparison: { name } }: Shown,
  cancelled: vscode.CancellationToken,
  parts: RunningParts,
): Promise<string> {
  const outline = parts.outlines.get(vscode.Uri.parse(uri));
  const declaration = outline?.declarations.find((each) => each.name === name);
  if (!outline || !declaration) return `${name} is no longer in the text`;
  const start = await startRun({ outline, declaration }, parts);
  if ("refused" in start) return start.refused;
  const pid = "process" in start ? start.process.pid : isHere(start.runningElsewhere) ? start.runningElsewhere.pid : undefined;
  const stopping = cancelled.onCancellationRequested(() => stopProcess(pid));
  try {
    if ("runningElsewhere" in start) {
      await endOfSession(outline, name, cancelled, parts.stores);
      return `the run of ${name} ended without a result`;
    }
    const end = await start.process.ended;
    return end.outcome === "failed" ? end.failure.message : `the run of ${name} ended without a result`;
  } finally {
    stopping.dispose();
  }
}

function endOfSession(outline: Outline, name: string, cancelled: vscode.CancellationToken, stores: Stores): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!cancelled.isCancellationRequested && sessionOf(stores.get(outline.store), pathOf(outline), name)) return;
      listening.dispose();
      stopping.dispose();
      resolve();
    };
    const listening = stores.onChange(look);
    const stopping = cancelled.onCancellationRequested(look);
    look();
  });
}

function isChosen(item: vscode.TestItem, { include, exclude }: vscode.TestRunRequest): boolean {
  const within = (among: readonly vscode.TestItem[]) => {
    for (let each: vscode.TestItem | undefined = item; each; each = each.parent) if (among.includes(each)) return true;
    return false;
  };
  return (!include || within(include)) && !within(exclude ?? []);
}

function idOf(...parts: readonly string[]): string {
  return parts.join("#");
}

function keyOf({ id, ended }: NonNullable<TestedComparison["run"]>): string {
  return `${id} ${ended}`;
}
