import { choices } from "./choices.ts";
import { classes } from "./classes.ts";
import type { Head, HeadForm } from "./head.ts";
import { span } from "./span.ts";
import { tags } from "./tags.ts";
import { value } from "./value.ts";

/** Every head; adding one touches its file, this table and its test. */
export const heads: { readonly [F in HeadForm]: Head } = { classes, value, tags, choices, span };
