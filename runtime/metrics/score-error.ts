/** What is wrong with predictions and references as a whole, in words for the user. */
export class ScoreError extends Error {}
