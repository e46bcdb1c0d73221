import type { Rule } from "./rule.ts";

/** A task's files hold what the task says of them. */
export const tasks: Rule = ({ spec, taskOf }) => Object.keys(spec.tasks).flatMap((name) => taskOf(name).problems);
