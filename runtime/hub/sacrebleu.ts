import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { HubError, isOffline } from "./access.ts";

/** Where sacreBLEU gets the SentencePiece models of its tokenizers from, by their names there. */
const models = {
  spm: "https://dl.fbaipublicfiles.com/fairseq/models/flores/sacrebleu_tokenizer_spm.model",
  flores101: "https://dl.fbaipublicfiles.com/fairseq/models/flores/sacrebleu_tokenizer_spm.model",
  flores200: "https://tinyurl.com/flores200sacrebleuspm",
  "spBLEU-1K": "https://www.dlnlp.ai/spBLEU-1K/spbleu-1k_tokenizer_spm.model",
} as const;

export type SentencePieceTokenizer = keyof typeof models;

export function isSentencePiece(name: unknown): name is SentencePieceTokenizer {
  return typeof name === "string" && Object.hasOwn(models, name);
}

/**
 * The model of one of sacreBLEU's tokenizers, downloaded where it is not, into the folder that sacreBLEU uses. Honours SACREBLEU, and
 * HF_HUB_OFFLINE, which forbids to download. `sources`: other places to get them from. Throws `HubError`.
 */
export async function sacrebleuModel(
  name: SentencePieceTokenizer,
  environment = process.env,
  sources: Record<SentencePieceTokenizer, string> = models,
): Promise<{ path: string; bytes: Uint8Array }> {
  const path = join(environment.SACREBLEU ?? join(homedir(), ".sacrebleu"), "models", basename(models[name]));
  if (!existsSync(path)) {
    const url = sources[name];
    if (isOffline(environment))
      throw new HubError(`the model of the tokenizer ${name} is not in ${dirname(path)}, and HF_HUB_OFFLINE forbids to download it`);
    const reasonOf = (error: unknown) =>
      error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : String(error);
    const bytes = await fetch(url)
      .then(async (response) => {
        if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
        return new Uint8Array(await response.arrayBuffer());
      })
      .catch((error: unknown) => {
        throw new HubError(
          `the model of the tokenizer ${name} could not be downloaded from ${url}: ${reasonOf(error)}. Copy it to ${path}, or take another tokenizer`,
        );
      });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
  }
  return { path, bytes: readFileSync(path) };
}
