import { inner } from '../../../libs/cde/safe/src/inner.js'; // breaks no-deep-import; the tag of this package is misplaced, too

export const main = inner;
