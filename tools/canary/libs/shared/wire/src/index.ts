import { plumbing } from '../../../../libs/shared/plumbing/src/index.js'; // breaks layer-protocol
import { DataSource } from 'typeorm'; // breaks layer-protocol-banned-package

export const wire = [plumbing, DataSource];
