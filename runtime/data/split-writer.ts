import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Split } from "#runtime/contract/spec.ts";

/** Writes one split of a corpus: `<split>.txt` and `<split>.index`, as `runtime/contract/artifacts.ts` describes them. */
export interface SplitWriter {
  write(text: string, characters: number): void;
  /** Ends the document; without text since the last one it was none. */
  endDocument(): void;
  close(): { documents: number; bytes: number; characters: number };
}

export function openSplitWriter(folder: string, split: Split): SplitWriter {
  const text = openSync(join(folder, `${split}.txt`), "w");
  const index = openSync(join(folder, `${split}.index`), "w");
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  const starts = new DataView(new ArrayBuffer(8 * 4096));
  let waitingStarts = 0;
  const total = { documents: 0, bytes: 0, characters: 0 };
  let documentStart = 0;

  const flush = () => {
    writeAll(text, Buffer.concat(waiting.splice(0)));
    waitingBytes = 0;
    writeAll(index, new Uint8Array(starts.buffer, 0, waitingStarts * 8));
    waitingStarts = 0;
  };
  const writeStart = (offset: number) => {
    starts.setFloat64(waitingStarts * 8, offset, true);
    waitingStarts++;
    if (waitingStarts === 4096) flush();
  };
  return {
    write(piece, characters) {
      const bytes = Buffer.from(piece);
      waiting.push(bytes);
      waitingBytes += bytes.length;
      total.bytes += bytes.length;
      total.characters += characters;
      if (waitingBytes > 1 << 20) flush();
    },
    endDocument() {
      if (total.bytes === documentStart) return;
      writeStart(documentStart);
      total.documents++;
      documentStart = total.bytes;
    },
    close() {
      writeStart(total.bytes);
      flush();
      closeSync(text);
      closeSync(index);
      return total;
    },
  };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
