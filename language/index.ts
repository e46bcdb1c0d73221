export { type Analysis, analyse, type DeclaredName } from "./analyse.ts";
export { format } from "./format.ts";
