/** The one function of sodium-native that is measured; the package brings no types. */
declare module 'sodium-native' {
  const sodium: {
    crypto_sign_verify_detached(signature: Buffer, message: Buffer, publicKey: Buffer): boolean
  }
  // biome-ignore lint/style/noDefaultExport: this is how the package exports it.
  export default sodium
}
