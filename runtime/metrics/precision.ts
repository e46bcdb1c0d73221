import { averages } from "./averages.ts";

/**
 * Precision, the share of predictions of a class that are correct: tp / (tp + fp). As scikit-learn's `precision_score`.
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 */
export const precision = averages(({ right, predicted }) => (predicted === 0 ? 0 : right / predicted));
