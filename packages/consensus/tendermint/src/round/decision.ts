import type { Precommit } from './decidePrecommit.ts'
import type { Prevote } from './decidePrevote.ts'

/** What a validator votes, and why. */
export type VoteDecision = Prevote | Precommit
