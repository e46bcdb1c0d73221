import { architecture } from "./architecture.ts";
import { checkpoints } from "./checkpoints.ts";
import { comparisons } from "./comparisons.ts";
import { confounds } from "./confounds.ts";
import { corpora } from "./corpora.ts";
import { doubles } from "./doubles.ts";
import { expectations } from "./expectations.ts";
import { finetunings } from "./finetunings.ts";
import { lostText } from "./lost-text.ts";
import { models } from "./models.ts";
import { objectiveNeeds } from "./objective-needs.ts";
import { objectiveRules } from "./objectives.ts";
import { pretrainings } from "./pretrainings.ts";
import type { Rule } from "./rule.ts";
import { tasks } from "./tasks.ts";
import { tokenLosses } from "./token-losses.ts";
import { tokenizers } from "./tokenizers.ts";

/** All families of rules. A new one needs its file, an entry here and a test. */
export const rules: readonly Rule[] = [
  checkpoints,
  corpora,
  tokenizers,
  lostText,
  models,
  objectiveRules,
  tokenLosses,
  tasks,
  architecture,
  pretrainings,
  objectiveNeeds,
  finetunings,
  comparisons,
  expectations,
  doubles,
  confounds,
];
