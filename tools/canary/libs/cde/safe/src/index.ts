import { feature } from '../../../../libs/public/shop/src/index.js'; // breaks scope-cde, no-circular
import 'nodemailer'; // breaks scope-cde-banned-package

export const secret = feature;
