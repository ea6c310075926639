/** `npm run check`: the fast part of the checks, for every save. */

import { runChecks, unitStep } from '../checks.ts'

await runChecks([unitStep({ slow: false })])
