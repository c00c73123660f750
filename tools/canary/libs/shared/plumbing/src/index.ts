import { feature } from '../../../../libs/public/shop/src/index.js'; // breaks layer-platform

export const plumbing = feature;
