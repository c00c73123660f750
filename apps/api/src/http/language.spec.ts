import { expect, it } from 'vitest';
import { languageOf, tillLanguageOf } from './language.js';

it('speaks the language of the till that the client prefers, and Japanese when it names none', () => {
  const heard = [
    undefined,
    '',
    'fr, de;q=0.8',
    'en-US,en;q=0.9',
    'zh-CN',
    'zh',
    'zh-TW, en;q=0.5',
    'zh-Hant-HK',
    'zh-hans-TW',
    'ko;q=0.4, en;q=0.3',
    'en, ja',
    'ko;q=x',
  ];
  expect(heard.map(tillLanguageOf)).toEqual([
    'ja', 'ja', 'ja', 'en', 'zh-Hans', 'zh-Hans', 'zh-Hant', 'zh-Hant', 'zh-Hans', 'ko', 'ja', 'ja',
  ]); // prettier-ignore
  expect(heard.map(languageOf)).not.toContain('ko');
});
