import { averages } from "./averages.ts";

/**
 * How much of what was answered is right: tp / (tp + fp). As scikit-learn's `precision_score`.
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 */
export const precision = averages(({ right, predicted }) => (predicted === 0 ? 0 : right / predicted));
