import { CodedError } from '@wadi/base/errors'

/**
 * Runs a check of a part of a document. What refuses it need not know which part it was given: its
 * error comes out with the same code, and with the path.
 */
export function at<T>(path: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { module, code, reason, message } = error
    throw new CodedError(module, code, reason, message, `at ${path}`)
  }
}

/** The elements of a list, each of which is there, and their paths. */
export function* elementsOf<T>(
  list: readonly (T | undefined)[],
  path: string,
  missing: (path: string) => CodedError,
): Generator<readonly [T, path: string]> {
  for (const [i, element] of list.entries()) {
    if (element === undefined) throw missing(`${path}[${i}]`)
    yield [element, `${path}[${i}]`]
  }
}
