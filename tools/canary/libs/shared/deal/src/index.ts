import { wire } from '../../../../libs/shared/wire/src/index.js'; // breaks layer-contract
import { Queue } from 'bullmq'; // breaks layer-contract-banned-package

export const deal = [wire, Queue];
