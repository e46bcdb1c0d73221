import { emptyStore, type WatchedStore } from "./model.ts";
import { type StoreChange, type StoreWatch, watchStore } from "./store-watch.ts";

/** All stores that something in this window shows. */
export interface Stores {
  /** The store as last read. The first call starts following it. */
  get(root: string): WatchedStore;
  all(): WatchedStore[];
  look(root: string): Promise<void>;
  onChange(listener: (change: StoreChange) => void): { dispose(): void };
  dispose(): void;
}

export function followStores(): Stores {
  const watches = new Map<string, StoreWatch>();
  const listeners = new Set<(change: StoreChange) => void>();
  const watchOf = (root: string) => {
    const found = watches.get(root);
    if (found) return found;
    const watch = watchStore(root, (change) => {
      for (const listener of listeners) listener(change);
    });
    watches.set(root, watch);
    return watch;
  };
  return {
    get: (root) => (root === "" ? emptyStore(root) : watchOf(root).store()),
    all: () => [...watches.values()].map((watch) => watch.store()),
    look: (root) => watchOf(root).look(),
    onChange(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    dispose() {
      for (const watch of watches.values()) watch.dispose();
      watches.clear();
    },
  };
}
