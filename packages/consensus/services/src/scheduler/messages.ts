import type { Subscriptions } from '../kernel/bus.ts'
import { parameterSubscriptions } from '../kernel/parameterChanges.ts'
import { parameterRules } from './parameters.ts'

/** What the scheduler answers: governance may change its parameters. */
export const subscriptions: Subscriptions = parameterSubscriptions(parameterRules)
