import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";

/** Everything that needs no eyes: what VS Code is told, from inside it, with real runs of the real engine. */
export function defineSuite(): void {
  describe("the extension", () => {
    const folder = vscode.workspace.workspaceFolders![0]!.uri;
    const uri = vscode.Uri.joinPath(folder, "tiny.pretrain");
    const store = join(folder.fsPath, ".pretrain");
    let document: vscode.TextDocument;
    let text: string;

    before(async () => {
      document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      text = document.getText();
    });

    it("activates", async () => {
      const extension = vscode.extensions.getExtension("pretrain.pretrain");
      assert.ok(extension);
      const begin = performance.now();
      await extension.activate();
      console.log(`activated in ${(performance.now() - begin).toFixed(0)} ms`);
      assert.ok(extension.isActive);
    });

    it("shows lenses above every declaration", async () => {
      await lens("base", /Run/);
      await lens("objectives", /Run/);
      await lens("clm", /Preview/);
      await lens("century", /120 examples to train on, 60 to validate, 100 to test/);
      await lens("base", /parameters, .* tokens/);
    });

    it("says what is wrong, and keeps the last good lenses while the text is broken", async () => {
      await replace("hidden: 32", "hidden: 33");
      const [problem] = await until("a problem", () => nonEmpty(vscode.languages.getDiagnostics(uri)));
      assert.match(problem!.message, /head/i);
      await replace("hidden: 33", "hidden: 32");
      await until("no problem", () =>
        vscode.languages.getDiagnostics(uri).every(({ severity }) => severity !== vscode.DiagnosticSeverity.Error),
      );
      await replace("corpus speeches {", "corpus speeches");
      await until("a problem", () => nonEmpty(vscode.languages.getDiagnostics(uri)));
      await lens("base", /Run/);
      await replace("corpus speeches", "corpus speeches {");
      await until("no problem", () =>
        vscode.languages.getDiagnostics(uri).every(({ severity }) => severity !== vscode.DiagnosticSeverity.Error),
      );
    });

    it("completes from the catalogue", async () => {
      const at = document.positionAt(text.indexOf("budget: 400"));
      const list = await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", uri, at);
      const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
      assert.ok(
        labels.some((label) => label.startsWith("seed")),
        labels.join(", "),
      );
    });

    it("renames a declaration everywhere", async () => {
      const at = document.positionAt(text.indexOf("model tiny") + 7);
      const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", uri, at, "small");
      const changes = edit.entries().flatMap(([, edits]) => edits);
      assert.equal(changes.length, 2);
    });

    it("runs a pre-training in another process, and the lens follows it to its score", async () => {
      await run("base");
      await lens("base", /Stop/);
      await lens("base", /\d+%/);
      await lens("base", /perplexity [\d.]+/);
      assert.ok(!(await lensesOf("base")).some((title) => /Run|Stop/.test(title)));
    });

    it("stops on request, and continues", async () => {
      await run("long");
      await lens("long", /loss \d/);
      await vscode.commands.executeCommand("pretrain.stop", target("long"));
      await lens("long", /Continue/);
      await lens("long", /stopped at/);
      const before = stepsOf("long");
      assert.ok(before > 0);
      await run("long");
      await lens("long", /Stop/);
      await until("more steps", () => stepsOf("long") > before);
      await vscode.commands.executeCommand("pretrain.stop", target("long"));
      await lens("long", /Continue/);
      assert.equal(readdirSync(join(store, "sessions")).length, 0);
    });

    it("says that a result is stale, and why", async () => {
      await replace("learning_rate: 3e-3", "learning_rate: 2e-3");
      await lens("base", /stale: learning_rate changed \(was 3e-3|stale: learning_rate changed \(was 0\.003/);
      await lens("base", /Run/);
      await replace("learning_rate: 2e-3", "learning_rate: 3e-3");
      await lens("base", /perplexity/);
    });

    it("does not start a second run of what runs", async () => {
      await run("long");
      await lens("long", /Stop/);
      await run("long");
      assert.equal(readdirSync(join(store, "sessions")).length, 1);
      await vscode.commands.executeCommand("pretrain.stop", target("long"));
      await lens("long", /Continue/);
    });

    it("runs a comparison, and says its verdict in words", async () => {
      await run("objectives");
      await lens("objectives", /(clm|mlm|no difference found).*century\.accuracy.*expectation: (confirmed|refuted|undecided)/, 240_000);
    }).timeout(300_000);

    it("opens charts, comparisons, previews and plans beside the text", async () => {
      await vscode.commands.executeCommand("pretrain.open", target("base"));
      await tab("base");
      await vscode.commands.executeCommand("pretrain.open", target("objectives"));
      await tab("objectives");
      await vscode.commands.executeCommand("pretrain.previewObjective", target("mlm"));
      await tab("Preview mlm");
      await vscode.commands.executeCommand("pretrain.showPlan", target("objectives"));
      await tab("Plan of objectives.md");
    });

    it("makes a new experiment from a template that has no mistakes", async () => {
      await vscode.commands.executeCommand("pretrain.newExperiment", { template: "which-objective" });
      const made = vscode.Uri.joinPath(folder, "which-objective.pretrain");
      assert.ok(existsSync(made.fsPath));
      await until("lenses of the template", async () => (await titles(made)).some(({ title }) => /Run/.test(title)));
      assert.deepEqual(errorsIn(made), []);
    });

    function errorsIn(file: vscode.Uri): string[] {
      const errors = vscode.languages.getDiagnostics(file).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
      return errors.map(({ message }) => message);
    }

    function target(name: string) {
      return { uri: uri.toString(), name };
    }

    async function run(name: string): Promise<void> {
      await vscode.commands.executeCommand("pretrain.run", target(name));
    }

    async function titles(file: vscode.Uri): Promise<{ line: number; title: string }[]> {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", file, 200);
      return lenses.map(({ range, command }) => ({ line: range.start.line, title: command?.title ?? "" }));
    }

    /** What stands above a declaration. */
    async function lensesOf(name: string): Promise<string[]> {
      const line = document
        .getText()
        .split("\n")
        .findIndex((each) => new RegExp(`^\\w+ ${name}\\b`).test(each));
      return (await titles(uri)).filter((each) => each.line === line).map(({ title }) => title);
    }

    async function lens(name: string, pattern: RegExp, milliseconds?: number): Promise<void> {
      let seen: string[] = [];
      const found = async () => {
        seen = await lensesOf(name);
        return seen.some((title) => pattern.test(title));
      };
      await until(() => `${pattern} above ${name}; there is ${JSON.stringify(seen)}`, found, milliseconds);
    }

    async function tab(label: string): Promise<void> {
      await until(`the tab ${label}`, () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some((each) => each.label === label)));
    }

    async function replace(old: string, replacement: string): Promise<void> {
      const start = document.getText().indexOf(old);
      assert.ok(start >= 0, `${old} is not in the text`);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(start + old.length)), replacement);
      await vscode.workspace.applyEdit(edit);
      await document.save();
    }

    /** Steps that the runs of a declaration have written. */
    function stepsOf(name: string): number {
      const runs = join(store, "runs");
      const found = readdirSync(runs).find((id) => {
        const job = join(runs, id, "job.json");
        return existsSync(job) && (JSON.parse(readFileSync(job, "utf8")) as { name: string }).name === name;
      });
      if (!found) return 0;
      return readFileSync(join(runs, found, "events.jsonl"), "utf8").split('"event":"step"').length - 1;
    }
  });
}

async function until<T>(
  what: string | (() => string),
  value: () => T | false | undefined | Promise<T | false | undefined>,
  milliseconds = 45_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  while (true) {
    const found = await value();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

function nonEmpty<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length > 0 ? values : undefined;
}
