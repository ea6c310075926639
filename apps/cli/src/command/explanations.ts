/** What several pages of help explain in the same words. */

export const AMOUNT = '<amount> is in tokens, with decimals where there are any: 25, or 0.5.'
export const WHO = [
  'Accounts are named by their address (oasis1…), by the name in "wadi account list", or by',
  'test:0 to test:9 on a local network.',
]
export const WHOSE = [
  'Without [account] it is the one of WADI_ACCOUNT, of the settings, or the only one there is.',
]
export const VALIDATOR = [
  '<validator> is the address of a validator, as "wadi validators" lists them; on a local network',
  'also its name, such as node-0.',
]
export const ASKED_FIRST = [
  'What is sent, and what it costs at most, is shown and asked about before it is signed.',
]
export const WHICH_PARATIME = [
  '<paratime> is its name, its identifier, or the beginning or end of that: see "wadi paratime',
  'list".',
]
export const WHAT_IS_HIDDEN = [
  'With --encrypted whoever sees the transaction does not see what is called, with what, and what',
  'is answered. Everybody still sees who signs, the fee, the nonce, when it was and how large, and',
  'what the ParaTime tells of it: in accounts all balances, and events of who paid whom how much.',
  'Nodes that execute it can read it, and without enclaves so can whoever runs one of them.',
]
