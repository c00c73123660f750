import { main } from '../../../../apps/door/src/main.js'; // breaks libs-not-apps

export const twin = main;
