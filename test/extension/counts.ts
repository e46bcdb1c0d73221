/** How tests ended. */
export interface Counts {
  passed: number;
  failed: number;
}
