/** Where a command writes. */
export interface OutputStream {
  write(text: string): unknown
}
