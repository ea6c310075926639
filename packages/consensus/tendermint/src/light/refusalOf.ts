import { CodedError } from '@wadi/base/errors'

/** What a check refuses; undefined if it does not. */
export function refusalOf(check: () => void): CodedError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof CodedError) return error
    throw error
  }
}
