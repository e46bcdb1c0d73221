/** Thrown if predictions and references as a whole are invalid; the message is for the user. */
export class ScoreError extends Error {}
