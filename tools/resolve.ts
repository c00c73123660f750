import 'reflect-metadata';
import { runResolve } from './resolve/run-resolve.js';

const { code, text } = await runResolve(process.argv.slice(2));
(code === 2 ? console.error : console.log)(text);
process.exitCode = code;
