/**
 * Passes calls on, the first at once, then at most one each `milliseconds`, the last one always: VS Code asks for lenses anew only
 * when it has heard nothing for a moment, so that a run which writes all the time would never be shown.
 */
export function paced(call: () => void, milliseconds: number): { (): void; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let waiting = false;
  const rest = () => {
    timer = undefined;
    if (!waiting) return;
    waiting = false;
    pass();
  };
  const pass = () => {
    timer = setTimeout(rest, milliseconds);
    call();
  };
  const once = () => {
    if (timer) waiting = true;
    else pass();
  };
  return Object.assign(once, { dispose: () => clearTimeout(timer) });
}
