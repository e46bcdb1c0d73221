import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { type Experiment, errorDiagnostics, errorsIn, lensesAbove, nonEmpty, openExperiment, tab, until } from "./editor.ts";
import { memoryFiles } from "./memory-files.ts";

/** Everything that can be checked without a screen: what the extension gives to VS Code, from inside it, with real runs of the real engine. */
export function defineSuite(): void {
  describe("the extension", () => {
    let experiment: Experiment;
    let text: string;

    before(async () => {
      experiment = await openExperiment();
      text = experiment.document.getText();
    });

    const at = (word: string, offset = 0) => experiment.document.positionAt(text.indexOf(word) + offset);

    it("activates", async () => {
      const extension = vscode.extensions.getExtension("pretrain.pretrain");
      assert.ok(extension);
      await extension.activate();
      assert.ok(extension.isActive);
      const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[] } };
      const registered = await vscode.commands.getCommands();
      assert.deepEqual(
        contributes.commands.filter(({ command }) => !registered.includes(command)),
        [],
      );
    });

    it("shows lenses above every declaration", async () => {
      const { lens } = experiment;
      await lens("base", /Run/);
      await lens("objectives", /Run/);
      await lens("clm", /Preview/);
      await lens("speeches", /\d+ files, [\d.]+ \w+/);
      await lens("pieces", /400 entries, not trained yet/);
      await lens("century", /120 training examples, 60 for validation, 100 for testing/);
      await lens("base", /parameters, .* tokens/);
    });

    it("says what is wrong, and keeps the last good lenses while the text is broken", async () => {
      const { uri, replace, lens } = experiment;
      const noError = () => until("no problem", () => errorsIn(uri).length === 0);
      await replace("hidden: 32", "hidden: 33");
      const [problem] = await until("a problem", () => nonEmpty(errorsIn(uri)));
      assert.match(problem!, /head/i);
      await replace("hidden: 33", "hidden: 32");
      await noError();
      await replace("corpus speeches {", "corpus speeches");
      await until("a problem", () => nonEmpty(errorsIn(uri)));
      await lens("base", /Run/);
      await replace("corpus speeches", "corpus speeches {");
      await noError();
    });

    it("completes from the catalogue, with documentation", async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        experiment.uri,
        at("budget: 400"),
        undefined,
        50,
      );
      const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
      const seed = list.items[labels.findIndex((label) => label.startsWith("seed"))];
      assert.ok(seed, labels.join(", "));
      assert.ok(seed.documentation);
    });

    it("renames a declaration everywhere", async () => {
      const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
        "vscode.executeDocumentRenameProvider",
        experiment.uri,
        at("model tiny", 7),
        "small",
      );
      assert.equal(edit.entries().flatMap(([, edits]) => edits).length, 2);
    });

    it("hovers, finds definitions and references, lists symbols, links files, hints, colours and lays out", async () => {
      const { uri, document } = experiment;
      const ask = <T>(command: string, ...more: unknown[]) => vscode.commands.executeCommand<T>(`vscode.${command}`, uri, ...more);
      const hovers = await ask<vscode.Hover[]>("executeHoverProvider", at("masked {", 2));
      assert.match(hovers.flatMap(({ contents }) => contents.map((each) => (each as vscode.MarkdownString).value)).join("\n"), /Source/);
      const definitions = await ask<(vscode.Location | vscode.LocationLink)[]>("executeDefinitionProvider", at("corpus: speeches", 10));
      assert.equal(definitions.length, 1);
      assert.equal((await ask<vscode.Location[]>("executeReferenceProvider", at("objective clm", 11))).length, 4);
      const symbols = await ask<vscode.DocumentSymbol[]>("executeDocumentSymbolProvider");
      assert.deepEqual(symbols.map(({ name }) => name).slice(0, 3), ["speeches", "pieces", "tiny"]);
      const links = await ask<vscode.DocumentLink[]>("executeLinkProvider");
      assert.ok(links.some(({ target }) => target?.path.endsWith("train.tsv")));
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      const hints = await until("hints", async () => nonEmpty(await ask<vscode.InlayHint[]>("executeInlayHintProvider", all)));
      const shown = hints.map(({ label }) => (typeof label === "string" ? label : label.map(({ value }) => value).join(""))).join("; ");
      for (const pattern of [/body \+ .* embeddings/, /epochs? of speeches/, /6 pre-trainings, 10 fine-tunings/])
        assert.match(shown, pattern);
      const tokens = await ask<vscode.SemanticTokens>("provideDocumentSemanticTokens");
      assert.ok(tokens.data.length > 100);
      const folds = await ask<vscode.FoldingRange[]>("executeFoldingRangeProvider");
      assert.ok(folds.length > 5);
      const edits = await ask<vscode.TextEdit[] | undefined>("executeFormatDocumentProvider", { tabSize: 2, insertSpaces: true });
      assert.deepEqual(edits ?? [], []);
    });

    it("offers the nearest name as a quick fix", async () => {
      const { uri, replace } = experiment;
      await replace("hidden: 32", "hiden: 32");
      const [problem] = await until("a problem", () => nonEmpty(errorDiagnostics(uri)));
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", uri, problem!.range);
      const fix = actions.find(({ title }) => title.includes("hidden"));
      assert.ok(fix?.edit, actions.map(({ title }) => title).join(", "));
      await vscode.workspace.applyEdit(fix.edit);
      await experiment.document.save();
      await until("no problem", () => errorsIn(uri).length === 0);
    });

    it("offers to mend an objective that the architecture cannot carry", async () => {
      const { uri, replace } = experiment;
      await replace("architecture: auto", "architecture: encoder");
      const found = await until("problems", () => nonEmpty(errorDiagnostics(uri)));
      const actions = await Promise.all(
        found.map(({ range }) => vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", uri, range)),
      );
      assert.ok(
        actions.flat().some(({ edit }) => edit),
        found.map(({ message }) => message).join("; "),
      );
      await replace("architecture: encoder", "architecture: auto");
      await until("no problem", () => errorsIn(uri).length === 0);
    });

    it("knows the language where there is no disk, and says why nothing runs there", async () => {
      const files = memoryFiles("pretrain-memory");
      const uri = files.add("/a.pretrain", virtualExperiment);
      const document = await vscode.workspace.openTextDocument(uri);
      assert.equal(document.languageId, "pretrain");
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", uri, new vscode.Position(0, 18));
      assert.equal(hovers.length, 1);
      const lenses = await until("lenses", async () => nonEmpty(await lensesAbove(document, "base")));
      assert.ok(
        lenses.some((title) => title.includes("Runs need a folder on disk")),
        lenses.join("; "),
      );
      assert.ok(!(await lensesAbove(document)).some((title) => /Run$|Preview/.test(title)));
      // of data that cannot be looked at, nothing is said
      assert.deepEqual(errorsIn(uri), []);
      const broken = files.add("/b.pretrain", virtualExperiment.replace("layers", "layrs"));
      await vscode.workspace.openTextDocument(broken);
      await until("a problem", () => errorsIn(broken).some((message) => message.includes("layers")));
      await vscode.commands.executeCommand("pretrain.run", { uri: uri.toString(), name: "base" });
      assert.deepEqual(experiment.sessions(), []);
      files.dispose();
    });

    it("has no Node on the PATH", () => {
      assert.match(spawnSync("node", ["--version"]).error?.message ?? "", /ENOENT/);
    });

    it("runs a pre-training in another process, and the lens follows it to its score", async () => {
      const { run, lens, lensesOf } = experiment;
      await run("base");
      await lens("base", /Stop/);
      await lens("base", /\d+%/);
      await lens("base", /perplexity [\d.]+/);
      assert.ok(!(await lensesOf("base")).some((title) => /Run|Stop/.test(title)));
      await lens("pieces", /400 entries$/);
      await lens("speeches", /\d+ documents/);
    });

    it("stops on request, and continues", async () => {
      const { run, stop, lens, stepsOf, sessions } = experiment;
      await run("long");
      await lens("long", /loss \d/);
      await stop("long");
      await lens("long", /Continue/);
      await lens("long", /stopped at/);
      const before = stepsOf("long");
      assert.ok(before > 0);
      await run("long");
      await lens("long", /Stop/);
      await until("more steps", () => stepsOf("long") > before);
      await stop("long");
      await lens("long", /Continue/);
      assert.deepEqual(sessions(), []);
    });

    it("says that a result is stale, and why", async () => {
      const { replace, lens } = experiment;
      await replace("learning_rate: 3e-3", "learning_rate: 2e-3");
      await lens("base", /stale: learning_rate changed \(was (3e-3|0\.003)/);
      await lens("base", /Run/);
      await replace("learning_rate: 2e-3", "learning_rate: 3e-3");
      await lens("base", /perplexity/);
    });

    it("does not start a second run of what runs", async () => {
      const { run, stop, lens, sessions } = experiment;
      await run("long");
      await lens("long", /Stop/);
      await run("long");
      assert.equal(sessions().length, 1);
      await stop("long");
      await lens("long", /Continue/);
    });

    it("shows a run that was started in a terminal, and does not run the same beside it", async () => {
      const { run, stop, lens, sessions, folder } = experiment;
      const terminal = startInTerminal(folder.fsPath, "long");
      await lens("long", /Stop/);
      await run("long");
      assert.equal(sessions().length, 1);
      await stop("long");
      await lens("long", /Continue/);
      assert.equal(await terminal.ended, 130);
    });

    it("lists expectations as tests; running one runs its comparison, whose lens says its verdict in words", async () => {
      const { uri, lens } = experiment;
      const tests = await until("a test", async () =>
        nonEmpty(
          (await vscode.commands.executeCommand<string[][]>("vscode.testing.getTestsInFile", uri)).filter((path) => path.length > 3),
        ),
      );
      assert.deepEqual(
        tests.map((path) => path.at(-1)!.split("#").slice(1)),
        [["objectives", "clm > scratch on century.accuracy"]],
      );
      // answers when the run has ended
      await vscode.commands.executeCommand("vscode.runTestsById", testRunProfile, tests[0]!.join("\0"));
      await lens("objectives", /(clm|mlm|no difference found|no verdict).*century.*expectation: (confirmed|refuted|undecided)/);
    }).timeout(360_000);

    it("opens charts, comparisons, previews and plans beside the text", async () => {
      const { target } = experiment;
      await vscode.commands.executeCommand("pretrain.open", target("base"));
      await tab("base");
      await vscode.commands.executeCommand("pretrain.open", target("objectives"));
      await tab("objectives");
      await vscode.commands.executeCommand("pretrain.previewObjective", target("mlm"));
      await tab("Preview mlm");
      await vscode.commands.executeCommand("pretrain.showPlan", target("objectives"));
      await tab("Preview Plan of objectives.md");
    });

    it("opens the scores of a probe by layer", async () => {
      const uri = vscode.Uri.joinPath(experiment.folder, "probed.pretrain");
      await vscode.workspace.fs.writeFile(
        uri,
        Buffer.from('import "tiny.pretrain"\n\nprobe layers {\n  of: base\n  tasks: century\n  epochs: 1\n}\n'),
      );
      const document = await vscode.workspace.openTextDocument(uri);
      await until("a lens above the probe", async () => (await lensesAbove(document, "layers")).some((title) => /Run/.test(title)));
      assert.deepEqual(errorsIn(uri), []);
      await vscode.commands.executeCommand("pretrain.open", { uri: uri.toString(), name: "layers" });
      await tab("Probe layers");
    });

    it("makes a new experiment from a template that has no mistakes", async () => {
      for (const template of ["which-objective", "from-scratch"]) {
        await vscode.commands.executeCommand("pretrain.newExperiment", { template });
        const made = vscode.Uri.joinPath(experiment.folder, `${template}.pretrain`);
        assert.ok(existsSync(made.fsPath));
        const document = await vscode.workspace.openTextDocument(made);
        await until("lenses of the template", async () => (await lensesAbove(document)).some((title) => /Run/.test(title)));
        assert.deepEqual(errorsIn(made), []);
      }
    });

    it("offers the download of a checkpoint that is not here, and takes one in a folder", async () => {
      await vscode.commands.executeCommand("pretrain.newExperiment", { template: "adapt-checkpoint" });
      const made = vscode.Uri.joinPath(experiment.folder, "adapt-checkpoint.pretrain");
      const document = await vscode.workspace.openTextDocument(made);
      const shows = (name: string, pattern: RegExp) =>
        until(`${pattern} above ${name}`, async () => (await lensesAbove(document, name)).some((title) => pattern.test(title)));
      await shows("bert", /Download bert-base-uncased/);
      const edit = new vscode.WorkspaceEdit();
      const start = document.getText().indexOf("bert-base-uncased");
      edit.replace(
        made,
        new vscode.Range(document.positionAt(start), document.positionAt(start + "bert-base-uncased".length)),
        "checkpoint",
      );
      await vscode.workspace.applyEdit(edit);
      await document.save();
      await shows("adapted", /Run/);
      await shows("worth_it", /fine-tunings/);
      assert.deepEqual(errorsIn(made), []);
    });

    it("leaves a run going when its window closes", async () => {
      const { run, lens, sessions } = experiment;
      await run("long");
      await lens("long", /loss \d/);
      assert.equal(sessions().length, 1);
    });
  });
}

/** VS Code's number of `vscode.TestRunProfileKind.Run`, among flags. */
const testRunProfile = 2;

/** Its data would be on no disk either. */
const virtualExperiment = `objective mlm = masked { rate: 15% }

corpus texts {
  files: "texts/*.txt"
}

model small { layers: 1, hidden: 16, heads: 1, context: 32 }
tokenizer letters { kind: characters, train on: texts }

pretrain base {
  model: small
  objective: mlm
  corpus: texts
  tokenizer: letters
  budget: 10 steps
}
`;

/** As a user does beside the window: `pretrain run`, from the same installation. */
function startInTerminal(folder: string, name: string): { ended: Promise<number | null> } {
  const command = join(vscode.extensions.getExtension("pretrain.pretrain")!.extensionPath, "dist/cli.js");
  const child: ChildProcess = spawn(process.execPath, [command, "run", join(folder, "tiny.pretrain"), name, "--json"], {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  return { ended: new Promise((resolve) => child.once("exit", resolve)) };
}
