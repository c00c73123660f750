export {
  CardReader,
  ENTRY_MODES,
  ReaderError,
  SharedReader,
  type CardPresent,
  type EntryMode,
  type Presentation,
} from '@tsunagu/simulator';
