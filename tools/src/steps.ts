/** Runs the named steps of a check side by side and says a line about each as it ends. */

import type { Counts } from './unit/report.ts'

/** What came of a step; `details` is shown when it failed, and when it `tells` something. */
export type StepResult = {
  readonly isGood: boolean
  readonly details: string
  readonly counts?: Counts
  readonly tells?: boolean
}

export type Step = {
  readonly name: string
  run(): Promise<StepResult>
}

const NAME_WIDTH = 14

function tell(name: string, seconds: number, { isGood, details, tells }: StepResult): void {
  const verdict = isGood ? 'ok    ' : 'FAILED'
  console.log(`${verdict} ${name.padEnd(NAME_WIDTH)} ${seconds.toFixed(1).padStart(6)} s`)
  if (details !== '' && (!isGood || tells === true)) console.log(details.trimEnd())
}

/** Runs the steps, at most `width` at a time; a failed step does not keep others from running. */
export async function runSteps(steps: readonly Step[], width: number): Promise<StepResult[]> {
  const results: StepResult[] = []
  const queue = steps.slice()
  async function work(): Promise<void> {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const begun = performance.now()
      const result = await step.run()
      tell(step.name, (performance.now() - begun) / 1000, result)
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  return results
}
