import { definePlainErrors } from '@wadi/base/errors'

/** Why evidence is not taken. */
export const errors = definePlainErrors('evidence', {
  noHeader: 'the block of its height is not here',
  noValidators: 'the validators of its height are not known',
  tooOld: 'evidence is too old',
  tooMany: 'too much evidence waits already',
  otherTime: 'its time is not that of the block of its height',
  alreadyCommitted: 'evidence was already committed',
  duplicate: 'the same evidence twice',
  notValidator: 'the accused was no validator at its height',
  notSameStep: 'the votes are not of the same height, round and type',
  notSameValidator: 'the votes are not of the same validator',
  sameBlock: 'both votes are for the same block',
  otherPower: 'the power of the accused is another',
  otherTotalPower: 'the power of all validators is another',
  badSignature: 'a vote is not signed by the accused',
  noneInMessage: 'a message without evidence',
})

const UNDECIDABLE: ReadonlySet<string> = new Set([
  errors.noHeader().reason,
  errors.noValidators().reason,
  errors.tooOld().reason,
  errors.tooMany().reason,
])

/** Is the evidence of a height of which nothing is here? */
export function isOfUnknownHeight({ reason }: { readonly reason: string }): boolean {
  return reason === errors.noHeader().reason || reason === errors.noValidators().reason
}

/** Does the refusal say more about us than about who sent the evidence? */
export function isUndecidable({ reason }: { readonly reason: string }): boolean {
  return UNDECIDABLE.has(reason)
}
