import { bart } from "./bart.ts";
import { bert } from "./bert.ts";
import { distilbert } from "./distilbert.ts";
import { electra } from "./electra.ts";
import type { Family, FamilyName } from "./family.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { roberta } from "./roberta.ts";
import { t5 } from "./t5.ts";

/** All families by `model_type` of config.json. */
export const families: { readonly [name in FamilyName]: Family } = { bert, roberta, distilbert, electra, gpt2, llama, t5, bart };
