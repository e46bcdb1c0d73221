import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Counts } from "../counts.ts";
import { root } from "../workspace.ts";

/** What a test does one after another in a window. Steps after a failure depend on the failed one and are skipped. */
export interface Steps {
  step(name: string, act: () => Promise<void>): Promise<void>;
  /** Keeps a picture of the window in `dist/test/pictures`. */
  picture(name: string): Promise<void>;
  counts(): Counts;
}

export function stepsIn(page: Page, title: string): Steps {
  const pictures = join(root, "dist/test/pictures");
  mkdirSync(pictures, { recursive: true });
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const picture = async (name: string) => void (await page.screenshot({ path: join(pictures, `${name}.png`) }));
  console.log(`\n  ${title}`);
  return {
    picture,
    counts: () => counts,
    async step(name, act) {
      if (counts.failed > 0) {
        counts.skipped++;
        return;
      }
      const begin = Date.now();
      try {
        await act();
        counts.passed++;
        console.log(`    ✔ ${name} (${Date.now() - begin} ms)`);
      } catch (error) {
        counts.failed++;
        await picture(`failed: ${title}`).catch(() => undefined);
        console.log(`    ✘ ${name}: ${(error as Error).message.slice(0, 1200)}`);
      }
    },
  };
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
