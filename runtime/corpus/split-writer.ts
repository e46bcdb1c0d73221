import { join } from "node:path";
import type { Split } from "#runtime/contract/spec.ts";
import { openWhole } from "#runtime/runs/whole-files.ts";

/** Writes one split of a corpus: `<split>.txt` and `<split>.index`, as `runtime/contract/artifacts.ts` describes them. */
export interface SplitWriter {
  write(text: string, characters: number): void;
  /** Ends the document, unless there was no text since the last one. */
  endDocument(): void;
  finish(): { documents: number; bytes: number; characters: number };
  /** Closes the files after a failure. */
  abandon(): void;
}

export function openSplitWriter(folder: string, split: Split): SplitWriter {
  const text = openWhole(join(folder, `${split}.txt`));
  const index = openWhole(join(folder, `${split}.index`));
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  const starts = new DataView(new ArrayBuffer(8 * 4096));
  let waitingStarts = 0;
  const total = { documents: 0, bytes: 0, characters: 0 };
  let documentStart = 0;

  const flush = () => {
    text.write(Buffer.concat(waiting.splice(0)));
    waitingBytes = 0;
    index.write(new Uint8Array(starts.buffer, 0, waitingStarts * 8));
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
    finish() {
      writeStart(total.bytes);
      flush();
      text.finish();
      index.finish();
      return total;
    },
    abandon() {
      text.abandon();
      index.abandon();
    },
  };
}
