import { h } from './dom.js';

document.querySelector('#till')?.replaceChildren(h('h1', {}, 'Tsunagu'));
