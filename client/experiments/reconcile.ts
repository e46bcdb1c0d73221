import type { TreeNode } from "./collect-experiments.ts";

/**
 * Updates the shown rows in place. Rows with the same id stay the same objects, so that menus and selections keep their rows, and only
 * changed rows are drawn again.
 * @returns rows to draw again, including their children; null for all
 */
export function reconcile(shown: TreeNode[], next: readonly TreeNode[]): TreeNode[] | null {
  const redrawn: TreeNode[] = [];
  return update(shown, next, redrawn) ? redrawn : null;
}

/** False if rows were added, removed or moved. */
function update(shown: TreeNode[], next: readonly TreeNode[], redrawn: TreeNode[]): boolean {
  const known = new Map(shown.map((node) => [node.id, node]));
  const same = shown.length === next.length && shown.every(({ id }, index) => id === next[index]!.id);
  const merged = next.map((node) => {
    const old = known.get(node.id);
    if (!old) return node;
    const { children, ...row } = node;
    const changed = rowText(old) !== rowText(node);
    for (const key of Object.keys(old) as (keyof TreeNode)[]) if (key !== "children") delete old[key];
    Object.assign(old, row);
    if (!update(old.children, children, redrawn) || changed) redrawn.push(old);
    return old;
  });
  shown.length = 0;
  for (const node of merged) shown.push(node);
  return same;
}

function rowText({ children: _, ...row }: TreeNode): string {
  return JSON.stringify(row);
}
