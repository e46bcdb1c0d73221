import { averages } from "./averages.ts";

/**
 * How much of what is right was answered: tp / (tp + fn). As scikit-learn's `recall_score`.
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 */
export const recall = averages(({ right, gold }) => (gold === 0 ? 0 : right / gold));
