import { definePlainErrors } from '@wadi/base/errors'

/** What cannot be done; the context is the sentence for people: what, why, and what next. */
export const errors = definePlainErrors('wadi', {
  badValue: 'a flag or an operand makes no sense',
  missingValue: 'a flag or an operand is missing',
  badFile: 'a file is not what it should be',
  unknownAccount: 'nobody has that name',
  accountExists: 'somebody has that name',
  noPassword: 'nobody gave the password',
  wrongPassword: 'the password is wrong',
  damagedAccount: 'the file of an account is damaged',
  badSigner: 'a program does not sign',
  wrongNetwork: 'the node is of another network',
  tooLittle: 'the account has too little',
  notAgreed: 'whoever was asked does not agree',
  uncertain: 'it is not known what became of it',
  notFound: 'there is no such thing',
})
