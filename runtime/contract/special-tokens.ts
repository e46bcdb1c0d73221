/** Names that published tokenizers use for the special tokens that batches need, the most common first. Ours is the first of each. */
export const specialTokenNames = {
  pad: ["<pad>", "[PAD]", "<|finetune_right_pad_id|>"],
  unknown: ["<unk>", "[UNK]"],
  begin: ["<s>", "[CLS]", "<|begin_of_text|>", "<bos>"],
  end: ["</s>", "[SEP]", "<|end_of_text|>", "<eos>", "<|endoftext|>"],
  mask: ["<mask>", "[MASK]"],
} as const;

export function sentinelToken(index: number): string {
  return `<extra_id_${index}>`;
}

export function isSentinelToken(token: string): boolean {
  return /^<extra_id_\d+>$/u.test(token);
}
