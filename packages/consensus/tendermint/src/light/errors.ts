import { definePlainErrors } from '@wadi/base/errors'

/** Why a light client does not believe a block, or anybody. */
export const errors = definePlainErrors('light', {
  badTrustLevel: 'a third, or more, up to all',
  notAdjacent: 'the blocks do not follow on each other',
  expired: 'the trusted block is too old: those who signed it may no longer be punished',
  invalid: 'the block is not of the chain',
  cannotTrust: 'too few of those who are trusted have signed',
  otherNextValidators: 'the validators are not those that the block before names',
  noWitnesses: 'nobody is left to compare blocks with',
  noProvider: 'nobody has the block',
  notConfirmed: 'no witness has the same block',
  attack: 'two blocks of one height were signed: somebody attacks',
  otherPriorities: 'a witness has other proposer priorities',
  noSuchHeight: 'blocks begin at height 1',
})

/** Why evidence of an attack on a light client is none. */
export const attackErrors = definePlainErrors('attack', {
  otherContent: 'a block at the common height has to be what the chain could have made',
  otherPower: 'the total voting power is another',
  noConflict: 'the block does not contradict the chain',
  strangeSigner: 'somebody signed who is no validator',
  nobodyGuilty: 'nobody can be accused',
  otherValidators: 'the validators are not those who attacked',
})
