import 'reflect-metadata';
import { runLinks } from './links/run-links.js';

const { code, text } = await runLinks(process.argv.slice(2));
(code === 2 ? console.error : console.log)(text);
process.exitCode = code;
