import { groupBy } from "#runtime/contract/group.ts";
import { type DataCheck, type Found, quoted } from "./data-check.ts";

/** A label, and its place. */
export interface LabelSeen {
  label: string;
  id: string;
}

/** Each label of all splits, with its first place. */
export const labelChecks: readonly DataCheck<readonly LabelSeen[]>[] = [
  {
    code: "labels-alike",
    severity: "error",
    readers: ["task"],
    of: "the labels and tags of all splits",
    find: (seen) =>
      alike(seen, shapeOfLabel, (names) => `the labels ${names} look the same and differ in invisible characters; write them alike`) ??
      alike(seen, asNumber, (names) => `the labels ${names} are one number, and would be as many classes; write it alike everywhere`),
  },
  {
    code: "labels-differ-in-case",
    severity: "warning",
    readers: ["task"],
    of: "the labels and tags of all splits",
    find: (seen) =>
      alike(
        seen,
        (label) => shapeOfLabel(label).toLowerCase(),
        (names) => `the labels ${names} differ in capital letters alone, and are as many classes; write them alike where one is meant`,
      ),
  },
];

/** The same for one file, as the labels are written there. */
export const writtenLabelChecks: readonly DataCheck<readonly LabelSeen[]>[] = [
  {
    code: "labels-with-spaces",
    severity: "warning",
    readers: ["task"],
    of: "the labels and tags of a file",
    find(seen) {
      const spaced = seen.filter(({ label }) => label !== label.trim() && label.trim() !== "");
      const [first] = spaced;
      if (!first) return null;
      const read = `has spaces around it and is read as ${quoted(first.label.trim())}`;
      return { message: `${first.id}: the label ${quoted(first.label)} ${read} (such labels: ${spaced.length}); remove them` };
    },
  },
];

/** Each label once, with its first place. */
export function firstOfEach(labels: Iterable<LabelSeen>): LabelSeen[] {
  const first = new Map<string, LabelSeen>();
  for (const seen of labels) if (!first.has(seen.label)) first.set(seen.label, seen);
  return [...first.values()];
}

/** Different labels that have the same key; the first group of them. */
function alike(seen: readonly LabelSeen[], key: (label: string) => string | null, message: (names: string) => string): Found | null {
  const keyed = firstOfEach(seen).flatMap((each) => {
    const found = key(each.label);
    return found === null ? [] : [{ ...each, key: found }];
  });
  const groups = [...groupBy(keyed, (each) => each.key).values()].filter((group) => group.length > 1);
  const [first] = groups;
  if (!first) return null;
  const names = first.map(({ label, id }) => `${shown(label)} (${id})`).join(" and ");
  return { message: `${message(names)}${groups.length > 1 ? ` (groups of such labels: ${groups.length})` : ""}` };
}

/** Without what has no width, and letters as they are composed. */
function shapeOfLabel(label: string): string {
  return label
    .normalize("NFC")
    .replace(/[\p{Cf}\p{Cc}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

/** By its digits: JavaScript's numbers of many would be equal. */
function asNumber(label: string): string | null {
  const [, sign, whole, part] = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/u.exec(label) ?? [];
  if (whole === undefined) return null;
  return `${sign === "-" ? "-" : ""}${whole}${part ? `.${part}` : ""}`;
}

/** Invisible characters are shown by their numbers. */
function shown(label: string): string {
  return quoted(label).replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
