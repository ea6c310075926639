/** A chain that answers what a test says. */

import { BugError } from '@wadi/base/errors'
import { type AnswerOf, type Ask, type AskedCall, askMethods, type QuestionOf } from '../chain.ts'

/** Answers by call; what is missing may not be asked. */
export type TestAnswers = {
  [N in AskedCall]?: (
    question: QuestionOf<N>,
    signal: AbortSignal | undefined,
  ) => AnswerOf<N> | Promise<AnswerOf<N>>
}

/** Asks the answers as they are at the time: a test may change them. */
export function testAsk(answers: TestAnswers): Ask {
  const methods = new Proxy<Parameters<typeof askMethods>[0]>(
    {},
    {
      get: (_, name) => ({
        answer: (question: never, { signal }: { readonly signal?: AbortSignal }) => {
          const answer = answers[name as AskedCall]
          if (answer === undefined) throw new BugError(`the test has no answer to ${String(name)}`)
          return answer(question, signal)
        },
      }),
    },
  )
  return askMethods(methods)
}
