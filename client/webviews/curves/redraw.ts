/** Limits how often a drawing is done: at most once per interval in milliseconds, and never twice at a time. */
export function paced(draw: () => Promise<void>, milliseconds: number): () => void {
  let drawn = 0;
  let waiting = false;
  let drawing = false;
  return request;

  function request(): void {
    if (waiting) return;
    waiting = true;
    if (!drawing) setTimeout(work, Math.max(0, drawn + milliseconds - performance.now()));
  }

  async function work(): Promise<void> {
    waiting = false;
    drawing = true;
    try {
      await draw();
    } finally {
      // an error must not prevent later drawings
      drawn = performance.now();
      drawing = false;
      if (waiting) {
        waiting = false;
        request();
      }
    }
  }
}
