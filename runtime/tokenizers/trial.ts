import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/**
 * Tests a tokenizer that has its own regular expressions by encoding a few texts in a separate process, since catastrophic backtracking
 * kills the process of the library or never ends. Throws `JobFailure`. `where`: place for messages.
 */
export async function requireEnding(json: TokenizerJson, where: string, texts: readonly string[] = []): Promise<void> {
  const patterns = patternsOf([json.normalizer, json.pre_tokenizer, json.decoder]);
  if (patterns.length === 0) return;
  const input = JSON.stringify({
    json: JSON.stringify({ ...json, truncation: null, padding: null }),
    texts: [...texts, ...samples(patterns)],
  });
  const outcome = await tried(input);
  if (outcome === "ended") return;
  throw new JobFailure(
    `the tokenizer of ${where} cannot encode every text: with ${list(patterns)}, ${outcome}. Give it a pattern that does not repeat a repetition, or name another tokenizer`,
  );
}

/** Maximum seconds for the texts; common tokenizers need milliseconds. */
const maxSeconds = 20;

const script = `
const { Tokenizer } = require(process.argv[1]);
let input = "";
process.stdin.on("data", (data) => { input += data; }).on("end", async () => {
  const { json, texts } = JSON.parse(input);
  let tokenizer;
  // a file that cannot be read is reported by its reader
  try { tokenizer = Tokenizer.fromString(json); } catch { return; }
  for (const text of texts) await tokenizer.encode(text).catch(() => {});
});
`;

function tried(input: string): Promise<string> {
  const library = createRequire(import.meta.url).resolve("tokenizers");
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", script, library], { stdio: ["pipe", "ignore", "ignore"], windowsHide: true });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(`a short text takes more than ${maxSeconds} s`);
    }, maxSeconds * 1000);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? "ended" : "the library fails on a short text");
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve(`it could not be tried: ${error.message}`);
    });
    // the process may have ended before it has read everything
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** All regular expressions in a tokenizer's parts. */
function patternsOf(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => (name === "Regex" && typeof value === "string" ? [value] : patternsOf(value)));
}

/** Texts that repeat a character, for which backtracking is worst: one for each kind of character, and for those in the patterns. */
function samples(patterns: readonly string[]): string[] {
  const named = [...new Set(patterns.join(""))].slice(0, 200);
  const ends = ["", "!", "a", "\u0001"];
  return [...new Set([...usual, ...named])].flatMap((character) => ends.map((end) => character.repeat(64) + end));
}

const usual = ["a", "A", "1", " ", "\n", "\t", "-", "_", ".", "é", "好", "ก"];

function list(patterns: readonly string[]): string {
  const shown = patterns.slice(0, 3).map((pattern) => JSON.stringify(pattern.length <= 80 ? pattern : `${pattern.slice(0, 80)}…`));
  return `the pattern${patterns.length > 1 ? "s" : ""} ${shown.join(", ")}`;
}
