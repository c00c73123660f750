import { secret } from '../../../../libs/cde/safe/src/index.js'; // breaks scope-public, layer-feature, undeclared-dependency
import '@aws-sdk/client-payment-cryptography'; // breaks scope-public-banned-package
import { kit } from '../../../../test/kit.js'; // breaks no-test-code
import './nowhere.js'; // breaks not-resolvable

export const feature = [secret, kit];
