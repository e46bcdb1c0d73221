import type { Outline, OutlineDeclaration } from "#server/protocol.ts";
import type { WatchedStore } from "../runs/model.ts";
import { type Status, statusOf } from "../status/status.ts";

export interface RunningNow {
  outline: Outline;
  declaration: OutlineDeclaration;
  status: Extract<Status, { state: "running" }>;
}

/** All current runs, each once. A declaration that only shares a job with a running one is not a run of its own. */
export function runningNow(
  outlines: readonly Outline[],
  inStore: (outline: Outline) => { store: WatchedStore; file: string },
  now: number,
): RunningNow[] {
  const running = outlines.flatMap((outline) => {
    const { store, file } = inStore(outline);
    return outline.declarations
      .filter(({ runnable }) => runnable)
      .flatMap((declaration) => {
        const status = statusOf(declaration, file, store, now);
        return status.state === "running" ? [{ outline, declaration, status }] : [];
      });
  });
  const sessions = running.filter(({ status }) => status.session);
  const shared = new Set(
    sessions.flatMap(({ outline, declaration }) => (declaration.plan?.jobs ?? []).map(({ id }) => `${outline.store} ${id}`)),
  );
  const others = running.filter(({ outline, declaration, status }) => {
    const goals = declaration.plan?.goals ?? [];
    return !status.session && !goals.some((id) => shared.has(`${outline.store} ${id}`));
  });
  return [...sessions, ...others];
}

/** Whether something in the text can run as written. */
export function hasRunnable({ stale, declarations }: Outline): boolean {
  return !stale && declarations.some(({ runnable, errors }) => runnable && errors === 0);
}
