/**
 * Announces changes of lenses, at a limited rate. VS Code asks for lenses again only after a pause in announcements (250 ms, seconds on a
 * busy machine), so a run that writes all the time would keep it waiting forever. Therefore announcements stop until all visible editors
 * have been served.
 */
export interface Signal {
  /** Announces a change: now or, combined with others, later. */
  changed(): void;
  /** Records that an editor asked for lenses and is being served. */
  noteAnswer(editor: string): void;
  dispose(): void;
}

/** @param inSight names of the visible editors, which will ask */
export function createSignal(tell: () => void, inSight: () => readonly string[]): Signal {
  let waiting = false;
  let silent: NodeJS.Timeout | undefined;
  let asking = new Set<string>();
  const speak = () => {
    waiting = false;
    asking = new Set(inSight());
    silence(maxMilliseconds);
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
    noteAnswer(editor) {
      if (asking.delete(editor) && asking.size === 0) silence(restMilliseconds);
    },
    dispose: () => clearTimeout(silent),
  };
}

/** Pause after the last editor was served, so that the lenses are drawn and can be read. */
const restMilliseconds = 400;
/** Maximum wait, because an editor closed meanwhile does not ask. */
const maxMilliseconds = 5000;
