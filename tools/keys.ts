import 'reflect-metadata';
import { Prompt } from './keys/prompt.js';
import { runKeys } from './keys/run-keys.js';

const { code, text } = await runKeys(process.argv.slice(2), new Prompt());
(code === 0 ? console.log : console.error)(text);
process.exitCode = code;
