export { type Analysis, analyse } from "./analyse.ts";
export { format } from "./format-file.ts";
