import 'reflect-metadata';
import { runReconcile } from './reconcile/run-reconcile.js';

const { code, text } = await runReconcile(process.argv.slice(2));
(code === 2 ? console.error : console.log)(text);
process.exitCode = code;
