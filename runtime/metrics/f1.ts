import { averages } from "./averages.ts";

/**
 * The harmonic mean of precision and recall: 2·tp / (2·tp + fp + fn). As scikit-learn's `f1_score`.
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 */
export const f1 = averages(({ right, gold, predicted }) => (gold + predicted === 0 ? 0 : (2 * right) / (gold + predicted)));
