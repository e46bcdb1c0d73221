/*
 * Math.max, Math.min and Math.hypot take their numbers as arguments, of which a call can have about 120,000: fewer than a vocabulary has
 * entries or a table has rows.
 */

/** The largest of any number of numbers; `least` if there are none or none is larger; NaN if one is NaN. */
export function largest(numbers: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let found = least;
  for (const number of numbers) if (number > found || Number.isNaN(number)) found = number;
  return found;
}

/** The smallest of any number of numbers; `max` if there are none or none is smaller; NaN if one is NaN. */
export function smallest(numbers: Iterable<number>, max = Number.POSITIVE_INFINITY): number {
  let found = max;
  for (const number of numbers) if (number < found || Number.isNaN(number)) found = number;
  return found;
}

/** The Euclidean norm of any number of numbers. */
export function normOf(numbers: Iterable<number>): number {
  let squares = 0;
  for (const number of numbers) squares += number * number;
  return Math.sqrt(squares);
}
