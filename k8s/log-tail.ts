/** Of a log so much is kept, in characters. */
const MOST = 4 * 1024 ** 2;

/** The end of a log, which is what tells why something failed. */
export class LogTail {
  text = '';
  /** Of the whole log, in characters. */
  length = 0;

  add(text: string): void {
    this.text = (this.text + text).slice(-MOST);
    this.length += text.length;
  }
}
