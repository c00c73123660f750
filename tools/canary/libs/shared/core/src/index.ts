import { feature } from '../../../../libs/public/shop/src/index.js'; // breaks scope-shared, layer-kernel
import { Module } from '@nestjs/common'; // breaks layer-kernel-banned-package

export const core = [feature, Module];
