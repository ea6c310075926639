/** Types of the engine that a node hands on. */

import type { EngineOptions } from '@wadi/engine/engine'

export type AppliedBlock = Parameters<NonNullable<EngineOptions['onApplied']>>[0]
export type StepFunction = NonNullable<EngineOptions['step']>
