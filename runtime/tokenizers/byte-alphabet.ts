/**
 * A printable character for each of the 256 bytes, in the order of Radford et al. 2019 (openai/gpt-2, encoder.py,
 * `bytes_to_unicode`): printable bytes map to themselves, others to the characters from U+0100 on.
 */
export const byteAlphabet: readonly { character: string; byte: number }[] = alphabet();

function alphabet(): { character: string; byte: number }[] {
  const printable = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];
  const others = range(0, 0xff).filter((byte) => !printable.includes(byte));
  return [
    ...printable.map((byte) => ({ character: String.fromCodePoint(byte), byte })),
    ...others.map((byte, i) => ({ character: String.fromCodePoint(0x100 + i), byte })),
  ];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
