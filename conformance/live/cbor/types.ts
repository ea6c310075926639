/** The types that the two codecs are asked about. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const SINGLE_TYPES: readonly string[] = words(`
  u8 u16 u32 u64 i8 i16 i32 i64 bool text bytes raw float time
  fixed4 hash key ns quantity kind outer pair
`)

/** Each kind of type once, and structs like those of the protocol. */
export const TYPES: readonly string[] = [
  ...SINGLE_TYPES,
  ...words(`
    [u64] [text] [kind] [fixed4] [*u64] [[bytes]] <u64:u64> <text:bytes> <hash:quantity> <u8:bool>
    <i64:text> <text:[u16]> <kind:*u8> <{a:u64,b?:text}:u8> <fixed4:{x?:u8}>
  `),
  '{a:u64,b?:bytes,c?:*u8}',
  '{long_name?:text,Name:quantity,fee?:{gas:u64,amount:quantity},body?:raw}',
  '{g?:{balance?:quantity,nonce?:u64,m?:<key:quantity>},e?:{a?:{b?:quantity,s?:quantity},t:time}}',
  '{a?:{b?:{c?:u8}}}',
  '{f?:fixed4,h?:hash,n?:ns,q?:quantity,t?:time,r?:raw,i?:i32,d?:float,p?:*{x:u8},l?:[u8]}',
  '{k?:[kind],m?:<kind:u64>}',
  '*{a:u64}',
  '[{a?:u8}]',
  '{m:<text:*{x?:u8}>,l:[{y:bool}]}',
  '{o:outer,p:pair}',
]

/** Types whose places are filled with odd items, one by one. */
export const PART_TYPES: readonly string[] = [...SINGLE_TYPES, '[u64]', '<u8:u8>', '{x?:u8}']

/** Types that may be keys of a map. */
export const KEY_TYPES: readonly string[] = words(
  'u8 u16 u64 i8 i64 bool text fixed4 hash ns kind {x?:u8} {x:text}',
)

/** Types that Go prints as JSON: no struct is a key there. */
export const JSON_TYPES: readonly string[] = TYPES.filter(
  (type) => !/^raw$|^\*|<(\{|fixed4)/.test(type),
)
