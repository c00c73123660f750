/** What the bench uses of the npm package that it measures against; the package has no types of its own. */
declare module 'iso_8583' {
  interface Format {
    readonly ContentType: string;
    readonly Label: string;
    readonly LenType: string;
    readonly MaxLen: number;
  }
  export default class Iso8583 {
    constructor(message?: Record<string, string>, formats?: Record<string, Format>);
    /** The message without a frame, or an object with `error`. */
    getRawMessage(): Buffer | { error: string };
    /** Text of each field by number, or an object with `error`. */
    getIsoJSON(bytes: Buffer, config: { lenHeader: boolean }): Record<string, string>;
  }
}
