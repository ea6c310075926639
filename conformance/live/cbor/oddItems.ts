/** What decoders tend to disagree about, in pieces. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Items of CBOR, well formed and not. */
export const ODD_ITEMS: readonly string[] = words(`
  f6 f7 f4 f5 e0 e5 f0 f3 f820 f8ff f800 f81f f814 f818 f816 00 01 17 1800 1817 1818 18ff 1900ff
  190100 19ffff 1a0000ffff 1affffffff 1b00000000ffffffff 1b7fffffffffffffff 1b8000000000000000
  1bffffffffffffffff 20 37 3818 387f 3880 38ff 397fff 398000 3a7fffffff 3a80000000
  3b7fffffffffffffff 3b8000000000000000 3bffffffffffffffff 40 4101 420001 580101 5900020102 60
  6161 6141 61ff 62c3a9 62c080 63eda080 64f4908080 7801 80 8100 820102 8101 83f6f7e1 8119ffff
  81f6 8120 8160 98020102 9b0000000000000000 9b0000000000000001 9bffffffffffffffff 9affffffff
  9a00989681 a0 a10101 a1616100 a16161a0 a2616100614100 a2616100616100 a20000180000 b800
  ba00989681 bb0000000000000000 c000 c100 c24101 c34101 d9d9f700 f90000 f93c00 f97c00 f97e00
  f9fc00 f90001 fa3f800000 fa7f800000 fb3ff0000000000000 fb3ff8000000000000 fbc3e0000000000000
  fb7ff0000000000000 fbbff8000000000000 fb47efffffe0000000 5f4101ff 7f6161ff 9f01ff bf0101ff ff
  1c 3d 5e fc 74323031332d30332d32315432303a30343a30305a
  781e323031332d30332d32315432303a30343a30302e352b30313a3030
`)

/** Values of JSON, well formed and not. */
export const ODD_JSON: readonly string[] = [
  ...words(String.raw`
    null true false 0 -0 00 -1 5 1.0 1.5 1e2 1E400 255 256 65536 4294967296 9223372036854775807
    9223372036854775808 -9223372036854775808 18446744073709551615 18446744073709551616 "" "A" []
    {} "AA" "AA==" "AAA=" "AB==" "AA=A" "AAAA\n" "one" "three" "\ud800" "\ud83d\ude00"
    "\u0000\b\f" "<&>\u2028" "\x" "5" "-5" [1,2] [1,2,3,4,5] [256] [null] ["a"] {"a":1}
    {"A":1,"a":2} {"":1} [1,] {,} +1 .5 5. nul "2020-01-01T00:00:00Z" "2020-02-30T00:00:00Z"
    "2020-01-01T24:00:00Z" "2020-01-01t00:00:00Z" "2020-01-01T1:00:00Z" "2020-01-01T00:00:00+0:30"
    "2020-01-01T00:00:00-23:61" "9999-12-31T23:59:59" "0000-01-01T00:00:00Z"
    "2020-01-01T00:00:60Z" "2020-01-01T00:00:00.Z" "2020-13-01T00:00:00Z" "0001-01-01T00:00:00Z"
  `),
  `"${'ab'.repeat(32)}"`,
  `"${'AB'.repeat(32)}"`,
  `"${'ab'.repeat(31)}"`,
  `"${'A'.repeat(43)}="`,
]
