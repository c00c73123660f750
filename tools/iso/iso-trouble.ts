/** What the user gave cannot be worked with. The lines say what, where and what to do; they hold nothing of a card. */
export class IsoTrouble extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines[0]);
  }
}
