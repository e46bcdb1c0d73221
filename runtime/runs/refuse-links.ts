import { lstatSync } from "node:fs";
import { basename, dirname } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";

/**
 * Refuses a path that leads through a link: a `.pretrain` folder may come from someone else, and a link in it would make a run overwrite
 * files elsewhere. Every part of the path from `.pretrain` on is checked. Throws `JobFailure`.
 */
export function refuseLinks(path: string): void {
  for (const part of withinStore(path)) {
    if (!lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
    throw new JobFailure(
      `${part} is a link, and nothing is written through links, since they may lead anywhere. Remove the link, or replace it by the folder that it leads to`,
    );
  }
}

/** The path and its parent folders up to `.pretrain`; empty if it is in no such folder, and thus a path of the user's choice. */
function withinStore(path: string): string[] {
  const parts: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    parts.unshift(at);
    if (basename(at) === ".pretrain") return parts;
    if (dirname(at) === at) return [];
  }
}
