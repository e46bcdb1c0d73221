import type { LangiumCoreServices } from "langium";
import { isValue, type Value } from "../generated/ast.ts";

/** The catalogue's defaults, parsed as if written in a file. Each is parsed once, because every declaration asks for them. */
export class Defaults {
  private readonly parser: LangiumCoreServices["parser"]["LangiumParser"];
  private readonly known = new Map<string, Value>();

  constructor(services: LangiumCoreServices) {
    this.parser = services.parser.LangiumParser;
  }

  read(text: string): Value {
    const value = this.known.get(text) ?? this.parse(text);
    this.known.set(text, value);
    return value;
  }

  private parse(text: string): Value {
    const { value, parserErrors, lexerErrors } = this.parser.parse(text, { rule: "Value" });
    if (parserErrors.length + lexerErrors.length > 0 || !isValue(value)) throw new Error(`the catalogue's default ${text} is not a value`);
    return value;
  }
}
