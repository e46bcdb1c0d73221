import { averages } from "./averages.ts";

/**
 * Recall, the share of examples of a class that are predicted as such: tp / (tp + fn). As scikit-learn's `recall_score`.
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 */
export const recall = averages(({ right, gold }) => (gold === 0 ? 0 : right / gold));
