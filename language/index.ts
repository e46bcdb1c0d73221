export { type Analysis, analyse, type DeclaredName } from "./analyse.ts";
