export { FileJournal } from './file-journal.js';
