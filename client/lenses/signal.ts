/**
 * Says that lenses have changed. VS Code asks for them anew only when it has heard nothing for a moment (250 ms, seconds on a busy
 * machine): to a run that writes all the time it would listen for ever. So this is silent until all editors in sight have been answered.
 */
export interface Signal {
  /** Something changed: told now or, once, later. */
  changed(): void;
  /** An editor asked and is being answered. */
  answered(editor: string): void;
  dispose(): void;
}

/** @param inSight names of the editors that will ask */
export function createSignal(tell: () => void, inSight: () => readonly string[]): Signal {
  let waiting = false;
  let silent: NodeJS.Timeout | undefined;
  let asking = new Set<string>();
  const speak = () => {
    waiting = false;
    asking = new Set(inSight());
    silence(mostMilliseconds);
    tell();
  };
  const silence = (milliseconds: number) => {
    clearTimeout(silent);
    silent = setTimeout(() => {
      silent = undefined;
      if (waiting) speak();
    }, milliseconds);
  };
  return {
    changed() {
      if (silent) waiting = true;
      else speak();
    },
    answered(editor) {
      if (asking.delete(editor) && asking.size === 0) silence(restMilliseconds);
    },
    dispose: () => clearTimeout(silent),
  };
}

/** From an answer to the next word: the answer is drawn, and the eye has a moment for it. */
const restMilliseconds = 400;
/** An editor that has been closed does not ask. */
const mostMilliseconds = 5000;
