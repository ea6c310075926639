/** `npm test`: everything that shows that the house works. */

import { conformanceStep, runChecks, unitStep } from '../checks.ts'

await runChecks([unitStep({ slow: true }), conformanceStep()])
