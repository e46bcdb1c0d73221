import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sacrebleuModel } from "#runtime/hub/sacrebleu.ts";
import { wordsOf } from "#runtime/metrics/white-space.ts";
import { SentencePieceError, sentencePieces } from "#runtime/tokenizers/sentencepiece.ts";
import { pretrain } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";

/** Made by `sentencepiece/make.py` with SentencePiece and sacreBLEU. */
const folder = join(import.meta.dirname, "sentencepiece");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  hypotheses: string[];
  references: string[];
} & Record<"unigram" | "bpe", { pieces: string[][] } & Record<"as written" | "lowercase", { score: number; signature: string }>>;
const model = (name: string) => readFileSync(join(folder, `${name}.model`));
const fileOfFlores200 = "flores200sacrebleuspm";

afterEach(() => void vi.unstubAllEnvs());

describe.each(["unigram", "bpe"] as const)("a model of SentencePiece, %s", (kind) => {
  test("parts texts as SentencePiece does", async () => {
    const parted = await sentencePieces(model(kind), kind)([...expected.hypotheses, ...expected.references]);
    expect(parted.map((pieces) => wordsOf(pieces.join(" ")))).toEqual(expected[kind].pieces);
  });

  test.each(["as written", "lowercase"] as const)("gives sacreBLEU's BLEU and signature, %s", async (how) => {
    const home = temporaryFolder();
    mkdirSync(join(home, "models"));
    writeFileSync(join(home, "models", fileOfFlores200), model(kind));
    const files = { out: join(home, "out.txt"), right: join(home, "right.txt") };
    writeFileSync(files.out, expected.hypotheses.map((line) => `${line}\n`).join(""));
    writeFileSync(files.right, expected.references.map((line) => `${line}\n`).join(""));
    vi.stubEnv("SACREBLEU", home);
    const options = ["--tokenize", "flores200", ...(how === "lowercase" ? ["--lowercase"] : []), "--json"];
    const { stdout, stderr } = await pretrain(home, "score", "bleu", "--predictions", files.out, "--references", files.right, ...options);
    expect(stderr).toBe("");
    const { score, signature } = JSON.parse(stdout) as { score: number; signature: string };
    const theirs = expected[kind][how];
    expect(Math.abs(score / theirs.score - 1)).toBeLessThan(1e-6);
    expect(`${signature}|version:2.6.0`).toBe(theirs.signature);
  });
});

test.each([
  ["no model", new TextEncoder().encode("hello"), /is not a supported SentencePiece model/],
  ["a cut model", model("bpe").subarray(0, 3000), /is not a supported SentencePiece model/],
  ["nothing", new Uint8Array(), /it has no unknown piece/],
])("%s is refused with its name", (_, bytes, message) => {
  expect(() => sentencePieces(bytes, "some.model")).toThrow(message);
  expect(() => sentencePieces(bytes, "some.model")).toThrow(SentencePieceError);
});

test("a model is downloaded once, into sacreBLEU's folder", async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    if (request.url === "/short") response.writeHead(302, { location: "/long" }).end();
    else if (request.url === "/long") response.end(model("bpe"));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const sources = { spm: `${url}/none`, flores101: `${url}/none`, flores200: `${url}/short`, "spBLEU-1K": "http://localhost:1/refused" };
  const home = temporaryFolder();
  const notices: string[] = [];
  try {
    const first = await sacrebleuModel("flores200", (notice) => notices.push(notice), { SACREBLEU: home }, sources);
    expect(first.path).toBe(join(home, "models", fileOfFlores200));
    expect(Buffer.from(first.bytes).equals(model("bpe"))).toBe(true);
    // no hash of these models is published: the message says so, with the file's own hash
    const sha256 = createHash("sha256").update(model("bpe")).digest("hex");
    expect(notices).toEqual([
      expect.stringMatching(new RegExp(`is not verified, since .* publishes a hash of it. Its SHA-256 is ${sha256}$`)),
    ]);
    const requests = asked;
    await sacrebleuModel("flores200", (notice) => notices.push(notice), { SACREBLEU: home, HF_HUB_OFFLINE: "1" }, sources);
    expect(asked).toBe(requests);
    expect(notices).toHaveLength(1);
    await expect(sacrebleuModel("flores101", () => {}, { SACREBLEU: home }, sources)).rejects.toThrow(
      /none: 404 Not Found\. Copy it to .*spm\.model/,
    );
    await expect(sacrebleuModel("spBLEU-1K", () => {}, { SACREBLEU: home }, sources)).rejects.toThrow(/could not be downloaded/);
    await expect(sacrebleuModel("flores101", () => {}, { SACREBLEU: home, HF_HUB_OFFLINE: "1" }, sources)).rejects.toThrow(
      /forbids downloading/,
    );
    expect(existsSync(join(home, "models", "sacrebleu_tokenizer_spm.model"))).toBe(false);
  } finally {
    server.close();
  }
});
