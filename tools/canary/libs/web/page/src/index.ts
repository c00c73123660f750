import { plumbing } from '../../../../libs/shared/plumbing/src/index.js'; // breaks scope-web
import { Module } from '@nestjs/common'; // breaks scope-web-banned-package

export const page = [plumbing, Module];
