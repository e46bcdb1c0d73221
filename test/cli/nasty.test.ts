import { expect, test, vi } from "vitest";
import { folderWith, pretrain, sentences } from "./cli.ts";

// a whole comparison, on a busy machine
vi.setConfig({ testTimeout: 300_000 });

const evil =
  "\u001b[2J\u001b]0;title\u0007 \u009b31m \u202egnp.exe ![p](https://evil.example/p.png) [c](command:x) <img src=x onerror=alert(1)>";
const labels = [`${evil} good`, "\u001b[31m<script>alert(1)</script> \\input{/etc/passwd} | bad"];
const fileName = "tales\u001b[31m\u202e.txt";

const experiment = `/** Which? ${evil}

# heading
\\input{/etc/passwd}
*/
corpus tales { files: "${fileName}", documents: line, split: { validation: 10% } }
/** ${evil} */
tokenizer letters { kind: characters, train on: tales }
model tiny { layers: 1, hidden: 8, heads: 1, context: 16 }
/** ${evil} */
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
pretrain base { model: tiny, objective: masked, corpus: tales, tokenizer: letters, budget: 3 steps, batch: 2 }
/** Which? ${evil}

# heading
\\input{/etc/passwd}
*/
compare objectives {
  extends: base
  vary objective: [masked, causal]
  finetune: { task: mood, epochs: 1, batch: 8 }
  seeds: 1
  baselines: [majority]
}
`;

const rows = Array.from({ length: 40 }, (_, i) => `it was ${i} \u001b[31m ${evil}\t${labels[i % 2]}\n`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

test("a comparison of somebody else's data: nothing of it acts on a terminal or in a report", async () => {
  const folder = folderWith({ "a.pretrain": experiment, [fileName]: sentences(60), "mood.tsv": `sentence\tpolarity\n${rows.join("")}` });
  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await pretrain(folder, ...args);
    expect([code, args.join(" "), code === 0 ? "" : stderr]).toEqual([0, args.join(" "), ""]);
    expect(stdout + stderr).not.toMatch(unseen);
    return stdout;
  };
  await said("check", "a.pretrain");
  await said("plan", "a.pretrain", "objectives");
  expect(await said("run", "a.pretrain", "objectives", "--engine", "cpu")).toContain("done     objectives");
  expect(await said("results", "a.pretrain", "objectives")).toContain("mood.accuracy");
  expect(await said("results", "a.pretrain", "objectives", "--all")).toContain("\\u001b]0;title");
  expect(await said("results", "a.pretrain", "objectives", "--json")).toContain("mood");
  await said("preview", "a.pretrain", "masked");
  await said("inspect", "a.pretrain#base", "--text", "a\u001b[31m\u202e");

  const markdown = await said("report", "a.pretrain", "objectives", "--to", "markdown");
  const plain = markdown.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/\\[!-/:-@[-`{-~]/g, "");
  expect(plain).not.toMatch(/\]\(|\]:|<[a-z/!?]|:\/\/evil/i);
  const html = await said("report", "a.pretrain", "objectives", "--to", "html");
  expect(html).not.toMatch(/<(img|script|a)\b/i);
  const latex = await said("report", "a.pretrain", "objectives", "--to", "latex");
  expect(latex).not.toMatch(/\\input\b/);
});

test("a problem in somebody else's text or data is one line, whatever it quotes", async () => {
  const one = `corpus c { files: "${evil.replaceAll('"', "")}.txt" }\n`;
  const folder = folderWith({
    "a.pretrain": one,
    "b.pretrain": 'task t = classification { train: "t.tsv", text: sentence, label: polarity }\n',
    "t.tsv": `sen\u001b[31mtence\t\u202epolarity\n${rows.slice(0, 4).join("")}`,
  });
  for (const file of ["a.pretrain", "b.pretrain"]) {
    const { code, stdout, stderr } = await pretrain(folder, "check", file);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toMatch(unseen);
    for (const line of (stdout + stderr).trim().split("\n")) expect(line).toMatch(/^[ab]\.pretrain:\d+:\d+: |^t\.tsv/);
  }
});
