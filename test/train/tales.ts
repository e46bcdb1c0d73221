import { sentences } from "../cli/cli.ts";

/* A corpus of tales about animals in places, for tasks that ask about them. */

const animals = ["cat", "dog", "cow", "hen"];
const places = ["barn", "house", "field", "river"];
export const animal = (i: number) => animals[i % 4]!;
export const place = (i: number) => places[(i * 7 + (i >> 2)) % 4]!;
export const range = (count: number) => Array.from({ length: count }, (_, i) => i);
export const tales = `${sentences(80)}\n${range(80)
  .map((i) => `the ${animal(i)} is in the ${place(i)}.`)
  .join("\n")}`;
